import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { TLSSocket } from "node:tls";
import { expect } from "vitest";
import { connect, type Destination, receiveUntil } from "../support/clients.ts";
import { repository } from "../support/repository.ts";
import { scratch } from "../support/scratch.ts";

/** Ways into another process, by what reach.c calls them. */
const WAYS = ["mem", "maps", "environ", "fd", "trace", "copy"] as const;

/** Ways into another process, or to have it do something, by another user's process. */
export const ALL_WAYS = [...WAYS, "signal"] as const;

/** The prog of these tests, compiled. */
export function reachProgram(): string {
  const program = join(scratch, "reach");
  if (!existsSync(program)) {
    const source = join(repository, "test/probe/reach.c");
    execFileSync("gcc", ["-std=gnu99", "-Wall", "-Wextra", "-Werror", source, "-o", program]);
  }
  chmodSync(scratch, 0o711);
  return program;
}

/** The paths of UNIX sockets that are listened on in a folder. */
export function socketsIn(folder: string): string[] {
  const lines = readFileSync("/proc/net/unix", "utf8").split("\n");
  const paths = lines.map((line) => line.split(" ").at(-1) ?? "");
  return [...new Set(paths.filter((path) => path.startsWith(`${folder}/`)))];
}

/** A client of a server, whose prog does what it is told. */
export class Prober {
  private constructor(
    private readonly client: TLSSocket,
    readonly pid: number,
  ) {}

  static async at(server: Destination): Promise<Prober> {
    const client = await connect(server);
    client.setMaxListeners(0);
    client.on("error", () => {});
    return new Prober(client, Number(await receiveUntil(client, "\n")));
  }

  async canRead(file: string): Promise<boolean> {
    return this.tries("file", file);
  }

  /** The ways by which it gets into that process. */
  async waysInto(pid: number, all: readonly string[] = WAYS): Promise<string[]> {
    const ways: string[] = [];
    for (const way of all) if (await this.tries(way, `${pid}`)) ways.push(way);
    return ways;
  }

  /** @param pids by what they are */
  reachesNoneOf(pids: Record<string, number>): Promise<void> {
    return this.findsNoWay(pids, WAYS);
  }

  /** Nor can it signal them, as another user's process. */
  touchesNoneOf(pids: Record<string, number>): Promise<void> {
    return this.findsNoWay(pids, ALL_WAYS);
  }

  /** Of the spawner's sockets, which every process may see, those that it can connect to. */
  async doorsIn(folder: string): Promise<string[]> {
    const doors = socketsIn(folder);
    expect(doors.length).toBeGreaterThan(0);
    const open: string[] = [];
    for (const door of doors) if (await this.tries("connect", door)) open.push(door);
    return open;
  }

  leave(): void {
    this.client.destroy();
  }

  private async findsNoWay(pids: Record<string, number>, ways: readonly string[]): Promise<void> {
    const found: Record<string, string[]> = {};
    for (const [name, pid] of Object.entries(pids)) found[name] = await this.waysInto(pid, ways);
    expect(found).toEqual(Object.fromEntries(Object.keys(pids).map((name) => [name, []])));
  }

  private async tries(what: string, target: string): Promise<boolean> {
    const answer = receiveUntil(this.client, "\n");
    this.client.write(`${what} ${target}\n`);
    return (await answer) === "reached\n";
  }
}
