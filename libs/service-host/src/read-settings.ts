import { PipelineError } from '@millrace/errors';
import { z } from 'zod';

/** Every setting of ours begins so. */
const PREFIX = 'MILLRACE_';
/** What Kubernetes sets in pods for Services that are called like us. */
const SERVICE_LINK = /_(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT|PORT_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)$/;

/** As everywhere, a variable set to nothing is one that is not set. */
const absentWhenEmpty = (value: unknown): unknown => (value === '' ? undefined : value);

export const text = z.preprocess(absentWhenEmpty, z.string().optional());
export const requiredText = z.preprocess(absentWhenEmpty, z.string({ error: 'is not set' }));
export const flag = (standard: boolean) => z.preprocess(absentWhenEmpty, z.enum(['true', 'false'], { error: 'must be true or false' }).optional()).transform((value) => (value === undefined ? standard : value === 'true'));
export const wholeNumber = ({ min, max, standard }: { readonly min: number; readonly max: number; readonly standard: number }) =>
  z.preprocess(
    (value) => (value === '' || value === undefined ? String(standard) : value),
    z.string().refine((value) => /^\d+$/.test(value) && Number(value) >= min && Number(value) <= max, { error: `must be a whole number from ${min} to ${max}` }).transform(Number),
  );
/** As a container of a pod names it. */
export const image = z.preprocess(absentWhenEmpty, z.string().regex(/^[a-z0-9][\w.:-]*(\/[\w][\w.:-]*)*(@[\w+.-]+:[0-9a-f]+)?$/i, { error: 'must be an image, such as registry.example.com/folder/name:tag' }).optional());
/** Parts between commas. */
export const list = z.preprocess(absentWhenEmpty, z.string().optional()).transform((value) => (value ?? '').split(',').map((part) => part.trim()).filter((part) => part !== ''));

/**
 * The settings in `env`. FAILED_PRECONDITION names every variable that is wrong, missing or unknown. `others` are known and not looked at: those of the service
 * in whose surroundings a program is run that needs less.
 */
export function readSettings<Shape extends z.ZodRawShape>(shape: Shape, env: NodeJS.ProcessEnv, others: readonly string[] = []): z.output<z.ZodObject<Shape>> {
  const known = new Set([...Object.keys(shape), ...others]);
  const issues = Object.entries(env).flatMap(([name, value]) => (!name.startsWith(PREFIX) || known.has(name) || isServiceLink(name, value) ? [] : [`${name} is no setting of this program`]));
  const parsed = z.object(shape).safeParse(env);
  for (const { path, message } of parsed.error?.issues ?? []) issues.push(`${path.join('.')} ${message}`);
  if (issues.length > 0 || !parsed.success) {
    throw new PipelineError('FAILED_PRECONDITION', `The settings cannot be used: ${issues.join('; ')}.`, { details: { issues } });
  }
  return parsed.data;
}

function isServiceLink(name: string, value: string | undefined): boolean {
  return SERVICE_LINK.test(name) && /^(\w+:\/\/)?[\d.:a-f]+$|^(tcp|udp|sctp)$/.test(value ?? '');
}
