/**
 * The classic way to run s6-tlsd: `tcpserver` accepts connections and runs it for each.
 */
import { expect, it } from "vitest";
import { Authority } from "../support/certificates.ts";
import { connect, exchange } from "../support/clients.ts";
import { eventually } from "../support/limits.ts";
import { start } from "../support/processes.ts";
import { credentialsEnvironment, program } from "../support/service.ts";

const authority = Authority.root();
const credentials = authority.issue();

it("two clients at once talk to their programs behind tcpserver and s6-tlsd", async () => {
  const echo = ["sh", "-c", 'echo "port $TCPREMOTEPORT"; cat'];
  const tcpserver = start(
    ["tcpserver", "-1", "-HRl0", "127.0.0.1", "0", program("s6-tlsd"), "--", ...echo],
    { environment: credentialsEnvironment(credentials) },
  );
  await eventually("tcpserver's port", () => tcpserver.stdout.includes("\n"));
  const port = Number(tcpserver.stdout);

  const clients = await Promise.all([1, 2].map(() => connect({ port, authority })));
  const answers = clients.map((client) => exchange(client, "hello\n"));
  const ports = clients.map((client) => client.localPort);
  expect(await Promise.all(answers)).toEqual(ports.map((own) => `port ${own}\nhello\n`));
  expect(tcpserver.stderr).toBe("");
});
