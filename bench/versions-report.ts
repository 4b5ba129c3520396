import {
  type Contender,
  type HandshakeCost,
  type Mode,
  VERSIONS,
  type Version,
} from "./handshake.ts";
import { type HybridCost, KINDS, type Kind } from "./hybrid.ts";
import { type Result, result } from "./results.ts";
import { KEY_TYPES, type KeyType } from "./scratch.ts";
import { around, median } from "./statistics.ts";
import { printTable } from "./table.ts";
import type { VersionCost } from "./versions.ts";

/** TLS 1.3 beside TLS 1.2, in one run. */
export function reportVersions(
  costs: Record<Version, VersionCost>,
  firstBytes: Record<Version, number[]>,
): Result[] {
  printTable("A server's engine in one connection (ChaCha20; the least of all turns)", [
    ["", "sealing, ms per MB", "opening, ms per MB", "pages of 4 KiB, at rest"],
    ...VERSIONS.map((version) => {
      const { seal, open, pages } = costs[version];
      return [version, seal.toFixed(3), open.toFixed(3), `${pages}`];
    }),
  ]);
  printTable("s6-tlsd -- cat, to the first byte answered, ms", [
    ["", "median ± half of the range"],
    ...VERSIONS.map((version) => [version, around(firstBytes[version], 1)]),
  ]);
  const versus = (name: string, unit: string, of: (version: Version) => number) =>
    result({
      ...{ name, unit, ours: of("TLSv1.3"), peer: of("TLSv1.2"), peerName: "TLSv1.2" },
    });
  // As rates, so that larger is better.
  return [
    versus("seal-tls13", "MB/CPU-second", (version) => 1000 / costs[version].seal),
    versus("open-tls13", "MB/CPU-second", (version) => 1000 / costs[version].open),
    versus("startup-tls13", "starts/s", (version) => 1000 / median(firstBytes[version])),
    versus("pages-tls13", "engines/GiB", (version) => 262_144 / costs[version].pages),
  ];
}

/** A resumed handshake beside a full one; the aim is a quarter of its time with RSA-2048. */
export function reportResumption(costs: Record<KeyType, Record<Mode, HandshakeCost>>): Result[] {
  printTable("Engine and keeper of a server in TLS 1.3, least ms (X25519, ChaCha20)", [
    ["", "full", "resumed", "resumed ÷ full"],
    ...KEY_TYPES.map((keyType) => {
      const { full, resumed } = costs[keyType];
      const ratio = (resumed.least / full.least).toFixed(2);
      return [keyType, full.least.toFixed(3), resumed.least.toFixed(3), ratio];
    }),
  ]);
  return KEY_TYPES.map((keyType) =>
    result({
      name: `handshake-resumed-${keyType}`,
      unit: "handshakes/CPU-second",
      ours: 1000 / costs[keyType].resumed.least,
      peer: 1000 / costs[keyType].full.least,
      peerName: "full",
    }),
  );
}

/** In handshakes per second of processor time, so that larger is better. */
export function reportHandshakes(costs: Record<Contender, HandshakeCost>): Result[] {
  printTable("Engine and keeper of a server in one handshake, ms (X25519, P-256, ChaCha20)", [
    ["", "least", "median"],
    ...Object.entries(costs).map(([name, { least, median }]) => [
      ...[name, least.toFixed(3), median.toFixed(3)],
    ]),
  ]);
  const rate = (name: Contender) => 1000 / costs[name].least;
  const versus = (name: string, peerName: Contender) =>
    result({
      ...{ name, unit: "handshakes/CPU-second" },
      ...{ ours: rate("TLSv1.3"), peer: rate(peerName), peerName },
    });
  return [
    versus("handshake-tls13", "TLSv1.2"),
    versus("handshake-tls13-vs-before", "TLSv1.2, with BearSSL's X25519 and SHA-256"),
  ];
}

/** In handshakes per second of processor time, so that larger is better. */
export function reportHybrid(costs: Record<Kind, HybridCost>): Result[] {
  printTable("A server in one full handshake (P-256, ChaCha20; engine and keeper alone)", [
    ["", "ms, least", "ms, median", "bytes in", "bytes out", "pages of 4 KiB"],
    ...KINDS.map((kind) => {
      const { least, median, sent, received, pages } = costs[kind];
      return [kind, least.toFixed(3), median.toFixed(3), `${sent}`, `${received}`, `${pages}`];
    }),
  ]);
  const rate = (kind: Kind) => 1000 / costs[kind].least;
  return [
    result({
      ...{ name: "handshake-hybrid", unit: "handshakes/CPU-second" },
      ...{ ours: rate("TLS 1.3, X25519MLKEM768") },
      ...{ peer: rate("TLS 1.2, X25519"), peerName: "TLSv1.2" },
    }),
  ];
}
