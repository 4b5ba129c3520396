import { nameOf } from "../cli/addresses.ts";
import { Connection, connectionOptions } from "../connection/connection.ts";
import { LaterEndpoint } from "../connection/later-endpoint.ts";
import { requireAdmission } from "../credentials/admission.ts";
import { Relay } from "./relay.ts";

/** Plain in, TLS out. Nothing of the client is read before the server is verified. */
export class Outbound extends Relay {
  protected override readonly certified = "server";

  protected override async start(): Promise<void> {
    const { visit, settings } = this;
    const { socket, place } = await this.ofBackend(this.reach());
    const { handshakeTimeout } = await this.ofBackend(this.agreeOnTls(socket));
    if (this.abort.signal.aborted) return;
    const host = "host" in place ? place.host : undefined;
    const engine = visit.makeEngine(settings.serverName ?? host);
    this.connection = new Connection({
      ...connectionOptions(settings),
      handshakeTimeout,
      halfClose: true,
      engine,
      network: { readable: socket, writable: socket },
      peer: nameOf(place),
      keyUsed: () => this.keyUsed(),
      established: ({ peer }) => {
        requireAdmission(peer, settings.admitted);
        return {
          attach: (changed) => {
            const endpoint = new LaterEndpoint("the client", changed);
            setImmediate(() => this.begin(endpoint));
            return endpoint;
          },
          destroy: () => visit.socket.destroy(),
        };
      },
      over: (failure) => this.over(failure),
    });
    // It was paused behind a preface.
    socket.resume();
  }

  private begin(endpoint: LaterEndpoint): void {
    const greeting = this.prefaces?.greeting;
    if (greeting !== undefined) this.visit.socket.write(greeting, "latin1");
    endpoint.use(this.visit.socket);
  }
}
