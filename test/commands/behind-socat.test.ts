/**
 * `socat` in front of s6-tlsd: with the TCP socket itself, with a pair of UNIX sockets, and with two
 * pipes as descriptors 0 and 1.
 */
import { expect, it } from "vitest";
import { Authority } from "../support/certificates.ts";
import { connect, exchange } from "../support/clients.ts";
import { eventually } from "../support/limits.ts";
import { start } from "../support/processes.ts";
import { credentialsEnvironment, program } from "../support/service.ts";

const authority = Authority.root();
const credentials = authority.issue();

it.each([
  ["the TCP socket", ",nofork"],
  ["a pair of UNIX sockets", ""],
  ["two pipes", ",pipes"],
])("behind socat with %s, a client gets its line back from cat", async (_, how) => {
  const socat = start(
    [
      ...["socat", "-d", "-d", "TCP-LISTEN:0,bind=127.0.0.1,fork"],
      `EXEC:${program("s6-tlsd")} -S cat${how}`,
    ],
    { environment: credentialsEnvironment(credentials) },
  );
  const port = () => Number(/listening on AF=2 127\.0\.0\.1:([0-9]+)/.exec(socat.stderr)?.[1]);
  await eventually("socat's port", () => port() > 0);

  const client = await connect({ port: port(), authority });
  expect(await exchange(client, "through the pipes\n")).toBe("through the pipes\n");
});
