/** -J behind STARTTLS: a peer that hangs up without close_notify is told of, on either side. */
import { expect, it } from "vitest";
import { Authority, SERVER_NAME } from "../support/certificates.ts";
import { connect, newWire, receiveUntil } from "../support/clients.ts";
import { credentialsEnvironment, serve } from "../support/service.ts";
import { mailClient, mailServer } from "../support/starttls.ts";
import { talk } from "../support/starttls-talk.ts";

const authority = Authority.root();
const credentials = authority.issue();
const EOF = "fatal: TLS error: EOF without close_notify\n";

it.each([
  ["-J", `s6-ucspitlsd: ${EOF}`],
  ["-j", ""],
])("a server with %s, and a client that just hangs up", async (option, stderr) => {
  const prog = mailServer({ inside: "cat >/dev/null; exit 6" });
  const service = { program: "s6-ucspitlsd" as const, credentials, options: [option], prog };
  const listener = await serve(service);
  const wire = await newWire(listener.port);
  wire.inject(Buffer.from("STARTTLS\r\n"));
  await receiveUntil(wire as never, "220 go on\r\n");
  const client = await connect({ port: listener.port, authority }, { socket: wire });
  client.write("a line\n", () => wire.fin());
  expect(await (await listener.tunnel()).ended).toMatchObject({ code: 6, stderr });
});

it.each([
  ["-J", "-s", `s6-ucspitlsc: ${EOF}`],
  ["-J", "-S", ""],
  ["-j", "-s", ""],
])("a client with %s, and a server's program that ends under %s", async (option, ends, stderr) => {
  const ended = await talk({
    server: {
      options: [ends],
      environment: credentialsEnvironment(credentials),
      prog: mailServer({ inside: "echo bye" }),
    },
    client: {
      options: ["-k", SERVER_NAME, option],
      environment: { CAFILE: authority.certFile },
      prog: mailClient({ inside: "cat >&9; exit 4" }),
    },
  });
  expect(ended).toMatchObject({ code: 4, stdout: "bye\n", stderr });
});
