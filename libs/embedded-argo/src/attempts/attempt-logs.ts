import { createReadStream, existsSync, type FSWatcher, statSync, watch } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { PipelineError } from '@millrace/errors';
import type { LogPage, LogReadOptions, TaskLogRef, TaskLogs } from '@millrace/resources';
import { attemptFolder, hasExit } from './attempt-folder.js';
import { readLogPage } from './read-log-page.js';

const DEFAULT_LIMIT_BYTES = 256 * 1024;
const LARGEST_LIMIT_BYTES = 1024 * 1024;
/** Only for file systems that do not tell of changes. */
const POLL_MS = 1_000;

/** Finds the attempt behind a reference, which names a workflow and not its uid; undefined when there is none. */
export type AttemptResolver = (ref: TaskLogRef) => string | undefined | Promise<string | undefined>;

/** TaskLogs over the files that supervisors write. */
export function createAttemptLogs(folder: string, resolveAttempt: AttemptResolver): TaskLogs {
  const find = async (ref: TaskLogRef): Promise<string> => {
    const id = await resolveAttempt(ref);
    const found = id === undefined ? undefined : attemptFolder(folder, id);
    if (found === undefined || !existsSync(found)) {
      throw new PipelineError('NOT_FOUND', `There is no log of "${ref.nodeId}" of workflow "${ref.workflow}": it has not started, or it was removed with its run.`);
    }
    return found;
  };

  return {
    async read(ref: TaskLogRef, options: LogReadOptions = {}): Promise<LogPage> {
      const attempt = await find(ref);
      const limit = Math.min(Math.max(1, options.limitBytes ?? DEFAULT_LIMIT_BYTES), LARGEST_LIMIT_BYTES);
      return readLogPage(attempt, options.from ?? 0, limit, () => hasExit(attempt));
    },

    async *follow(ref, { from = 0, signal }) {
      const attempt = await find(ref);
      const changes = watchFolder(attempt, signal);
      try {
        let offset = from;
        while (!signal.aborted) {
          const seen = changes.count();
          const page = await readLogPage(attempt, offset, DEFAULT_LIMIT_BYTES, () => hasExit(attempt));
          if (page.lines.length > 0) yield page;
          if (page.complete) return;
          // A long line was passed over, or more than a page is there: go on without waiting.
          if (page.nextOffset === offset) await changes.next(seen);
          offset = page.nextOffset;
        }
      } finally {
        changes.close();
      }
    },

    async open(ref) {
      const path = join(await find(ref), 'log');
      if (!existsSync(path)) return { stream: Readable.from([]), sizeBytes: 0 };
      const sizeBytes = statSync(path).size;
      // No more than was promised: the attempt may be writing.
      return { stream: sizeBytes === 0 ? Readable.from([]) : createReadStream(path, { end: sizeBytes - 1 }), sizeBytes };
    },
  };
}

interface Changes {
  count(): number;
  /** Resolves when something changed after `seen`, when the signal aborts, or when it is time to look anyway. */
  next(seen: number): Promise<void>;
  close(): void;
}

function watchFolder(folder: string, signal: AbortSignal): Changes {
  let count = 0;
  let wake = (): void => undefined;
  const onChange = (): void => {
    count += 1;
    wake();
  };
  let watcher: FSWatcher | undefined;
  try {
    watcher = watch(folder, { persistent: false }, onChange);
    watcher.on('error', () => watcher?.close());
  } catch {
    // Out of watches: the poll remains.
  }
  signal.addEventListener('abort', onChange);
  return {
    count: () => count,
    async next(seen) {
      if (count !== seen || signal.aborted) return;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, POLL_MS);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    },
    close() {
      signal.removeEventListener('abort', onChange);
      watcher?.close();
    },
  };
}
