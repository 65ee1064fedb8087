import { createHash, timingSafeEqual } from 'node:crypto';

const digest = (text: string) => createHash('sha256').update(text).digest();

/** Compares in constant time what a request brings with the token that was set, if one was. */
export function createTokenRule(token: string | undefined) {
  const expected = token === undefined || token === '' ? undefined : digest(token);
  // The name depends on the token because browsers share cookies between the ports of a host.
  const cookieName = expected && `millrace-token-${expected.toString('hex').slice(0, 8)}`;
  const matches = (candidate: string) => expected !== undefined && timingSafeEqual(digest(candidate), expected);

  return {
    required: expected !== undefined,
    matches,
    accepts(headers: { readonly authorization?: string; readonly cookie?: string }): boolean {
      if (expected === undefined) return true;
      const bearer = /^bearer\s+(.+)$/i.exec(headers.authorization ?? '')?.[1];
      if (bearer !== undefined) return matches(bearer.trim());
      const cookies = (headers.cookie ?? '').split(';').map((part) => part.trim());
      const found = cookies.find((cookie) => cookie.startsWith(`${cookieName}=`));
      return found !== undefined && matches(decodeCookie(found.slice(found.indexOf('=') + 1)));
    },
    /** For a browser that brought the token in its address. */
    cookie(given: string, { path, secure }: { readonly path: string; readonly secure: boolean }): string {
      return `${cookieName}=${encodeURIComponent(given)}; Path=${path}; HttpOnly; SameSite=Lax; Max-Age=31536000${secure ? '; Secure' : ''}`;
    },
  };
}

function decodeCookie(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

export type TokenRule = ReturnType<typeof createTokenRule>;
