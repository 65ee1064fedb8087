import { YAMLException, constructFromEvents } from 'js-yaml';
import { SpecError, type SpecIssue } from '../spec-error.js';
import { readEvents } from './read-events.js';
import { pipelineYamlSchema } from './yaml-schema.js';

const MAX_ALIASES = 10_000;

/** The documents of a YAML or JSON text as plain values; empty ones are left out. Throws a SpecError that names line and column. */
export function readDocuments(text: string, fileName: string | undefined): readonly unknown[] {
  if (text.trim() === '') throw new SpecError([{ path: '', message: 'It is empty.', remedy: 'Compile a pipeline with the kfp SDK.' }], { fileName });
  const json = readJson(text);
  if (json !== undefined) return [json];
  try {
    const { source, events } = readEvents(text);
    return constructFromEvents(events, { source, schema: pipelineYamlSchema, maxAliases: MAX_ALIASES }).filter((document) => document !== null);
  } catch (error) {
    throw new SpecError([describeSyntaxFault(error)], { fileName, cause: error });
  }
}

/** JSON is YAML, but JSON.parse is many times faster. What it does not understand may still be YAML, and YAML's message has a line. */
function readJson(text: string): unknown {
  if (!/^\s*\{/.test(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function describeSyntaxFault(error: unknown): SpecIssue {
  if (error instanceof YAMLException) {
    const { reason, mark } = error;
    return { path: '', message: `It is neither valid YAML nor JSON: ${reason}.`, ...(mark !== undefined && { line: mark.line + 1, column: mark.column + 1 }) };
  }
  return { path: '', message: `It is neither valid YAML nor JSON: ${error instanceof Error ? error.message : String(error)}.` };
}
