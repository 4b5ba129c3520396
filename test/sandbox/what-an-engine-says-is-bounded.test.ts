import { expect, test } from "vitest";
import {
  type Memory,
  type Pointer,
  type Sandbox,
  SandboxTrap,
} from "../../src/sandbox/instance.ts";
import { readPeerCertificate } from "../../src/sandbox/peer.ts";

/** An engine that was taken over may say what it likes of its peer; the host ends it. */

/** The exports of an engine whose peer has a name for every number. */
function endlessNames(
  certificateLength = 0,
): Sandbox<Parameters<typeof readPeerCertificate>[0]["exports"]> {
  const memory = {
    view: (_at: Pointer, length: number) => new Uint8Array(length),
  } as unknown as Memory;
  let asked = 0;
  const exports = {
    engine_peer_certificate: () => 1024 as Pointer,
    engine_peer_certificate_length: () => certificateLength,
    engine_peer_hash: () => 1024 as Pointer,
    engine_peer_name: () => {
      // Without a bound this would go on until the process has no memory left.
      if (++asked > 100_000) throw new Error("asked for a name a hundred thousand times");
      return 1024 as Pointer;
    },
    engine_peer_name_kind: () => 6,
    engine_peer_name_length: () => 0,
    engine_peer_not_yet_valid: () => 0,
  };
  return { exports, memory } as never;
}

test("names without an end end the connection", () => {
  expect(() => readPeerCertificate(endlessNames())).toThrow(SandboxTrap);
});

test("a certificate larger than the engine keeps ends the connection", () => {
  const told = () => readPeerCertificate(endlessNames(65537));
  expect(told).toThrow(new SandboxTrap("a certificate larger than one can be"));
});
