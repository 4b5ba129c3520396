import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, statSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { connect } from "node:tls";
import { program, scratch } from "./peers.ts";

/** Sizes of what is loaded, and the resident memory of one tunnel at rest and at full speed. */
export async function sizesAndMemory(): Promise<Record<string, string>> {
  const size = (file: string) =>
    `${(statSync(join(import.meta.dirname, "../dist", file)).size / 1000).toFixed(1)} KB`;
  const { rest, speed } = await memory();
  return {
    "engine.wasm": size("engine.wasm"),
    "keeper.wasm": size("keeper.wasm"),
    "s6-tlsd.cjs": size("s6-tlsd.cjs"),
    "memory of s6-tlsd at rest (RSS, PSS)": rest,
    "memory of s6-tlsd at full speed (RSS, PSS)": speed,
  };
}

async function memory(): Promise<{ rest: string; speed: string }> {
  const server = createServer({ pauseOnConnect: true, allowHalfOpen: true });
  const started = new Promise<number>((resolve) => {
    server.on("connection", (socket) => {
      const env = {
        PATH: process.env["PATH"],
        KEYFILE: join(scratch, "key.pem"),
        CERTFILE: join(scratch, "certificate.pem"),
      };
      const prog = ["sh", "-c", "read -r go; exec head -c 512M /dev/zero"];
      const child = spawn(program("s6-tlsd"), ["-v0", "--", ...prog], {
        stdio: [socket, socket, "ignore"],
        env,
      });
      socket.destroy();
      resolve(child.pid ?? 0);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const client = connect({ port, rejectUnauthorized: false });
  client.on("error", () => {});
  await once(client, "secureConnect");
  const pid = await started;
  await new Promise((resolve) => setTimeout(resolve, 300));
  const rest = resident(pid);
  client.write("go\n");
  let received = 0;
  await new Promise<void>((resolve) => {
    client.on("data", (chunk: Buffer) => {
      received += chunk.length;
      if (received > 256 << 20) resolve();
    });
  });
  const speed = resident(pid);
  client.destroy();
  server.close();
  return { rest, speed };
}

function resident(pid: number): string {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, "utf8");
  const megabytes = (field: string) => {
    const kibibytes = new RegExp(`^${field}: +([0-9]+) kB`, "m").exec(rollup)?.[1];
    return `${(Number(kibibytes) / 1024).toFixed(1)} MiB`;
  };
  return `${megabytes("Rss")}, ${megabytes("Pss")}`;
}
