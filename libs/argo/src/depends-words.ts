// The expression language in which Argo evaluates `depends` (expr-lang 1.17): names of tasks are identifiers of it.
const WORDS: ReadonlySet<string> = new Set([
  'in', 'or', 'and', 'not', 'matches', 'contains', 'startsWith', 'endsWith', 'let', 'if', 'else', 'true', 'false', 'nil',
]);

/** Whether Argo cannot wait for a task of this name: every `depends` that mentions it is an error of the task that has it. */
export function isWordOfDepends(taskName: string): boolean {
  return WORDS.has(taskName);
}
