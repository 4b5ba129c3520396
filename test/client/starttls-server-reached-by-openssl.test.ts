/**
 * A mail server behind tcpserver and s6-ucspitlsd begins in cleartext, and is reached by
 * `openssl s_client -starttls smtp`.
 */
import { expect, it } from "vitest";
import { Authority } from "../support/certificates.ts";
import { opensslArguments } from "../support/clients.ts";
import { run } from "../support/processes.ts";
import { credentialsEnvironment, program } from "../support/service.ts";
import { mailServer } from "../support/starttls.ts";
import { startTcpserver } from "../support/super-servers.ts";

const authority = Authority.root();
const credentials = authority.issue();

it.each(["y", "Y"])("openssl talks to it in TLS when the program has said %s", async (letters) => {
  const inside = 'read -r line; echo "in TLS: $line from $TCPREMOTEIP"';
  const { port, running } = await startTcpserver(
    [program("s6-ucspitlsd"), "-S", ...mailServer({ letters, inside })],
    credentialsEnvironment(credentials),
  );
  const client = [...opensslArguments({ port, authority }), "-starttls", "smtp", "-ign_eof"];
  const { code, stdout, stderr } = await run(client, { input: "NOOP\n" });
  expect({ code, stdout }).toEqual({
    code: 0,
    stdout: "in TLS: NOOP from 127.0.0.1\n",
  });
  expect(stderr).toContain("Verification: OK");
  expect(running.stderr).toBe("");
});
