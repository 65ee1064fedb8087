import type { z } from 'zod';
import { enumeration as anEnumeration, message as aMessage, type SchemaTable } from '../wire.js';

/** Every message and enum of v1beta1, by its name without package. */
export const schemas: SchemaTable = new Map();

export const message = <Shape extends z.ZodRawShape>(id: string, shape: Shape) => aMessage(schemas, id, shape);
export const enumeration = <const Name extends string>(id: string, values: Readonly<Record<Name, number>>) => anEnumeration(schemas, id, values);
