import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import type { Attestation, KeyOperations } from "../../src/sandbox/key-operations.ts";
import { drain, feed, loadKey, newServer } from "../engine/instances.ts";
import { Authority } from "../support/certificates.ts";
import { clientHello } from "../support/clients.ts";

/** An engine of TLS 1.3 calls no import: it stands still until it has its signature. */

const credentials = Authority.root().issue();
const real = loadKey(readFileSync(credentials.keyFile));

/** A key that signs when it is told to, and in no other way. */
class SlowKey implements KeyOperations {
  give: () => void = () => {};
  asked = 0;

  attest(request: Attestation): Promise<Uint8Array> {
    this.asked++;
    const signature = Uint8Array.from(real.attest(request));
    return new Promise((resolve) => {
      this.give = () => resolve(signature);
    });
  }

  sign(): number {
    throw new Error("an import was called");
  }

  decrypt(): number {
    throw new Error("an import was called");
  }
}

async function waiting() {
  const key = new SlowKey();
  const engine = newServer(credentials, { profile: "strict", key });
  feed(engine, "recvrec", await clientHello());
  expect(key.asked).toBe(1);
  expect(engine.state.awaitsHost).toBe(true);
  expect(engine.pending("recvrec")).toBe(false);
  return { engine, key };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

it("it has its hello out while it waits, and goes on when the signature comes", async () => {
  const { engine, key } = await waiting();
  expect(drain(engine, "sendrec").length).toBeGreaterThan(100);
  key.give();
  await turn();
  expect(drain(engine, "sendrec").length).toBeGreaterThan(100);
  expect(engine.state.awaitsHost).toBe(false);
  expect(engine.error).toBeNull();
});

it("if it is closed meanwhile, it says close_notify and nothing behind it", async () => {
  const { engine, key } = await waiting();
  engine.close();
  expect(drain(engine, "sendrec").length).toBeGreaterThan(100);
  key.give();
  await turn();
  expect(drain(engine, "sendrec")).toHaveLength(0);
  expect(engine.error).toBeNull();
});
