import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, existsSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { hasExit, readJson, writeExit } from '../attempts/attempt-folder.js';
import type { Environment } from './environments.js';
import { readLiveRecords } from './live-records.js';
import { isSameProcess, killLeftovers } from './process-identity.js';
import { socketPathFor } from './socket-path.js';

/** The interpreter and the SDK are loaded from a cold disk in less. */
const LONGEST_START_MS = 20_000;

/** The note that a supervisor leaves about itself while it runs. */
export interface SupervisorRecord {
  readonly pid: number;
  readonly startTicks: number | null;
  readonly bootId: string;
  readonly socket: string;
  readonly protocol: number;
}

export interface SupervisorSettings {
  readonly pythonFolder: string;
  readonly graceMs: number;
  readonly idleMs: number;
  readonly privateRoot: boolean;
  readonly preload: readonly string[];
}

/** One folder per environment and per version of the programs: an old supervisor keeps what it runs, and gets nothing new. */
export function supervisorFolder(root: string, environment: Environment, settings: SupervisorSettings): string {
  const digest = createHash('sha256').update(environment.folder).update(JSON.stringify([settings.graceMs, settings.idleMs, settings.privateRoot]));
  const programs = join(settings.pythonFolder, 'millrace_supervisor');
  for (const name of readdirSync(programs).filter((file) => file.endsWith('.py')).sort()) digest.update(readFileSync(join(programs, name)));
  return join(root, 'supervisors', `${environment.key}-${digest.digest('hex').slice(0, 12)}`);
}

export function readSupervisor(folder: string): SupervisorRecord | undefined {
  return readJson<SupervisorRecord>(join(folder, 'supervisor.json'));
}

/** Starts a supervisor that outlives this process, and resolves when it (or one that was quicker) listens. */
export async function startSupervisor(folder: string, environment: Environment, settings: SupervisorSettings, failpoint?: { readonly name: string; readonly nth: number }): Promise<void> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const options = { folder, socket: socketPathFor(folder), idleMs: settings.idleMs, graceMs: settings.graceMs, modules: settings.preload, privateRoot: settings.privateRoot, failpoint };
  const log = openSync(join(folder, 'supervisor.log'), 'a', 0o600);
  const child = spawn(environment.python, [join(settings.pythonFolder, 'supervisor.py'), JSON.stringify(options)], {
    cwd: folder,
    // Forked tasks have this interpreter's settings, so these are the ones a container's Python has.
    env: { PATH: '/usr/local/bin:/usr/bin:/bin', LANG: 'C.UTF-8', PYTHONUNBUFFERED: '1', HOME: folder },
    stdio: ['ignore', 'pipe', log],
    detached: true,
  });
  closeSync(log);
  noteUse(environment);
  child.unref();
  const answer = child.stdout!;
  const said = await new Promise<string>((resolve, reject) => {
    child.once('error', (error) => reject(new Error(`The interpreter ${environment.python} cannot be started: ${error.message}.`)));
    answer.once('data', (word: Buffer) => resolve(word.toString()));
    answer.once('close', () => reject(new Error(`The supervisor of tasks ended at its start; see ${join(folder, 'supervisor.log')}.`)));
  });
  answer.destroy();
  // Another one is there, and may still be on its way.
  for (let waited = 0; said.startsWith('busy') && readSupervisor(folder) === undefined && waited < LONGEST_START_MS; waited += 50) await sleep(50);
}

/** So that environments nobody has used for long can be told. */
function noteUse(environment: Environment): void {
  try {
    const now = new Date();
    utimesSync(join(environment.folder, 'ready.json'), now, now);
  } catch {
    // It is not one of ours, or belongs to somebody else.
  }
}

/** Whether a supervisor that a server began to start before it died may still appear in the folder. */
export function mayBeStarting(folder: string): boolean {
  return Date.now() - (statSync(join(folder, 'lock'), { throwIfNoEntry: false })?.mtimeMs ?? 0) < LONGEST_START_MS;
}

/**
 * Puts in order what a dead supervisor left: ends its attempts' processes and records them as lost. Attempts of a
 * supervisor that was told to close are left without a record, and run again. Does nothing while the supervisor lives.
 */
export async function sweepDeadSupervisor(folder: string): Promise<string[]> {
  const record = readSupervisor(folder);
  if (record && isSameProcess(record)) return [];
  const wasClosing = existsSync(join(folder, 'closing'));
  const lost: string[] = [];
  for (const left of readLiveRecords(folder)) {
    await killLeftovers(left);
    if (wasClosing || !existsSync(left.folder) || hasExit(left.folder)) continue;
    writeExit(left.folder, {
      reason: 'lost',
      message: 'The process that watched over this task ended unexpectedly, so the task was stopped and its result is unknown; retry the run.',
      startedAt: left.startedAt,
      finishedAt: Date.now(),
    });
    lost.push(left.id);
  }
  rmSync(join(folder, 'live'), { force: true });
  if (record) rmSync(record.socket, { force: true });
  rmSync(join(folder, 'supervisor.json'), { force: true });
  return lost;
}
