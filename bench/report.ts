import type { Footprint, Memory } from "./memory.ts";
import { type Result, result } from "./results.ts";
import { SERVER_NAMES, type ServerName } from "./servers.ts";
import type { Size } from "./sizes.ts";
import type { StartUp, Surroundings } from "./startup.ts";
import { around, median } from "./statistics.ts";
import { SHORT_NAMES, SUITES } from "./suites.ts";
import { printTable } from "./table.ts";
import type { Case } from "./throughput.ts";
import type { TunnelCost } from "./tunnel-cost.ts";

const PEERS = ["native-bearssl", "stunnel", "socat", "node-tls"] as const;
type Peer = (typeof PEERS)[number];

const PEER_NAMES: Record<Peer, string> = {
  "native-bearssl": "BearSSL, gcc -O3 (bench/native-tunnel.c)",
  stunnel: "stunnel",
  socat: "socat",
  "node-tls": "Node's tls (bench/node-tls-server.mjs)",
};

/** One process has all connections. */
const WHOLE: readonly ServerName[] = ["stunnel", "node-tls"];

const SURROUNDINGS = [
  { surroundings: "clean", label: "in a clean environment", suffix: "" },
  { surroundings: "callers", label: "in the caller's environment", suffix: "-callers-environment" },
] as const;

export function reportStartUp(measured: Record<Surroundings, StartUp>): Result[] {
  const rounds = measured.clean.ours.length;
  printTable(`Start-up, ms (median of ${rounds} ± half of the range)`, [
    ["", "s6-tlsd -- cat, to the first byte answered", "node -e 0, to its end", "ratio"],
    ...SURROUNDINGS.map(({ surroundings, label }) => {
      const { ours, bareNode } = measured[surroundings];
      const ratio = median(ours) / median(bareNode);
      return [label, around(ours, 1), around(bareNode, 1), ratio.toFixed(2)];
    }),
  ]);
  return SURROUNDINGS.map(({ surroundings, suffix }) =>
    result({
      name: `startup-vs-bare-node${suffix}`,
      unit: "starts/s",
      // As rates, so that larger is better.
      ours: 1000 / median(measured[surroundings].ours),
      peer: 1000 / median(measured[surroundings].bareNode),
      peerName: "node -e 0",
    }),
  );
}

export function reportThroughput(cases: readonly Case[]): Result[] {
  const rounds = Math.min(...cases.map(({ figures }) => figures.bearhug.speed.length));
  const labels = (measured: Case) => `${measured.direction.padEnd(4)} ${measured.suite}`;
  const ratios = PEERS.map((peer) => `ours ÷ ${peer}`);
  printTable(
    `Throughput of one connection, MB/s (median of ${rounds} or more ± half of the range)`,
    [
      ["", ...SERVER_NAMES, ...ratios],
      ...cases.map((measured) => {
        const { figures } = measured;
        const ours = median(figures.bearhug.speed);
        return [
          labels(measured),
          ...SERVER_NAMES.map((name) => around(figures[name].speed, 0)),
          ...PEERS.map((peer) => (ours / median(figures[peer].speed)).toFixed(2)),
        ];
      }),
    ],
  );
  printTable("Processor time of the server's process, seconds per GB (less is better)", [
    ["", ...SERVER_NAMES],
    ...cases.map((measured) => [
      labels(measured),
      ...SERVER_NAMES.map((name) => around(measured.figures[name].processor, 2)),
    ]),
  ]);
  return cases.flatMap((measured) => [
    ...PEERS.map((peer) =>
      result({
        name: `tunnel-${tunnelName(measured, peer)}-vs-${peer}`,
        unit: "MB/s",
        ours: median(measured.figures.bearhug.speed),
        peer: median(measured.figures[peer].speed),
        peerName: PEER_NAMES[peer],
      }),
    ),
    processorResult(measured, "native-bearssl"),
  ]);
}

function processorResult(measured: Case, peer: Peer): Result {
  return result({
    name: `tunnel-cpu-${tunnelName(measured, peer)}-vs-${peer}`,
    unit: "GB/CPU-second",
    ours: 1 / median(measured.figures.bearhug.processor),
    peer: 1 / median(measured.figures[peer].processor),
    peerName: PEER_NAMES[peer],
  });
}

/** Where the processor time of the first suite goes, and how much of it is ours to save. */
export function reportTunnelCost(costs: readonly TunnelCost[], cases: readonly Case[]): void {
  printTable("Processor time of s6-tlsd by cause, milliseconds per MB (the least of all turns)", [
    ["", "whole", "cryptography", "engine and tunnel besides", "Node's streams and the kernel"],
    ...costs.map(({ direction, whole, cryptography }) => {
      const ofSuite = (one: Case) => one.direction === direction && one.suite === SUITES[0];
      const total = Math.min(...(cases.find(ofSuite)?.figures.bearhug.processor ?? []));
      const parts = [total, cryptography, whole - cryptography, total - whole];
      return [direction, ...parts.map((part) => part.toFixed(2))];
    }),
  ]);
}

/** The suite that clients and servers of BearSSL agree on is not named. */
function tunnelName({ direction, suite }: Case, peer: Peer): string {
  const isDefault = peer === "native-bearssl" && suite === SUITES[0];
  return isDefault ? direction : `${direction}-${SHORT_NAMES[suite]}`;
}

export function reportMemory(memory: Record<ServerName, Memory>): Result[] {
  printTable("Memory of the process that carries one connection, MiB", [
    ["", "RSS at rest", "PSS at rest", "RSS at full speed", "PSS at full speed"],
    ...SERVER_NAMES.map((name) => {
      const { atRest, atFullSpeed } = memory[name];
      const label = WHOLE.includes(name) ? `${name} (the whole server)` : name;
      return [label, ...mebibytes(atRest), ...mebibytes(atFullSpeed)];
    }),
  ]);
  // As a rate, so that larger is better.
  const perGibibyte = (name: ServerName) => (1024 * 1024) / memory[name].atRest.pss;
  return [
    result({
      name: "memory-at-rest-vs-socat",
      unit: "connections/GiB",
      ours: perGibibyte("bearhug"),
      peer: perGibibyte("socat"),
      peerName: "socat",
    }),
  ];
}

export function reportSizes(sizes: readonly Size[]): void {
  printTable("Sizes, bytes", [
    ["", "file", "gzip -9"],
    ...sizes.map(({ file, bytes, compressed }) => [file, String(bytes), String(compressed)]),
  ]);
}

function mebibytes({ rss, pss }: Footprint): string[] {
  return [rss, pss].map((kibibytes) => (kibibytes / 1024).toFixed(1));
}
