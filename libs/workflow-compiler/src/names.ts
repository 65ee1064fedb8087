import { isWordOfDepends } from '@millrace/argo';
import { sha256Hex } from '@millrace/pipeline-semantics';

const MAX_TEMPLATE_NAME = 63;
/** Argo allows 128 characters; the rest is for the gate's suffix. */
const MAX_TASK_NAME = 118;

/** Argo names of the tasks of one DAG: the key itself where that is a valid name, else what is left of it and a hash. */
export interface DagNames {
  readonly task: ReadonlyMap<string, string>;
  readonly gate: ReadonlyMap<string, string>;
}

export function nameTasks(keys: readonly string[]): DagNames {
  const task = new Map<string, string>();
  const taken = new Set<string>();
  const claim = (key: string, name: string): string => {
    taken.add(name);
    task.set(key, name);
    return name;
  };
  for (const key of keys) if (isTaskName(key)) claim(key, key);
  for (const key of keys) if (!task.has(key)) claim(key, unused(taken, withHash(letters(key, 't'), key, MAX_TASK_NAME)));
  const gate = new Map<string, string>();
  for (const key of keys) {
    const plain = `${task.get(key) as string}-gate`;
    const name = taken.has(plain) ? unused(taken, withHash(plain, `gate of ${key}`, MAX_TASK_NAME)) : plain;
    taken.add(name);
    gate.set(key, name);
  }
  return { task, gate };
}

/** A task's pod, a DAG's body, a loop over one, and a pod that is run on a condition. */
export type TemplateKind = 'pod' | 'dag' | 'loop' | 'when';

/** Gives each template a name that says its kind and its place; the same paths always get the same names. */
export class TemplateNames {
  readonly #taken = new Set<string>();

  name(kind: TemplateKind, path: string): string {
    const place = path.replace(/^root\//, '');
    const plain = `${kind}-${place.replaceAll('/', '-')}`;
    const valid = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(plain) && plain.length <= MAX_TEMPLATE_NAME && !this.#taken.has(plain);
    const name = valid ? plain : unused(this.#taken, withHash(letters(plain.toLowerCase(), kind), path, MAX_TEMPLATE_NAME));
    this.#taken.add(name);
    return name;
  }
}

/** Name of the Argo output parameter for an output of the task; reversible. */
export function outputParameterName(output: string): string {
  return OUTPUT_PREFIX + parameterNamePart(output);
}

/** A name as a part of the name of an Argo parameter or artifact, which takes letters, digits, `-` and `_` only. */
export function parameterNamePart(name: string): string {
  return [...name].map((unit) => (/\w/.test(unit) ? unit : `-${(unit.codePointAt(0) as number).toString(16)}-`)).join('');
}

/** The output of the task that an Argo output parameter carries; undefined when it carries something else. */
export function outputOfParameterName(name: string): string | undefined {
  if (!name.startsWith(OUTPUT_PREFIX)) return undefined;
  return name.slice(OUTPUT_PREFIX.length).replaceAll(/-([0-9a-f]+)-/g, (_, hex: string) => String.fromCodePoint(Number.parseInt(hex, 16)));
}

const OUTPUT_PREFIX = 'out-';

/** Argo reads task names in `depends` as identifiers: no digit first, no word of its language, and `-` and `_` are the same to it. */
function isTaskName(key: string): boolean {
  return /^[a-zA-Z](-?[a-zA-Z0-9])*$/.test(key) && key.length <= MAX_TASK_NAME && !isWordOfDepends(key);
}

function letters(text: string, fallback: string): string {
  const kept = text.replaceAll(/[^a-zA-Z0-9]+/g, '-').replaceAll(/^-+|-+$/g, '');
  if (kept === '') return fallback;
  return /^[0-9]/.test(kept) ? `${fallback}-${kept}` : kept;
}

function withHash(base: string, identity: string, limit: number): string {
  const hash = sha256Hex(identity).slice(0, 8);
  return `${base.slice(0, limit - hash.length - 1).replace(/-+$/, '')}-${hash}`;
}

function unused(taken: ReadonlySet<string>, name: string): string {
  let candidate = name;
  for (let number = 2; taken.has(candidate); number += 1) candidate = `${name}-${number}`;
  return candidate;
}
