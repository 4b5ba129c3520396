import { readFileSync } from "node:fs";
import { SERVER_NAME } from "../support/certificates.ts";
import { eventually } from "../support/limits.ts";
import { node } from "../support/nodes.ts";
import { type Running, start } from "../support/processes.ts";
import { scratchFile } from "../support/scratch.ts";
import type { ServerFiles, TlsServer } from "../support/tls-servers.ts";

/** Newer Nodes than the one that runs tests, as TLS peers: their OpenSSL knows the hybrid group. */
export type NodeVersion = 22 | 24 | 26;

/** One that sends everything back. `options` are those of `tls.createServer`. */
export async function nodeServer(
  version: NodeVersion,
  { keyFile, certFile }: ServerFiles,
  options: Record<string, unknown> = {},
): Promise<TlsServer> {
  const settings = { ...options, key: text(keyFile), cert: text(certFile) };
  const script = `
    const server = require("node:tls").createServer(${JSON.stringify(settings)}, (socket) => {
      socket.on("error", () => {});
      socket.pipe(socket);
    });
    server.listen(0, "127.0.0.1", () => console.log(server.address().port));
  `;
  const running = start([node(version), scratchFile("server.cjs", script)]);
  await eventually("Node's port", () => Number(running.stdout) > 0 || running.isOver);
  if (running.isOver) throw new Error(running.stderr);
  return { port: Number(running.stdout), running };
}

/** One that says a text, shows what comes back, and what was agreed upon, as one line of JSON. */
export function nodeClient(
  version: NodeVersion,
  { port, authorityFile, say }: { port: number; authorityFile: string; say: string },
  options: Record<string, unknown> = {},
): Running {
  const settings = { port, host: "127.0.0.1", servername: SERVER_NAME, ...options };
  const script = `
    const tls = require("node:tls");
    const settings = { ...${JSON.stringify(settings)}, ca: ${JSON.stringify(text(authorityFile))} };
    const socket = tls.connect(settings, () => {
      const { name } = socket.getCipher();
      const facts = { version: socket.getProtocol(), suite: name, protocol: socket.alpnProtocol };
      console.log(JSON.stringify({ ...facts, group: socket.getEphemeralKeyInfo() }));
      socket.end(${JSON.stringify(say)});
    });
    socket.pipe(process.stdout);
  `;
  return start([node(version), scratchFile("client.cjs", script)]);
}

function text(file: string): string {
  return readFileSync(file, "utf8");
}
