import { isPipelineError } from '@millrace/errors';
import type { ShardOwnership, ShardWorker } from '@millrace/resources';
import { assignShards } from './assign-shards.js';
import type { Lease, LeaseStore } from './lease-store.js';
import { Peers } from './peers.js';

export interface LeasedShardsOptions {
  readonly leases: LeaseStore;
  /** This process's name among the members; never used twice. */
  readonly identity: string;
  readonly shardCount: number;
  /** Milliseconds that never go back, unlike the time of day. @default performance.now() */
  readonly now?: () => number;
  /** For what is worth a line in the log; must not throw. */
  readonly log: (level: 'info' | 'warn' | 'error', message: string, facts?: Readonly<Record<string, unknown>>) => void;
}

/**
 * A member believes in its shards for BELIEF after it asked for the renewal that succeeded last; the others wait for DURATION since they saw the
 * last renewal. A renewal that takes longer than their difference allows does not count, so there is never a moment at which two believe.
 */
const RENEW_EVERY_MS = 1_500;
const RENEWAL_MUST_TAKE_MS = 2_000;
const BELIEF_MS = 6_000;
const DURATION_MS = 10_000;

interface Held {
  readonly begun: Promise<void>;
  /** Undefined while it is worked for; set while the work ends. */
  ending?: Promise<void>;
  ended: boolean;
}

const memberLease = (identity: string): string => `member-${identity}`;
const shardLease = (shard: number): string => `shard-${String(shard).padStart(2, '0')}`;
const isMemberLease = ({ name }: Lease): boolean => name.startsWith('member-');

/**
 * Shards by leases: each member renews one lease of its own, and a lease for each shard says whose it is. A shard changes hands when its holder
 * has ended the work and given it up, or has not renewed for so long that it cannot believe in it any more.
 */
export class LeasedShards implements ShardOwnership {
  readonly #held = new Map<number, Held>();
  readonly #peers = new Peers(DURATION_MS);
  readonly #abort = new AbortController();
  readonly #now: () => number;
  #news: { readonly took: number[]; readonly gaveUp: number[] } = { took: [], gaveUp: [] };
  #own: Lease | undefined;
  #renewedAt: number | undefined;
  #triedAt: number | undefined;
  #worker!: ShardWorker;
  #loops: Promise<unknown> = Promise.resolve();
  #closing: Promise<void> | undefined;

  constructor(private readonly options: LeasedShardsOptions) {
    this.#now = options.now ?? (() => performance.now());
  }

  start(worker: ShardWorker): void {
    this.#worker = worker;
    this.#loops = Promise.all([this.#repeat('renew', () => this.#renew()), this.#repeat('balance', () => this.#balance())]);
  }

  owns(shard: number): boolean {
    const held = this.#held.get(shard);
    return held !== undefined && held.ending === undefined && this.#believes();
  }

