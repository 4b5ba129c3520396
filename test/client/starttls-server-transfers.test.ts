/**
 * Behind STARTTLS a connection is as any other: nothing is lost at the change, each direction ends
 * on its own, and 16 MiB each way arrive as they were.
 */
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { digestOf } from "../support/bulk.ts";
import { Authority } from "../support/certificates.ts";
import { connect, exchange, newWire, receiveUntil } from "../support/clients.ts";
import { payload, sha256 } from "../support/payload.ts";
import { everything } from "../support/processes.ts";
import { scratchFile } from "../support/scratch.ts";
import { serve } from "../support/service.ts";
import { agreeOnTls, connectByStartTls, ENTER_TUNNEL, mailServer } from "../support/starttls.ts";

const authority = Authority.root();
const service = { program: "s6-ucspitlsd" as const, credentials: authority.issue() };

it("a handshake that begins before the program has read its command is none of its business", async () => {
  const line = "sleep 0.3; read -r line; printf y >&$SSLCTLFD";
  const prog = ["sh", "-c", `${line}\n${ENTER_TUNNEL}\necho "after $line"; cat`];
  const { port } = await serve({ ...service, prog });
  const wire = await newWire(port);
  wire.inject(Buffer.from("STARTTLS\n"));
  const client = await connect({ port, authority }, { socket: wire, allowHalfOpen: true });
  client.write("first words\n");
  expect(await receiveUntil(client, "first words\n")).toBe("after STARTTLS\nfirst words\n");
});

it("what the program writes before the handshake is done comes after it", async () => {
  const between = "echo early >&$SSLWRITEFD";
  const { port } = await serve({ ...service, prog: mailServer({ between, inside: "cat" }) });
  const client = await connectByStartTls({ port, authority });
  expect(await exchange(client, "late\n")).toBe("early\nlate\n");
});

it("nothing is lost of what a program wrote that has ended before the handshake is done", async () => {
  const inside = `head -c 100000 /dev/zero | tr '\\0' x; exit 8`;
  const listener = await serve({ ...service, prog: mailServer({ inside }) });
  const socket = await agreeOnTls(listener.port);
  await sleep(300);
  const client = await connect({ port: listener.port, authority }, { socket });
  expect((await everything(client)).toString()).toBe("x".repeat(100_000));
  client.destroy();
  expect(await (await listener.tunnel()).ended).toMatchObject({ code: 8, stderr: "" });
});

it("a program may ask for TLS, say its last words, and be gone at once", async () => {
  const prog = ["sh", "-c", "printf y >&$SSLCTLFD; echo bye >&$SSLWRITEFD; exit 3"];
  const listener = await serve({ ...service, prog });
  const client = await connect({ port: listener.port, authority });
  expect((await everything(client)).toString()).toBe("bye\n");
  expect(await (await listener.tunnel()).ended).toMatchObject({ code: 3, stderr: "" });
});

it("a client that half-closes still gets the late reply", async () => {
  const inside = 'all=$(cat); sleep 0.1; echo "late reply to $all"; exit 6';
  const listener = await serve({ ...service, prog: mailServer({ inside }) });
  const client = await connectByStartTls({ port: listener.port, authority });
  client.end("a question");
  expect((await everything(client)).toString()).toBe("late reply to a question\n");
  expect(await (await listener.tunnel()).ended).toMatchObject({ code: 6, stderr: "" });
});

it("a program that half-closes still gets what comes late", async () => {
  const got = scratchFile("got");
  const inside = `echo bye; exec 1>&-; cat >${got}`;
  const listener = await serve({ ...service, prog: mailServer({ inside }) });
  const client = await connectByStartTls({ port: listener.port, authority });
  expect((await everything(client)).toString()).toBe("bye\n");
  client.end("late words\n");
  expect(await (await listener.tunnel()).ended).toMatchObject({ code: 0, stderr: "" });
  expect(readFileSync(got, "utf8")).toBe("late words\n");
});

it("a program that ends while its client stays takes the connection with it", async () => {
  const listener = await serve({
    ...service,
    prog: mailServer({ inside: "read -r line; exit 8" }),
  });
  const client = await connectByStartTls({ port: listener.port, authority });
  client.write("a line\n");
  expect((await everything(client)).toString()).toBe("");
  expect(await (await listener.tunnel()).ended).toMatchObject({ code: 8, stderr: "" });
});

it("16 MiB each way at once", async () => {
  const toClient = payload("to the client", 16 << 20);
  const toProgram = payload("to the program", 16 << 20);
  const digest = scratchFile("digest");
  const inside = `cat ${scratchFile("bulk", toClient)} & sha256sum >${digest} <&8; wait`;
  const prog = mailServer({ inside: `exec 8<&0; ${inside}` });
  const listener = await serve({ ...service, prog });
  const client = await connectByStartTls({ port: listener.port, authority });
  client.end(toProgram);
  expect(await digestOf(client, false)).toBe(sha256(toClient));
  expect(await (await listener.tunnel()).ended).toMatchObject({ code: 0, stderr: "" });
  expect(readFileSync(digest, "utf8")).toBe(`${sha256(toProgram)}  -\n`);
});
