import { nameBasedId } from '@millrace/run-controller';

const NAME_CAP = 255;

/** Id of the one run that a schedule has for a slot: a UUID made of both. */
export function scheduledRunId(recurringRunId: string, slot: number): string {
  return nameBasedId(`${recurringRunId}/${Math.floor(slot / 1000)}`);
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
