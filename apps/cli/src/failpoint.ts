/** Where the process is to die, for tests of what survives that. */
export interface FailpointSetting {
  readonly name: string;
  /** Which time it gets there; from 1. */
  readonly nth: number;
}

/** `name` or `name:nth`; undefined when it is neither. */
export function parseFailpoint(text: string): FailpointSetting | undefined {
  const [, name, nth] = /^([a-z][a-z.-]*)(?::([1-9]\d{0,5}))?$/.exec(text) ?? [];
  return name === undefined ? undefined : { name, nth: Number(nth ?? 1) };
}

/** Kills this process, as a crash would, when it comes to the point for the nth time. Without a setting there is nothing to call. */
export function createFailpoint(setting: FailpointSetting | undefined): ((name: string) => void) | undefined {
  if (setting === undefined) return undefined;
  let left = setting.nth;
  return (name) => {
    if (name !== setting.name) return;
    left -= 1;
    if (left === 0) process.kill(process.pid, 'SIGKILL');
  };
}
