import type { JsonObject, JsonValue, KubernetesExecutorConfig, PodAffinityTerm, SelectorRequirement } from '@millrace/pipeline-spec';

const REQUIRED = 'requiredDuringSchedulingIgnoredDuringExecution';
const PREFERRED = 'preferredDuringSchedulingIgnoredDuringExecution';

type Terms = { required: JsonValue[]; preferred: JsonValue[] };

/**
 * Affinity as Kubernetes has it. Terms with a weight are preferred, the others required; whole node affinities given as JSON are merged in.
 *
 * @param whole the values of `nodeAffinityJson`, in their order; undefined for one that was not given
 */
export function affinityOf({ nodeAffinity = [], podAffinity = [] }: KubernetesExecutorConfig, whole: (index: number) => JsonObject | undefined): JsonObject | undefined {
  const nodes: Terms = { required: [], preferred: [] };
  nodeAffinity.forEach(({ matchExpressions = [], matchFields = [], weight, nodeAffinityJson }, index) => {
    const given = nodeAffinityJson === undefined ? undefined : whole(index);
    if (given !== undefined) {
      nodes.required.push(...listOf((given[REQUIRED] as JsonObject | undefined)?.['nodeSelectorTerms']));
      nodes.preferred.push(...listOf(given[PREFERRED]));
    }
    if (nodeAffinityJson !== undefined || matchExpressions.length + matchFields.length === 0) return;
    const term = { ...some('matchExpressions', requirements(matchExpressions)), ...some('matchFields', requirements(matchFields)) };
    if (weight === undefined) nodes.required.push(term);
    else nodes.preferred.push({ weight, preference: term });
  });
  const near: Terms = { required: [], preferred: [] };
  const apart: Terms = { required: [], preferred: [] };
  for (const term of podAffinity) {
    const into = term.anti === true ? apart : near;
    if (term.weight === undefined) into.required.push(podTerm(term));
    else into.preferred.push({ weight: term.weight, podAffinityTerm: podTerm(term) });
  }
  const affinity: JsonObject = {
    ...part('nodeAffinity', nodes, (terms) => ({ nodeSelectorTerms: terms })),
    ...part('podAffinity', near, (terms) => terms),
    ...part('podAntiAffinity', apart, (terms) => terms),
  };
  return Object.keys(affinity).length === 0 ? undefined : affinity;
}

function podTerm(term: PodAffinityTerm): JsonObject {
  const { matchPodExpressions = [], matchPodLabels = {}, matchNamespaceExpressions = [], matchNamespaceLabels = {}, topologyKey = '', namespaces = [] } = term;
  const namespaceSelector = selector(matchNamespaceExpressions, matchNamespaceLabels);
  return {
    labelSelector: selector(matchPodExpressions, matchPodLabels),
    topologyKey,
    ...some('namespaces', namespaces),
    ...(Object.keys(namespaceSelector).length > 0 && { namespaceSelector }),
  };
}

function selector(expressions: readonly SelectorRequirement[], labels: Readonly<Record<string, string>>): JsonObject {
  return { ...some('matchExpressions', requirements(expressions)), ...(Object.keys(labels).length > 0 && { matchLabels: { ...labels } }) };
}

function requirements(list: readonly SelectorRequirement[]): JsonValue[] {
  return list.map(({ key, operator, values = [] }) => ({ key, operator, ...some('values', values) }));
}

function part(name: string, { required, preferred }: Terms, wrap: (terms: JsonValue[]) => JsonValue): JsonObject {
  if (required.length + preferred.length === 0) return {};
  return { [name]: { ...(required.length > 0 && { [REQUIRED]: wrap(required) }), ...some(PREFERRED, preferred) } };
}

function some(name: string, list: readonly JsonValue[]): JsonObject {
  return list.length === 0 ? {} : { [name]: list };
}

function listOf(value: JsonValue | undefined): readonly JsonValue[] {
  return Array.isArray(value) ? (value as readonly JsonValue[]) : [];
}
