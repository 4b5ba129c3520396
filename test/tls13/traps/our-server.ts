import { Authority } from "../../support/certificates.ts";
import { bearhug, type Failure, listening, pairOf, type TlsStream } from "../../support/library.ts";

/** Our server of TLS 1.3, in this process: it sends everything back. */
export interface OurServer {
  readonly port: number;
  /** What clients failed of, in order. */
  readonly failures: Failure[];
  /** Streams after their handshake. */
  readonly streams: TlsStream[];
}

const credentials = Authority.root().issue();

type Options = NonNullable<Parameters<typeof bearhug.createServer>[0]>;

export async function ourServer(options: Options = {}): Promise<OurServer> {
  const failures: Failure[] = [];
  const streams: TlsStream[] = [];
  const all = { ...pairOf(credentials), allowHalfOpen: true, ...options };
  const server = bearhug.createServer(all, (stream) => {
    streams.push(stream);
    stream.on("error", (error) => failures.push(error as Failure));
    stream.pipe(stream);
  });
  server.on("tlsClientError", (error: Failure) => failures.push(error));
  return { port: await listening(server), failures, streams };
}
