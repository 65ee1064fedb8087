import { afterEach, describe, expect, it } from 'vitest';
import type { AttemptListener } from '../executor.js';
import { ManualClock } from '../testing/manual-clock.js';
import { openScriptedArgo, type ScriptedArgo } from '../testing/scripted-argo.js';
import { aDag, aPod, aWorkflow } from '../testing/workflow-builder.js';

const chain = (length: number) =>
  aWorkflow([aDag('main', Array.from({ length }, (_, index) => ({ name: `t${index}`, template: 'pod', ...(index > 0 && { dependencies: [`t${index - 1}`] }) }))), aPod('pod')]);

describe('the news that an attempt runs', () => {
  let argo: ScriptedArgo;
  afterEach(() => argo?.close());

  it('costs a task that is over by then no tick and no transaction of its own', async () => {
    argo = await openScriptedArgo({ runningNewsMs: 50 });
    await argo.submit(chain(20));
    await argo.finished();
    const { transactions, attemptsStarted } = argo.counters;
    expect(attemptsStarted).toBe(20);
    expect(transactions).toBeLessThanOrEqual(22);
  });

  it('comes by itself when nothing else happens', async () => {
    const clock = new ManualClock();
    let later!: AttemptListener;
    argo = await openScriptedArgo({
      runningNewsMs: 50,
      clock,
      outcome: () => ({ hold: true }),
      // Said when the test says so.
      wrap: (listener) => ((later = listener), { ...listener, onRunning: () => undefined, onExit: (id, exit) => listener.onExit(id, exit) }),
    });
    await argo.submit(chain(1));
    await argo.settled();
    later.onRunning(argo.executor.running()[0]!, clock.now());
    await argo.settled();
    expect((await argo.nodes())['t0']?.phase).toBe('Pending');
    clock.advance(50);
    await argo.settled();
    expect((await argo.nodes())['t0']?.phase).toBe('Running');
  });

  it('does not hold up the end of the task', async () => {
    argo = await openScriptedArgo({ runningNewsMs: 50, outcome: () => ({ hold: true }) });
    await argo.submit(chain(2));
    await argo.settled();
    const [id] = argo.executor.running();
    argo.executor.finish(id!);
    await argo.settled();
    expect((await argo.nodes())['t0']?.phase).toBe('Succeeded');
  });
});
