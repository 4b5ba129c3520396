import { describe, expect, test } from "vitest";
import { EngineError } from "../../src/sandbox/errors.ts";
import { bearsslClient } from "../support/bearssl-client.ts";
import { Authority } from "../support/certificates.ts";
import { ClientAuthority, selfSigned } from "../support/client-authority.ts";
import { extension } from "../support/extensions.ts";
import { name } from "../support/names.ts";
import { payload } from "../support/payload.ts";
import { lineTo } from "../support/sandboxes.ts";
import { newServer } from "./instances.ts";

/** A client's certificate that isn't what its authority signed, or that isn't one at all. */

const server = Authority.root().issue();
const root = ClientAuthority.root();
const client = root.issue({
  subject: name(["C", "FR", "printable"], ["CN", "client"]),
  extensions: [
    extension.keyUsage("digitalSignature"),
    extension.criticalExtendedKeyUsage("clientAuth"),
    extension.alternativeNames(["DNS", "client.test"], ["IP", Buffer.of(127, 0, 0, 1)]),
  ],
});
const pinned = selfSigned();

/** "taken", or the failure that ended the handshake. */
async function outcomeOf(der: Uint8Array, { key } = client): Promise<Error | "taken"> {
  const anchors = [root.der, pinned.der];
  const engine = newServer(server, { clients: { anchors, mandatory: true, now: Date.now() } });
  const { wire, over, program } = lineTo(engine);
  program.end();
  const visit = bearsslClient(wire, {
    suite: 0xcca9, // ECDHE-ECDSA-CHACHA20-POLY1305
    version: 0x0303,
    key: server.key,
    certificate: { way: "signature", der, key },
  });
  visit.catch(() => {});
  return (await over) ?? "taken";
}

function flipped(der: Uint8Array, at: number, mask: number): Buffer {
  const copy = Buffer.from(der);
  copy.writeUInt8(copy.readUInt8(at) ^ mask, at);
  return copy;
}

/** Not a trap of the sandbox, not a time-out: the engine's own judgement. */
function expectRefusal(outcome: Error | "taken", what: string): void {
  expect(outcome, what).toBeInstanceOf(EngineError);
  expect((outcome as EngineError).side, what).toBe("peer");
  expect((outcome as EngineError).message, what).toMatch(/certificate|signature|key/);
}

describe("a certificate", () => {
  test("as it was signed is taken", async () => {
    expect(await outcomeOf(client.der)).toBe("taken");
    expect(await outcomeOf(pinned.der, pinned)).toBe("taken");
  });

  test("of which a bit was changed is refused, whichever it is", async () => {
    for (let at = 0; at < client.der.length; at++) {
      const mask = 1 << (at % 8);
      expectRefusal(await outcomeOf(flipped(client.der, at, mask)), `bit ${mask} of byte ${at}`);
    }
  });

  test("that vouches for itself is refused with a bit changed, whichever it is", async () => {
    for (let at = 0; at < pinned.der.length; at++) {
      const outcome = await outcomeOf(flipped(pinned.der, at, 1 << (at % 8)), pinned);
      expectRefusal(outcome, `byte ${at}`);
    }
  });

  test("that was cut short is refused, wherever", async () => {
    for (let length = 0; length < client.der.length; length += 7) {
      expectRefusal(await outcomeOf(client.der.subarray(0, length)), `${length} bytes`);
    }
  });

  test("with something behind it is refused", async () => {
    expectRefusal(await outcomeOf(Buffer.concat([client.der, Buffer.of(0)])), "a zero");
    expectRefusal(await outcomeOf(Buffer.concat([client.der, client.der])), "itself");
    expectRefusal(await outcomeOf(Buffer.concat([pinned.der, Buffer.of(0)]), pinned), "a zero");
  });
});

describe("what is no certificate", () => {
  test.each([
    ["noise", payload("noise", 1000)],
    ["zeros", Buffer.alloc(1000)],
    ["an empty SEQUENCE", Buffer.of(0x30, 0)],
    ["an endless SEQUENCE", Buffer.of(0x30, 0x80, 0x30, 0x80, 0, 0, 0, 0)],
    ["a SEQUENCE of 4 GiB", Buffer.of(0x30, 0x84, 0xff, 0xff, 0xff, 0xff, 0x30)],
    ["SEQUENCEs in SEQUENCEs", Buffer.alloc(4000, Buffer.of(0x30, 0x82, 0x0f, 0xa0))],
    ["noise in a SEQUENCE", Buffer.concat([Buffer.of(0x30, 0x82, 3, 0xe8), payload("n", 1000)])],
  ])("is refused: %s", async (what, der) => {
    expectRefusal(await outcomeOf(der), what);
  });
});
