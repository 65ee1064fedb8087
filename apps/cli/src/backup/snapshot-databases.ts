import { existsSync } from 'node:fs';
import { backup, DatabaseSync } from 'node:sqlite';
import { PipelineError } from '@millrace/errors';

/** A file of SQLite and where its copy goes. */
export interface DatabaseCopy {
  readonly file: string;
  readonly copy: string;
}

/**
 * Copies the product's database and the engine's as they are at one moment, while a server writes to both. Writers of the first are kept
 * out for as long as it takes to fix what is read of the second; both are copied after that, and nobody waits for it.
 */
export async function snapshotDatabases(product: DatabaseCopy, engine: DatabaseCopy): Promise<void> {
  const opened: DatabaseSync[] = [];
  const open = (file: string): DatabaseSync => {
    const database = new DatabaseSync(file, { timeout: 20_000 });
    opened.push(database);
    return database;
  };
  try {
    const gate = open(product.file);
    const productReader = open(product.file);
    const engineReader = existsSync(engine.file) ? open(engine.file) : undefined;
    gate.exec('BEGIN IMMEDIATE');
    if (engineReader !== undefined) fixWhatIsRead(engineReader);
    fixWhatIsRead(productReader);
    gate.exec('ROLLBACK');
    if (engineReader !== undefined) await copy(engineReader, engine);
    await copy(productReader, product);
  } catch (error) {
    if (error instanceof Error && 'errcode' in error) throw new PipelineError('FAILED_PRECONDITION', `The databases cannot be copied: ${error.message}.`, { cause: error });
    throw error;
  } finally {
    for (const database of opened) database.close();
  }
}

/** A reader in a transaction sees what there is at its first read, for as long as it stays open. */
function fixWhatIsRead(reader: DatabaseSync): void {
  reader.exec('BEGIN');
  reader.prepare('SELECT count(*) FROM sqlite_schema').get();
}

async function copy(reader: DatabaseSync, { file, copy: target }: DatabaseCopy): Promise<void> {
  await backup(reader, target, { rate: 1_000 });
  const copied = new DatabaseSync(target);
  try {
    // One file, whatever mode the original was in.
    copied.exec('PRAGMA journal_mode = DELETE');
    const [{ quick_check: verdict }] = copied.prepare('PRAGMA quick_check(1)').all() as [{ quick_check: string }];
    if (verdict !== 'ok') throw new PipelineError('FAILED_PRECONDITION', `The database ${file} is damaged (${verdict}), so that a backup of it would be too; restore an earlier one.`);
  } finally {
    copied.close();
  }
}
