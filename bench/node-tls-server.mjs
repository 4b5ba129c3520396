import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer } from "node:tls";

/*
 * A tunnel as one writes it with Node's own TLS (OpenSSL): `node node-tls-server.mjs PORT PROG`,
 * with KEYFILE, CERTFILE and CIPHERS in the environment.
 */

const [port, prog] = process.argv.slice(2);
const { KEYFILE, CERTFILE, CIPHERS } = process.env;

const server = createServer({
  key: readFileSync(KEYFILE),
  cert: readFileSync(CERTFILE),
  ciphers: CIPHERS,
  maxVersion: "TLSv1.2",
  noDelay: true,
});
server.on("secureConnection", (socket) => {
  const child = spawn(prog, { stdio: ["pipe", "pipe", "inherit"] });
  socket.pipe(child.stdin);
  child.stdout.pipe(socket);
  socket.on("error", () => {});
  child.stdin.on("error", () => {});
  socket.on("close", () => child.stdout.destroy());
});
server.listen(Number(port), "127.0.0.1");
