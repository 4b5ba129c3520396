import { randomInt } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * A port of the loopback on which nothing listens, for programs that can't choose one themselves.
 * It is below those that the system gives out, and a file named after it keeps it from all other
 * test workers: a port that was only seen to be free may be taken before it is used.
 */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < 1000; tries++) {
    const port = FIRST_OF_THE_SYSTEM - 1 - randomInt(COUNT);
    if (claim(port) && (await isFree(port))) return port;
  }
  throw new Error(`no port is free: are there old files in ${CLAIMS}?`);
}

const FIRST_OF_THE_SYSTEM = Number(
  readFileSync("/proc/sys/net/ipv4/ip_local_port_range", "utf8").split(/\s/)[0],
);

const COUNT = Math.min(12_000, FIRST_OF_THE_SYSTEM - 1025);
const CLAIMS = join(tmpdir(), "bearhug-ports");

const claimed: string[] = [];

process.once("exit", () => {
  for (const file of claimed) rmSync(file, { force: true });
});

function claim(port: number): boolean {
  mkdirSync(CLAIMS, { recursive: true, mode: 0o777 });
  const file = join(CLAIMS, `${port}`);
  try {
    writeFileSync(file, `${process.pid}`, { flag: "wx" });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
  claimed.push(file);
  return true;
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  const bound = once(server, "listening").then(
    () => true,
    () => false,
  );
  server.listen(port, "127.0.0.1");
  if (!(await bound)) return false;
  server.close();
  await once(server, "close");
  return true;
}
