/**
 * `y` starts TLS and tells nothing; `Y` tells on the control socket, after the handshake, what
 * s6-tlsd-io tells on its notification's descriptor.
 */
import { expect, it } from "vitest";
import { Authority } from "../support/certificates.ts";
import { connect, exchange } from "../support/clients.ts";
import { everything } from "../support/processes.ts";
import { executable } from "../support/scratch.ts";
import { serve } from "../support/service.ts";
import { connectByStartTls, mailServer } from "../support/starttls.ts";

const authority = Authority.root();
const credentials = authority.issue();

/** What is on the control socket until its EOF, in hexadecimal. */
const READ_BLOCK = "block=$(od -An -v -tx1 <&$SSLCTLFD | tr -d ' \\n')";

async function blockFor(letters: string): Promise<string> {
  const prog = mailServer({ letters, between: READ_BLOCK, inside: "echo $block" });
  const { port } = await serve({ program: "s6-ucspitlsd", credentials, prog });
  const client = await connectByStartTls({ port, authority });
  return Buffer.from((await exchange(client, "")).trim(), "hex").toString();
}

async function notification(): Promise<string> {
  const service = { credentials, options: ["-d", "4"], prog: ["3", "3"], pipes: 2 };
  const listener = await serve({ ...service, program: "s6-tlsd-io" });
  await connect({ port: listener.port, authority });
  return (await everything((await listener.tunnel()).descriptor(4))).toString();
}

it("with Y it is what -d notif gives, NULs and all", async () => {
  const block = await blockFor("Y");
  expect(block).toBe(await notification());
  expect(block).toMatch(
    /^SSL_PROTOCOL=TLSv1\.3\0.*\0SSL_TLS_SNI_SERVERNAME=server\.test\0.*\0\0$/s,
  );
});

it("with y it is nothing, and the control socket is closed all the same", async () => {
  expect(await blockFor("y")).toBe("");
});

it("a program that half-closes the control socket behind its Y is told, too", async () => {
  const half = executable(`#!${process.execPath}
    const { Socket } = require("node:net");
    const fd = Number(process.env.SSLCTLFD);
    const control = new Socket({ fd, allowHalfOpen: true });
    control.end("Y");
    control.pipe(process.stdout);
  `);
  const between = `block=$(${half} | tr '\\0' ' ')`;
  const prog = mailServer({ letters: "''", between, inside: "echo $block" });
  const { port } = await serve({ program: "s6-ucspitlsd", credentials, prog });
  const client = await connectByStartTls({ port, authority });
  expect(await exchange(client, "")).toContain("SSL_PROTOCOL=TLSv1.3 ");
});

it.each(["y", "Y"])(
  "a program that closes the control socket behind its %s is told nothing, and goes on in TLS",
  async (letter) => {
    const between = 'eval "exec $SSLCTLFD>&-"';
    const prog = mailServer({ letters: letter, between, inside: "cat" });
    const listener = await serve({ program: "s6-ucspitlsd", credentials, prog });
    const client = await connectByStartTls({ port: listener.port, authority });
    expect(await exchange(client, "hello\n")).toBe("hello\n");
    expect(await (await listener.tunnel()).ended).toMatchObject({ code: 0, stderr: "" });
  },
);
