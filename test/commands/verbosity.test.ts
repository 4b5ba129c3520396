/**
 * What stands on standard error: nothing with -v 0, errors by default, and with -v 2 one line about
 * each connection.
 */
import { expect, it } from "vitest";
import { Authority } from "../support/certificates.ts";
import { connect, exchange } from "../support/clients.ts";
import { shout } from "../support/refusals.ts";
import { serve } from "../support/service.ts";
import { words } from "../support/words.ts";

const authority = Authority.root();
const credentials = authority.issue();

async function refused(options: string[]): Promise<string> {
  const listener = await serve({ credentials, options, prog: ["cat"] });
  await shout({ port: listener.port, bytes: Buffer.from("GET / HTTP/1.0\r\n\r\n") });
  const tunnel = await listener.tunnel();
  const { code, stderr } = await tunnel.ended;
  expect(code).toBe(98);
  return stderr;
}

async function served(options: string[]): Promise<string> {
  const listener = await serve({ credentials, options, prog: ["sh", "-c", "cat; echo bye"] });
  const client = await connect({ port: listener.port, authority });
  expect(await exchange(client, "hello, world\n")).toBe("hello, world\nbye\n");
  const tunnel = await listener.tunnel();
  return (await tunnel.ended).stderr;
}

it.each(["-v 0", "-v0", "--verbosity=0"])("%s is quiet", async (line) => {
  expect(await refused(words(line))).toBe("");
});

it.each(["", "-v 1", "-v 2 -v1"])("with %j, there are errors and nothing else", async (line) => {
  const options = words(line);
  expect(await refused(options)).toMatch(/^s6-tlsd: fatal: [^\n]+\n$/);
  expect(await served(options)).toBe("");
});

it.each(["-v2", "--verbosity=2"])(
  "with %s, a line tells what was negotiated, with whom, and how much passed",
  async (option) => {
    const line = await served([option]);
    expect(line).toMatch(/^s6-tlsd: [^\n]+\n$/);
    expect(line).toContain("TLSv1.3");
    expect(line).toContain("TLS_CHACHA20_POLY1305_SHA256");
    expect(line).toContain("server.test");
    expect(line).toMatch(/\b13\b/);
    expect(line).toMatch(/\b17\b/);
  },
);
