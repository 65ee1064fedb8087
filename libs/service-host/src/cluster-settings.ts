import { PipelineError } from '@millrace/errors';
import { z } from 'zod';
import { flag, image, requiredText, text, wholeNumber } from './read-settings.js';

/** How the database is reached, and what is logged: all that a migration needs. */
export const databaseSettings = {
  /** `mysql://user:password@host:port/database`; or the parts of it below, for passwords that lie in Secrets. */
  MILLRACE_DATABASE_URL: text,
  MILLRACE_DATABASE_HOST: text,
  MILLRACE_DATABASE_PORT: wholeNumber({ min: 1, max: 65_535, standard: 3306 }),
  MILLRACE_DATABASE_NAME: text,
  MILLRACE_DATABASE_USER: text,
  MILLRACE_DATABASE_PASSWORD: text,
  MILLRACE_DATABASE_TLS: flag(false),
  MILLRACE_DATABASE_CONNECTIONS: wholeNumber({ min: 1, max: 200, standard: 10 }),
  MILLRACE_LOG_LEVEL: z.preprocess((value) => (value === '' ? undefined : value), z.enum(['info', 'warn', 'error'], { error: 'must be info, warn or error' }).default('info')),
} as const;

/** Settings that every service has. */
export const clusterSettings = {
  ...databaseSettings,
  /** For a process outside the cluster. */
  KUBECONFIG: text,
  /** Where runs, leases and this install's Secrets are. */
  MILLRACE_NAMESPACE: requiredText,
  /** Runs may be in other namespaces too: everything is watched in the whole cluster, which takes rights there. */
  MILLRACE_ALL_NAMESPACES: flag(false),
  /** The S3 service of `minio://` artifacts: `host:port` or `http(s)://host:port`, as pods and this process reach it. */
  MILLRACE_S3_ENDPOINT: requiredText,
  MILLRACE_S3_REGION: text,
  MILLRACE_S3_PATH_STYLE: flag(true),
  /** The Secret of the namespace with the keys; pods mount it too. */
  MILLRACE_S3_SECRET: text,
  MILLRACE_S3_SECRET_ACCESS_KEY: text,
  MILLRACE_S3_SECRET_SECRET_KEY: text,
  /** Instead of a Secret, for this process alone. */
  MILLRACE_S3_ACCESS_KEY: text,
  MILLRACE_S3_SECRET_KEY: text,
  MILLRACE_PIPELINE_ROOT: text,
  /** With `sh`, of the pods that copy imported objects into workspaces; without it importers that do are refused. */
  MILLRACE_COPY_IMAGE: image,
  /** Of the Argo controller that runs the Workflows, where it has one. */
  MILLRACE_ARGO_INSTANCE_ID: text,
  MILLRACE_CACHE: flag(true),
  MILLRACE_PROBE_HOST: text,
  MILLRACE_PROBE_PORT: wholeNumber({ min: 0, max: 65_535, standard: 8081 }),
  MILLRACE_VERSION: text,
} as const;

export type DatabaseSettings = z.output<z.ZodObject<typeof databaseSettings>>;
export type ClusterSettings = z.output<z.ZodObject<typeof clusterSettings>>;

/** The database's address, from the one variable or from its parts. */
export function databaseUrl(settings: DatabaseSettings): string {
  const { MILLRACE_DATABASE_URL: given, MILLRACE_DATABASE_HOST: host, MILLRACE_DATABASE_NAME: name, MILLRACE_DATABASE_USER: user } = settings;
  if (given !== undefined) return given;
  const missing = Object.entries({ MILLRACE_DATABASE_HOST: host, MILLRACE_DATABASE_NAME: name, MILLRACE_DATABASE_USER: user }).flatMap(([variable, value]) => (value === undefined ? [variable] : []));
  if (missing.length > 0) throw new PipelineError('FAILED_PRECONDITION', `The settings cannot be used: set MILLRACE_DATABASE_URL, or ${missing.join(', ')}.`);
  const url = new URL('mysql://host/');
  url.hostname = host!;
  url.port = String(settings.MILLRACE_DATABASE_PORT);
  url.username = encodeURIComponent(user!);
  url.password = encodeURIComponent(settings.MILLRACE_DATABASE_PASSWORD ?? '');
  url.pathname = `/${encodeURIComponent(name!)}`;
  url.searchParams.set('connectionLimit', String(settings.MILLRACE_DATABASE_CONNECTIONS));
  if (settings.MILLRACE_DATABASE_TLS) url.searchParams.set('ssl', 'true');
  return url.href;
}
