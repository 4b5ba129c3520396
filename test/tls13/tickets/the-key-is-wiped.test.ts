/** The key of a client's session is gone from its engine: of the one that got it, and of the one that resumed. */
import { expect, it } from "vitest";
import type { Engine } from "../../../src/sandbox/engine.ts";
import { clientEngine, serverEngine } from "../../../src/sandbox/engines.ts";
import { drain, feed, identityOf } from "../../engine/instances.ts";
import { handshake } from "../../engine/pair.ts";
import { Authority, derCertificate, SERVER_NAME } from "../../support/certificates.ts";
import { builtModule } from "../../support/sandboxes.ts";

const authority = Authority.root();
const identity = identityOf(authority.issue());

/** Of what a client hands over: its salt; then suite, lifetime and age; then the key. */
const SALT = 32;
const KEY = SALT + 10;

/** A client that seals nothing, so that its sessions can be seen; and what its server gave it. */
function meet(session: Uint8Array | null) {
  const came: Buffer[] = [];
  const client = clientEngine(builtModule("engine"), {
    ...{ profile: "strict", serverName: SERVER_NAME, identity: null },
    server: { anchors: [derCertificate(authority.certFile)], now: Date.now() },
    sessions: {
      keys: {
        seal: (_, state) => Buffer.from(state),
        open: (_, state) => Buffer.from(state.subarray(SALT)),
      },
      resume: session && { sealed: session, peer: null, age: 1 },
      keep: ({ sealed }) => came.push(Buffer.from(sealed)),
    },
    seed: (room) => room.fill(8),
  });
  const server = serverEngine(builtModule("engine"), {
    ...{ profile: "strict", identity, clients: null, now: Date.now() },
    tickets: { count: 1, lifetime: 3600 },
    seed: (room) => room.fill(session === null ? 7 : 9),
  });
  handshake(client, server);
  feed(server, "sendapp", Buffer.from("x"));
  server.flush();
  feed(client, "recvrec", drain(server, "sendrec"));
  return { client, came };
}

const memoryOf = (engine: Engine) => Buffer.from(engine["sandbox"].memory.all());

it("as soon as it has served", () => {
  const first = meet(null);
  const [session] = first.came;
  const key = session?.subarray(KEY, KEY + 32) ?? Buffer.of();
  expect(key).toHaveLength(32);
  expect(memoryOf(first.client).indexOf(key)).toBe(-1);
  const second = meet(session ?? null);
  expect(second.client.session().resumed).toBe(true);
  expect(memoryOf(second.client).indexOf(key)).toBe(-1);
});
