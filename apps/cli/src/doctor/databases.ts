import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { inspectDatabase } from '@millrace/database';
import { failure, fine, migrationOutcomes, type Check, type Outcome } from '@millrace/doctor';
import { describeBytes } from '@millrace/object-store';
import type { MachineContext } from './machine-context.js';

/** Both databases: of which version they are, and whether every page of them can be read. */
export const databases: Check<Pick<MachineContext, 'folder'>> = {
  name: 'databases',
  async examine({ folder }) {
    const engine = join(folder.engine, 'argo.db');
    const outcomes: Outcome[] = [];
    if (existsSync(folder.database)) {
      const facts = await inspectDatabase(`file:${folder.database}`);
      const complaints = migrationOutcomes(facts);
      const told = fine(`${folder.database}: ${facts.server}, ${describeBytes(facts.bytes)}, ${facts.pending.length === 0 ? 'up to date' : `the next start migrates it (${facts.pending.length} steps)`}.`);
      outcomes.push(...(complaints.length > 0 ? complaints : [told]));
    }
    if (existsSync(engine)) outcomes.push(examineEngine(engine));
    return outcomes.length > 0 ? outcomes : [fine('There is none yet.')];
  },
};

function examineEngine(file: string): Outcome {
  const database = new DatabaseSync(file, { timeout: 10_000 });
  try {
    const damages = (database.prepare('PRAGMA quick_check(5)').all() as { quick_check: string }[]).map(({ quick_check: line }) => line).filter((line) => line !== 'ok');
    return migrationOutcomes({ newer: [], unfinished: [], damages })[0] ?? fine(`${file}: all of it can be read.`);
  } catch (error) {
    return failure({ what: `${file} cannot be read: ${(error as Error).message}.`, why: 'Millrace does not start with it.', remedy: 'Stop Millrace, keep a copy of the data folder, and restore the last backup (millrace restore).' });
  } finally {
    database.close();
  }
}
