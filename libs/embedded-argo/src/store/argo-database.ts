import { join } from 'node:path';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import type { NodeStatus, Workflow, WorkflowStatus } from '@millrace/argo';
import { isWorkflowCompleted } from '@millrace/argo';
import { PipelineError } from '@millrace/errors';
import type { ListOptions, ObjectMeta, Resource } from '@millrace/resources';
import type { ScheduledWorkflow } from '@millrace/scheduling';

/** What a read of one object needs at once; spec and nodes are read when somebody asks for them. */
export interface StoredHead {
  readonly uid: string;
  readonly metadata: ObjectMeta;
  readonly status: WorkflowStatus | undefined;
}

/** What one transaction writes of one object. */
export interface ObjectChange {
  readonly uid: string;
  readonly metadata: ObjectMeta;
  /** Without nodes. */
  readonly status: WorkflowStatus;
  readonly spec?: Workflow['spec'];
  readonly labelsChanged: boolean;
  /** Whole nodes, `children` left out. */
  readonly nodes: readonly NodeStatus[];
  readonly children: readonly { readonly parent: string; readonly index: number; readonly child: string }[];
  /** Milliseconds since the epoch at which it may be removed. */
  readonly expiresAt?: number;
}

// A node's children have rows of their own: a parent of thousands gains them one by one, and its row is not to grow with each.
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS object (
    uid TEXT PRIMARY KEY, namespace TEXT NOT NULL, name TEXT NOT NULL, metadata TEXT NOT NULL, status TEXT,
    completed INTEGER NOT NULL DEFAULT 0, expires_at INTEGER, UNIQUE (namespace, name)
  );
  CREATE INDEX IF NOT EXISTS object_running ON object (uid) WHERE completed = 0;
  CREATE INDEX IF NOT EXISTS object_expiry ON object (expires_at) WHERE expires_at IS NOT NULL;
  CREATE TABLE IF NOT EXISTS spec (uid TEXT PRIMARY KEY REFERENCES object (uid) ON DELETE CASCADE, spec TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS label (
    key TEXT NOT NULL, value TEXT NOT NULL, uid TEXT NOT NULL REFERENCES object (uid) ON DELETE CASCADE, PRIMARY KEY (key, value, uid)
  ) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS label_uid ON label (uid);
  CREATE TABLE IF NOT EXISTS node (
    uid TEXT NOT NULL REFERENCES object (uid) ON DELETE CASCADE, id TEXT NOT NULL, node TEXT NOT NULL, PRIMARY KEY (uid, id)
  );
  CREATE TABLE IF NOT EXISTS node_child (
    uid TEXT NOT NULL REFERENCES object (uid) ON DELETE CASCADE, parent TEXT NOT NULL, position INTEGER NOT NULL, child TEXT NOT NULL,
    PRIMARY KEY (uid, parent, position)
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS forgotten (attempt TEXT PRIMARY KEY) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS schedule (
    uid TEXT PRIMARY KEY, namespace TEXT NOT NULL, name TEXT NOT NULL, metadata TEXT NOT NULL, spec TEXT NOT NULL, status TEXT NOT NULL,
    UNIQUE (namespace, name)
  ) WITHOUT ROWID;
`;
const SCHEMA_VERSION = 2;

/** The rows behind the embedded store. Every method is synchronous; writes happen inside `transaction`. */
export class ArgoDatabase {
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, ReturnType<DatabaseSync['prepare']>>();

  constructor(folder: string) {
    this.#database = new DatabaseSync(join(folder, 'argo.db'), { timeout: 5_000, enableForeignKeyConstraints: true });
    this.#database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;');
    const { user_version: version } = this.#row('PRAGMA user_version') as { user_version: number };
    if (version > SCHEMA_VERSION) {
      this.#database.close();
      throw new PipelineError('FAILED_PRECONDITION', `"${join(folder, 'argo.db')}" was written by a newer Millrace (schema ${version}); start that one.`);
    }
    this.#database.exec(`BEGIN; ${SCHEMA} PRAGMA user_version = ${SCHEMA_VERSION}; COMMIT;`);
  }

  close(): void {
    if (this.#database.isOpen) this.#database.close();
  }

  transaction<Result>(work: () => Result): Result {
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      const result = work();
      this.#database.exec('COMMIT');
      return result;
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      throw error;
    }
  }

  lastResourceVersion(): number {
    return (this.#row('SELECT value FROM meta WHERE key = ?', 'resourceVersion') as { value: number } | undefined)?.value ?? 0;
  }

  setLastResourceVersion(value: number): void {
    this.#run('INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value', 'resourceVersion', value);
  }

  insert({ metadata, spec }: Resource<Workflow>): void {
    const { uid, namespace, name, labels } = metadata;
    this.#run('INSERT INTO object (uid, namespace, name, metadata) VALUES (?, ?, ?, ?)', uid, namespace, name, JSON.stringify(metadata));
    this.#run('INSERT INTO spec (uid, spec) VALUES (?, ?)', uid, JSON.stringify(spec));
    this.#setLabels(uid, labels);
  }

  write(change: ObjectChange): void {
    const { uid, metadata, status, spec } = change;
    this.#run(
      'UPDATE object SET metadata = ?, status = ?, completed = ?, expires_at = ? WHERE uid = ?',
      JSON.stringify(metadata), JSON.stringify(status), isWorkflowCompleted(status.phase) ? 1 : 0, change.expiresAt ?? null, uid,
    );
    if (spec !== undefined) this.#run('UPDATE spec SET spec = ? WHERE uid = ?', JSON.stringify(spec), uid);
    if (change.labelsChanged) this.#setLabels(uid, metadata.labels);
    for (const node of change.nodes) {
      const { children: _children, ...row } = node;
      this.#run('INSERT INTO node (uid, id, node) VALUES (?, ?, ?) ON CONFLICT (uid, id) DO UPDATE SET node = excluded.node', uid, node.id, JSON.stringify(row));
    }
    for (const { parent, index, child } of change.children) {
      this.#run('INSERT INTO node_child (uid, parent, position, child) VALUES (?, ?, ?, ?)', uid, parent, index, child);
    }
  }

  /** Writes an object anew as one that runs, its nodes and all. */
  rewrite({ metadata, spec, status = {} }: Resource<Workflow>): void {
    const { uid } = metadata;
    const { nodes = {}, ...head } = status;
    this.#run('DELETE FROM node WHERE uid = ?', uid);
    this.#run('DELETE FROM node_child WHERE uid = ?', uid);
    const all = Object.values(nodes);
    const children = all.flatMap(({ id, children: ids = [] }) => ids.map((child, index) => ({ parent: id, index, child })));
    this.write({ uid, metadata, status: head, spec, labelsChanged: true, nodes: all, children });
  }

  delete(uid: string, attempts: readonly string[]): void {
    this.#run('DELETE FROM object WHERE uid = ?', uid);
    for (const attempt of attempts) this.#run('INSERT OR IGNORE INTO forgotten (attempt) VALUES (?)', attempt);
  }

  /** Attempts of deleted objects of which something may still lie around. */
  forgottenAttempts(): string[] {
    return (this.#rows('SELECT attempt FROM forgotten') as { attempt: string }[]).map(({ attempt }) => attempt);
  }

  forgetDone(attempt: string): void {
    this.#run('DELETE FROM forgotten WHERE attempt = ?', attempt);
  }

  find(namespace: string, name: string): StoredHead | undefined {
    const row = this.#row('SELECT uid, metadata, status FROM object WHERE namespace = ? AND name = ?', namespace, name);
    return row === undefined ? undefined : toHead(row as HeadRow);
  }

  list({ namespace, labels = {}, withoutLabels = [] }: ListOptions): StoredHead[] {
    const values: SQLInputValue[] = [];
    const where: string[] = [];
    if (namespace !== undefined) {
      where.push('namespace = ?');
      values.push(namespace);
    }
    for (const [key, value] of Object.entries(labels)) {
      where.push('uid IN (SELECT uid FROM label WHERE key = ? AND value = ?)');
      values.push(key, value);
    }
    for (const key of withoutLabels) {
      where.push('uid NOT IN (SELECT uid FROM label WHERE key = ?)');
      values.push(key);
    }
    const filter = where.length === 0 ? '' : ` WHERE ${where.join(' AND ')}`;
    return (this.#rows(`SELECT uid, metadata, status FROM object${filter} ORDER BY namespace, name`, ...values) as HeadRow[]).map(toHead);
  }

  /** Objects that still run, oldest first. */
  running(): StoredHead[] {
    const heads = (this.#rows('SELECT uid, metadata, status FROM object WHERE completed = 0') as HeadRow[]).map(toHead);
    return heads.sort((a, b) => Number(a.metadata.resourceVersion) - Number(b.metadata.resourceVersion));
  }

  spec(uid: string): Workflow['spec'] | undefined {
    const row = this.#row('SELECT spec FROM spec WHERE uid = ?', uid) as { spec: string } | undefined;
    return row === undefined ? undefined : (JSON.parse(row.spec) as Workflow['spec']);
  }

  nodes(uid: string): Record<string, NodeStatus> {
    const nodes: Record<string, NodeStatus> = {};
    for (const { id, node } of this.#rows('SELECT id, node FROM node WHERE uid = ? ORDER BY rowid', uid) as { id: string; node: string }[]) {
      nodes[id] = JSON.parse(node) as NodeStatus;
    }
    const edges = this.#rows('SELECT parent, child FROM node_child WHERE uid = ? ORDER BY parent, position', uid);
    for (const { parent, child } of edges as { parent: string; child: string }[]) (nodes[parent]!.children ??= []).push(child);
    for (const node of Object.values(nodes)) {
      Object.freeze(node.children);
      Object.freeze(node);
    }
    return nodes;
  }

  putSchedule({ metadata, spec, status = {} }: Resource<ScheduledWorkflow>): void {
    const { uid, namespace, name } = metadata;
    this.#run(
      `INSERT INTO schedule (uid, namespace, name, metadata, spec, status) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT (uid) DO UPDATE SET metadata = excluded.metadata, spec = excluded.spec, status = excluded.status`,
      uid, namespace, name, JSON.stringify(metadata), JSON.stringify(spec), JSON.stringify(status),
    );
  }

  deleteSchedule(uid: string): void {
    this.#run('DELETE FROM schedule WHERE uid = ?', uid);
  }

  /** Metadata, spec and status of every schedule. */
  schedules(): Pick<Resource<ScheduledWorkflow>, 'metadata' | 'spec' | 'status'>[] {
    const rows = this.#rows('SELECT metadata, spec, status FROM schedule ORDER BY namespace, name') as { metadata: string; spec: string; status: string }[];
    return rows.map(({ metadata, spec, status }) => ({
      metadata: JSON.parse(metadata) as ObjectMeta,
      spec: JSON.parse(spec) as ScheduledWorkflow['spec'],
      status: JSON.parse(status) as NonNullable<ScheduledWorkflow['status']>,
    }));
  }

  /** The objects to remove by now, and the time of the next one. */
  expired(now: number): { readonly due: StoredHead[]; readonly next: number | undefined } {
    const due = (this.#rows('SELECT uid, metadata, status FROM object WHERE expires_at <= ?', now) as HeadRow[]).map(toHead);
    const next = this.#row('SELECT min(expires_at) AS at FROM object WHERE expires_at > ?', now) as { at: number | null };
    return { due, next: next.at ?? undefined };
  }

  #setLabels(uid: string, labels: ObjectMeta['labels']): void {
    this.#run('DELETE FROM label WHERE uid = ?', uid);
    for (const [key, value] of Object.entries(labels ?? {})) this.#run('INSERT INTO label (key, value, uid) VALUES (?, ?, ?)', key, value, uid);
  }

  #prepare(sql: string): ReturnType<DatabaseSync['prepare']> {
    let statement = this.#statements.get(sql);
    if (statement === undefined) this.#statements.set(sql, (statement = this.#database.prepare(sql)));
    return statement;
  }

  #run(sql: string, ...values: SQLInputValue[]): void {
    this.#prepare(sql).run(...values);
  }

  #row(sql: string, ...values: SQLInputValue[]): unknown {
    return this.#prepare(sql).get(...values);
  }

  #rows(sql: string, ...values: SQLInputValue[]): unknown[] {
    return this.#prepare(sql).all(...values);
  }
}

/** What SQLite says of a file that is damaged, as an error for a person; others as they are. */
export function explainDamage(error: unknown, folder: string): unknown {
  const code = (error as { readonly errcode?: number }).errcode;
  // SQLITE_CORRUPT, SQLITE_NOTADB, and what is said of a file that is too short.
  if (code === undefined || ![11, 26, 522].some((damaged) => code === damaged || (code & 0xff) === damaged)) return error;
  return new PipelineError(
    'FAILED_PRECONDITION',
    `"${join(folder, 'argo.db')}" is damaged (${(error as Error).message}). Restore a backup, or move the folder "${folder}" away: finished runs stay, without their logs; runs in progress are marked as failed.`,
    { cause: error },
  );
}

interface HeadRow {
  readonly uid: string;
  readonly metadata: string;
  readonly status: string | null;
}

function toHead({ uid, metadata, status }: HeadRow): StoredHead {
  return { uid, metadata: JSON.parse(metadata) as ObjectMeta, status: status === null ? undefined : (JSON.parse(status) as WorkflowStatus) };
}