  /** The shards that are worked for. */
  get owned(): readonly number[] {
    return [...this.#held.keys()].filter((shard) => this.owns(shard)).sort((a, b) => a - b);
  }

  /** For how long no renewal was even tried. */
  get stuckForMs(): number {
    return this.#triedAt === undefined ? 0 : this.#now() - this.#triedAt;
  }

  /** Whether the last renewal is recent enough to believe in what is held. */
  get healthy(): boolean {
    return this.#believes();
  }

  close(): Promise<void> {
    return (this.#closing ??= this.#close());
  }

  async #close(): Promise<void> {
    this.#abort.abort();
    await this.#loops;
    await Promise.all([...this.#held.keys()].map((shard) => this.#end(shard)));
    if (!this.#believes()) return;
    try {
      const leases = new Map((await this.options.leases.list()).map((lease) => [lease.name, lease]));
      await Promise.all([...this.#held.keys()].map((shard) => this.#release(shard, leases.get(shardLease(shard)))));
      const own = leases.get(memberLease(this.options.identity));
      if (own !== undefined) await this.options.leases.delete(own);
    } catch (error) {
      this.options.log('warn', 'shards could not be given up; others take them when the lease has run out', { error: String(error) });
    }
  }

  #believes(): boolean {
    return this.#renewedAt !== undefined && this.#now() - this.#renewedAt < BELIEF_MS;
  }

  async #repeat(what: string, step: () => Promise<void>): Promise<void> {
    const { signal } = this.#abort;
    let failing = false;
    while (!signal.aborted) {
      try {
        await step();
        if (failing) this.options.log('info', `leases: ${what} works again`);
        failing = false;
      } catch (error) {
        if (!failing) this.options.log('warn', `leases: ${what} failed; it is tried again`, { error: (error as Error).message });
        failing = true;
      }
      await new Promise<void>((resolve) => {
        const timer = setTimeout(done, RENEW_EVERY_MS);
        function done(): void {
          clearTimeout(timer);
          signal.removeEventListener('abort', done);
          resolve();
        }
        signal.addEventListener('abort', done);
      });
    }
  }

  async #renew(): Promise<void> {
    const { leases, identity } = this.options;
    // What was held while nobody was told is not believed in again because a renewal came through at last.
    if (!this.#believes()) this.#dropAll();
    const asked = this.#now();
    this.#triedAt = asked;
    try {
      this.#own = this.#own === undefined ? await leases.create(memberLease(identity), identity) : await leases.update(this.#own, identity);
    } catch (error) {
      // An answer may have been lost, or somebody removed the lease: what is there now decides the next attempt.
      this.#own = (await leases.list()).find(({ name }) => name === memberLease(identity));
      throw error;
    }
    if (this.#now() - asked <= RENEWAL_MUST_TAKE_MS) this.#renewedAt = asked;
  }

  async #balance(): Promise<void> {
    const { leases, identity, shardCount } = this.options;
    const listed = await leases.list();
    const now = this.#now();
    if (!this.#believes()) return this.#dropAll();
    this.#peers.look(listed.filter(isMemberLease), now);
    const byName = new Map(listed.map((lease) => [lease.name, lease]));
    const members = this.#peers.members(now);
    const wanted = new Set(members.includes(identity) ? assignShards(members, shardCount).get(identity) : []);

    const steps: Promise<void>[] = [];
    for (let shard = 0; shard < shardCount; shard += 1) {
      const lease = byName.get(shardLease(shard));
      const held = this.#held.get(shard);
      if (held !== undefined && lease?.holder !== identity) this.#lose(shard, held);
      else if (held?.ended === true) steps.push(this.#release(shard, lease));
      else if (held !== undefined && !wanted.has(shard)) void this.#end(shard);
      else if (held === undefined && wanted.has(shard)) steps.push(this.#take(shard, lease, now));
      // Taken by an answer that came too late to be believed, and wanted no more.
      else if (held === undefined && lease?.holder === identity) steps.push(this.#release(shard, lease));
    }
    for (const member of this.#peers.longDead(now)) {
      const lease = byName.get(memberLease(member));
      if (lease !== undefined) steps.push(leases.delete(lease));
    }
    const results = await Promise.allSettled(steps);
    this.#tellNews();
    // Somebody else was faster; the next look shows who.
    const failed = results.find((result) => result.status === 'rejected' && !isRace(result.reason));
    if (failed?.status === 'rejected') throw failed.reason;
  }

  async #take(shard: number, lease: Lease | undefined, now: number): Promise<void> {
    const { leases, identity } = this.options;
    if (lease !== undefined && lease.holder !== '' && lease.holder !== identity && this.#peers.isAlive(lease.holder, now)) return;
    const taken = lease === undefined ? await leases.create(shardLease(shard), identity) : await leases.update(lease, identity);
    // The answer may have come too late to believe in it; the lease says so and the next look takes it again.
    if (taken.holder !== identity || !this.#believes() || this.#abort.signal.aborted) return;
    this.#news.took.push(shard);
    this.#held.set(shard, { begun: this.#worker.begin(shard), ended: false });
  }

  /** Ends the work for a shard; it stays held until that is done and the lease says so. */
  #end(shard: number): Promise<void> {
    const held = this.#held.get(shard);
    if (held === undefined) return Promise.resolve();
    held.ending ??= held.begun.then(() => this.#worker.end(shard)).then(() => void (held.ended = true));
    return held.ending;
  }

  async #release(shard: number, lease: Lease | undefined): Promise<void> {
    if (lease?.holder === this.options.identity) await this.options.leases.update(lease, '');
    this.#held.delete(shard);
    this.#news.gaveUp.push(shard);
  }

  #tellNews(): void {
    const { took, gaveUp } = this.#news;
    this.#news = { took: [], gaveUp: [] };
    if (took.length + gaveUp.length > 0) this.options.log('info', 'shards changed hands', { took, gaveUp, owned: this.owned.length });
  }

  /** Nothing is believed in any more: others may have it, so the leases are left as they are. */
  #dropAll(): void {
    const lost = [...this.#held].filter(([, { ending }]) => ending === undefined).map(([shard]) => shard);
    if (lost.length > 0) this.options.log('warn', 'lost shards: the lease was not renewed in time', { lost });
    for (const [shard, held] of this.#held) this.#lose(shard, held);
  }

  /** The lease is another's or may be: nothing is given up, the work only ends. */
  #lose(shard: number, held: Held): void {
    void this.#end(shard).then(() => {
      if (this.#held.get(shard) === held) this.#held.delete(shard);
    });
  }
}

function isRace(error: unknown): boolean {
  return isPipelineError(error) && ['ABORTED', 'ALREADY_EXISTS', 'NOT_FOUND'].includes(error.code);
}
