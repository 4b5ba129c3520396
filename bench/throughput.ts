import { connect } from "node:tls";
import { bearhug, listening, type Peer, script, socat, stop, stunnel } from "./peers.ts";
import { median, type Result } from "./results.ts";

const MEGABYTES = 256;
const ROUNDS = 3;
const CIPHERS = {
  chacha20poly1305: "ECDHE-ECDSA-CHACHA20-POLY1305",
  aes128gcm: "ECDHE-ECDSA-AES128-GCM-SHA256",
};

type Direction = "down" | "up";

/** MB/s through one connection, each way: Node's TLS client against each server in turn. */
export async function throughput(): Promise<Result[]> {
  const results: Result[] = [];
  for (const [short, cipher] of Object.entries(CIPHERS)) {
    for (const direction of ["down", "up"] as const) {
      const speeds = await measure(direction, cipher);
      const ours = median(speeds.get(bearhug) ?? []);
      for (const peer of [stunnel, socat]) {
        const theirs = median(speeds.get(peer) ?? []);
        const name = `tunnel-${direction}-${short}-vs-${peer.name}`;
        const ratio = ours / theirs;
        results.push({ name, unit: "MB/s", ours, peer: theirs, peerName: peer.name, ratio });
      }
    }
  }
  return results;
}

let nextPort = 24100;

/** All servers at once, one measurement at a time, in turns: noise hits them alike. */
async function measure(direction: Direction, cipher: string): Promise<Map<Peer, number[]>> {
  const file =
    direction === "down"
      ? script("down", `head -c ${MEGABYTES}M /dev/zero\n`)
      : script("up", "head -c 268435456 | wc -c\n");
  const servers = [bearhug, stunnel, socat].map((peer) => {
    const port = nextPort++;
    return { peer, port, process: peer.start(port, file, cipher) };
  });
  const speeds = new Map<Peer, number[]>();
  try {
    for (const { port } of servers) await listening(port);
    for (let round = 0; round < ROUNDS; round++) {
      for (const { peer, port } of servers) {
        const speed =
          direction === "down" ? await download(port, cipher) : await upload(port, cipher);
        speeds.set(peer, [...(speeds.get(peer) ?? []), speed]);
      }
    }
  } finally {
    for (const server of servers) await stop(server.process);
  }
  return speeds;
}

function open(port: number, ciphers: string) {
  const options = { port, ciphers, rejectUnauthorized: false, maxVersion: "TLSv1.2" as const };
  return connect({ host: "127.0.0.1", ...options });
}

async function download(port: number, cipher: string): Promise<number> {
  const client = open(port, cipher);
  return new Promise((resolve, reject) => {
    let start = 0;
    let received = 0;
    client.setTimeout(30_000, () => client.destroy(new Error("no byte in 30 seconds")));
    client.on("data", (chunk: Buffer) => {
      start ||= performance.now();
      received += chunk.length;
      if (received < MEGABYTES << 20) return;
      client.destroy();
      resolve(speedSince(start));
    });
    client.on("error", reject);
  });
}

/** The last byte has arrived when the program tells how many it counted. */
async function upload(port: number, cipher: string): Promise<number> {
  const client = open(port, cipher);
  return new Promise((resolve, reject) => {
    let start = 0;
    client.setTimeout(30_000, () => client.destroy(new Error("no byte in 30 seconds")));
    client.once("data", () => {
      client.destroy();
      resolve(speedSince(start));
    });
    client.on("error", reject);
    client.once("secureConnect", () => {
      start = performance.now();
      const chunk = Buffer.alloc(65536);
      let left = (MEGABYTES << 20) / chunk.length;
      const send = () => {
        while (left > 0 && client.write(chunk)) left--;
        if (left > 0) {
          left--;
          client.once("drain", send);
        }
      };
      send();
    });
  });
}

function speedSince(start: number): number {
  return (MEGABYTES * 1.048576) / ((performance.now() - start) / 1000);
}
