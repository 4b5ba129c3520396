/**
 * A pipe as KEYFILE, CERTFILE or CAFILE, which the first worker would empty: refused at the start,
 * and at USR2 the old keys stay.
 */
import { execFileSync } from "node:child_process";
import { copyFileSync, renameSync } from "node:fs";
import { expect, it } from "vitest";
import { Authority } from "../support/certificates.ts";
import { connect, exchange } from "../support/clients.ts";
import { scratchFile } from "../support/scratch.ts";
import { runServer, startServer } from "../support/server.ts";

const authority = Authority.root();
const credentials = authority.issue();

function fifo(): string {
  const path = scratchFile("fifo");
  execFileSync("mkfifo", [path]);
  return path;
}

it.each([
  ["KEYFILE", fifo(), "a pipe"],
  ["CERTFILE", fifo(), "a pipe"],
  ["KEYFILE", "/dev/fd/8", "a descriptor of the process that started it"],
  ["CERTFILE", "/proc/self/fd/8", "a descriptor of the process that started it"],
  ["KEYFILE", "/dev/stdin", "a descriptor of the process that started it"],
])("%s=%s is 96 before the server listens", async (name, path, what) => {
  const ended = await runServer({ credentials, environment: { [name]: path } });
  expect(ended).toMatchObject({
    code: 96,
    stdout: "",
    stderr: `s6-tlsserver: fatal: unable to read ${name} from ${path}: it is ${what}, and each worker reads its files by itself; name a file\n`,
  });
});

it("a key that has become a pipe at USR2 is an error, and connections go on", async () => {
  const keyFile = scratchFile("key");
  copyFileSync(credentials.keyFile, keyFile);
  const server = await startServer({ authority, credentials: { ...credentials, keyFile } });
  const open = await connect(server);
  renameSync(fifo(), keyFile);
  server.signal("SIGUSR2");
  const [line] = await server.logged("keeping the old keys");
  expect(line).toMatch(
    /^s6-tlsserver: error: keeping the old keys and certificates: unable to read KEYFILE from [^ ]+: it is a pipe, /,
  );
  expect(await exchange(open, "old")).toBe("old");
  expect(await exchange(await connect(server), "new")).toBe("new");
  const { workers } = server;
  expect(await server.stop()).toMatchObject({ code: 0 });
  expect(workers.length).toBeGreaterThan(0);
});
