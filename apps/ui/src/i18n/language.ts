export type Language = 'en' | 'zh';

const KEY = 'millrace.language';
const listeners = new Set<() => void>();

/** The language in use: the one chosen here before, else the browser's where it is Chinese, else English. */
export function currentLanguage(): Language {
  try {
    const chosen = localStorage.getItem(KEY);
    if (chosen === 'en' || chosen === 'zh') return chosen;
  } catch {
    // Storage may be forbidden; then the browser decides.
  }
  return /^zh/i.test(navigator.language) ? 'zh' : 'en';
}

export function chooseLanguage(language: Language): void {
  try {
    localStorage.setItem(KEY, language);
  } catch {
    // Then it holds until the page is left.
  }
  for (const listener of listeners) listener();
}

export function subscribeToLanguage(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
