/**
 * Letters on the control socket that mean nothing, or come when they mean nothing any more, are
 * told of in a warning, and change nothing.
 */
import { expect, it } from "vitest";
import { Authority } from "../support/certificates.ts";
import { exchange } from "../support/clients.ts";
import { serve } from "../support/service.ts";
import { connectByStartTls, exchangeRaw, mailServer } from "../support/starttls.ts";

const authority = Authority.root();
const credentials = authority.issue();
const program = "s6-ucspitlsd";

it.each([
  ["Xy", 's6-ucspitlsd: warning: unknown command on the control socket: "X"\n'],
  ["yy", "s6-ucspitlsd: warning: TLS was started already\n"],
  ["yY", "s6-ucspitlsd: warning: TLS was started already\n"],
])("%s", async (letters, stderr) => {
  const prog = mailServer({ letters, inside: "cat" });
  const listener = await serve({ program, credentials, prog });
  const client = await connectByStartTls({ port: listener.port, authority });
  expect(await exchange(client, "hello\n")).toBe("hello\n");
  const { ended } = await listener.tunnel();
  expect(await ended).toEqual({ code: 0, signal: null, stdout: "", stderr });
});

it("an unknown letter alone: the program goes on in cleartext", async () => {
  const prog = ["sh", "-c", "printf '\\n' >&$SSLCTLFD; cat; exit 3"];
  const listener = await serve({ program, credentials, prog });
  expect(await exchangeRaw(listener.port, "hello\n")).toBe("hello\n");
  const { ended } = await listener.tunnel();
  expect(await ended).toMatchObject({
    code: 3,
    stderr: 's6-ucspitlsd: warning: unknown command on the control socket: "\\n"\n',
  });
});
