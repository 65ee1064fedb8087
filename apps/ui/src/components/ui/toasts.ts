export interface Toast {
  readonly id: number;
  readonly text: string;
  readonly kind: 'done' | 'failed';
  readonly undo?: () => void;
}

const LIFE = 6000;
let toasts: readonly Toast[] = [];
let counter = 0;
const listeners = new Set<() => void>();

function change(next: readonly Toast[]): void {
  toasts = next;
  for (const listener of listeners) listener();
}

/** Says in a corner what was done; `undo` is offered while it stands, and by the key `z`. */
export function showToast(text: string, options: { kind?: Toast['kind']; undo?: () => void } = {}): void {
  counter += 1;
  const toast: Toast = { id: counter, text, kind: options.kind ?? 'done', undo: options.undo };
  change([...toasts.slice(-2), toast]);
  setTimeout(() => dismissToast(toast.id), options.undo || toast.kind === 'failed' ? LIFE * 1.5 : LIFE);
}

export const dismissToast = (id: number): void => change(toasts.filter((toast) => toast.id !== id));

/** Undoes the last thing that can be; false when there is none. */
export function undoLast(): boolean {
  const toast = toasts.findLast((each) => each.undo);
  if (!toast) return false;
  dismissToast(toast.id);
  toast.undo?.();
  return true;
}

export const toastStore = {
  subscribe: (listener: () => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
  get: () => toasts,
};
