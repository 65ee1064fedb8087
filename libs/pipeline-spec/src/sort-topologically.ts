/** An order in which every node comes after what it depends on, or, where there is none, the cycles that prevent it. */
export interface TopologicalOrder {
  /** Nodes that can be ordered; ties keep the order given. */
  readonly order: readonly string[];
  /** Each as the nodes in the order of dependence, the first repeated at the end. */
  readonly cycles: readonly (readonly string[])[];
}

const MAX_CYCLES = 20;

/** Sorts in linear time; dependencies that are no nodes are ignored. */
export function sortTopologically(nodes: readonly string[], dependenciesOf: (node: string) => Iterable<string>): TopologicalOrder {
  const missing = new Map<string, number>();
  const dependents = new Map<string, string[]>();
  for (const node of nodes) missing.set(node, 0);
  for (const node of nodes) {
    for (const dependency of new Set(dependenciesOf(node))) {
      if (!missing.has(dependency)) continue;
      missing.set(node, (missing.get(node) ?? 0) + 1);
      const list = dependents.get(dependency);
      if (list === undefined) dependents.set(dependency, [node]);
      else list.push(node);
    }
  }
  const order = nodes.filter((node) => missing.get(node) === 0);
  for (let index = 0; index < order.length; index += 1) {
    for (const dependent of dependents.get(order[index] ?? '') ?? []) {
      const left = (missing.get(dependent) ?? 0) - 1;
      missing.set(dependent, left);
      if (left === 0) order.push(dependent);
    }
  }
  if (order.length === nodes.length) return { order, cycles: [] };
  const ordered = new Set(order);
  return { order, cycles: findCycles(nodes.filter((node) => !ordered.has(node)), dependenciesOf) };
}

/** A cycle for people; the middle of a long one is left out. */
export function describeCycle(cycle: readonly string[]): string {
  const shown = cycle.length <= 12 ? cycle : [...cycle.slice(0, 9), `… (${cycle.length - 11} more) …`, ...cycle.slice(-2)];
  return shown.join(' → ');
}

/** Every remaining node leads to a cycle: follow unvisited first dependencies until one repeats. */
function findCycles(remaining: readonly string[], dependenciesOf: (node: string) => Iterable<string>): readonly (readonly string[])[] {
  const unvisited = new Set(remaining);
  const candidates = new Set(remaining);
  const cycles: string[][] = [];
  for (const start of remaining) {
    const trail = new Map<string, number>();
    let node: string | undefined = start;
    while (node !== undefined && unvisited.has(node)) {
      unvisited.delete(node);
      trail.set(node, trail.size);
      node = firstOf(dependenciesOf(node), candidates);
    }
    const from = node === undefined ? undefined : trail.get(node);
    if (node === undefined || from === undefined) continue;
    cycles.push([...[...trail.keys()].slice(from), node]);
    if (cycles.length >= MAX_CYCLES) break;
  }
  return cycles;
}

function firstOf(names: Iterable<string>, allowed: ReadonlySet<string>): string | undefined {
  for (const name of names) if (allowed.has(name)) return name;
  return undefined;
}
