import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';

const values = z.record(z.string(), z.unknown());

/** What is to become of a pipeline. What is left out is not looked at. */
const expectation = z.strictObject({
  /** For the run; `{{artifacts}}` in a text becomes a folder that tasks may write to. */
  parameters: values.optional(),
  /** `compiled`: a run would be taken but is not made, or is refused for what this machine lacks. */
  end: z.enum(['SUCCEEDED', 'FAILED', 'compiled', 'refused']).optional(),
  /** Why it ends so, for whoever reads the table. */
  because: z.string().optional(),
  /** Regular expression for the run's error, or for the refusal. */
  message: z.string().optional(),
  /** Container tasks by state. */
  counts: z.record(z.string(), z.number()).optional(),
  /** Output parameters by path of the task; a text that begins and ends with "/" is a regular expression. */
  outputs: z.record(z.string(), values).optional(),
  /** For `npm run e2e:cluster`. */
  cluster: z
    .strictObject({
      /** Why it is not run there. */
      leftOut: z.string().optional(),
      /** Pods of a run in which nothing is taken from the cache, and of another one right after it. */
      pods: z.number().optional(),
      podsAgain: z.number().optional(),
      parameters: values.optional(),
      /** How it ends where that is other than on the laptop, and with what error. */
      end: z.enum(['SUCCEEDED', 'FAILED', 'refused']).optional(),
      message: z.string().optional(),
      /** Tasks whose outputs tell of where they run. */
      differ: z.array(z.string()).optional(),
      /** Importers that take a pod there and none on the laptop. */
      inPods: z.array(z.string()).optional(),
    })
    .optional(),
});

export type Expectation = z.infer<typeof expectation>;

/** Expectations of a file, by path of the pipeline below the folder. */
export function readExpectations(path: string): Readonly<Record<string, Expectation>> {
  const parsed = z.record(z.string(), expectation.nullable()).safeParse(parse(readFileSync(path, 'utf8')));
  if (!parsed.success) throw new Error(`${path} does not hold expectations: ${z.prettifyError(parsed.error)}`);
  return Object.fromEntries(Object.entries(parsed.data).map(([file, entry]) => [file, entry ?? {}]));
}

/** The file in which a folder says what is expected of its pipelines; undefined when it has none. */
export function expectationsOf(folder: string): string | undefined {
  return ['expectations.yaml', 'expectations.yml'].map((name) => join(folder, name)).find((path) => existsSync(path));
}

/** What a pipeline of which nothing is said has to do. */
export function defaultEnd(file: string): NonNullable<Expectation['end']> {
  const folders = file.split('/').slice(0, -1);
  if (folders.includes('invalid')) return 'refused';
  return folders.includes('failing') ? 'FAILED' : 'SUCCEEDED';
}
