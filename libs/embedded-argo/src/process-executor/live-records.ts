import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LiveRecord } from './process-identity.js';

/** As `live_records.py` has it. */
const SLOT_BYTES = 16_384;

/** What a supervisor has noted in its folder about the processes of attempts that have not ended. */
export function readLiveRecords(folder: string): LiveRecord[] {
  let bytes: Buffer;
  try {
    bytes = readFileSync(join(folder, 'live'));
  } catch {
    return [];
  }
  const found: LiveRecord[] = [];
  for (let at = 0; at < bytes.length; at += SLOT_BYTES) {
    const end = bytes.indexOf('\n', at);
    if (end <= at || end >= at + SLOT_BYTES) continue;
    try {
      found.push(JSON.parse(bytes.toString('utf8', at, end)) as LiveRecord);
    } catch {
      // Written in part: its supervisor was ended in that moment, and its task with it.
    }
  }
  return found;
}
