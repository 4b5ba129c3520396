/** A server that has said close_notify before the client's Finished came seals no ticket, and says no more. */
import { expect, it } from "vitest";
import { clientEngine, serverEngine } from "../../../src/sandbox/engines.ts";
import type { KeyOperations } from "../../../src/sandbox/key-operations.ts";
import { drain, feed, identityOf, newKeeper } from "../../engine/instances.ts";
import { Authority, derCertificate, SERVER_NAME } from "../../support/certificates.ts";
import { builtModule } from "../../support/sandboxes.ts";

const authority = Authority.root();
const { chain, key } = identityOf(authority.issue());

/** Both ends when the client's Finished is on its way, and how many tickets were sealed so far. */
function beforeFinished() {
  let sealed = 0;
  const counting: KeyOperations = {
    sign: (...given) => key.sign(...given),
    decrypt: (data) => key.decrypt(data),
    attest: (request) => key.attest(request),
    seal: (period, state) => {
      sealed++;
      return key.seal?.(period, state) ?? new Uint8Array(0);
    },
  };
  const server = serverEngine(builtModule("engine"), {
    ...{ profile: "strict", identity: { chain, key: counting }, clients: null },
    ...{ tickets: { count: 2, lifetime: 3600 }, now: Date.now() },
    seed: (room) => room.fill(7),
  });
  const anchors = [derCertificate(authority.certFile)];
  const client = clientEngine(builtModule("engine"), {
    ...{ profile: "strict", serverName: SERVER_NAME, identity: null },
    server: { anchors, now: Date.now() },
    // It says that it takes tickets.
    sessions: { keys: newKeeper().drawTickets(() => {}), resume: null, keep: () => {} },
    seed: (room) => room.fill(8),
  });
  feed(server, "recvrec", drain(client, "sendrec"));
  feed(client, "recvrec", drain(server, "sendrec"));
  return { server, finished: drain(client, "sendrec"), sealed: () => sealed };
}

it("with the connection open, two are sealed", () => {
  const { server, finished, sealed } = beforeFinished();
  feed(server, "recvrec", finished);
  expect([server.established, sealed()]).toEqual([true, 2]);
});

it("with close_notify out, none is sealed, and nothing else leaves", () => {
  const { server, finished, sealed } = beforeFinished();
  server.close();
  expect(drain(server, "sendrec").length).toBeGreaterThan(0);
  expect(feed(server, "recvrec", finished)).toBe(finished.length);
  expect([sealed(), drain(server, "sendrec").length]).toEqual([0, 0]);
});
