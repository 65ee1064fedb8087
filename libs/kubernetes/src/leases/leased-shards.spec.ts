import { PipelineError } from '@millrace/errors';
import type { ShardWorker } from '@millrace/resources';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Lease, LeaseStore } from './lease-store.js';
import { LeasedShards } from './leased-shards.js';

const SHARDS = 6;
const STEP_MS = 100;

/** What the members meet at. Every call takes effect at some moment before its answer arrives, and the answer may be lost. */
class Server {
  readonly leases = new Map<string, Lease>();
  up = true;
  #version = 0;

  async call<Answer>({ latencyMs, landsAt }: { readonly latencyMs: number; readonly landsAt: number }, work: () => Answer): Promise<Answer> {
    await sleep(latencyMs * landsAt);
    if (!this.up) throw new PipelineError('UNAVAILABLE', 'down');
    const answer = work();
    await sleep(latencyMs * (1 - landsAt));
    return answer;
  }

  write(name: string, holder: string): Lease {
    this.#version += 1;
    const lease = { name, holder, version: String(this.#version) };
    this.leases.set(name, lease);
    return lease;
  }

  current({ name, version }: Lease): void {
    const found = this.leases.get(name);
    if (found === undefined) throw new PipelineError('NOT_FOUND', name);
    if (found.version !== version) throw new PipelineError('ABORTED', name);
  }
}

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

class Member {
  readonly shards: LeasedShards;
  readonly working = new Set<number>();
  latencyMs = 10;
  /** At which part of the way a call takes effect. */
  landsAt = 0.5;
  reachable = true;
  alive = true;
  leaving = false;

  constructor(
    readonly name: string,
    server: Server,
    clock: { readonly offsetMs: number; readonly rate: number },
  ) {
    const call = <Answer>(work: () => Answer): Promise<Answer> => {
      if (!this.alive) return new Promise(() => undefined);
      if (!this.reachable) return Promise.reject(new PipelineError('UNAVAILABLE', 'unreachable'));
      return server.call(this, work);
    };
    const leases: LeaseStore = {
      list: () => call(() => [...server.leases.values()]),
      create: (lease, holder) =>
        call(() => {
          if (server.leases.has(lease)) throw new PipelineError('ALREADY_EXISTS', lease);
          return server.write(lease, holder);
        }),
      update: (lease, holder) => call(() => (server.current(lease), server.write(lease.name, holder))),
      delete: (lease) => call(() => (server.current(lease), void server.leases.delete(lease.name))),
    };
    this.shards = new LeasedShards({ leases, identity: name, shardCount: SHARDS, now: () => clock.offsetMs + Date.now() * clock.rate, log: () => undefined });
    const worker: ShardWorker = {
      begin: async (shard) => void this.working.add(shard),
      end: async (shard) => {
        await sleep(200);
        this.working.delete(shard);
      },
    };
    this.shards.start(worker);
  }

  owned(): readonly number[] {
    return this.alive ? this.shards.owned : [];
  }
}

const ownersOf = (members: readonly Member[]) => {
  const owners = new Map<number, string[]>();
  for (const member of members) for (const shard of member.owned()) owners.set(shard, [...(owners.get(shard) ?? []), member.name]);
  return owners;
};

/** Lets time pass and looks at every moment that no shard has two owners. */
async function pass(ms: number, members: readonly Member[]): Promise<void> {
  for (let elapsed = 0; elapsed < ms; elapsed += STEP_MS) {
    await vi.advanceTimersByTimeAsync(STEP_MS);
    for (const [shard, owners] of ownersOf(members)) if (owners.length > 1) throw new Error(`shard ${shard} has the owners ${owners.join(' and ')}`);
  }
}

const expectAllShared = (members: readonly Member[]) => {
  const alive = members.filter((member) => member.alive);
  expect([...ownersOf(alive).keys()].sort()).toEqual([0, 1, 2, 3, 4, 5]);
  for (const member of alive) expect(member.owned().length).toBeGreaterThanOrEqual(Math.floor(SHARDS / alive.length));
};

describe('LeasedShards', () => {
  let server: Server;
  let members: Member[];
  beforeEach(() => {
    vi.useFakeTimers();
    server = new Server();
    members = [];
  });
  afterEach(() => vi.useRealTimers());
  const join = (name: string, clock = { offsetMs: 0, rate: 1 }) => {
    const member = new Member(name, server, clock);
    members.push(member);
    return member;
  };

  it('gives everything to the only member, and half of it to a second one', async () => {
    join('a');
    await pass(4_000, members);
    expect(members[0]!.owned()).toHaveLength(6);
    join('b');
    await pass(8_000, members);
    expect(members.map((member) => member.owned().length)).toEqual([3, 3]);
    expect(members[0]!.working).toEqual(new Set(members[0]!.owned()));
  });

  it('moves the shards of a member that was killed within 15 seconds', async () => {
    for (const name of ['a', 'b', 'c']) join(name);
    await pass(20_000, members);
    expectAllShared(members);
    members[1]!.alive = false;
    await pass(15_000, members);
    expectAllShared(members);
  });

  it('moves the shards of a member that stops in an orderly way at once', async () => {
    const [a] = [join('a'), join('b')];
    await pass(20_000, members);
    const closing = a.shards.close();
    await pass(4_000, members);
    await closing;
    a.alive = false;
    expectAllShared(members);
    expect(a.working.size).toBe(0);
    expect(server.leases.has('member-a')).toBe(false);
  });

  it('a member that cannot renew stops believing before others may take over', async () => {
    const [a] = [join('a'), join('b')];
    await pass(20_000, members);
    a.reachable = false;
    await pass(7_000, members);
    expect(a.owned()).toEqual([]);
    expect(a.shards.healthy).toBe(false);
    await pass(9_000, members);
    expect(members[1]!.owned()).toHaveLength(6);
    a.reachable = true;
    await pass(10_000, members);
    expectAllShared(members);
  });

  it('nobody takes over from others because the server was away for all', async () => {
    join('a');
    join('b');
    await pass(20_000, members);
    const before = members.map((member) => member.owned());
    server.up = false;
    await pass(30_000, members);
    expect(members.map((member) => member.owned())).toEqual([[], []]);
    server.up = true;
    await pass(6_000, members);
    expect(members.map((member) => member.owned())).toEqual(before);
  });

  it('goes on when somebody removes the leases', async () => {
    join('a');
    join('b');
    await pass(20_000, members);
    server.leases.clear();
    await pass(20_000, members);
    expectAllShared(members);
  });

  it('removes what members that died long ago have left', async () => {
    const [a] = [join('a'), join('b')];
    await pass(10_000, members);
    a.alive = false;
    await pass(230_000, members);
    expect(server.leases.has('member-a')).toBe(false);
    expect(server.leases.has('member-b')).toBe(true);
  });

  type Incident = { readonly kind: 'kill' | 'unreachable' | 'slow' | 'outage' | 'join' | 'leave'; readonly who: number; readonly ms: number; readonly landsAt: number };
  const incident: fc.Arbitrary<Incident> = fc.record({ kind: fc.constantFrom('kill', 'unreachable', 'slow', 'outage', 'join', 'leave'), who: fc.nat(5), ms: fc.integer({ min: 500, max: 16_000 }), landsAt: fc.constantFrom(0.05, 0.5, 0.95) });
  const clock = fc.record({ offsetMs: fc.integer({ min: -1e9, max: 1e9 }), rate: fc.double({ min: 0.98, max: 1.02, noNaN: true }) });

  it('whatever happens a shard never has two owners, and in the end each has one', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(clock, { minLength: 6, maxLength: 6 }), fc.array(incident, { maxLength: 10 }), async (clocks, incidents) => {
        server = new Server();
        members = [];
        let joined = 0;
        const joinNext = () => void (joined < clocks.length && join(`m${joined}`, clocks[joined++]));
        for (let first = 0; first < 3; first += 1) joinNext();
        await pass(3_000, members);
        for (const { kind, who, ms, landsAt } of incidents) {
          const alive = members.filter((member) => member.alive && !member.leaving);
          const member = alive[who % alive.length];
          if (kind === 'join') joinNext();
          else if (kind === 'outage') server.up = false;
          else if (member !== undefined && kind === 'kill' && alive.length > 1) member.alive = false;
          else if (member !== undefined && kind === 'unreachable') member.reachable = false;
          else if (member !== undefined && kind === 'slow') Object.assign(member, { latencyMs: ms, landsAt });
          else if (member !== undefined && kind === 'leave' && alive.length > 1) {
            member.leaving = true;
            void member.shards.close().then(() => (member.alive = false));
          }
          await pass(ms, members);
          if (kind === 'outage') server.up = true;
          if (member !== undefined && kind === 'unreachable') member.reachable = true;
          if (member !== undefined && kind === 'slow') member.latencyMs = 10;
        }
        await pass(60_000, members);
        expectAllShared(members);
        // What still has timers would go on in the next example.
        for (const member of members) member.alive = false;
        vi.clearAllTimers();
      }),
      { numRuns: 80 },
    );
  }, 120_000);
});
