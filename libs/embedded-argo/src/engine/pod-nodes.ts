import type { Outputs, Template } from '@millrace/argo';
import { fromTimestamp, toTimestamp } from '../clock.js';
import type { AttemptExit } from '../executor.js';
import { buildAttempt, podFolder, type BuiltAttempt } from '../pod/build-attempt.js';
import { collectArtifacts, collectOutputs, type CollectedOutputs } from '../pod/collect-outputs.js';
import { performResource, resourceActionOf } from '../pod/resource-action.js';
import { parseDuration } from '../workflow/duration.js';
import { podName } from '../workflow/node-id.js';
import { substitute } from '../workflow/substitute.js';
import { attemptsOf, templateOf } from './node-templates.js';
import { boundaryOf, calledNameOf } from './place.js';
import type { RunHost } from './run-host.js';
import type { RunState } from './run-state.js';
import type { WorkflowRun } from './workflow-run.js';

/** Pod nodes and what their attempts on this machine say of them. */
export class PodNodes {
  /** Kept from the attempt's start to its end. */
  readonly #built = new Map<string, BuiltAttempt & { readonly template: Template }>();

  constructor(
    private readonly state: RunState,
    private readonly run: WorkflowRun,
    private readonly host: RunHost,
  ) {}

  /** Has the node attempted; what its container would only ask a cluster for is done here. */
  request(id: string, template: Template): void {
    let action;
    try {
      action = resourceActionOf(template);
    } catch (error) {
      return this.state.end(id, 'Error', { message: (error as Error).message });
    }
    if (action === undefined) return this.host.requestAttempt(this.run, id);
    const { claims, clock } = this.host;
    const namespace = this.state.live.metadata.namespace;
    const context = { claims, namespace, owner: `${this.state.live.uid}/${id}`, at: toTimestamp(clock.now()) };
    this.host.perform(this.run, id, () => performResource(action, context));
  }

  /** What the node's attempt is to be. Throws Error with a message for the user. */
  build(id: string): BuiltAttempt {
    return this.#build(id);
  }

  /** Ids of the nodes whose attempts may still run. */
  open(): string[] {
    return [...this.state.places.keys()].filter((id) => this.state.node(id)!.type === 'Pod');
  }

  forget(id: string): void {
    this.#built.delete(id);
  }

  running(id: string): void {
    if (!this.state.isOpen(id) || this.state.node(id)!.phase !== 'Pending') return;
    const node = this.state.live.editNode(id);
    node.phase = 'Running';
    delete node.message;
  }

  /** Why the pod is still pending; undefined: nothing to say. */
  waits(id: string, message: string | undefined): void {
    const node = this.state.node(id);
    if (!this.state.isOpen(id) || node?.phase !== 'Pending' || node.message === message) return;
    const draft = this.state.live.editNode(id);
    if (message === undefined) delete draft.message;
    else draft.message = message;
  }

  /** The node's attempt was lost with an earlier process and will begin again. */
  anew(id: string): void {
    if (this.state.node(id)?.phase === 'Running') this.state.live.editNode(id).phase = 'Pending';
  }

  /** The pod could not be made. */
  impossible(id: string, message: string): void {
    if (this.state.isOpen(id)) this.state.end(id, 'Error', { message });
  }

  /** Phase, message and outputs of a node whose attempt is over, in the words that Argo has for a pod. */
  exited(id: string, exit: AttemptExit): void {
    if (!this.state.isOpen(id)) return;
    const { finishedAt } = exit;
    const because = exit.message === undefined || exit.message === '' ? '' : `: ${exit.message}`;
    const end = (phase: string, message: string | undefined, outputs: Outputs | undefined): void => this.state.end(id, phase, { message, outputs, finishedAt });
    switch (exit.reason) {
      case 'lost':
        return end('Error', `pod deleted${because}`, undefined);
      case 'refused':
        return end('Error', exit.message ?? 'the task could not be started', undefined);
      case 'deadline':
        return end('Failed', 'Pod was active on the node longer than the specified deadline', undefined);
      case 'exited':
      case 'killed':
        return this.#collect(id, exit);
    }
  }

