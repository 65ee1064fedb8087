/** A key or a sequence: `j`, `G R`, `Shift+j`, `?`, `Mod+k`. Letters are compared without case unless Shift is named. */
export interface Shortcut {
  readonly keys: string;
  readonly label: string;
  readonly group: string;
  /** Returns false when there was nothing to do, so that what lies below may answer. */
  readonly run: () => unknown;
  /** Other keys for the same; shown beside. */
  readonly also?: readonly string[];
  readonly hidden?: boolean;
}

const SEQUENCE_MS = 1200;
const OFF_KEY = 'millrace.single-keys';
const layers: { current: readonly Shortcut[] }[] = [];
let pending: { key: string; at: number } | undefined;

export function registerShortcuts(layer: { current: readonly Shortcut[] }): () => void {
  layers.push(layer);
  return () => {
    const index = layers.indexOf(layer);
    if (index >= 0) layers.splice(index, 1);
  };
}

/** All that is in force, the innermost last, each key once. */
export function listShortcuts(): Shortcut[] {
  const seen = new Map<string, Shortcut>();
  for (const layer of layers) for (const shortcut of layer.current) if (!shortcut.hidden) seen.set(`${shortcut.group} ${shortcut.keys}`, shortcut);
  return [...seen.values()];
}

export function singleKeysOn(): boolean {
  try {
    return localStorage.getItem(OFF_KEY) !== 'off';
  } catch {
    return true;
  }
}

export function switchSingleKeys(on: boolean): void {
  try {
    localStorage.setItem(OFF_KEY, on ? 'on' : 'off');
  } catch {
    // Then it holds for as long as the default does.
  }
}

/** How a key press is written; undefined for what is no shortcut, such as a press of Shift alone. */
export function nameOfKey(event: Pick<KeyboardEvent, 'key' | 'shiftKey' | 'metaKey' | 'ctrlKey' | 'altKey'>): string | undefined {
  if (['Shift', 'Control', 'Meta', 'Alt'].includes(event.key) || event.altKey) return undefined;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (event.metaKey || event.ctrlKey) return `Mod+${key}`;
  const letter = /^[a-z]$/.test(key) || key.length > 1;
  return event.shiftKey && letter ? `Shift+${key}` : key;
}

export function handleKey(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing || event.keyCode === 229) return;
  const name = nameOfKey(event);
  if (name === undefined) return;
  const single = !name.startsWith('Mod+') && name.length <= 7 && !['Escape', 'Enter', 'ArrowUp', 'ArrowDown', 'ArrowLeft', 'ArrowRight'].includes(name);
  if (!name.startsWith('Mod+') && (isField(event.target) || isModal())) return;
  if (single && !singleKeysOn()) return;
  if (['Enter', ' ', 'ArrowUp', 'ArrowDown', 'ArrowLeft', 'ArrowRight'].includes(name) && isControl(event.target)) return;

  const sequence = pending && Date.now() - pending.at < SEQUENCE_MS ? `${pending.key} ${name}` : undefined;
  pending = undefined;
  if (sequence && answer(sequence, event)) return;
  if (answer(name, event)) return;
  if (layers.some((layer) => layer.current.some((shortcut) => shortcut.keys.startsWith(`${name} `)))) pending = { key: name, at: Date.now() };
}

function answer(name: string, event: KeyboardEvent): boolean {
  for (const layer of layers.toReversed()) {
    for (const shortcut of layer.current) {
      if (shortcut.keys !== name && !shortcut.also?.includes(name)) continue;
      if (shortcut.run() === false) continue;
      event.preventDefault();
      return true;
    }
  }
  return false;
}

const isField = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement || (target instanceof HTMLInputElement && target.type !== 'checkbox' && target.type !== 'radio'));

/** A dialog has its own keys. */
const isModal = (): boolean => document.querySelector('dialog[open]') !== null;

/** A focused button or link answers Enter and arrows itself. */
const isControl = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && target.closest('button, a[href], [role=menu], [role=tablist], [role=radiogroup], [role=listbox], summary, iframe') !== null;
