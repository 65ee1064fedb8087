import { z } from 'zod';

/**
 * Building blocks of protobuf's JSON as KFP's gateway reads it: fields in snake_case or lowerCamel, enums by name or number,
 * 64-bit integers as text or number, `null` for unset. What comes out of a parse always has the snake_case, by-name, as-text form.
 */

const isPlainObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

const toCamel = (name: string) => name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

function renameFields(names: readonly string[]): (value: unknown, context: z.core.$RefinementCtx) => unknown {
  const known = new Map(names.flatMap((name) => [[name, name] as const, [toCamel(name), name] as const]));
  return (value, context) => {
    if (!isPlainObject(value)) return value;
    const renamed: Record<string, unknown> = {};
    for (const [key, field] of Object.entries(value)) {
      const name = known.get(key) ?? key;
      if (Object.hasOwn(renamed, name)) context.addIssue({ code: 'custom', message: `duplicate field "${key}"`, input: value });
      if (field !== null || !known.has(key)) Object.defineProperty(renamed, name, { value: field, enumerable: true, configurable: true, writable: true });
    }
    return renamed;
  };
}

/** Messages and enums of one API, by their name without package. */
export type SchemaTable = Map<string, z.ZodType>;

/** A message whose fields are all optional and which has no others; registered under `id` for the OpenAPI document. */
export function message<Shape extends z.ZodRawShape>(schemas: SchemaTable, id: string, shape: Shape) {
  const schema = z.preprocess(renameFields(Object.keys(shape)), z.strictObject(shape).partial());
  schemas.set(id, schema);
  return schema;
}

/** An enum by name or by number; `values` maps names to numbers. */
export function enumeration<const Name extends string>(schemas: SchemaTable, id: string, values: Readonly<Record<Name, number>>) {
  const names = Object.keys(values) as [Name, ...Name[]];
  const byNumber = new Map(names.map((name) => [values[name], name]));
  const schema = z.preprocess((value) => (typeof value === 'number' ? (byNumber.get(value) ?? value) : value), z.enum(names));
  schemas.set(id, schema);
  return schema;
}

const fromText = (value: unknown) => (typeof value === 'string' && /^-?\d{1,20}$/.test(value) ? Number(value) : value);

export const int32 = z.preprocess(fromText, z.int32());

export const int64 = z
  .preprocess((value) => (Number.isSafeInteger(value) ? String(value) : value), z.string().regex(/^-?\d{1,19}$/, 'expected a 64-bit integer as text or number'));

export const bool = z.boolean();
export const text = z.string();
export const timestamp = z.iso.datetime({ offset: true });

/** google.protobuf.Struct. */
export const struct = z.record(z.string(), z.unknown());

/** map<string, google.protobuf.Value>. */
export const valueMap = z.record(z.string(), z.unknown());
export const textMap = z.record(z.string(), z.string());

/** Fields of a query string: text that stands for other types, empty text for unset, unknown names ignored as the gateway does. */
export function query<Shape extends z.ZodRawShape>(shape: Shape) {
  const rename = renameFields(Object.keys(shape));
  return z.preprocess((value, context) => {
    const renamed = rename(value, context);
    return isPlainObject(renamed) ? Object.fromEntries(Object.entries(renamed).filter(([, field]) => field !== '')) : renamed;
  }, z.object(shape).partial());
}

export const queryInt32 = int32;
const BOOLEANS = new Map([...['1', 't', 'T', 'TRUE', 'true', 'True'].map((word) => [word, true] as const), ...['0', 'f', 'F', 'FALSE', 'false', 'False'].map((word) => [word, false] as const)]);

/** The words that Go reads as booleans: the SDK sends Python's `True`. */
export const queryBool = z.preprocess((value) => BOOLEANS.get(value as string) ?? value, z.boolean());
