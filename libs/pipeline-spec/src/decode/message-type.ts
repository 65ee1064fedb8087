import { toSnakeCase } from '../spec-path.js';

/** What a field of the IR holds, in protobuf's words. */
export type FieldType =
  | { readonly kind: 'string' | 'bool' | 'double' | 'int32' | 'int64' | 'duration' | 'value' | 'struct' }
  | { readonly kind: 'enum'; readonly names: readonly string[] }
  | { readonly kind: 'list'; readonly of: FieldType }
  | { readonly kind: 'map'; readonly of: FieldType | ((key: string) => FieldType) }
  | { readonly kind: 'message'; readonly type: MessageType };

export interface Field {
  readonly name: string;
  readonly type: FieldType;
  /** Filled with protobuf's zero value when absent, so that what reads the result needs no check. */
  readonly filled: boolean;
}

export interface MessageType {
  /** A noun for error messages: "a task". */
  readonly title: string;
  readonly fields: readonly Field[];
  /** By both spellings that protojson accepts. */
  readonly bySpelling: ReadonlyMap<string, Field>;
  readonly oneOfs: readonly (readonly string[])[];
  /** Unknown fields inside are dropped rather than refused. */
  readonly discardsUnknown: boolean;
}

interface MessageOptions {
  readonly filled?: readonly string[];
  readonly oneOfs?: readonly (readonly string[])[];
  readonly discardsUnknown?: boolean;
}

export function message(title: string, fields: Readonly<Record<string, FieldType>>, options: MessageOptions = {}): MessageType {
  const list = Object.entries(fields).map(([name, type]): Field => ({ name, type, filled: options.filled?.includes(name) ?? false }));
  return {
    title,
    fields: list,
    bySpelling: new Map(list.flatMap((field) => [[toSnakeCase(field.name), field] as const, [field.name, field] as const])),
    oneOfs: options.oneOfs ?? [],
    discardsUnknown: options.discardsUnknown ?? false,
  };
}

export const text: FieldType = { kind: 'string' };
export const bool: FieldType = { kind: 'bool' };
export const double: FieldType = { kind: 'double' };
export const int32: FieldType = { kind: 'int32' };
export const int64: FieldType = { kind: 'int64' };
export const duration: FieldType = { kind: 'duration' };
export const value: FieldType = { kind: 'value' };
export const struct: FieldType = { kind: 'struct' };
export const enumOf = (...names: readonly string[]): FieldType => ({ kind: 'enum', names });
export const listOf = (of: FieldType): FieldType => ({ kind: 'list', of });
export const mapOf = (of: FieldType | ((key: string) => FieldType)): FieldType => ({ kind: 'map', of });
export const messageOf = (type: MessageType): FieldType => ({ kind: 'message', type });
