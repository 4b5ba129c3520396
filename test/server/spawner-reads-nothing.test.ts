/** A spawner that takes no orders: progs can't be started, and the worker goes on. */
import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { join } from "node:path";
import { afterEach, expect, it } from "vitest";
import { NOTHING_TOLD } from "../../src/server/access-answer.ts";
import { linkOf } from "../../src/server/messages.ts";
import { RemotePrograms } from "../../src/server/remote-programs.ts";
import { within } from "../support/limits.ts";
import { scratchFile } from "../support/scratch.ts";

const accepted: Socket[] = [];
afterEach(() => {
  for (const socket of accepted.splice(0)) socket.destroy();
});

async function listen(path: string): Promise<void> {
  const server = createServer({ pauseOnConnect: true }, (socket) => accepted.push(socket));
  await once(server.listen(path), "listening");
  server.unref();
}

it("each connection is told why it has no prog", async () => {
  const path = join(scratchFile("door", ""), "..", `door-${process.pid}`);
  await listen(path);
  await listen(linkOf(path));
  const programs = new RemotePrograms(path, ["cat"]);
  const session = new Map([["SSL_CIPHER", "x".repeat(600_000)]]);
  const launch = (number: number) =>
    new Promise<Error>((failed, ended) => {
      const ends = { remoteAddress: "unix", remotePort: 0, localAddress: "unix", localPort: 0 };
      const client = { ...ends, number, openFromAddress: 1, told: NOTHING_TOLD };
      const { readable, writable } = programs.launch({
        ...{ client, session, proxied: new Map(), failed },
        ended: () => ended(new Error("it had a prog")),
      });
      accepted.push(readable as Socket, writable as Socket);
    });
  const failures = await within(10_000, "an answer", Promise.all([1, 2, 3, 4, 5].map(launch)));
  for (const { message } of failures) {
    expect(message).toBe("unable to run cat: the spawner: it takes no messages");
  }
});
