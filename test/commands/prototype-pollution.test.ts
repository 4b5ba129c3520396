/**
 * Settings and variables of the programs are never read through a prototype: a module that is loaded
 * before them gives Object.prototype a property for each, and takes note of who reads it.
 */
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { CLIENT_DEFAULTS } from "../../src/cli/client-options.ts";
import { DIAL_DEFAULTS } from "../../src/cli/dial-options.ts";
import { SERVER_DEFAULTS } from "../../src/cli/super-server-line.ts";
import { call } from "../support/calls.ts";
import { Authority } from "../support/certificates.ts";
import { scratchFile } from "../support/scratch.ts";
import { startServer } from "../support/server.ts";
import { opensslServer } from "../support/tls-servers.ts";

const NAMES = [
  ...Object.keys({ ...CLIENT_DEFAULTS, ...DIAL_DEFAULTS, ...SERVER_DEFAULTS }),
  ...["CAFILE", "CADIR", "KEYFILE", "CERTFILE", "TLS_UID", "TLS_GID", "TLS_PROFILE"],
  ...["UID", "GID", "GIDLIST", "NOTIFY_SOCKET", "LISTEN_FDS"],
  // Inside.
  ...["short", "long", "levels", "directory", "file", "protocols", "idleTimeout", "turns"],
  ...["identity", "server", "serverName", "clients", "anchors", "mandatory", "keeper"],
];

const authority = Authority.root();
const credentials = authority.issue();

function polluting() {
  const folder = scratchFile("reads");
  mkdirSync(folder);
  const module = scratchFile("pollute.cjs", POLLUTE);
  const environment = {
    NODE_OPTIONS: `--require ${module}`,
    POLLUTED: [...new Set(NAMES)].join(","),
    READS: folder,
  };
  const reads = () => readdirSync(folder).map((file) => readFileSync(join(folder, file), "utf8"));
  return { environment, reads };
}

const POLLUTE = `
const { writeFileSync } = require("node:fs");
const reads = new Set();
for (const name of process.env.POLLUTED.split(",")) {
  Object.defineProperty(Object.prototype, name, {
    configurable: true,
    get() {
      const reader = new Error().stack.split("\\n")[2] ?? "";
      if (/\\/dist\\//.test(reader)) reads.add(name + reader);
      return undefined;
    },
    set(value) {
      const property = { value, configurable: true, enumerable: true, writable: true };
      Object.defineProperty(this, name, property);
    },
  });
}
process.on("exit", () => {
  writeFileSync(process.env.READS + "/" + process.pid, [...reads].join("\\n"));
});
`;

it("s6-tlsc reads none", async () => {
  const { port } = await opensslServer(credentials);
  const { environment, reads } = polluting();
  const running = await call({ port, authority, environment });
  expect(await running.ended).toMatchObject({ code: 0, stderr: "" });
  expect(reads().length).toBeGreaterThan(0);
  expect(reads().join("\n").trim()).toBe("");
});

it("s6-tlsserver and its workers read none", async () => {
  const { environment, reads } = polluting();
  const options = ["-y"];
  const CAFILE = authority.certFile;
  const all = { ...environment, CAFILE };
  const server = await startServer({ authority, credentials, environment: all, options });
  const running = await call({ port: server.port, authority, credentials, options: ["-y"] });
  expect(await running.ended).toMatchObject({ code: 0 });
  process.kill(server.pid, "SIGTERM");
  await server.running.ended;
  expect(reads().length).toBeGreaterThan(1);
  expect(reads().join("\n").trim()).toBe("");
});
