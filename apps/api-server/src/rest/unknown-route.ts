/** Nothing is served at the path, or not by this method. */
export class UnknownRouteError extends Error {
  constructor(readonly methods: readonly string[]) {
    super(methods.length > 0 ? 'Method Not Allowed' : 'Not Found');
  }
}

/** Which methods each path is served by, to tell a wrong method from a wrong path. */
export class RouteTable {
  readonly #routes: { readonly method: string; readonly url: string; readonly pattern: RegExp }[] = [];

  add(method: string, url: string): void {
    this.#routes.push({ method, url, pattern: toPattern(url) });
  }

  get routes(): readonly { readonly method: string; readonly url: string }[] {
    return this.#routes;
  }

  /** What to throw for a request that no route took. */
  unserved(method: string, path: string): UnknownRouteError {
    const methods = this.methodsOf(path);
    // Where the method is served and yet nothing matched, a part of the address is longer than any that is.
    return new UnknownRouteError(methods.includes(method) ? [] : methods);
  }

  methodsOf(path: string): readonly string[] {
    return [...new Set(this.#routes.filter((route) => route.pattern.test(path)).map((route) => route.method))];
  }
}

/** The router's path syntax: `:name`, `:name(regex)` and `::` for a colon. */
function toPattern(url: string): RegExp {
  const source = url
    .split(/(::|:\w+(?:\([^)]*\))?)/)
    .map((part) => (part === '::' ? ':' : part.startsWith(':') && part.length > 1 ? '[^/:]+' : part.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')))
    .join('');
  return new RegExp(`^${source}$`);
}
