/**
 * Bytes and EOFs pass through an engine of its own, and through the pipes to it, as if they were not
 * there.
 */

import { readFileSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { digestOf } from "../support/bulk.ts";
import { Authority } from "../support/certificates.ts";
import { connect, connectByWire, VERSIONS } from "../support/clients.ts";
import { NEEDS_ROOT } from "../support/needs.ts";
import { payload, sha256 } from "../support/payload.ts";
import { AS_NOBODY, NODES } from "../support/privileges.ts";
import { everything } from "../support/processes.ts";
import { scratchFile } from "../support/scratch.ts";
import { serve } from "../support/service.ts";

const MIB = 1 << 20;
const REPLIES = 50;
const AT_ONCE = 2;

/** src/io/departed-reader.ts looks twice a second. */
const LONGER_THAN_A_LOOK = 1200;

const authority = Authority.root();
const credentials = authority.issue();

describe.each(NODES)("with %s", NEEDS_ROOT, (_, node) => {
  const serveProg = (script: string, options: string[] = []) =>
    serve({
      credentials,
      environment: AS_NOBODY,
      through: [node],
      options,
      prog: ["sh", "-c", script],
    });

  it("16 MiB each way arrive unchanged", async () => {
    const toClient = payload("from prog to the client", 16 * MIB);
    const toProgram = payload("from the client to prog", 16 * MIB);
    const digest = scratchFile("digest");
    const file = scratchFile("bulk", toClient);
    const listener = await serveProg(`cat ${file} & sha256sum >${digest}; wait`);
    const client = await connect({ port: listener.port, authority });
    client.end(toProgram);
    expect(await digestOf(client, false)).toBe(sha256(toClient));
    const tunnel = await listener.tunnel();
    expect(await tunnel.ended).toMatchObject({ code: 0, stderr: "" });
    expect(readFileSync(digest, "utf8").split(" ")[0]).toBe(sha256(toProgram));
  });

  it("a client that half-closes still gets the late reply", async () => {
    const listener = await serveProg('request=$(cat); sleep 0.3; echo "reply to $request"');
    const { client, wire } = await connectByWire({ port: listener.port, authority });
    const answer = everything(client);
    client.write("a question", () => wire.fin());
    expect((await answer).toString()).toBe("reply to a question\n");
    const tunnel = await listener.tunnel();
    expect(await tunnel.ended).toMatchObject({ code: 0, stderr: "" });
  });

  it("a prog that closes its output still hears the client", async () => {
    const heard = scratchFile("heard");
    const listener = await serveProg(`echo farewell; exec >&-; cat >${heard}`);
    const destination = { port: listener.port, authority };
    const { client } = await connectByWire(destination, { allowHalfOpen: true });
    expect((await everything(client)).toString()).toBe("farewell\n");
    client.end("one thing more");
    const tunnel = await listener.tunnel();
    expect(await tunnel.ended).toMatchObject({ code: 0, stderr: "" });
    expect(readFileSync(heard, "utf8")).toBe("one thing more");
  });

  it("with -S, the client gets close_notify and the end, even if prog goes on", async () => {
    const listener = await serveProg("echo farewell; exec >&-; sleep 1", ["-S"]);
    const { client } = await connectByWire({ port: listener.port, authority });
    expect((await everything(client)).toString()).toBe("farewell\n");
    const tunnel = await listener.tunnel();
    expect(tunnel.isOver).toBe(false);
    expect(await tunnel.ended).toMatchObject({ code: 0, stderr: "" });
  });

  it.each(VERSIONS)(
    "when prog has ended, a client that stays ends with it (%s)",
    async (maxVersion) => {
      const listener = await serveProg("echo farewell");
      const destination = { port: listener.port, authority };
      const { client } = await connectByWire(destination, { maxVersion, allowHalfOpen: true });
      expect((await everything(client)).toString()).toBe("farewell\n");
      const tunnel = await listener.tunnel();
      expect(await tunnel.ended).toMatchObject({ code: 0, stderr: "" });
      client.destroy();
    },
  );

  it.each(VERSIONS)(
    "when prog has ended, a process of its that still reads hears the client (%s)",
    async (maxVersion) => {
      const heard = scratchFile("heard");
      // A shell gives what it starts in the background another standard input.
      const listener = await serveProg(`exec 3<&0; (cat <&3 >${heard}) >&- & echo farewell`);
      const destination = { port: listener.port, authority };
      const { client } = await connectByWire(destination, { maxVersion, allowHalfOpen: true });
      expect((await everything(client)).toString()).toBe("farewell\n");
      await setTimeout(LONGER_THAN_A_LOOK);
      client.end("one thing more");
      await expect.poll(() => readFileSync(heard, "utf8")).toBe("one thing more");
    },
  );

  it("a prog that goes on writing when the client has left gets SIGPIPE", async () => {
    const listener = await serveProg("echo ready; exec yes");
    const { client, wire } = await connectByWire({ port: listener.port, authority });
    await new Promise((resolve) => client.once("data", resolve));
    client.on("error", () => {});
    wire.reset();
    const tunnel = await listener.tunnel();
    expect(await tunnel.ended).toMatchObject({ code: null, signal: "SIGPIPE" });
  });

  it(`all of ${REPLIES} replies arrive`, { timeout: 60_000 }, async () => {
    const listener = await serveProg('read -r number; echo "reply $number"');
    const lost: string[] = [];
    let next = 0;
    const ask = async () => {
      for (let number = next++; number < REPLIES; number = next++) {
        const { client, wire } = await connectByWire({ port: listener.port, authority });
        const answer = everything(client);
        client.write(`${number}\n`, () => wire.fin());
        const reply = await answer.then(String, String);
        if (reply !== `reply ${number}\n`) lost.push(`${number}: ${reply}`);
        client.destroy();
        const tunnel = await listener.tunnel();
        expect(await tunnel.ended).toMatchObject({ code: 0, stderr: "" });
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, ask));
    expect(next).toBeGreaterThanOrEqual(REPLIES);
    expect(lost).toEqual([]);
  });
});
