import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import type { DAGTask, NodeStatus, Template, Workflow } from '@millrace/argo';
import { isNodeCompleted } from '@millrace/argo';
import { FakeMachine, type FakeOutcome } from '../testing/fake-executor.js';
import { ManualClock } from '../testing/manual-clock.js';
import { openScriptedArgo, type ScriptedArgo } from '../testing/scripted-argo.js';
import { aDag, aGate, aPod, aStepsTemplate, aWorkflow } from '../testing/workflow-builder.js';

interface Shape {
  readonly dependencies: readonly number[];
  readonly depends: 'bare' | 'succeeded' | 'tolerant';
  readonly kind: 'pod' | 'gate' | 'sub' | 'retry' | 'retry-sub' | 'loop' | 'loop-sub' | 'skipped' | 'steps' | 'loop-steps' | 'hooked' | 'hooked-loop';
  readonly outcome: 'ok' | 'fail' | 'lost';
}

interface Scenario {
  readonly shapes: readonly Shape[];
  readonly parallelism: number;
  readonly slots: number;
  readonly failFast: boolean;
  /** What the workflow's exit handler comes to, when it has one. */
  readonly exit: 'ok' | 'fail' | undefined;
  /** At each step: which of the possible things happens next. */
  readonly choices: readonly number[];
  /** Steps before which the server dies, after so many of its ticks, and whether the machine forgets what ran. */
  readonly crashes: readonly { readonly at: number; readonly forgets: boolean; readonly ticks: number }[];
}

const shape = (index: number): fc.Arbitrary<Shape> =>
  fc.record({
    dependencies: index === 0 ? fc.constant([]) : fc.uniqueArray(fc.nat(index - 1), { maxLength: 3 }),
    depends: fc.constantFrom('bare', 'succeeded', 'tolerant'),
    kind: fc.constantFrom('pod', 'pod', 'gate', 'sub', 'retry', 'retry-sub', 'loop', 'loop-sub', 'skipped', 'steps', 'loop-steps', 'hooked', 'hooked-loop'),
    outcome: fc.constantFrom('ok', 'ok', 'ok', 'fail', 'lost'),
  });

const scenarios: fc.Arbitrary<Scenario> = fc.record({
  shapes: fc.integer({ min: 1, max: 8 }).chain((count) => fc.tuple(...Array.from({ length: count }, (_, index) => shape(index)))),
  parallelism: fc.constantFrom(0, 0, 1, 2),
  slots: fc.integer({ min: 1, max: 3 }),
  failFast: fc.boolean(),
  exit: fc.constantFrom(undefined, undefined, 'ok', 'fail'),
  choices: fc.array(fc.nat(1000), { minLength: 20, maxLength: 20 }),
  crashes: fc.array(fc.record({ at: fc.nat(12), forgets: fc.boolean(), ticks: fc.nat(6) }), { maxLength: 3 }),
});

const taskName = (index: number): string => `t${index}`;

function toWorkflow({ shapes, parallelism, failFast, exit }: Scenario): Workflow {
  const tasks = shapes.map(({ dependencies, depends, kind }, index): DAGTask => {
    const clause = (on: number): string => {
      const name = taskName(on);
      if (depends === 'bare') return name;
      if (depends === 'succeeded') return `${name}.Succeeded`;
      return `(${name}.Succeeded || ${name}.Failed || ${name}.Errored || ${name}.Skipped || ${name}.Omitted)`;
    };
    return {
      name: taskName(index),
      template: kind === 'gate' ? 'gate' : taskName(index),
      ...(dependencies.length === 0 ? {} : { depends: dependencies.map(clause).join(' && ') }),
      ...(kind === 'skipped' ? { when: 'a == b' } : {}),
      ...(kind.startsWith('loop') || kind === 'hooked-loop' ? { withParam: '[1,2]' } : {}),
      ...(kind.startsWith('hooked') ? { hooks: { exit: { template: `${taskName(index)}-hook` } } } : {}),
    };
  });
  const templates = shapes.flatMap(({ kind }, index): Template[] => {
    const name = taskName(index);
    if (kind === 'gate') return [];
    if (kind === 'retry') return [aPod(name, { retryStrategy: { limit: '1', retryPolicy: 'Always' } })];
    if (kind.endsWith('sub')) {
      const inner = [{ name: 'x', template: `${name}-pod` }, { name: 'y', template: `${name}-pod`, depends: 'x' }, { name: 'z', template: `${name}-pod` }];
      return [aDag(name, inner, { parallelism: 1, ...(kind === 'retry-sub' ? { retryStrategy: { limit: '1', retryPolicy: 'Always' } } : {}) }), aPod(`${name}-pod`)];
    }
    if (kind.endsWith('steps')) {
      const pod = { template: `${name}-pod` };
      return [aStepsTemplate(name, [[{ name: 'a', ...pod }, { name: 'b', ...pod, withParam: '[1,2]' }], [{ name: 'c', ...pod }]], { parallelism: 2 }), aPod(`${name}-pod`)];
    }
    return [aPod(name), ...(kind.startsWith('hooked') ? [aPod(`${name}-hook`)] : [])];
  });
  const templatesOfAll = [aDag('root', tasks, { failFast, ...(parallelism === 0 ? {} : { parallelism }) }), aGate(), aPod('exit'), ...templates];
  return aWorkflow(templatesOfAll, exit === undefined ? {} : { onExit: 'exit' });
}

