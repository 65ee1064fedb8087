import type { Lease } from './lease-store.js';

interface Seen {
  version: string | undefined;
  since: number;
}

/**
 * Who is alive, judged without anybody's clock but ours: a member is dead when its lease did not change for a whole duration during which we
 * looked. Times at which we could not look count for nobody.
 */
export class Peers {
  readonly #seen = new Map<string, Seen>();
  #lookedAt: number | undefined;

  constructor(private readonly durationMs: number) {}

  /** Takes note of the leases of all members; `now` is a time after they were read. */
  look(leases: readonly Lease[], now: number): void {
    const blind = this.#lookedAt !== undefined && now - this.#lookedAt > this.durationMs / 2;
    this.#lookedAt = now;
    const versions = new Map(leases.map(({ holder, version }) => [holder, version]));
    for (const member of new Set([...this.#seen.keys(), ...versions.keys()])) {
      const version = versions.get(member);
      const seen = this.#seen.get(member);
      if (seen === undefined || blind || seen.version !== version) this.#seen.set(member, { version, since: now });
    }
  }

  /** Whether the member may still believe in what it holds. One that was never seen may: its lease could be about to come. */
  isAlive(member: string, now: number): boolean {
    const seen = this.#seen.get(member);
    if (seen === undefined) {
      this.#seen.set(member, { version: undefined, since: now });
      return true;
    }
    return now - seen.since < this.durationMs;
  }

  /** Members with a lease that are alive. */
  members(now: number): string[] {
    return [...this.#seen].flatMap(([member, { version }]) => (version !== undefined && this.isAlive(member, now) ? [member] : []));
  }

  /** Members that have been dead for so long that their leases are only litter. */
  longDead(now: number): string[] {
    const dead: string[] = [];
    for (const [member, { version, since }] of this.#seen) {
      if (now - since < 20 * this.durationMs) continue;
      if (version === undefined) this.#seen.delete(member);
      else dead.push(member);
    }
    return dead;
  }
}
