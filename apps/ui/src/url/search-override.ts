/**
 * The search part of the address as last set here. Next learns of it in a transition, and while that is pending it may put an older
 * address back for a moment; keys that come quickly must not see that. So what was set holds until Next has it, too.
 */
interface Override {
  readonly path: string;
  readonly search: string;
}

let override: Override | undefined;
const listeners = new Set<() => void>();

const notify = (): void => {
  for (const listener of listeners) listener();
};

/** What was set and Next may not know yet; undefined when the router's own answer is right. */
export const pendingSearch = (): string | undefined => (override !== undefined && override.path === window.location.pathname ? override.search : undefined);

export function setPendingSearch(search: string): void {
  override = { path: window.location.pathname, search };
  notify();
}

export function forgetPendingSearch(): void {
  if (override === undefined) return;
  override = undefined;
  notify();
}

export function subscribeToSearch(listener: () => void): () => void {
  if (listeners.size === 0) window.addEventListener('popstate', forgetPendingSearch);
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) window.removeEventListener('popstate', forgetPendingSearch);
  };
}
