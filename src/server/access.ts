import type { Socket } from "node:net";
import type { Judgement } from "../access/judgement.ts";
import type { Told } from "./access-answer.ts";
import type { AccessProcess } from "./access-process.ts";
import type { Log } from "./log.ts";
import type { ClientFacts } from "./messages.ts";

export interface AccessControl {
  /** null: nothing is checked or looked up. */
  readonly process: AccessProcess | null;
  /** null: none. */
  readonly banner: string | null;
  /** -v2: clients that were refused are logged. */
  readonly logsRefusals: boolean;
  readonly log: Log;
}

/** What a client goes through before TLS: the banner, then rules and look-ups. */
export class Access {
  constructor(private readonly settings: AccessControl) {}

  /** @throws {SystemFailure} (the promise) if access can't be checked */
  async start(): Promise<void> {
    await this.settings.process?.start();
  }

  /** What prog is told besides; null: the client is refused, and the log says so. */
  async admit(client: ClientFacts, socket: Socket): Promise<Told | null> {
    const { banner } = this.settings;
    const [isWritten, told] = await Promise.all([
      banner === null || write(socket, banner),
      this.judge(client),
    ]);
    return isWritten ? told : null;
  }

  /** The same without a banner. */
  async judge(client: ClientFacts): Promise<Told | null> {
    const { process, log, logsRefusals } = this.settings;
    if (process === null) return client.told;
    const judgement: Judgement = await process.judge(client.number, client);
    if (judgement.access === "allowed") return judgement;
    const { number, remoteAddress: address, remotePort: port } = client;
    const text = `${number} from ${address}:${port} is refused: ${judgement.reason}`;
    const details = { event: "refused", number, address, port, reason: judgement.reason };
    if (judgement.isProblem || logsRefusals) log.warn("refused", text, details);
    return null;
  }

  close(): void {
    this.settings.process?.close();
  }
}

/** False: the client takes nothing. */
function write(socket: Socket, text: string): Promise<boolean> {
  return new Promise((resolve) => {
    socket.once("close", () => resolve(false));
    socket.write(text, (error) => resolve(error == null));
  });
}
