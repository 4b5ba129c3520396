/**
 * A worker that gets no memory for one more engine: that client's connection ends, with a line that says
 * so; clients that come later are served, and a key that was replaced is wiped all the same.
 */
import { execFileSync } from "node:child_process";
import { copyFileSync, readFileSync } from "node:fs";
import type { TLSSocket } from "node:tls";
import { expect, it } from "vitest";
import { copiesOf } from "../contract/process-memory.ts";
import { Authority, type Credentials } from "../support/certificates.ts";
import { connect } from "../support/clients.ts";
import { eventually } from "../support/limits.ts";
import { scratchFile } from "../support/scratch.ts";
import { NO_IDLE_COLLECTION, startServer } from "../support/server.ts";

const authority = Authority.root();
const [first, second] = [authority.issue(), authority.issue()];
const firstKey = Buffer.from(first.key.export({ format: "jwk" }).d ?? "", "base64url");

/** For everything but a WebAssembly memory, which takes gigabytes of addresses. */
const REST = 8 << 20;

/** Clients at once; one engine more than there is memory for. */
const MOST = 64;
const NO_ENGINE = "unable to serve: unable to set up the engine";

/** @param bytes of addresses, over what it has; null: without a limit */
function limitAddresses(pid: number, bytes: number | null): void {
  const pages = Number(readFileSync(`/proc/${pid}/statm`, "utf8").split(" ")[0]);
  const limit = bytes === null ? "unlimited" : pages * 4096 + bytes;
  execFileSync("prlimit", [`--pid=${pid}`, `--as=${limit}:`]);
}

it("goes on, and wipes the key that such a client would have used", {
  timeout: 60_000,
}, async () => {
  const files: Credentials = {
    ...first,
    keyFile: scratchFile("key"),
    certFile: scratchFile("cert"),
  };
  const place = ({ keyFile, certFile }: Credentials) => {
    copyFileSync(keyFile, files.keyFile);
    copyFileSync(certFile, files.certFile);
  };
  place(first);
  const options = ["--workers", "1", "-v"];
  const runner = NO_IDLE_COLLECTION;
  const server = await startServer({ authority, credentials: files, options, runner });
  const [worker = 0] = server.workers;
  (await connect(server)).destroy();

  // Memory that was used before may be used again.
  limitAddresses(worker, REST);
  const served: TLSSocket[] = [];
  for (let client = 0; client < MOST && server.saying(NO_ENGINE).length === 0; client++) {
    await connect(server).then(
      (socket) => served.push(socket),
      () => server.logged(NO_ENGINE),
    );
  }
  expect(server.saying(NO_ENGINE).length).toBeGreaterThan(0);
  for (const socket of served) socket.destroy();
  limitAddresses(worker, null);
  (await connect(server)).destroy();

  place(second);
  server.signal("SIGUSR2");
  await server.logged("read all keys and certificates again");
  expect(server.workers).toEqual([worker]);
  await eventually("no trace of the old key", () => copiesOf(firstKey, worker) === 0);
});
