import type { NodeStatus, Template, Workflow } from '@millrace/argo';
import type { Json } from '@millrace/database';
import type { Resource } from '@millrace/resources';

/** What a v1 task runs, for who looks at it; with the node's inputs in it once they are known. Undefined for what is no container. */
export function containerOf({ spec }: Pick<Resource<Workflow>, 'spec'>, node: Pick<NodeStatus, 'templateName'>, inputs: Readonly<Record<string, string>>): Json | undefined {
  return storedContainer(spec.templates?.find(({ name }) => name === node.templateName), inputs);
}

export function storedContainer(template: Template | undefined, inputs: Readonly<Record<string, string>> = {}): Json | undefined {
  const container = template?.container ?? template?.script;
  if (container === undefined) return undefined;
  const filled = (text: string) => text.replaceAll(/\{\{inputs\.parameters\.([^}]+)\}\}/g, (tag, name: string) => (Object.hasOwn(inputs, name) ? (inputs[name] as string) : tag));
  const args = [...(container.args ?? []), ...('source' in container && container.source !== undefined ? [container.source] : [])];
  return { image: container.image ?? '', command: (container.command ?? []).map((text) => filled(text ?? '')), args: args.map((text) => filled(String(text ?? ''))) };
}
