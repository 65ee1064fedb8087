import type { Outputs, Template } from '@millrace/argo';
import { fromTimestamp } from '../clock.js';
import type { AttemptExit, AttemptSpec } from '../executor.js';
import { buildAttempt, podFolder } from '../pod/build-attempt.js';
import { collectOutputs, type CollectedOutputs } from '../pod/collect-outputs.js';
import { parseDuration } from '../workflow/duration.js';
import { podName } from '../workflow/node-id.js';
import { attemptsOf, templateOf } from './node-templates.js';
import type { RunState } from './run-state.js';

/** Pod nodes and what their attempts on this machine say of them. */
export class PodNodes {
  /** Kept from the attempt's start to its end. */
  readonly #built = new Map<string, { readonly template: Template; readonly spec: AttemptSpec }>();

  constructor(
    private readonly state: RunState,
    private readonly folder: string,
  ) {}

  /** What the node's attempt is to be. Throws Error with a message for the user. */
  build(id: string): AttemptSpec {
    return this.#build(id).spec;
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

  waits(id: string, message: string | undefined): void {
    const node = this.state.node(id);
    if (!this.state.isOpen(id) || node?.phase !== 'Pending' || node.message === message) return;
    const draft = this.state.live.editNode(id);
    if (message === undefined) delete draft.message;
    else draft.message = message;
  }

  anew(id: string): void {
    if (this.state.node(id)?.phase === 'Running') this.state.live.editNode(id).phase = 'Pending';
  }

  /** Phase, message and outputs of a node whose attempt is over, in the words that Argo has for a pod. */
  exited(id: string, exit: AttemptExit): void {
    if (!this.state.isOpen(id)) return;
    const { finishedAt, exitCode } = exit;
    const because = exit.message === undefined || exit.message === '' ? '' : `: ${exit.message}`;
    const end = (phase: string, message: string | undefined, outputs: Outputs | undefined): void => this.state.end(id, phase, { message, outputs, finishedAt });
    switch (exit.reason) {
      case 'lost':
        return end('Error', `pod deleted${because}`, undefined);
      case 'refused':
        return end('Error', exit.message ?? 'the task could not be started', undefined);
      case 'deadline':
        return end('Failed', 'Pod was active on the node longer than the specified deadline', exitCodeOf(exit));
      case 'exited':
      case 'killed': {
        const { outputs, problem } = this.#collect(id, exit);
        if (exit.reason === 'killed' || exitCode !== 0) return end('Failed', `main: Error (exit code ${exitCode ?? 137})${because}`, outputs);
        if (problem !== undefined) return end('Error', `wait: Error (exit code 64): ${problem}`, outputs);
        return end('Succeeded', undefined, outputs);
      }
    }
  }

  #collect(id: string, exit: AttemptExit): CollectedOutputs {
    try {
      const { template, spec } = this.#build(id);
      return collectOutputs(template, spec.mounts, exit.exitCode);
    } catch (error) {
      return { outputs: exitCodeOf(exit) ?? {}, problem: (error as Error).message };
    }
  }

  #build(id: string): { readonly template: Template; readonly spec: AttemptSpec } {
    const known = this.#built.get(id);
    if (known !== undefined) return known;
    const { state } = this;
    const node = state.node(id)!;
    const template = templateOf(state, node);
    const spec = buildAttempt({
      workflow: state.live.object,
      uid: state.live.uid,
      nodeId: id,
      template,
      globals: state.globals,
      podName: podName(state.workflowName, node.name, node.templateName ?? ''),
      podFolder: podFolder(this.folder, state.live.uid, id),
      deadlineMs: this.#retryDeadline(id),
    });
    const built = { template, spec };
    this.#built.set(id, built);
    return built;
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
