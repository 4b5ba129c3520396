/**
 * A reader of the log that has stopped stops no connection: not those that are open, and no new one.
 */
import { execFileSync } from "node:child_process";
import { closeSync, constants, openSync } from "node:fs";
import { expect, it } from "vitest";
import { Authority } from "../support/certificates.ts";
import { connect, exchange } from "../support/clients.ts";
import { eventually } from "../support/limits.ts";
import { start } from "../support/processes.ts";
import { scratchFile } from "../support/scratch.ts";
import { startServer } from "../support/server.ts";

const authority = Authority.root();
const credentials = authority.issue();

/** Makes a pipe hold no more than a page (F_SETPIPE_SZ): some 40 lines. */
const SHRINK = "import fcntl; fcntl.fcntl(3, 1031, 4096)";

it("with -v, 40 connections come and go behind a full pipe, and one goes on", async () => {
  const fifo = scratchFile("log");
  execFileSync("mkfifo", [fifo]);
  const fd = openSync(fifo, constants.O_RDWR | constants.O_NONBLOCK);
  try {
    execFileSync("python3", ["-c", SHRINK], { stdio: ["ignore", "ignore", "inherit", fd] });
    const server = await startServer({
      ...{ authority, credentials, options: ["-v", "--workers", "1"] },
      runner: ["sh", "-c", 'exec "$@" 2>"$0"', fifo],
    });
    const open = await connect(server);
    for (let i = 0; i < 40; i++) expect(await exchange(await connect(server), "new")).toBe("new");
    expect(await exchange(open, "old")).toBe("old");
    const reader = start(["cat", fifo]);
    await eventually("the queue is read", () => reader.stdout.includes(" 41 closed: "));
    for (const number of [1, 20, 41]) expect(reader.stdout).toContain(` ${number} open from `);
  } finally {
    closeSync(fd);
  }
});
