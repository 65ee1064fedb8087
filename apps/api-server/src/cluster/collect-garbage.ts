import type { Database } from '@millrace/database';
import { describeBytes, type ObjectStore } from '@millrace/object-store';
import { findUnclaimedFolders } from '@millrace/run-controller';

export interface GarbageOptions {
  readonly database: Pick<Database, 'artifacts'>;
  readonly objects: ObjectStore;
  readonly roots: readonly string[];
  readonly before: Date;
  /** Without it nothing is changed. */
  readonly remove: boolean;
  readonly say: (line: string) => void;
}

/** Says folder by folder what deleted runs have left below the pipeline roots, and removes it where it is to. */
export async function collectGarbage({ database, objects, roots, before, remove, say }: GarbageOptions): Promise<void> {
  let [folders, files, bytes] = [0, 0, 0];
  for (const root of roots) {
    for await (const found of findUnclaimedFolders({ database, objects, root, before })) {
      say(`${describeBytes(found.sizeBytes).padStart(9)}  ${found.uri}`);
      if (remove) await objects.delete(found.uri);
      folders += 1;
      files += found.files;
      bytes += found.sizeBytes;
    }
  }
  const what = `${folders} folders, ${files} objects, ${describeBytes(bytes)}`;
  if (folders === 0) say('Nothing to remove.');
  else say(remove ? `Removed ${what}.` : `${what}; nothing was removed: gc --remove does.`);
}
