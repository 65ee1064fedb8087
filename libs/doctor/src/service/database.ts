import { inspectDatabase, type DatabaseFacts } from '@millrace/database';
import { failure, fine, warning, type Check, type Outcome } from '../finding.js';

const SLOW_MS = 250;
/** An uploaded pipeline has up to 32 MiB, and escapes of it more. */
const PACKET_BYTES = 64 * 1024 * 1024;
const FULL = 0.8;
const SKEW_MS = 30_000;

/** The database as the service reaches it. */
export const database: Check<{ readonly databaseUrl: string; readonly clock: () => Date }> = {
  name: 'database',
  async examine({ databaseUrl, clock }) {
    const facts = await inspectDatabase(databaseUrl);
    const { server, answerMs, bytes, pending } = facts;
    const complaints = [...migrationOutcomes(facts), ...limitOutcomes(facts, clock())];
    if (pending.length > 0) complaints.unshift(failure({ what: `The database is not migrated: ${pending.join(', ')} is to come.`, why: 'Services wait for it and are not ready.', remedy: 'Run the migration: helm upgrade does, or node api-server.mjs migrate.' }));
    if (answerMs > SLOW_MS) complaints.push(warning({ what: `The database takes ${Math.round(answerMs)} ms to answer the smallest question.`, why: 'Every step of a run and every page asks it several.', remedy: 'Bring it nearer, or see what keeps it busy.' }));
    return [fine(`${server}, answers in ${answerMs.toFixed(1)} ms, ${(bytes / 2 ** 20).toFixed(1)} MiB.`), ...complaints];
  },
};

/** What is wrong with the way in which it was migrated, on any database. */
export function migrationOutcomes({ newer, unfinished, damages }: Pick<DatabaseFacts, 'newer' | 'unfinished' | 'damages'>): Outcome[] {
  const restore = 'Restore the backup made before the upgrade.';
  return [
    ...(newer.length === 0 ? [] : [failure({ what: `The database was migrated by a newer Millrace (${newer.join(', ')}).`, why: 'This version refuses to start on it; what runs goes on until it is started again.', remedy: `Start that version. ${restore}` })]),
    ...(unfinished.length === 0 ? [] : [failure({ what: `A migration is not finished: ${unfinished.join(', ')}.`, why: 'It goes on just now, or it broke off half-way.', remedy: `If no migration runs: ${restore}` })]),
    ...(damages.length === 0 ? [] : [failure({ what: `The database file is damaged: ${damages.slice(0, 3).join('; ')}.`, why: 'What is in the damaged part is lost, and reading it fails.', remedy: 'Stop Millrace, keep a copy of the data folder, and restore the last backup (millrace restore).' })]),
  ];
}

export function limitOutcomes({ limits, now }: DatabaseFacts, clock: Date): Outcome[] {
  const outcomes: Outcome[] = [];
  if (limits !== undefined && limits.maxPacketBytes < PACKET_BYTES) {
    outcomes.push(warning({ what: `The server takes at most ${limits.maxPacketBytes / 2 ** 20} MiB at once (max_allowed_packet).`, why: 'Larger pipelines and outputs cannot be stored.', remedy: 'Set max_allowed_packet=64M.' }));
  }
  if (limits !== undefined && limits.connections > limits.maxConnections * FULL) {
    outcomes.push(warning({ what: `${limits.connections} of ${limits.maxConnections} connections of the server are taken.`, why: 'Whoever finds none waits, and is refused after ten seconds.', remedy: 'Raise max_connections, or lower database.connections of the chart (of each pod).' }));
  }
  const skew = now === undefined ? 0 : now.getTime() - clock.getTime();
  if (Math.abs(skew) > SKEW_MS) outcomes.push(warning({ what: `The clock of the database's server is ${Math.round(Math.abs(skew) / 1000)} s ${skew > 0 ? 'ahead' : 'behind'}.`, why: 'Nothing of Millrace goes by it, but backups and logs of the two do not fit together.', remedy: 'Set the clock (NTP) of both.' }));
  return outcomes;
}
