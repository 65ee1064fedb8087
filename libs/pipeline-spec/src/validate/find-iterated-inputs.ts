import { EMPTY_MAP } from '../empty-map.js';
import type { ComponentSpec, PipelineSpec } from '../types.js';

/**
 * The inputs of each component that a loop over it fills or takes apart. KFP checks no type for them, since an item has its own.
 */
export function findIteratedInputs(spec: PipelineSpec): ReadonlyMap<ComponentSpec, ReadonlySet<string>> {
  const found = new Map<ComponentSpec, Set<string>>();
  for (const { dag } of [spec.root, ...Object.values(spec.components)]) {
    for (const task of Object.values(dag?.tasks ?? EMPTY_MAP)) {
      const component = spec.components[task.componentRef.name];
      const iterator = task.parameterIterator;
      if (iterator === undefined || component === undefined) continue;
      const names = found.get(component) ?? new Set<string>();
      names.add(iterator.itemInput);
      if (iterator.items.inputParameter !== undefined) names.add(iterator.items.inputParameter);
      found.set(component, names);
    }
  }
  return found;
}