  /** The node's end, once everything that its attempt left has been taken over. */
  collected(id: string, exit: AttemptExit, { outputs, problem }: CollectedOutputs): void {
    if (!this.state.isOpen(id)) return;
    const { finishedAt, exitCode } = exit;
    const because = exit.message === undefined || exit.message === '' ? '' : `: ${exit.message}`;
    const end = (phase: string, message: string | undefined): void => this.state.end(id, phase, { message, outputs, finishedAt });
    if (exit.reason === 'killed' || exitCode !== 0) return end('Failed', `main: Error (exit code ${exitCode ?? 137})${because}`);
    if (problem !== undefined) return end('Error', `wait: Error (exit code 64): ${problem}`);
    end('Succeeded', undefined);
  }

  #collect(id: string, exit: AttemptExit): void {
    let now: CollectedOutputs;
    let built: ReturnType<PodNodes['build']> & { readonly template: Template };
    try {
      built = this.#build(id);
      now = collectOutputs(built.template, built.spec.mounts, exit.exitCode);
    } catch (error) {
      return this.collected(id, exit, { outputs: exitCodeOf(exit) ?? {}, problem: (error as Error).message });
    }
    const { template, spec } = built;
    const wantsResult = this.#isResultWanted(id);
    // Files of any size are not moved while everything else waits.
    if (!wantsResult && (template.outputs?.artifacts?.length ?? 0) === 0) return this.collected(id, exit, now);
    this.host.collect(this.run, id, exit, async () => {
      const later = await collectArtifacts(template, spec.mounts, this.host.artifacts, this.#keyPrefix(id));
      const result = wantsResult ? { result: await this.host.standardOutput(this.run, id) } : {};
      const problems = [now.problem, later.problem].filter((problem) => problem !== undefined);
      return { outputs: { ...now.outputs, ...later.outputs, ...result }, ...(problems.length > 0 && { problem: problems.join('; ') }) };
    });
  }

  /** As in Argo, only what somebody refers to is kept: the tasks of the same DAG, or its outputs. */
  #isResultWanted(id: string): boolean {
    const place = this.state.places.get(id)!;
    const boundary = boundaryOf(place);
    const called = calledNameOf(place);
    return boundary !== undefined && called !== undefined && this.state.templates.resultsWantedIn(boundary.template.name!).has(called);
  }

  #keyPrefix(id: string): string {
    const node = this.state.node(id)!;
    const pod = podName(this.state.workflowName, node.name, node.templateName ?? '');
    return substitute(this.host.artifactKeyFormat, (tag) => (tag === 'pod.name' ? pod : this.state.globals(tag)));
  }

  #build(id: string): BuiltAttempt & { readonly template: Template } {
    const known = this.#built.get(id);
    if (known !== undefined) return known;
    const { state } = this;
    const node = state.node(id)!;
    const template = templateOf(state, node);
    const built = buildAttempt({
      workflow: state.live.object,
      uid: state.live.uid,
      nodeId: id,
      template,
      globals: state.globals,
      podName: podName(state.workflowName, node.name, node.templateName ?? ''),
      podFolder: podFolder(this.host.folder, state.live.uid, id),
      claims: this.host.claims,
      keyed: this.host.keyed,
      deadlineMs: this.#retryDeadline(id),
    });
    const kept = { ...built, template };
    this.#built.set(id, kept);
    return kept;
  }

  /** `backoff.maxDuration` counts from the first attempt and also bounds each further one. */
  #retryDeadline(id: string): number | undefined {
    const { state } = this;
    const place = state.places.get(id);
    if (place?.kind !== 'attempt') return undefined;
    const attempts = attemptsOf(state, place.retryId);
    const limit = state.template(state.node(place.retryId)!.templateName!)!.retryStrategy?.backoff?.maxDuration;
    const ms = limit === undefined || limit === '' ? undefined : parseDuration(limit);
    if (ms === undefined || attempts.length < 2) return undefined;
    return Math.max(1000, (fromTimestamp(attempts[0]!.startedAt) ?? 0) + ms - state.now());
  }
}

function exitCodeOf(exit: AttemptExit): Outputs | undefined {
  return exit.exitCode === undefined ? undefined : { exitCode: String(exit.exitCode) };
}
