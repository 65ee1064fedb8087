import { randomUUID } from 'node:crypto';
import type { Change } from './change-feed.js';
import { insertRows } from './insert-rows.js';
import type { Sql, SqlSession } from './sql-session.js';
import { listSql, sql } from './sql-text.js';

export interface SharedChangesOptions {
  readonly session: SqlSession;
  readonly clock: () => Date;
  readonly log: (message: string) => void;
  /** Gets what other processes committed. */
  readonly onChanges: (changes: readonly Change[]) => void;
}

interface Row {
  readonly id: number;
  readonly origin: string;
  readonly content: string;
}

const TABLE = { table: 'changes', columns: ['at', 'origin', 'content'] } as const;
const POLL_MS = 300;
const POLL_ROWS = 1_000;
/** A number that was given to a transaction shows up when that commits; one that was rolled back never does. */
const GAP_MS = 10_000;
const KEEP_MS = 60 * 60_000;
const PRUNE_EVERY_MS = 60_000;

/**
 * Changes of all processes on one database, by a table that each writes to and reads from. What is written in the transaction of the change itself is
 * told if and only if that is committed; the rest soon after.
 */
export class SharedChanges {
  readonly #origin = randomUUID();
  #last: number | undefined;
  /** Numbers that were left out, and since when. */
  readonly #gaps = new Map<number, number>();
  #later: Change[] = [];
  #writing: Promise<void> | undefined;
  #reading = false;
  #timer: NodeJS.Timeout | undefined;
  #prunedAt = 0;
  /** Up to when nothing was missed. */
  #readAt = 0;
  #turn: Promise<void> = Promise.resolve();

  constructor(private readonly options: SharedChangesOptions) {}

  /** Within the transaction that makes them. */
  async tell(tx: Sql, changes: readonly Change[]): Promise<void> {
    if (changes.length > 0) await insertRows(tx, TABLE, changes.map((change) => ({ at: this.options.clock(), origin: this.#origin, content: JSON.stringify(change) })));
  }

  /** After they were committed. */
  tellLater(changes: readonly Change[]): void {
    this.#later.push(...changes);
    this.#writing ??= this.#write().finally(() => (this.#writing = undefined));
  }

  /** Begins to read what others commit from now on. */
  read(): void {
    if (this.#reading) return;
    this.#reading = true;
    this.#again(0);
  }

  async close(): Promise<void> {
    this.#reading = false;
    clearTimeout(this.#timer);
    await Promise.all([this.#turn, this.#writing]);
  }

  async #write(): Promise<void> {
    while (this.#later.length > 0) {
      const changes = this.#later;
      this.#later = [];
      await this.tell(this.options.session, changes).catch((error: Error) => this.options.log(`Other servers could not be told of a change: ${error.message}`));
    }
  }

  #again(afterMs: number): void {
    this.#timer = setTimeout(() => {
      this.#turn = this.#poll()
        .catch((error: Error) => this.options.log(`Changes of other servers could not be read: ${error.message}`))
        .then((more) => void (this.#reading && this.#again(more === true ? 0 : POLL_MS)));
    }, afterMs);
    this.#timer.unref();
  }

  /** True when there may be more at once. */
  async #poll(): Promise<boolean> {
    const { session, onChanges, clock } = this.options;
    if (this.#last === undefined) {
      const [row] = await session.query<{ last: number | null }>(sql`SELECT MAX(id) AS last FROM changes`);
      this.#last = row?.last ?? 0;
      this.#readAt = clock().getTime();
      return false;
    }
    const now = clock().getTime();
    // Somebody has removed what was written since by now, or is about to.
    const areLost = now - this.#readAt > KEEP_MS;
    for (const [id, since] of this.#gaps) if (now - since > GAP_MS) this.#gaps.delete(id);
    const late = this.#gaps.size === 0 ? [] : await session.query<Row>(sql`SELECT id, origin, content FROM changes WHERE id IN ${listSql([...this.#gaps.keys()])} ORDER BY id`);
    const rows = await session.query<Row>(sql`SELECT id, origin, content FROM changes WHERE id > ${this.#last} ORDER BY id LIMIT ${POLL_ROWS}`);
    for (const { id } of late) this.#gaps.delete(id);
    for (const { id } of rows) {
      for (let gap = this.#last + 1; gap < id && gap > id - POLL_ROWS; gap += 1) this.#gaps.set(gap, now);
      this.#last = id;
    }
    const changes = [...late, ...rows].filter(({ origin }) => origin !== this.#origin).map(({ content }) => JSON.parse(content) as Change);
    this.#readAt = now;
    if (areLost) changes.push({ kind: 'lost' });
    if (changes.length > 0) onChanges(changes);
    if (now - this.#prunedAt > PRUNE_EVERY_MS) {
      this.#prunedAt = now;
      await session.execute(sql`DELETE FROM changes WHERE at < ${new Date(now - KEEP_MS)}`);
    }
    return rows.length === POLL_ROWS;
  }
}
