import { PipelineError } from '@millrace/errors';
import { S3_SCHEMES, type S3Location, type S3Scheme } from './s3-location.js';

/** Where the keys of a provider come from: this process's environment, or a Secret of the namespace. */
export type S3CredentialSource =
  | { readonly kind: 'environment' }
  | { readonly kind: 'secret'; readonly secretName: string; readonly accessKeyKey: string; readonly secretKeyKey: string };

/** How one S3 service is reached. */
export interface S3Provider {
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
  readonly region: string;
  readonly pathStyle: boolean;
  readonly credentials: S3CredentialSource;
}

interface Override {
  readonly bucket: string;
  readonly keyPrefix: string;
  readonly provider: S3Provider;
}

/** The S3 services of a namespace. */
export interface S3Providers {
  /** The service that holds a location; undefined when none is configured for it. */
  readonly select: (location: S3Location) => S3Provider | undefined;
  /** Everything that `select` may answer, in the order of the document. */
  readonly all: () => readonly { readonly scheme: S3Scheme; readonly provider: S3Provider }[];
}

/**
 * Reads the `providers` of KFP's `kfp-launcher` ConfigMap (parsed YAML; undefined when it has none): a default for each scheme, and
 * overrides by bucket and beginning of the key, of which the first that fits is taken. `standard` serves what the document does not
 * name, and gives a default the fields that it leaves out. INVALID_ARGUMENT names every wrong field.
 */
export function parseS3Providers(document: unknown, standard: Partial<Record<S3Scheme, S3Provider>> = {}): S3Providers {
  const issues: string[] = [];
  const root = asRecord(document ?? {}, 'providers', issues);
  const schemes = new Map(S3_SCHEMES.map((scheme) => [scheme, readScheme(root[scheme], scheme, standard[scheme], issues)]));
  if (issues.length > 0) {
    throw new PipelineError('INVALID_ARGUMENT', `The object store's providers cannot be used: ${issues.join('; ')}.`, { details: { issues } });
  }
  return {
    all: () => [...schemes].flatMap(([scheme, { standard, overrides }]) => [...(standard ? [standard] : []), ...overrides.map(({ provider }) => provider)].map((provider) => ({ scheme, provider }))),
    select({ scheme, bucket, key }) {
      const services = schemes.get(scheme);
      return services?.overrides.find((override) => override.bucket === bucket && key.startsWith(override.keyPrefix))?.provider ?? services?.standard;
    },
  };
}

interface Services {
  readonly standard: S3Provider | undefined;
  readonly overrides: readonly Override[];
}

function readScheme(value: unknown, scheme: S3Scheme, base: S3Provider | undefined, issues: string[]): Services {
  if (value === undefined || value === null) return { standard: base, overrides: [] };
  const path = `providers.${scheme}`;
  const fields = asRecord(value, path, issues);
  const given = fields['default'];
  const standard = given === undefined ? base : readProvider(asRecord(given, `${path}.default`, issues), base, scheme, `${path}.default`, issues);
  // KFP's own documentation writes it with a capital.
  const overrides = fields['overrides'] ?? fields['Overrides'] ?? [];
  if (!Array.isArray(overrides)) {
    issues.push(`${path}.overrides is not a list`);
    return { standard, overrides: [] };
  }
  return { standard, overrides: overrides.map((entry, index) => readOverride(asRecord(entry, `${path}.overrides[${index}]`, issues), standard, scheme, `${path}.overrides[${index}]`, issues)) };
}

function readOverride(fields: Readonly<Record<string, unknown>>, standard: S3Provider | undefined, scheme: S3Scheme, path: string, issues: string[]): Override {
  const bucket = readText(fields['bucketName'], `${path}.bucketName`, issues);
  if (!bucket) issues.push(`${path}.bucketName is missing`);
  return {
    bucket: bucket ?? '',
    keyPrefix: (readText(fields['keyPrefix'], `${path}.keyPrefix`, issues) ?? '').replace(/^\/+/, ''),
    provider: readProvider(fields, standard, scheme, path, issues),
  };
}

const PORTS = { true: 443, false: 80 } as const;

/** Splits `host`, `host:port` or `http(s)://host:port`; a scheme in the address decides on TLS. */
export function readEndpoint(endpoint: string, tls: boolean): Pick<S3Provider, 'host' | 'port' | 'tls'> | undefined {
  const hasScheme = /^https?:\/\//.test(endpoint);
  if (!URL.canParse(hasScheme ? endpoint : `http://${endpoint}`)) return undefined;
  const url = new URL(hasScheme ? endpoint : `http://${endpoint}`);
  if (url.username || url.pathname !== '/' || url.search || url.hostname === '') return undefined;
  const secure = hasScheme ? url.protocol === 'https:' : tls;
  // URL drops a port that is its scheme's own.
  const written = /:(\d+)\/?$/.exec(endpoint)?.[1];
  return { host: url.hostname, port: written === undefined ? PORTS[`${secure}`] : Number(written), tls: secure };
}

function readProvider(fields: Readonly<Record<string, unknown>>, base: S3Provider | undefined, scheme: S3Scheme, path: string, issues: string[]): S3Provider {
  const disableSsl = readFlag(fields['disableSSL'], `${path}.disableSSL`, issues);
  const tls = disableSsl === undefined ? (base?.tls ?? scheme === 's3') : !disableSsl;
  const text = readText(fields['endpoint'], `${path}.endpoint`, issues) ?? '';
  const named = text === '' ? base && { host: base.host, port: base.port, tls } : readEndpoint(text, tls);
  if (!named) issues.push(text === '' ? `${path}.endpoint is missing` : `${path}.endpoint "${text}" is not a host, host:port or http(s) address`);
  return {
    ...(named ?? { host: '', port: 0, tls }),
    region: readText(fields['region'], `${path}.region`, issues) || base?.region || 'us-east-1',
    pathStyle: readFlag(fields['forcePathStyle'], `${path}.forcePathStyle`, issues) ?? base?.pathStyle ?? true,
    credentials: readCredentials(fields['credentials'], base, `${path}.credentials`, issues),
  };
}

function readCredentials(value: unknown, base: S3Provider | undefined, path: string, issues: string[]): S3CredentialSource {
  const fallback: S3CredentialSource = { kind: 'environment' };
  if (value === undefined || value === null) {
    if (!base) issues.push(`${path} is missing; say fromEnv: true or name a secretRef`);
    return base?.credentials ?? fallback;
  }
  const fields = asRecord(value, path, issues);
  if (readFlag(fields['fromEnv'], `${path}.fromEnv`, issues)) return fallback;
  const reference = asRecord(fields['secretRef'] ?? {}, `${path}.secretRef`, issues);
  const part = (name: string) => {
    const text = readText(reference[name], `${path}.secretRef.${name}`, issues);
    if (!text) issues.push(`${path}.secretRef.${name} is missing`);
    return text ?? '';
  };
  return { kind: 'secret', secretName: part('secretName'), accessKeyKey: part('accessKeyKey'), secretKeyKey: part('secretKeyKey') };
}

function asRecord(value: unknown, path: string, issues: string[]): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  issues.push(`${path} is not an object`);
  return {};
}

function readText(value: unknown, path: string, issues: string[]): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string') return value;
  issues.push(`${path} is not text`);
  return undefined;
}

/** YAML writers disagree on whether a flag is quoted. */
function readFlag(value: unknown, path: string, issues: string[]): boolean | undefined {
  if (value === undefined || value === null) return undefined;
  if (value === true || value === 'true') return true;
  if (value === false || value === 'false') return false;
  issues.push(`${path} is neither true nor false`);
  return undefined;
}
