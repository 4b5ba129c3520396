/** What a PROXY header says, and why one is refused (HAProxy's proxy-protocol.txt, 2020/03/05). */

/** The two ends of the client's connection with the proxy. */
export type ProxiedEnds =
  | {
      readonly transport: "tcp";
      readonly remoteAddress: string;
      readonly remotePort: number;
      readonly localAddress: string;
      readonly localPort: number;
    }
  | { readonly transport: "unix"; readonly remotePath: string; readonly localPath: string };

/** The client's own TLS, which ended at the proxy (2.2.5, PP2_TYPE_SSL). */
export interface ProxiedTls {
  /** As the proxy spells it, "TLSv1.3" say; null: not told. So are the other two. */
  readonly protocol: string | null;
  readonly cipher: string | null;
  readonly commonName: string | null;
}

export interface ProxyHeader {
  readonly version: 1 | 2;
  /** null: the proxy speaks for itself (LOCAL), or doesn't know for which client it speaks. */
  readonly ends: ProxiedEnds | null;
  /** The name that the client asked for (PP2_TYPE_AUTHORITY); null: not told. */
  readonly serverName: string | null;
  /** null: the client had no TLS with the proxy, or the proxy doesn't say. */
  readonly tls: ProxiedTls | null;
}

/**
 * The header can't be used. `kind` is "syntax" for bytes that are no header, and "transport" for a
 * header about something else than a stream: the original's exit codes tell them apart.
 */
export class ProxyHeaderError extends Error {
  constructor(
    reason: string,
    readonly kind: "syntax" | "transport" = "syntax",
  ) {
    super(`PROXY header: ${reason}`);
    this.name = "ProxyHeaderError";
  }
}

/** A header that says nothing about a client. */
export function anonymous(version: 1 | 2): ProxyHeader {
  return { version, ends: null, serverName: null, tls: null };
}
