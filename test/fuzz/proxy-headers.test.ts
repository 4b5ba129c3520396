/**
 * Damaged PROXY headers, in pieces: each is refused as such, is waited for, or says what is within the
 * bounds; the pieces that it comes in never make a difference. FUZZ_SECONDS prolongs it.
 */
import { expect, it } from "vitest";
import { type ProxyHeader, ProxyHeaderError } from "../../src/proxy-protocol/header.ts";
import { ProxyHeaderReader } from "../../src/proxy-protocol/reader.ts";
import { byteMutators, Chance } from "../support/mutations.ts";

const SEEDS = [
  Buffer.from("PROXY TCP4 192.0.2.1 198.51.100.7 56324 443\r\nrest"),
  Buffer.from("PROXY TCP6 2001:db8::1 ::ffff:192.0.2.1 1 65535\r\n"),
  Buffer.from("PROXY UNKNOWN whatever\r\n"),
  version2(0x11, "c0000201c6336407dc0401bb", "04000100", "020003612e62", "0300040000000a"),
  version2(0x21, `${"20010db8".repeat(8)}00010002`, "20000e01000000002100065443536f6d65"),
  version2(0x31, "2f61".padEnd(216, "0") + "2f62".padEnd(216, "0"), "e000026162"),
];

function version2(family: number, ...parts: string[]): Buffer {
  const body = Buffer.from(parts.join(""), "hex");
  const head = Buffer.from([0x21, family, body.length >> 8, body.length & 0xff]);
  return Buffer.concat([Buffer.from("0d0a0d0a000d0a515549540a", "hex"), head, body]);
}

function damaged(chance: Chance): Buffer {
  let bytes: Buffer = chance.pick(SEEDS);
  for (let times = chance.below(4); times > 0; times--) {
    [bytes] = chance.pick(byteMutators)(bytes, chance, chance.pick(SEEDS));
  }
  return bytes;
}

type Outcome = { header: ProxyHeader; rest: string } | { refused: string } | null;

function read(pieces: readonly Buffer[]): Outcome {
  const reader = new ProxyHeaderReader();
  for (const [index, piece] of pieces.entries()) {
    try {
      const found = reader.push(piece);
      if (found === null) continue;
      const behind = pieces.slice(index + 1).map((one) => one.toString("hex"));
      const rest = Buffer.from(found.rest).toString("hex") + behind.join("");
      return { header: found.header, rest };
    } catch (error) {
      if (!(error instanceof ProxyHeaderError)) throw error;
      return { refused: error.kind };
    }
  }
  return null;
}

function split(bytes: Buffer, chance: Chance): Buffer[] {
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = 1 + chance.below(20);
    pieces.push(bytes.subarray(at, at + length));
    at += length;
  }
  return pieces;
}

function texts({ ends, serverName, tls }: ProxyHeader): string[] {
  const told = [...Object.values(ends ?? {}), serverName, ...Object.values(tls ?? {})];
  return told.filter((value) => typeof value === "string");
}

it("whatever is damaged, and however it is cut", { timeout: 600_000 }, () => {
  const end = Date.now() + 1000 * Number(process.env["FUZZ_SECONDS"] ?? 1);
  const seen = { refused: 0, whole: 0, waiting: 0 };
  for (let seed = 0; seed < 2000 || Date.now() < end; seed++) {
    const chance = new Chance(seed);
    const bytes = damaged(chance);
    const outcome = read([bytes]);
    expect(read(split(bytes, chance)), `run ${seed}`).toEqual(outcome);
    if (outcome === null) seen.waiting++;
    else if ("refused" in outcome) seen.refused++;
    else {
      seen.whole++;
      for (const text of texts(outcome.header)) expect(text, `run ${seed}`).toMatch(/^\P{Cc}*$/u);
    }
  }
  // Each kind of end is met often, so that the run has tested something.
  for (const count of Object.values(seen)) expect(count).toBeGreaterThan(100);
});
