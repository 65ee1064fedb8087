let known: string | undefined;

/** Where the server put these pages: `''` or `/pipeline`. The server writes it into the document when it starts. */
export function basePath(): string {
  if (typeof document === 'undefined') return '';
  known ??= document.querySelector<HTMLMetaElement>('meta[name="millrace-base-path"]')?.content.replace(/\/+$/, '') ?? '';
  return known;
}

/** The address of a file or route of this server. */
export const fromBase = (path: string): string => `${basePath()}${path}`;

/** The address that SDK users give as `host`: where these pages come from. */
export const hostAddress = (): string => (typeof location === 'undefined' ? '' : `${location.origin}${basePath()}`);
