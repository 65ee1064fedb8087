const CAPS: Record<string, string> = { Escape: 'Esc', ArrowUp: '↑', ArrowDown: '↓', ArrowLeft: '←', ArrowRight: '→', Enter: '↵', ' ': 'Space', Shift: '⇧' };

/** How a shortcut is drawn, cap by cap: `Mod+k` is ⌘ K on a Mac, Ctrl K elsewhere. */
export function keyCaps(keys: string): string[] {
  const mac = typeof navigator !== 'undefined' && /Mac|iPhone|iPad/.test(navigator.platform);
  return keys.split(' ').filter((part) => part !== '' || keys === ' ').flatMap((part) => (part === '+' ? [part] : part.split('+')).map((cap) => (cap === 'Mod' ? (mac ? '⌘' : 'Ctrl') : (CAPS[cap] ?? (cap.length === 1 ? cap.toUpperCase() : cap)))));
}
