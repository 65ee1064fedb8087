import type { ContainerSpec } from '@millrace/pipeline-spec';
import type { PodField } from './pod/pod-fragment.js';
import { resourceTexts } from './container-resources.js';
import { hasPlaceholder } from './placeholders.js';

/** The parts of a container that a placeholder can be in. */
export type ContainerField = 'image' | 'command' | 'args' | 'env' | 'resources';

/** All that a pod is made of and that can be late. */
export type LateField = ContainerField | PodField;

/** The parts of the container that differ by execution; the others are what the author wrote. */
export function lateFields(container: ContainerSpec): readonly ContainerField[] {
  const late: ContainerField[] = [];
  if (hasPlaceholder(container.image)) late.push('image');
  if (container.command?.some(hasPlaceholder) === true) late.push('command');
  if (container.args?.some(hasPlaceholder) === true) late.push('args');
  if (container.env?.some(({ value }) => hasPlaceholder(value ?? '')) === true) late.push('env');
  if (resourceTexts(container.resources).some(hasPlaceholder)) late.push('resources');
  return late;
}
