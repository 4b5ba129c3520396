import { createServer, type ListenOptions, type Server, type Socket } from "node:net";

/** A connection that is only passed on: nothing reads it, and nothing tells when it closes. */
export interface BareSocket {
  /** -1: this runtime doesn't tell. */
  readonly fd: number;
  close(): void;
}

/** Node's handle of a server, or of a connection (lib/net.js, 20 to 26). */
interface Handle extends BareSocket {
  onconnection?: (this: Handle, error: number, connection?: Handle) => void;
}

/**
 * A server whose connections are handed over as they are. Node would make a stream of each, for which
 * there is no use: two of them cost a tenth of all that the start of a prog costs the spawner.
 */
export function listenForBare(options: ListenOptions, taken: (socket: BareSocket) => void): Server {
  // With Bun, whose handles have the same names and take other calls, streams stand in for them.
  const server = createServer({ pauseOnConnect: true, allowHalfOpen: true }, (socket) => {
    taken({ fd: handleOf(socket)?.fd ?? -1, close: () => socket.destroy() });
  });
  server.listen(options, () => {
    const handle = handleOf(server);
    const { onconnection } = handle ?? {};
    if (handle === null || onconnection === undefined || "bun" in process.versions) return;
    handle.onconnection = (error, connection) => {
      // A failure, for which there is no connection, is told as the server's.
      if (error === 0 && connection !== undefined) taken(connection);
      else onconnection.call(handle, error, connection);
    };
  });
  return server;
}

function handleOf(owner: Server | Socket): Handle | null {
  return (owner as unknown as { _handle?: Handle | null })._handle ?? null;
}
