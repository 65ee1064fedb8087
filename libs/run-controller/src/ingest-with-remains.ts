import type { Workflow } from '@millrace/argo';
import { decide, type ScopePath } from '@millrace/pipeline-semantics';
import type { Resource } from '@millrace/resources';
import { noteDecision } from './answer-gates.js';
import { noteEntered } from './enter-dag.js';
import { ingestNodes, isUndecided, isUnentered, type IngestContext } from './ingest.js';
import type { LiveRun } from './live-run.js';
import { readRemains, type ReadContext, type Remains } from './read-remains.js';
import { iterationsOf } from './task-rows.js';

type Context = Omit<IngestContext, 'remains' | 'decidesAgain'>;

/**
 * Takes over what the Workflow's nodes say, reading what tasks left where that is in the object store. Where the rows are older than the Workflow, as
 * after a restore, tasks ran of whose decisions nothing is known, and loops were entered whose members are not: they are decided again, from what the tasks
 * before them left, and not answered.
 */
export async function ingestWithRemains(live: LiveRun, workflow: Resource<Workflow>, changed: ReadonlySet<string> | undefined, context: Context, read: ReadContext): Promise<void> {
  const remains = new Map<ScopePath, Remains>();
  let decidesAgain = true;
  let waiting = ingestNodes(live, workflow, changed, { ...context, decidesAgain });
  while (waiting.size > 0) {
    const undecided = [...waiting].filter(([path, node]) => isUndecided(live, path, node, { decidesAgain })).map(([path]) => path);
    const unentered = [...waiting].filter(([path, node]) => isUnentered(live, path, node, { decidesAgain })).map(([path]) => path);
    const left = new Map([...waiting].filter(([path, { type }]) => type !== 'DAG' && !undecided.includes(path) && !unentered.includes(path)));
    if (left.size > 0) for (const [path, found] of await readRemains(live, left, workflow.status?.nodes ?? {}, read)) remains.set(path, found);
    // Where none can be, they are taken as they are.
    else decidesAgain = [...unentered.filter((path) => enterAgain(live, path, context)), ...undecided.filter((path) => decideAgain(live, path, context))].length > 0;
    waiting = ingestNodes(live, workflow, new Set([...waiting.values()].map(({ id }) => id)), { ...context, remains, decidesAgain });
  }
}

/** A loop's members are made from what came before it, under the ids that they had. */
function enterAgain(live: LiveRun, path: ScopePath, context: Context): boolean {
  if (live.task(path) === undefined) return false;
  noteEntered(live, path, context);
  return iterationsOf(live.task(path)!) !== undefined;
}

function decideAgain(live: LiveRun, path: ScopePath, { now, layout }: Context): boolean {
  const found = decide(live.pipeline, path, live.view, { layout, cache: { enabled: false }, taskId: live.task(path)?.id ?? '' });
  const decision = found.kind === 'need-cache' ? found.next(undefined) : found;
  if (decision.kind !== 'run' && decision.kind !== 'copy') return false;
  noteDecision(live, path, decision, { now });
  return true;
}
