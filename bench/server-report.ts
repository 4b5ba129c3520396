import type { ConnectionCase, ConnectionFigures } from "./connections.ts";
import type { Holder, Idle } from "./idle.ts";
import { HOLDERS } from "./idle.ts";
import type { ParallelCase } from "./parallel.ts";
import { type Result, result } from "./results.ts";
import { SUPER_SERVER_NAMES, type SuperServerName } from "./servers.ts";
import { around, median, quantile } from "./statistics.ts";
import { printTable } from "./table.ts";

const OURS = "s6-tlsserver";
const PEERS = ["stunnel", "socat", "tcpserver"] as const;

/** As they stand in the heads of columns, and in the results. */
const PEER_NAMES: Record<SuperServerName, string> = {
  "s6-tlsserver": "s6-tlsserver",
  stunnel: "stunnel",
  socat: "socat",
  tcpserver: "tcpserver + s6-tlsd",
};

/** What is measured of new connections; of all but the rate, less is better. */
interface Quantity {
  readonly name: string;
  readonly title: string;
  readonly unit: string;
  of(figures: ConnectionFigures): number;
  show(figures: ConnectionFigures): string;
  /** Larger is better. */
  asRate(value: number): number;
}

const perThousand = (value: number) => 1000 / value;
const latency = (fraction: number) => ({
  of: ({ latencies }: ConnectionFigures) => quantile(latencies, fraction),
  show: ({ latencies }: ConnectionFigures) => quantile(latencies, fraction).toFixed(1),
  unit: "1/s",
  asRate: perThousand,
});

const QUANTITIES: readonly Quantity[] = [
  {
    name: "cpu",
    title: "processor time of the server and its processes, ms a connection (less is better)",
    unit: "connections/CPU-second",
    of: ({ processor }) => median(processor),
    show: ({ processor }) => around(processor, 2),
    asRate: perThousand,
  },
  {
    name: "rate",
    title: "connections a second",
    unit: "connections/s",
    of: ({ perSecond }) => median(perSecond),
    show: ({ perSecond }) => around(perSecond, 0),
    asRate: (value) => value,
  },
  { name: "p50", title: "latency, ms, p50", ...latency(0.5) },
  { name: "p99", title: "latency, ms, p99", ...latency(0.99) },
];

export function reportConnections(cases: readonly ConnectionCase[]): Result[] {
  const results = QUANTITIES.flatMap((quantity) => reportQuantity(quantity, cases));
  reportClients(cases);
  return results;
}

/** How much of the machine the measuring itself takes. */
function reportClients(cases: readonly ConnectionCase[]): void {
  const rows = SUPER_SERVER_NAMES.map((name) => {
    const ofAll = (pick: (figures: ConnectionFigures) => number[]) =>
      median(cases.flatMap(({ figures }) => pick(figures[name])));
    const client = ofAll(({ clientProcessor }) => clientProcessor);
    const server = ofAll(({ processor }) => processor);
    const share = (client / (client + server)) * 100;
    return [PEER_NAMES[name], client.toFixed(2), `${share.toFixed(0)}%`];
  });
  printTable("New connections: processor time of the clients", [
    ["with", "ms a connection", "share of client and server"],
    ...rows,
  ]);
}

function reportQuantity(quantity: Quantity, cases: readonly ConnectionCase[]): Result[] {
  const ratio = (figures: ConnectionCase["figures"], peer: SuperServerName) =>
    quantity.asRate(quantity.of(figures[OURS])) / quantity.asRate(quantity.of(figures[peer]));
  printTable(`New connections: ${quantity.title}`, [
    ["", ...SUPER_SERVER_NAMES.map((name) => PEER_NAMES[name]), ...ratioHeads()],
    ...cases.map(({ keyType, clients, figures }) => [
      `${keyType}, ${clients} ${clients === 1 ? "client" : "clients"}`,
      ...SUPER_SERVER_NAMES.map((name) => quantity.show(figures[name])),
      ...PEERS.map((peer) => ratio(figures, peer).toFixed(2)),
    ]),
  ]);
  return cases.flatMap(({ keyType, clients, figures }) =>
    PEERS.map((peer) =>
      result({
        name: `server-${quantity.name}-${keyType}-${clients}-vs-${peer}`,
        unit: quantity.unit,
        ours: quantity.asRate(quantity.of(figures[OURS])),
        peer: quantity.asRate(quantity.of(figures[peer])),
        peerName: PEER_NAMES[peer],
      }),
    ),
  );
}

