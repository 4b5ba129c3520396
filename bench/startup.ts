import { spawn, spawnSync } from "node:child_process";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { connect, createSecureContext } from "node:tls";
import { program, scratch } from "./peers.ts";
import { median, type Result } from "./results.ts";

const ROUNDS = 21;

/** From the start of `s6-tlsd -- cat` to the first byte that it echoes, next to `node -e 0`. */
export async function startup(): Promise<Result> {
  const ours: number[] = [];
  const bare: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    bare.push(bareNode());
    ours.push(await firstByte());
  }
  const [a, b] = [median(ours), median(bare)];
  const unit = "ms";
  const name = "startup-vs-bare-node";
  return { name, unit, ours: a, peer: b, peerName: "node -e 0", ratio: b / a };
}

function bareNode(): number {
  const start = performance.now();
  spawnSync(process.execPath, ["-e", "0"]);
  return performance.now() - start;
}

/** The client is ready before the clock starts: its own TLS library's start is not ours. */
const secureContext = createSecureContext();

async function firstByte(): Promise<number> {
  const server = createServer({ pauseOnConnect: true, allowHalfOpen: true });
  let start = 0;
  server.on("connection", (socket) => {
    start = performance.now();
    const env = {
      PATH: process.env["PATH"],
      KEYFILE: join(scratch, "key.pem"),
      CERTFILE: join(scratch, "certificate.pem"),
    };
    spawn(program("s6-tlsd"), ["--", "cat"], { stdio: [socket, socket, "ignore"], env });
    socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const client = connect({ port, rejectUnauthorized: false, secureContext });
  client.on("error", () => {});
  client.once("secureConnect", () => client.write("x"));
  await new Promise((resolve) => client.once("data", resolve));
  const elapsed = performance.now() - start;
  client.destroy();
  server.close();
  // Its end is no part of the next one's start.
  await new Promise((resolve) => setTimeout(resolve, 150));
  return elapsed;
}