/** What an attempt of this node comes to; the same whenever it is asked. */
function outcomeOf({ shapes, exit }: Scenario, image: string): FakeOutcome {
  if (image === 'exit') return exit === 'ok' ? {} : { exitCode: 1 };
  const { outcome } = shapes[Number(/\d+/.exec(image)![0])]!;
  return outcome === 'ok' ? {} : outcome === 'fail' ? { exitCode: 1 } : { reason: 'lost' };
}

class Trial {
  readonly machine = new FakeMachine();
  readonly clock = new ManualClock();
  readonly violations: string[] = [];
  argo!: ScriptedArgo;
  folders: string[] = [];

  constructor(
    private readonly scenario: Scenario,
    private readonly stopAt?: { readonly step: number; readonly by: 'shutdown' | 'deadline' },
  ) {}

  async open(folder: string): Promise<void> {
    this.folders.push(folder);
    this.argo = await openScriptedArgo({ folder, clock: this.clock, machine: this.machine, maxParallelTasks: this.scenario.slots, outcome: () => ({ hold: true }), visitsPerTick: 1 });
  }

  /** As after a kill -9: the files as they are, without a close. */
  async crash(forgets: boolean): Promise<void> {
    const copy = mkdtempSync(join(tmpdir(), 'millrace-crash-'));
    cpSync(this.argo.folder, copy, { recursive: true, filter: (path) => !path.endsWith('argo.lock') });
    const alive = new Map(this.machine.attempts);
    await this.argo.close();
    if (!forgets) for (const [id, attempt] of alive) this.machine.attempts.set(id, attempt);
    await this.open(copy);
  }

  async run(): Promise<Record<string, NodeStatus>> {
    await this.open(mkdtempSync(join(tmpdir(), 'millrace-trial-')));
    const workflow = toWorkflow(this.scenario);
    if (this.stopAt?.by === 'deadline') workflow.spec.activeDeadlineSeconds = 60;
    await this.argo.submit(workflow);
    for (let step = 0; step < 200; step += 1) {
      const crash = this.scenario.crashes.find(({ at }) => at === step);
      if (crash !== undefined) {
        for (let tick = 0; tick < crash.ticks; tick += 1) await new Promise((resolve) => setImmediate(resolve));
        await this.crash(crash.forgets);
      }
      if (this.stopAt?.step === step) await this.stop();
      await this.argo.settled();
      await this.check();
      if (!(await this.act(this.scenario.choices[step % this.scenario.choices.length]!))) break;
    }
    await this.argo.settled();
    const nodes = Object.values((await this.argo.read()).status!.nodes!);
    return Object.fromEntries(nodes.map((node) => [node.name.replace(/^wf\./, ''), node]));
  }

  private async stop(): Promise<void> {
    if (this.stopAt?.by === 'deadline') return this.argo.clock.advance(60_000);
    const { metadata } = await this.argo.read();
    await this.argo.store.patch('Workflow', { namespace: 'ns', name: 'wf' }, { metadata: { resourceVersion: metadata.resourceVersion }, spec: { shutdown: 'Stop' } });
  }

  /** Lets one thing happen; false when nothing can. */
  private async act(choice: number): Promise<boolean> {
    const gates = Object.values(await this.argo.nodes()).filter(({ type, phase }) => type === 'Suspend' && phase === 'Running');
    const running = this.argo.executor.running();
    const count = gates.length + running.length;
    if (count === 0) return false;
    const pick = choice % count;
    if (pick < running.length) {
      const id = running[pick]!;
      this.argo.executor.finish(id, outcomeOf(this.scenario, this.machine.attempts.get(id)!.spec.image));
    } else {
      const gate = gates[pick - running.length]!;
      const { outcome } = this.scenario.shapes[Number(gate.displayName!.slice(1))]!;
      await this.argo.answer(gate.displayName!, { run: 'true' }, outcome === 'ok' ? 'Succeeded' : 'Failed');
    }
    return true;
  }

  private async check(): Promise<void> {
    const { slots, parallelism } = this.scenario;
    const nodes = Object.values((await this.argo.read()).status!.nodes!);
    const active = nodes.filter(({ type, phase, boundaryID }) => boundaryID === 'wf' && type === 'Pod' && !isNodeCompleted(phase)).length;
    if (parallelism > 0 && active > parallelism) this.violations.push(`${active} pods of one DAG at once, ${parallelism} allowed`);
    const running = this.argo.executor.running();
    if (running.length > slots) this.violations.push(`${running.length} attempts at once, ${slots} allowed`);
  }

  async close(): Promise<void> {
    await this.argo.close();
    for (const folder of this.folders) rmSync(folder, { recursive: true, force: true });
  }
}

