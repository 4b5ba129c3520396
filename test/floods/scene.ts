import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { TLSSocket } from "node:tls";
import { expect } from "vitest";
import { Authority } from "../support/certificates.ts";
import { connect, receiveUntil } from "../support/clients.ts";
import { eventually } from "../support/limits.ts";
import { type Server, type Serving, startServer } from "../support/server.ts";
import { words } from "../support/words.ts";

/** Whom honest clients trust, and who the server is. */
export const authority = Authority.root();
const credentials = authority.issue();

/** Where honest clients come from; floods come from the loopback's first address. */
const HONEST = "127.0.0.9";

/** What all floods together did. */
export const damage = { workersReplaced: 0, closeWait: 0, honestCut: 0 };

/** A server, a client that was there before the flood, and what becomes of both. */
export class Scene {
  private readonly latencies: number[] = [];
  private isFlooded = true;
  private wasCut = false;

  private constructor(
    readonly server: Server,
    private readonly honest: TLSSocket,
    private readonly workers: readonly number[],
  ) {
    honest.setMaxListeners(0);
    honest.on("error", () => this.cut());
    honest.on("close", () => this.cut());
  }

  static async open(line: string, serving: Partial<Serving> = {}): Promise<Scene> {
    const options = words(line);
    const patience = 180_000;
    const server = await startServer({ authority, credentials, options, patience, ...serving });
    return new Scene(server, await visitor(server), server.workers);
  }

  /** Lets a flood come, while the honest client talks; then looks at what is left. */
  async under(flood: (port: number) => Promise<void>): Promise<{ p99: number; echoes: number }> {
    const talking = this.talk();
    await flood(this.server.port);
    this.isFlooded = false;
    await talking;
    await this.survey();
    const sorted = this.latencies.sort((one, other) => one - other);
    return { p99: sorted[Math.floor(sorted.length * 0.99)] ?? Number.NaN, echoes: sorted.length };
  }

  /** A client that comes in the middle of it is served. */
  async isServed(): Promise<void> {
    const client = await visitor(this.server);
    await echo(client, "served\n");
    client.destroy();
  }

  private async talk(): Promise<void> {
    for (let turn = 0; this.isFlooded && !this.wasCut; turn++) {
      const begin = performance.now();
      await echo(this.honest, `turn ${turn}\n`).catch(() => this.cut());
      this.latencies.push(performance.now() - begin);
      await sleep(20);
    }
  }

  /** No worker was replaced, nothing is left of the flood, and a client that comes now is served. */
  private async survey(): Promise<void> {
    const { server } = this;
    await eventually("no socket in CLOSE_WAIT", () => closeWait(server.port) === 0).catch(() => {
      damage.closeWait += closeWait(server.port);
    });
    damage.workersReplaced += server.saying("replacing it").length;
    expect(server.saying("replacing it")).toEqual([]);
    expect(server.workers).toEqual(this.workers);
    expect(closeWait(server.port), "sockets in CLOSE_WAIT").toBe(0);
    await eventually("the end of the flood's programs", () => server.programs.length === 1);
    expect(this.wasCut, "the honest client was cut off").toBe(false);
    await this.isServed();
    this.honest.removeAllListeners("close");
    this.honest.destroy();
    expect(await server.stop()).toMatchObject({ code: 0 });
  }

  private cut(): void {
    if (this.wasCut) return;
    this.wasCut = true;
    damage.honestCut++;
  }
}

function visitor(server: Server): Promise<TLSSocket> {
  return connect(server, { localAddress: HONEST } as object);
}

async function echo(client: TLSSocket, text: string): Promise<void> {
  const answer = receiveUntil(client, text);
  client.write(text);
  await answer;
}

/** How many of a server's sockets wait for it to close them, though their peers have left. */
function closeWait(port: number): number {
  const CLOSE_WAIT = "08";
  const local = port.toString(16).toUpperCase().padStart(4, "0");
  const lines = readFileSync("/proc/net/tcp", "latin1").split("\n").slice(1);
  return lines.filter((line) => {
    const [, address = "", , state] = line.trim().split(/\s+/);
    return address.endsWith(`:${local}`) && state === CLOSE_WAIT;
  }).length;
}
