import { Connection, connectionOptions } from "../connection/connection.ts";
import { sendLast } from "../connection/last-message.ts";
import { LaterEndpoint } from "../connection/later-endpoint.ts";
import { exchange } from "../connection/preface.ts";
import { requireAdmission } from "../credentials/admission.ts";
import type { Session } from "../sandbox/engine.ts";
import { Relay } from "./relay.ts";
import { proxyHeader } from "./send-proxy.ts";

/** TLS in, plain out. The backend is called once the handshake is done. */
export class Inbound extends Relay {
  protected override readonly certified = "client";

  protected override async start(): Promise<void> {
    const { visit, settings } = this;
    const { socket } = visit;
    const { handshakeTimeout, instead } = await this.agreeOnTls(socket);
    if (this.abort.signal.aborted) return;
    if (instead !== null) {
      await this.passOn(instead);
      return;
    }
    const engine = visit.makeEngine();
    this.connection = new Connection({
      ...connectionOptions(settings),
      handshakeTimeout,
      halfClose: true,
      engine,
      network: { readable: socket, writable: socket },
      peer: this.peer,
      turns: visit.turns,
      keyUsed: () => this.keyUsed(),
      established: (session) => {
        requireAdmission(session.peer, settings.admitted);
        return {
          attach: (changed) => this.attach(changed, session),
          destroy: () => this.abort.abort(new Error("the connection is over")),
        };
      },
      over: (failure) => this.over(failure),
    });
    // It was paused behind a PROXY header, or a preface.
    socket.resume();
  }

  private attach(changed: () => void, session: Session): LaterEndpoint {
    const endpoint = new LaterEndpoint("the backend", changed);
    this.callBackend(session).then(
      ({ socket }) => endpoint.use(socket),
      (error: Error) => this.connection?.abort(error),
    );
    return endpoint;
  }

  /** What the client has said in clear is for the backend, which answers nothing to it. */
  private async passOn(bytes: Uint8Array): Promise<void> {
    const { signal } = this.abort;
    const { socket } = await this.greetBackend(null);
    await this.ofBackend(
      sendLast(socket, bytes, { timeout: this.settings.connectTimeout, signal }),
    );
    this.passedOn = bytes.length;
    this.over(null);
  }

  private async greetBackend(session: Session | null): ReturnType<Relay["reach"]> {
    const { sendProxy } = this.settings;
    const reached = await this.ofBackend(this.reach());
    if (sendProxy !== null) {
      const { client, header } = this.visit;
      reached.socket.write(proxyHeader(sendProxy, { client, header, session }));
    }
    return reached;
  }

  private async callBackend(session: Session): ReturnType<Relay["reach"]> {
    const { connectTimeout } = this.settings;
    const reached = await this.greetBackend(session);
    const preface = this.prefaces?.backend?.();
    if (preface !== undefined) {
      const { signal } = this.abort;
      const { socket } = reached;
      await this.ofBackend(exchange(socket, preface, { timeout: connectTimeout, signal }));
    }
    return reached;
  }
}
