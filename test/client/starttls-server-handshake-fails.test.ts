/**
 * A client that asks for TLS and then does not do its part: one line says so, the program sees EOF
 * and ends as it likes, and so do we. The clock for the handshake starts with it, not before.
 */
import { expect, it } from "vitest";
import { Authority } from "../support/certificates.ts";
import { exchange } from "../support/clients.ts";
import { serve } from "../support/service.ts";
import { agreeOnTls, connectByStartTls, mailServer } from "../support/starttls.ts";

const authority = Authority.root();
const service = { program: "s6-ucspitlsd" as const, credentials: authority.issue() };
const WAIT =
  'test -z "$(cat <&$SSLREADFD)" || exit 1; test -z "$(cat <&$SSLCTLFD)" || exit 2; exit 5';

async function listening(options: string[] = []) {
  const prog = mailServer({ letters: "Y", between: WAIT, inside: "echo never" });
  return serve({ ...service, options, prog });
}

it("silence: given up after -K milliseconds", async () => {
  const listener = await listening(["-K", "300"]);
  const started = Date.now();
  await agreeOnTls(listener.port);
  expect(await (await listener.tunnel()).ended).toMatchObject({
    code: 5,
    stderr: "s6-ucspitlsd: fatal: TLS error: handshake not done within 300 milliseconds\n",
  });
  expect(Date.now() - started).toBeGreaterThanOrEqual(300);
});

it("the time that passes in cleartext does not count", async () => {
  const prog = ["sleep 0.6", ...mailServer({ inside: "cat" }).slice(2)].join("\n");
  const options = ["-K", "500"];
  const { port } = await serve({ ...service, options, prog: ["sh", "-c", prog] });
  expect(await exchange(await connectByStartTls({ port, authority }), "hello\n")).toBe("hello\n");
});

it("it hangs up", async () => {
  const listener = await listening();
  (await agreeOnTls(listener.port)).end();
  const { code, stderr } = await (await listener.tunnel()).ended;
  expect(code).toBe(5);
  expect(stderr).toMatch(/^s6-ucspitlsd: fatal: [^\n]+\n$/);
});

it("it goes on in cleartext", async () => {
  const listener = await listening();
  (await agreeOnTls(listener.port)).end("MAIL FROM:<a@client.test>\r\n");
  const { code, stderr } = await (await listener.tunnel()).ended;
  expect(code).toBe(5);
  expect(stderr).toMatch(/^s6-ucspitlsd: fatal: TLS error: [^\n]+\n$/);
});

it("-v 0 says nothing of it", async () => {
  const listener = await listening(["-v", "0"]);
  (await agreeOnTls(listener.port)).end();
  expect(await (await listener.tunnel()).ended).toMatchObject({ code: 5, stderr: "" });
});

it("-v 2 tells of a connection that went well", async () => {
  const options = ["-v", "2"];
  const listener = await serve({ ...service, options, prog: mailServer({ inside: "cat" }) });
  const client = await connectByStartTls({ port: listener.port, authority });
  await exchange(client, "hello\n");
  expect((await (await listener.tunnel()).ended).stderr).toMatch(
    /^s6-ucspitlsd: info: 127\.0\.0\.1:[0-9]+: TLSv1\.3 [^,]+, server name server\.test, 6 bytes in, 6 bytes out, ended normally\n$/,
  );
});
