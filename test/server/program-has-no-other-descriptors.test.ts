/**
 * A program has its own connection and the server's standard error, and nothing of other
 * connections, of the keys' files or of the server's own channels.
 */
import { expect, it } from "vitest";
import { Authority } from "../support/certificates.ts";
import { connect, receiveUntil } from "../support/clients.ts";
import { eventually } from "../support/limits.ts";
import { descriptorsOf, startServer } from "../support/server.ts";

const authority = Authority.root();
const CLIENTS = 3;

it("each of several programs in one worker has the descriptors 0, 1 and 2", async () => {
  const server = await startServer({
    ...{ authority, credentials: authority.issue() },
    options: ["--workers", "1"],
  });
  for (let count = 0; count < CLIENTS; count++) {
    const client = await connect(server);
    client.write("here\n");
    await receiveUntil(client, "here\n");
  }
  await eventually("the programs run", () => server.programs.length === CLIENTS);
  const seen = server.programs.map(descriptorsOf);

  // Descriptors that the tests were started with are in all processes.
  const inherited = new Set(descriptorsOf(process.pid).values());
  for (const descriptors of seen) {
    const own = [...descriptors].filter(([number, what]) => number < 3 || !inherited.has(what));
    expect(own.map(([number]) => number).sort()).toEqual([0, 1, 2]);
  }

  // No two connections have an input or an output in common.
  const ends = seen.flatMap((one) => [...new Set([one.get(0), one.get(1)])]);
  expect(new Set(ends).size).toBe(ends.length);
});
