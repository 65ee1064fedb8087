import { PipelineError } from '@millrace/errors';
import type { PipeTransform } from '@nestjs/common';
import type { z } from 'zod';

/** Reads a body or a query by its schema; every problem is named with its path in one INVALID_ARGUMENT. */
export class SchemaPipe<Schema extends z.ZodType> implements PipeTransform<unknown, z.output<Schema>> {
  constructor(
    private readonly schema: Schema,
    private readonly what: 'body' | 'query',
  ) {}

  transform(value: unknown): z.output<Schema> {
    const parsed = this.schema.safeParse(value ?? {});
    if (parsed.success) return parsed.data;
    throw new PipelineError('INVALID_ARGUMENT', `Invalid ${this.what}: ${describe(parsed.error)}`, { details: { issues: parsed.error.issues.slice(0, 20).map(({ path, message }) => ({ path: path.join('.'), message })) } });
  }
}

export const body = <Schema extends z.ZodType>(schema: Schema) => new SchemaPipe(schema, 'body');
export const query = <Schema extends z.ZodType>(schema: Schema) => new SchemaPipe(schema, 'query');

function describe(error: z.ZodError): string {
  const problems = error.issues.slice(0, 20).flatMap((issue) => {
    const at = issue.path.length > 0 ? `${issue.path.join('.')}: ` : '';
    return issue.code === 'unrecognized_keys' ? issue.keys.slice(0, 20).map((key) => `${at}unknown field "${key}"`) : [`${at}${issue.message}`];
  });
  return problems.join('; ');
}
