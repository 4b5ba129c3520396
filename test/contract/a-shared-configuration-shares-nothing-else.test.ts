import { readFileSync } from "node:fs";
import type { ConnectionOptions } from "node:tls";
import { describe, expect, test } from "vitest";
import { readCertificates } from "../../src/setup/certificate-file.ts";
import { isBlank, loadKey, newKeeper, newServer, newServers } from "../engine/instances.ts";
import { Authority } from "../support/certificates.ts";
import { ClientAuthority } from "../support/client-authority.ts";
import { memoryOf } from "../support/sandboxes.ts";
import { Rig } from "../tunnel/rig.ts";
import { Search, secretsOf } from "./secrets.ts";

/**
 * Promises 2 and 3, where a worker configures once what all its connections have in common: each
 * engine starts from a copy of memory that no peer talked to, and no key was in.
 */

const credentials = Authority.root().issue();
const root = ClientAuthority.root();
const clients = { anchors: readCertificates(root.certFile), mandatory: true, now: Date.now() };

function certificateOf({ certFile, keyFile }: { certFile: string; keyFile: string }) {
  return { cert: readFileSync(certFile), key: readFileSync(keyFile) };
}

/** A conversation with that text, both ways. */
async function converse(engine: Rig["engine"], text: string, options: ConnectionOptions = {}) {
  const client = { rejectUnauthorized: false, ...options };
  const rig = await Rig.established({ engine, client });
  rig.client.say(text);
  await rig.settle();
  rig.local.deliver(Buffer.from(text));
  rig.run();
  await rig.settle();
  return rig;
}

describe("engines of one configuration", () => {
  test.each([
    ["without CAs", null],
    ["with CAs", clients],
  ])("start as if each had been configured alone: %s", (_, verification) => {
    const make = newServers(credentials, verification);
    const alone = newServer(credentials, verification === null ? {} : { clients: verification });
    expect(Buffer.from(memoryOf(make())).equals(memoryOf(alone))).toBe(true);
  });

  test("start the same, whatever the ones before have heard and said", async () => {
    const make = newServers(credentials, clients);
    const before = Buffer.from(memoryOf(make()));
    const engine = make();
    await converse(engine, "something secret", certificateOf(root.issue()));
    expect(Buffer.from(memoryOf(engine)).includes("something secret")).toBe(true);
    expect(before.equals(memoryOf(make()))).toBe(true);
  });

  test("have a memory each", () => {
    const make = newServers(credentials, clients);
    const [one, other] = [make(), make()];
    expect(memoryOf(one).buffer).not.toBe(memoryOf(other).buffer);
    one.wipe();
    expect(isBlank(memoryOf(other))).toBe(false);
  });

  test("have nothing of the key, before and after a handshake", async () => {
    const keeper = newKeeper();
    const key = loadKey(readFileSync(credentials.keyFile), keeper);
    const make = newServers(credentials, null, key);
    const search = new Search(secretsOf(credentials));
    expect(search.count(memoryOf(make()))).toBe(0);
    await converse(make(), "hello");
    expect(search.count(memoryOf(make()))).toBe(0);
    // The same search finds the key where it is.
    expect(search.count(memoryOf(keeper))).toBeGreaterThan(0);
  });

  test("verify clients each by itself", async () => {
    const make = newServers(credentials, clients);
    await converse(make(), "hello", certificateOf(root.issue()));
    const stranger = ClientAuthority.root().issue();
    const options = { rejectUnauthorized: false, ...certificateOf(stranger) };
    const refused = new Rig({ engine: make(), client: options });
    await refused.settle();
    expect(refused.session).toBeNull();
    await converse(make(), "hello again", certificateOf(root.issue()));
  });
});
