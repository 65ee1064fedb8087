import type { ContainerSpec } from '@millrace/pipeline-spec';

/**
 * Whether the Python function of a lightweight component annotates a parameter as a list of lists. The IR only says LIST, and what
 * `dsl.Collected` gives of loops in loops is flat on KFP's backend but nested in the SDK's local runner: the function says which it was written for.
 */
export function isListOfLists({ command = [], args = [] }: Pick<ContainerSpec, 'command' | 'args'>, parameter: string): boolean {
  const name = args[args.indexOf('--function_to_execute') + 1];
  if (!args.includes('--function_to_execute') || name === undefined || !/^\w+$/.test(parameter)) return false;
  const head = `def ${name}(`;
  const source = command.find((text) => text.includes(head));
  if (source === undefined) return false;
  const start = source.indexOf(head) + head.length;
  const signature = source.slice(start, start + source.slice(start).search(/\)\s*(->[^:]*)?:/));
  return new RegExp(`\\b${parameter}\\s*:\\s*(?:(?:typing\\.)?Optional\\[\\s*)?(?:typing\\.)?[Ll]ist\\[\\s*(?:typing\\.)?[Ll]ist\\b`).test(signature);
}
