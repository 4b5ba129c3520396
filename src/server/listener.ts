import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { reasonOf, SystemFailure } from "../cli/diagnostics.ts";
import type { Address } from "./address.ts";
import type { Log } from "./log.ts";

export interface ListenerSettings {
  readonly address: Address | { readonly path: string };
  /** A UNIX socket will do, too. */
  readonly takesLocal?: boolean;
  /** A descriptor that is listening already; null: there is none. */
  readonly listenFd: number | null;
  readonly backlog: number;
  readonly log: Log;
  readonly accept: (socket: Socket) => void;
}

/** The socket that clients connect to. */
export class Listener {
  private readonly server: Server;

  constructor(private readonly settings: ListenerSettings) {
    this.server = createServer({ pauseOnConnect: true, allowHalfOpen: true });
    this.server.on("connection", settings.accept);
  }

  /**
   * @returns (the promise) where; a string for a UNIX socket
   * @throws {SystemFailure} (the promise) if the address can't be listened on, or the socket that we
   *   inherited is of a kind that we don't take
   */
  async listen(): Promise<AddressInfo | string> {
    const { address, listenFd, backlog } = this.settings;
    const where = this.where(null);
    await new Promise<void>((resolve, reject) => {
      this.server.once("error", (error) => {
        reject(new SystemFailure(`unable to listen on ${where}`, error));
      });
      const target = listenFd === null ? address : { fd: listenFd };
      this.server.listen({ ...target, backlog }, () => {
        this.server.removeAllListeners("error");
        this.server.on("error", (error) => this.warnOf(error));
        resolve();
      });
    });
    return this.place;
  }

  /** @param port the one that the system chose; null: the one that was asked for */
  where(port: number | null): string {
    const { address, listenFd } = this.settings;
    if (listenFd !== null) return `descriptor ${listenFd}`;
    return "path" in address ? address.path : `${address.host} port ${port ?? address.port}`;
  }

  close(): void {
    this.server.close();
  }

  private get place(): AddressInfo | string {
    const { listenFd, takesLocal = false } = this.settings;
    let address: ReturnType<Server["address"]>;
    try {
      address = this.server.address();
    } catch (error) {
      throw new SystemFailure("unable to tell the port", error);
    }
    // Of a UNIX socket that it inherited, Node has no address.
    if (takesLocal) return address ?? "";
    if (address !== null && typeof address === "object") return address;
    throw new SystemFailure(
      `unable to listen on descriptor ${listenFd}`,
      new Error("no TCP socket"),
    );
  }

  /** Running out of descriptors is no reason to stop listening. */
  private warnOf(error: Error): void {
    this.settings.log.warn("unable to accept", `unable to accept: ${reasonOf(error)}`);
  }
}
