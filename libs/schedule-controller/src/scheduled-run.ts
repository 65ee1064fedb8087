import { createHash } from 'node:crypto';

const NAME_CAP = 255;

/** Id of the one run that a schedule has for a slot: a UUID made of both. */
export function scheduledRunId(recurringRunId: string, slot: number): string {
  const bytes = createHash('sha256').update(`${recurringRunId}/${Math.floor(slot / 1000)}`).digest().subarray(0, 16);
  // The form of a name-based UUID: KFP's clients check it.
  bytes[6] = (bytes[6]! & 0x0f) | 0x50;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** What people see of a schedule's run: the name of the schedule and which run of it this is. */
export function runNameOf(displayName: string, index: number): string {
  const suffix = ` #${index}`;
  return [...displayName].slice(0, NAME_CAP - suffix.length).join('') + suffix;
}

/** The index in a name that `runNameOf` gave. */
export function indexOfRunName(name: string): number | undefined {
  const found = / #(\d+)$/.exec(name);
  return found === null ? undefined : Number(found[1]);
}
