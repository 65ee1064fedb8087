/** What a workflow is said to be by the phase of its root node. */
export function workflowPhaseOf(phase: string | undefined): string {
  return phase === 'Skipped' || phase === 'Omitted' ? 'Succeeded' : (phase ?? 'Running');
}
