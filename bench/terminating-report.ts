import { type Result, result } from "./results.ts";
import { around, median, quantile } from "./statistics.ts";
import { printTable } from "./table.ts";
import type { DownloadCase, Terminating, VisitCase, VisitFigures } from "./terminating.ts";
import { TERMINATOR_NAMES, type TerminatorName } from "./terminators.ts";

const OURS = "bearhug";
const PEERS = TERMINATOR_NAMES.filter((name) => name !== OURS);

/** The aim: at least as many connections a second as this one. */
const AIM = "stunnel";

interface Quantity {
  readonly name: string;
  readonly title: string;
  readonly unit: string;
  of(figures: VisitFigures): number;
  show(figures: VisitFigures): string;
  /** Larger is better. */
  asRate(value: number): number;
}

const perThousand = (value: number) => 1000 / value;
const latency = (name: string, fraction: number): Quantity => ({
  ...{ name, title: `latency, ms, ${name}`, unit: "1/s", asRate: perThousand },
  of: ({ latencies }) => quantile(latencies, fraction),
  show: ({ latencies }) => quantile(latencies, fraction).toFixed(1),
});

const QUANTITIES: readonly Quantity[] = [
  {
    ...{ name: "rate", title: "connections a second", unit: "connections/s" },
    of: ({ perSecond }) => median(perSecond),
    show: ({ perSecond }) => around(perSecond, 0),
    asRate: (value) => value,
  },
  {
    name: "cpu",
    title: "processor time of the server, ms a connection (less is better)",
    unit: "connections/CPU-second",
    of: ({ processor }) => median(processor),
    show: ({ processor }) => around(processor, 2),
    asRate: perThousand,
  },
  latency("p50", 0.5),
  latency("p99", 0.99),
];

export function reportTerminating({ visits, downloads, idle }: Terminating): Result[] {
  const results = [
    ...QUANTITIES.flatMap((quantity) => reportVisits(quantity, visits)),
    ...downloads.flatMap(reportDownload),
    ...reportIdleMemory(idle),
  ];
  reportNotResumed(visits);
  reportMissed(visits);
  return results;
}

function labelOf({ keyType, mode, clients }: VisitCase): string {
  return `${keyType}, ${mode}, ${clients} ${clients === 1 ? "client" : "clients"}`;
}

function heads(): string[] {
  return ["", ...TERMINATOR_NAMES, ...PEERS.map((peer) => `÷ ${peer}`)];
}

function reportVisits(quantity: Quantity, cases: readonly VisitCase[]): Result[] {
  const rate = (figures: VisitFigures) => quantity.asRate(quantity.of(figures));
  printTable(`TLS 1.3 to a backend, new connections: ${quantity.title}`, [
    heads(),
    ...cases.map((one) => [
      labelOf(one),
      ...TERMINATOR_NAMES.map((name) => quantity.show(one.figures[name])),
      ...PEERS.map((peer) => (rate(one.figures[OURS]) / rate(one.figures[peer])).toFixed(2)),
    ]),
  ]);
  return cases.flatMap(({ keyType, mode, clients, figures }) =>
    PEERS.map((peer) =>
      result({
        name: `backend-${quantity.name}-${keyType}-${mode}-${clients}-vs-${peer}`,
        unit: quantity.unit,
        ours: rate(figures[OURS]),
        peer: rate(figures[peer]),
        peerName: peer,
      }),
    ),
  );
}

function reportDownload({ suite, figures }: DownloadCase): Result[] {
  const show = (pick: "speed" | "processor", digits: number) =>
    TERMINATOR_NAMES.map((name) => around(figures[name][pick], digits));
  const ratio = (peer: TerminatorName) => median(figures[OURS].speed) / median(figures[peer].speed);
  printTable(`TLS 1.3 to a backend, one download, ${suite}`, [
    heads(),
    ["MB/s", ...show("speed", 0), ...PEERS.map((peer) => ratio(peer).toFixed(2))],
    ["processor time, seconds a GB (less is better)", ...show("processor", 2)],
  ]);
  return PEERS.flatMap((peer) => [
    result({
      ...{ name: `backend-down-${suite}-vs-${peer}`, unit: "MB/s", peerName: peer },
      ours: median(figures[OURS].speed),
      peer: median(figures[peer].speed),
    }),
    result({
      ...{ name: `backend-down-cpu-${suite}-vs-${peer}`, unit: "GB/CPU-second", peerName: peer },
      ours: 1 / median(figures[OURS].processor),
      peer: 1 / median(figures[peer].processor),
    }),
  ]);
}

function reportIdleMemory(idle: Terminating["idle"]): Result[] {
  printTable("TLS 1.3 to a backend: memory of an idle connection, KiB (less is better)", [
    ["", ...TERMINATOR_NAMES],
    ["RSS", ...TERMINATOR_NAMES.map((name) => idle[name].rss.toFixed(1))],
    ["PSS", ...TERMINATOR_NAMES.map((name) => idle[name].pss.toFixed(1))],
  ]);
  return PEERS.map((peer) =>
    result({
      ...{ name: `backend-idle-memory-vs-${peer}`, unit: "connections/GiB", peerName: peer },
      ours: (1024 * 1024) / idle[OURS].rss,
      peer: (1024 * 1024) / idle[peer].rss,
    }),
  );
}

/** A row "resumed" of a server that resumed nothing would be another measurement. */
function reportNotResumed(cases: readonly VisitCase[]): void {
  for (const one of cases.filter(({ mode }) => mode === "resumed")) {
    for (const name of TERMINATOR_NAMES) {
      const share = median(one.figures[name].resumed);
      if (share > 0.95) continue;
      const percent = (share * 100).toFixed(0);
      console.log(`  ${name} resumed ${percent}% only: ${labelOf(one)}`);
    }
  }
}

/** What is not reached, and why, as far as processor time and waiting tell. */
function reportMissed(cases: readonly VisitCase[]): void {
  const rate = (figures: VisitFigures) => median(figures.perSecond);
  const missed = cases.filter(({ figures }) => rate(figures[OURS]) < rate(figures[AIM]));
  const goal = `at least ${AIM}'s connections a second`;
  console.log(
    `\nAim, ${goal}: reached in ${cases.length - missed.length} of ${cases.length} cases`,
  );
  for (const one of missed) {
    const [ours, peer] = [one.figures[OURS], one.figures[AIM]];
    const times = [ours, peer].map(({ processor }) => median(processor).toFixed(2));
    const share = ((rate(ours) / rate(peer)) * 100).toFixed(0);
    console.log(
      `  not reached, ${share}%: ${labelOf(one)}; a connection costs ${times[0]} ms of processor time, ${AIM}'s ${times[1]}`,
    );
  }
}