const inGiB = ({ growth }: Idle) => (1024 * 1024) / growth.rss;

export function reportIdle(measured: Record<Holder, Idle>, tls13: Idle): Result[] {
  const rows: [string, Idle][] = HOLDERS.map((name) => [name, measured[name]]);
  rows.push([`${OURS}, TLS 1.3`, tls13]);
  printTable(`${measured[OURS].held} idle connections held at once`, [
    ["", "held", "RSS each, KiB", "PSS each, KiB", "p50 of a new one, ms", "p99", "p50 before"],
    ...rows.map(([name, { held, growth, alone, meanwhile }]) => {
      const figures = [
        ...[growth.rss, growth.pss],
        ...[quantile(meanwhile, 0.5), quantile(meanwhile, 0.99), quantile(alone, 0.5)],
      ];
      return [name, String(held), ...figures.map((value) => value.toFixed(1))];
    }),
  ]);
  const compare = (name: string, unit: string, rateOf: (idle: Idle) => number) =>
    result({
      name: `server-idle-${name}-vs-stunnel`,
      unit,
      ours: rateOf(measured[OURS]),
      peer: rateOf(measured.stunnel),
      peerName: "stunnel",
    });
  return [
    compare("memory", "connections/GiB", inGiB),
    result({
      name: "server-idle-memory-tls13",
      unit: "connections/GiB",
      ours: inGiB(tls13),
      peer: inGiB(measured[OURS]),
      peerName: "TLSv1.2",
    }),
    compare("p50", "1/s", ({ meanwhile }) => perThousand(quantile(meanwhile, 0.5))),
    compare("p99", "1/s", ({ meanwhile }) => perThousand(quantile(meanwhile, 0.99))),
  ];
}

export function reportParallel(cases: readonly ParallelCase[]): Result[] {
  const label = ({ connections }: ParallelCase) =>
    connections === 1 ? "1 connection" : `${connections} connections`;
  const heads = SUPER_SERVER_NAMES.map((name) => PEER_NAMES[name]);
  printTable("Downloads: processor time of the server and prog, seconds per GB (less is better)", [
    ["", ...heads],
    ...cases.map((measured) => [
      label(measured),
      ...SUPER_SERVER_NAMES.map((name) => around(measured.figures[name].processor, 2)),
    ]),
  ]);
  printTable("Downloads: MB/s of all connections together", [
    ["", ...heads, ...ratioHeads()],
    ...cases.map((measured) => [
      label(measured),
      ...SUPER_SERVER_NAMES.map((name) => around(measured.figures[name].speed, 0)),
      ...PEERS.map((peer) => speedRatio(measured, peer).toFixed(2)),
    ]),
  ]);
  return cases.flatMap(({ connections, figures }) =>
    PEERS.flatMap((peer) => {
      const peerName = PEER_NAMES[peer];
      const suffix = `down-${connections}-vs-${peer}`;
      return [
        result({
          name: `server-cpu-${suffix}`,
          unit: "GB/CPU-second",
          ours: 1 / median(figures[OURS].processor),
          peer: 1 / median(figures[peer].processor),
          peerName,
        }),
        result({
          name: `server-${suffix}`,
          unit: "MB/s",
          ours: median(figures[OURS].speed),
          peer: median(figures[peer].speed),
          peerName,
        }),
      ];
    }),
  );
}

function speedRatio({ figures }: ParallelCase, peer: SuperServerName): number {
  return median(figures[OURS].speed) / median(figures[peer].speed);
}

function ratioHeads(): string[] {
  return PEERS.map((peer) => `÷ ${peer}`);
}
