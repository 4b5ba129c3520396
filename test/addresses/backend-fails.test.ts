/** A backend that refuses, hangs or resets: a line in the log, and the client's end at once. */
import { once } from "node:events";
import type { TLSSocket } from "node:tls";
import { expect, it } from "vitest";
import { connect, connectByWire, VERSIONS } from "../support/clients.ts";
import { eventually, within } from "../support/limits.ts";
import { freePort } from "../support/ports.ts";
import { everything, start } from "../support/processes.ts";
import { backend, echo, relayServer } from "../support/relays.ts";

/** It is told of an error, or at least of no close_notify that would say that this was all. */
async function isCutOff(client: TLSSocket, milliseconds: number): Promise<void> {
  client.on("error", () => {});
  client.resume();
  await within(milliseconds, "the end", once(client, "close"));
}

it("the next backend is tried when one refuses, and the log tells it", async () => {
  const refusing = await freePort();
  const { port } = await backend(echo);
  const serving = await relayServer([
    ...["--connect", `127.0.0.1:${refusing}`, "--connect", `localhost:${port}`],
  ]);
  const client = await connect(serving);
  client.end("x");
  expect(`${await everything(client)}`).toBe("x");
  await serving.logged(
    `unable to connect to 127.0.0.1:${refusing}: Connection refused; trying the next`,
  );
});

it("a backend that refuses ends the connection at once, with a line in the log", async () => {
  const refusing = await freePort();
  const serving = await relayServer(["--connect", `127.0.0.1:${refusing}`]);
  await isCutOff(await connect(serving), 1500);
  await serving.logged(`unable to connect to 127.0.0.1:${refusing}: Connection refused`);
});

it("a name that has several addresses, all of which refuse", async () => {
  const refusing = await freePort();
  const serving = await relayServer(["--connect", `localhost:${refusing}`]);
  await isCutOff(await connect(serving), 1500);
  await serving.logged(`unable to connect to localhost:${refusing}: Connection refused`);
});

it("a name that is not there", async () => {
  const serving = await relayServer([
    ...["--unsafe-plain", "--connect-timeout", "3000", "--connect", "nowhere.invalid:80"],
  ]);
  await isCutOff(await connect(serving), 8000);
  await serving.logged("unable to connect to nowhere.invalid:80: ");
});

it("a UNIX socket that is not there", async () => {
  const serving = await relayServer(["--connect", "unix:/nonexistent/app.sock"]);
  await isCutOff(await connect(serving), 1500);
  await serving.logged(
    "unable to connect to unix:/nonexistent/app.sock: No such file or directory",
  );
});

/** A process that listens and never accepts; the system answers for it until its backlog is full. */
async function deafBackend(): Promise<number> {
  const script = `const s = require("net").createServer();
    s.listen({ port: 0, host: "127.0.0.1", backlog: 1 }, () => {
      require("fs").writeSync(1, s.address().port + "\\n");
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 60_000);
    });`;
  const deaf = start([process.execPath, "-e", script]);
  await eventually("its port", () => deaf.stdout.includes("\n"));
  const port = Number(deaf.stdout);
  const place = `/dev/tcp/127.0.0.1/${port}`;
  const fill = start(["bash", "-c", `exec 3<>${place} 4<>${place}; echo full; sleep 60`]);
  await eventually("a full backlog", () => fill.stdout === "full\n");
  return port;
}

it("a backend that doesn't answer: the next one after --connect-timeout", async () => {
  const deaf = await deafBackend();
  const { port } = await backend(echo);
  const words = ["--connect-timeout", "400", "--connect", `127.0.0.1:${deaf}`];
  const serving = await relayServer([...words, "--connect", `127.0.0.1:${port}`]);
  const client = await connect(serving);
  client.end("patient");
  expect(`${await everything(client)}`).toBe("patient");
  await serving.logged(
    `unable to connect to 127.0.0.1:${deaf}: no answer within 400 milliseconds; trying the next`,
  );
  const alone = await relayServer(words);
  await isCutOff(await connect(alone), 3000);
  await alone.logged(`127.0.0.1:${deaf}: no answer within 400 milliseconds`);
});

it.each(VERSIONS)(
  "a client of %s that resets while its backend is called is forgotten, and so is the call",
  async (maxVersion) => {
    const deaf = await deafBackend();
    const serving = await relayServer(["--connect", `127.0.0.1:${deaf}`]);
    const { client, wire } = await connectByWire(serving, { maxVersion });
    client.on("error", () => {});
    // In TLS 1.3, right behind the client's last message.
    wire.reset();
    await within(3000, "its end", serving.logged("1 closed"));
    expect(serving.log).toContain("unable to read from the network: Connection reset by peer");
  },
);

it("a backend that accepts and says nothing: --idle-timeout", async () => {
  const { port } = await backend(() => {});
  const serving = await relayServer([
    ...["--idle-timeout", "500", "--connect", `127.0.0.1:${port}`],
  ]);
  await isCutOff(await connect(serving), 3000);
  await serving.logged("idle for 500 milliseconds");
});

it("a backend that resets: the client is cut off, without a close_notify", async () => {
  const { port } = await backend((socket) => {
    socket.once("data", () => socket.resetAndDestroy());
  });
  const serving = await relayServer(["--connect", `127.0.0.1:${port}`]);
  const client = start([
    ...["openssl", "s_client", "-connect", `127.0.0.1:${serving.port}`, "-quiet", "-no_ign_eof"],
  ]);
  client.child.stdin?.write("hello\n");
  const { stderr } = await client.ended;
  await serving.logged("unable to read from the backend: Connection reset by peer");
  expect(stderr).toMatch(/unexpected eof|errno=104/);
});

it("a backend that answers more than the client takes, and then resets", async () => {
  let hasReset = false;
  const { port } = await backend((socket) => {
    socket.on("close", () => {
      hasReset = true;
    });
    socket.write(Buffer.alloc(8_000_000));
    setTimeout(() => socket.resetAndDestroy(), 200);
  });
  const serving = await relayServer(["--connect", `127.0.0.1:${port}`]);
  const client = await connect(serving);
  client.on("error", () => {});
  client.pause();
  await eventually("the backend has gone", () => hasReset);
  await isCutOff(client, 5000);
  await serving.logged("read from the backend: Connection reset by peer");
});

it("a client that has gone: the backend's connection ends, though it still sends", async () => {
  const ended = new Promise<void>((resolve) => {
    void backend((socket) => {
      const more = () => socket.write(Buffer.alloc(65_536), (error) => error ?? setImmediate(more));
      more();
      socket.on("close", () => resolve());
    }).then(async ({ port }) => {
      const serving = await relayServer(["--connect", `127.0.0.1:${port}`]);
      const client = await connect(serving);
      client.once("data", () => client.destroy());
    });
  });
  await within(8000, "the backend's end", ended);
});