/** What of a node does not depend on when things happened. */
function essence(nodes: Record<string, NodeStatus>): Record<string, unknown> {
  return Object.fromEntries(
    Object.values(nodes)
      .sort((a, b) => a.name.localeCompare(b.name))
      .map(({ name, phase, type, message, outputs }) => [name, { phase, type, message, outputs }]),
  );
}

const opened: Trial[] = [];
afterEach(async () => {
  for (const trial of opened.splice(0)) await trial.close().catch(() => undefined);
});

describe('a restart at any step', () => {
  it('leads to the same nodes as no restart; every node ends, none begins too early, no limit is exceeded', { timeout: 240_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(scenarios, async (drawn) => {
        const crashing = new Trial(drawn);
        const calm = new Trial({ ...drawn, crashes: [] });
        opened.push(crashing, calm);
        const nodes = await crashing.run();
        const undisturbed = await calm.run();
        for (const trial of [crashing, calm]) {
          const { status } = await trial.argo.read();
          expect(status?.phase).toMatch(/Succeeded|Failed|Error/);
        }
        for (const node of Object.values(nodes)) expect(isNodeCompleted(node.phase)).toBe(true);
        expect(essence(nodes)).toEqual(essence(undisturbed));
        expectOrder(nodes, drawn);
        expectLimits(nodes, drawn);
        for (const trial of opened.splice(0)) {
          await trial.close();
          expect(trial.violations).toEqual([]);
        }
      }),
      { numRuns: 40 },
    );
  });

  it('and a shutdown or a deadline at any step leave no node open and no attempt running', { timeout: 240_000 }, async () => {
    const stop = fc.record({ step: fc.nat(6), by: fc.constantFrom('shutdown' as const, 'deadline' as const) });
    await fc.assert(
      fc.asyncProperty(scenarios, stop, async (drawn, stopAt) => {
        const trial = new Trial(drawn, stopAt);
        opened.push(trial);
        const nodes = await trial.run();
        const { status } = await trial.argo.read();
        expect(status?.phase).toMatch(/Succeeded|Failed|Error/);
        expect(Object.values(nodes).filter(({ phase }) => !isNodeCompleted(phase))).toEqual([]);
        expect(trial.argo.executor.running()).toEqual([]);
        opened.pop();
        await trial.close();
        expect(trial.violations).toEqual([]);
      }),
      { numRuns: 40 },
    );
  });
});

describe('any Workflow', () => {
  it('comes to the same in any order', { timeout: 240_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(scenarios, fc.array(fc.nat(1000), { minLength: 20, maxLength: 20 }), async (drawn, otherChoices) => {
        const one = new Trial({ ...drawn, crashes: [] });
        const other = new Trial({ ...drawn, crashes: [], choices: otherChoices, slots: (drawn.slots % 3) + 1 });
        opened.push(one, other);
        expect(essence(await one.run())).toEqual(essence(await other.run()));
        for (const trial of opened.splice(0)) await trial.close();
      }),
      { numRuns: 40 },
    );
  });

  it('ends as its tasks say', { timeout: 240_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(scenarios, async (drawn) => {
        const trial = new Trial({ ...drawn, crashes: [] });
        opened.push(trial);
        const nodes = await trial.run();
        const { status } = await trial.argo.read();
        expect(status?.phase === 'Succeeded').toBe(isGood(nodes, drawn));
        opened.pop();
        await trial.close();
      }),
      { numRuns: 40 },
    );
  });
});

/** The one rule: all tasks that nobody waits for are good, and so is the exit handler. A task that did not run is what led to it. */
function isGood(nodes: Record<string, NodeStatus>, { shapes, exit }: Scenario): boolean {
  const good = (index: number): boolean => {
    const { phase } = nodes[taskName(index)]!;
    return phase === 'Skipped' || phase === 'Omitted' ? shapes[index]!.dependencies.every(good) : phase === 'Succeeded';
  };
  const waitedFor = new Set(shapes.flatMap(({ dependencies }) => dependencies));
  return shapes.every((_, index) => waitedFor.has(index) || good(index)) && exit !== 'fail';
}

/** No task has a node of its own work while what it depends on had not ended. The trial's clock stands, so order is by position. */
function expectOrder(nodes: Record<string, NodeStatus>, { shapes }: Scenario): void {
  const position = new Map(Object.keys(nodes).map((name, index) => [name, index]));
  shapes.forEach(({ dependencies }, index) => {
    const own = position.get(taskName(index));
    if (own === undefined) return;
    for (const on of dependencies) expect(position.get(taskName(on))).toBeLessThan(own);
  });
}

function expectLimits(nodes: Record<string, NodeStatus>, { shapes }: Scenario): void {
  shapes.forEach(({ kind }, index) => {
    if (!kind.startsWith('retry')) return;
    const attempts = Object.keys(nodes).filter((name) => new RegExp(`^t${index}\\(\\d+\\)$`).test(name));
    expect(attempts.length).toBeLessThanOrEqual(2);
  });
}
