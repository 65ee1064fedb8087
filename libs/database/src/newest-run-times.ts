import type { SqlSession } from './sql-session.js';
import { sql } from './sql-text.js';

interface Noted {
  at: Date;
  readonly stored: (() => void)[];
}

/**
 * When the newest run of an experiment was made, on the experiment's row. It is written by a statement of its own: all runs of an experiment share that row, and a
 * transaction that held it would let no other run of it be made before a slow process has come to its commit.
 */
export class NewestRunTimes {
  #noted = new Map<string, Noted>();
  #writing = false;

  constructor(
    private readonly session: SqlSession,
    private readonly log: (message: string) => void,
  ) {}

  /** Resolves when this time or a later one is stored. Never fails: the run is there already. */
  note(experimentId: string, at: Date): Promise<void> {
    return new Promise((stored) => {
      const noted = this.#noted.get(experimentId) ?? { at, stored: [] };
      if (at > noted.at) noted.at = at;
      noted.stored.push(stored);
      this.#noted.set(experimentId, noted);
      if (!this.#writing) void this.#write();
    });
  }

  /** What is noted while a statement is under way is written by one more. */
  async #write(): Promise<void> {
    this.#writing = true;
    while (this.#noted.size > 0) {
      const noted = this.#noted;
      this.#noted = new Map();
      for (const [id, { at, stored }] of noted) {
        try {
          await this.session.execute(sql`UPDATE experiments SET lastRunCreatedAt = ${at} WHERE id = ${id} AND (lastRunCreatedAt IS NULL OR lastRunCreatedAt < ${at})`);
        } catch (error) {
          this.log(`Experiment ${id} does not know when its newest run was made: ${(error as Error).message}`);
        }
        for (const resolve of stored) resolve();
      }
    }
    this.#writing = false;
  }
}
