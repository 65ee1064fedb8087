import type { Database, RunFolder } from '@millrace/database';
import { PipelineError } from '@millrace/errors';
import type { ObjectStore } from '@millrace/object-store';

export interface UnclaimedFolder {
  readonly uri: string;
  readonly files: number;
  readonly sizeBytes: number;
}

export interface UnclaimedOptions {
  readonly database: Pick<Database, 'artifacts'>;
  readonly objects: ObjectStore;
  /** A pipeline root: what runs leave is in `<root>/<pipeline>/<run>`. */
  readonly root: string;
  /** A folder in which anything is younger is left alone. */
  readonly before: Date;
}

/** How many folders one question to the database is about. */
const ASKED_AT_ONCE = 100;
const RUN_FOLDER = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
/** Below each run whose tasks ran as pods, and below nothing that another system lays out in the same way, as KFP does. */
const LOGS = '.logs';

/** Whether a folder right below a pipeline's may be a run's. */
export function isRunFolderName(name: string): boolean {
  return RUN_FOLDER.test(name);
}

/**
 * Folders of runs that do not exist, in which no artifact of another run lies and nothing is young: what deleted runs have left. Found one by one, each as it
 * is when it is told of; what cannot be placed is never among them.
 */
export async function* findUnclaimedFolders({ database, objects, root, before }: UnclaimedOptions): AsyncGenerator<UnclaimedFolder> {
  if (objects.folders === undefined || !objects.accepts(root)) throw new PipelineError('INVALID_ARGUMENT', `"${root}" is in no object store whose folders can be listed; name a pipeline root such as minio://bucket/folder.`);
  for await (const pipeline of objects.folders(root)) {
    let batch: RunFolder[] = [];
    for await (const name of objects.folders(`${root}/${pipeline}`)) {
      if (!isRunFolderName(name)) continue;
      batch.push({ runId: name, uris: addressesOf(`${root}/${pipeline}/${name}`) });
      if (batch.length < ASKED_AT_ONCE) continue;
      yield* unclaimedOf(batch, { database, objects, before });
      batch = [];
    }
    yield* unclaimedOf(batch, { database, objects, before });
  }
}

/** The store is asked first and the rows after it: what came in between is not in the list, what is in the list had its row before. */
async function* unclaimedOf(folders: readonly RunFolder[], { database, objects, before }: Omit<UnclaimedOptions, 'root'>): AsyncGenerator<UnclaimedFolder> {
  const claimed = await database.artifacts.claimed(folders);
  for (const { runId, uris } of folders) {
    const left = claimed.has(runId) ? undefined : await lookInto(objects, uris[0]!, before);
    if (left !== undefined) yield left;
  }
}

async function lookInto(objects: ObjectStore, uri: string, before: Date): Promise<UnclaimedFolder | undefined> {
  let [files, sizeBytes, isOurs] = [0, 0, false];
  for await (const { path, sizeBytes: size, modifiedAt } of objects.walk!(uri)) {
    if (modifiedAt >= before) return undefined;
    isOurs ||= path.startsWith(`${LOGS}/`);
    files += 1;
    sizeBytes += size;
  }
  return isOurs ? { uri, files, sizeBytes } : undefined;
}

/** An artifact may be known by the other scheme of the same store. */
function addressesOf(uri: string): readonly string[] {
  return [uri, uri.startsWith('minio://') ? uri.replace('minio://', 's3://') : uri.replace('s3://', 'minio://')];
}
