const PREFERRED = 'pipeline.yaml';

/** Why an archive's entry of that name must not be read, as a sentence; undefined when it may. */
export function entryNameFault(name: string): string | undefined {
  const shown = JSON.stringify(name.length > 100 ? `${name.slice(0, 100)}…` : name);
  if (name.includes('\\')) return `its entry ${shown} has a backslash in its name.`;
  if (name.startsWith('/') || /^[A-Za-z]:/.test(name)) return `its entry ${shown} has an absolute path.`;
  if (name.split('/').includes('..')) return `its entry ${shown} leads out of the archive.`;
  if (name.includes('\0')) return `its entry ${shown} has a NUL in its name.`;
  return undefined;
}

/** What a Mac puts beside the files that were meant. */
export function isByproduct(name: string): boolean {
  return name.startsWith('__MACOSX/') || /(^|\/)(\._[^/]*|\.DS_Store)$/.test(name);
}

/** True when `candidate` is to be taken rather than `current`: `pipeline.yaml` at the top wins, else the first. */
export function isBetterEntry(candidate: string, current: string | undefined): boolean {
  return current === undefined || (isPreferred(candidate) && !isPreferred(current));
}

function isPreferred(name: string): boolean {
  return name.replace(/^\.\//, '') === PREFERRED;
}
