const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

export interface HostRuleOptions {
  /** The address listened on. */
  readonly host: string;
  readonly allowedHosts: readonly string[];
  readonly baseUrl?: string;
}

interface Authority {
  readonly name: string;
  readonly authority: string;
}

function parseAuthority(text: string): Authority | undefined {
  // Anything but a plain authority could make the URL parser see another host than a browser does.
  if (!/^[a-z0-9._-]+(:\d{1,5})?$|^\[[0-9a-f:.]+\](:\d{1,5})?$/i.test(text)) return undefined;
  const authority = text.toLowerCase();
  return { authority, name: authority.replace(/:\d+$/, '').replace(/\.$/, '') };
}

/**
 * Says which Host and Origin headers this server answers to: localhost on any port, the address it listens on, and what was allowed.
 * A page of another site that resolves its own name to this machine is refused by it.
 */
export function createHostRule({ host, allowedHosts, baseUrl }: HostRuleOptions) {
  const allowed = new Set([...allowedHosts.map((name) => name.toLowerCase()), ...(baseUrl ? [new URL(baseUrl).host.toLowerCase()] : [])]);
  // A wildcard address is no name that a client uses.
  if (!['0.0.0.0', '::', ''].includes(host)) allowed.add(host.includes(':') ? `[${host.toLowerCase()}]` : host.toLowerCase());
  const domains = [...allowed].filter((name) => name.startsWith('.'));

  const isAllowed = ({ name, authority }: Authority) =>
    allowed.has('*') || LOOPBACK.has(name) || allowed.has(name) || allowed.has(authority) || domains.some((domain) => name.endsWith(domain));

  return {
    acceptsHost(header: string | undefined): boolean {
      const authority = header === undefined ? undefined : parseAuthority(header);
      return authority !== undefined && isAllowed(authority);
    },
    /** A missing Origin is every client that is not a browser; `null` is a page without one, such as a sandboxed artifact. */
    acceptsOrigin(header: string | undefined): boolean {
      if (header === undefined) return true;
      const match = /^https?:\/\/(.+)$/i.exec(header);
      const authority = match?.[1] === undefined ? undefined : parseAuthority(match[1]);
      return authority !== undefined && isAllowed(authority);
    },
  };
}

export type HostRule = ReturnType<typeof createHostRule>;
