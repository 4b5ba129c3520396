import { FAILURE_KINDS } from "../connection/failure-kind.ts";
import {
  CHANNELS,
  type EndMessage,
  type HandshakeMessage,
  type TrafficMessage,
} from "../connection/telemetry.ts";
import { GROUP_NAMES } from "../sandbox/groups.ts";
import { SUITE_NAMES } from "../sandbox/suites.ts";

/** What a label says for a value that is not in its list. */
const OTHER = "other";

/**
 * What workers count. A worker could be anything, so that it tells numbers alone: as many as there
 * are in these lists, in their order.
 */
export const COUNTED = {
  version: ["TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3", OTHER],
  suite: [...SUITE_NAMES, OTHER],
  group: [...GROUP_NAMES, OTHER],
  resumed: ["yes"],
  /** By the upper bounds of the histogram, in seconds. */
  duration: [
    "0.001",
    "0.0025",
    "0.005",
    "0.01",
    "0.025",
    "0.05",
    "0.1",
    "0.25",
    "0.5",
    "1.0",
    "2.5",
    "5.0",
    "10.0",
    "+Inf",
  ],
  /** Of all handshakes together. */
  microseconds: ["all"],
  /** Why a handshake failed. */
  failed: FAILURE_KINDS,
  /** Why a connection failed that was established. */
  broken: FAILURE_KINDS,
  /** Why a client was hung up on. */
  refused: ["not-allowed", "proxy-header", "starttls"],
  bytes: ["in", "out"],
  backend: ["errors"],
  log: ["dropped"],
} as const satisfies Record<string, readonly string[]>;

export type CountedKind = keyof typeof COUNTED;

const KINDS = Object.keys(COUNTED) as CountedKind[];

/** Where the numbers of a kind begin; under "end", how many there are. */
export const PLACES = placesOf();

export const NUMBERS = KINDS.reduce((sum, kind) => sum + COUNTED[kind].length, 0);

/** How long a number may wait to be told: milliseconds. */
const DELAY = 100;

/** What a worker counts, for the primary. */
export class Meter {
  private counts: number[] = zeros();
  private timer: NodeJS.Timeout | null = null;
  private tell: ((counts: readonly number[]) => void) | null = null;
  private lostBefore = 0;

  /**
   * From now on there is something to count for.
   *
   * @param lostLines of the log, so far
   */
  start(tell: (counts: readonly number[]) => void, lostLines: () => number): void {
    this.tell = tell;
    setInterval(() => this.lines(lostLines()), 10 * DELAY).unref();
    CHANNELS.handshake.subscribe((message) => this.handshake(message as HandshakeMessage));
    CHANNELS.traffic.subscribe((message) => this.traffic(message as TrafficMessage));
    CHANNELS.end.subscribe((message) => this.end(message as EndMessage));
  }

  count(kind: CountedKind, value: string, by = 1): void {
    if (this.tell === null || by === 0) return;
    const values: readonly string[] = COUNTED[kind];
    const at = values.indexOf(value);
    const index = PLACES[kind] + (at === -1 ? values.length - 1 : at);
    this.counts[index] = (this.counts[index] ?? 0) + by;
    this.timer ??= setTimeout(() => this.flush(), DELAY).unref();
  }

  /** Tells all that has been counted. */
  flush(): void {
    if (this.timer === null) return;
    clearTimeout(this.timer);
    this.timer = null;
    const { counts } = this;
    this.counts = zeros();
    this.tell?.(counts);
  }

  private lines(lost: number): void {
    this.count("log", "dropped", lost - this.lostBefore);
    this.lostBefore = lost;
  }

  private handshake({ protocol, cipher, group, resumed, seconds }: HandshakeMessage): void {
    this.count("version", protocol);
    this.count("suite", cipher);
    this.count("group", group ?? OTHER);
    if (resumed) this.count("resumed", "yes");
    const bound = COUNTED.duration.find((one) => seconds <= Number(one)) ?? "+Inf";
    this.count("duration", bound);
    this.count("microseconds", "all", Math.round(seconds * 1e6));
  }

  private traffic({ bytesIn, bytesOut }: TrafficMessage): void {
    this.count("bytes", "in", bytesIn);
    this.count("bytes", "out", bytesOut);
  }

  private end({ established, failure }: EndMessage): void {
    if (failure === "not-allowed") this.count("refused", failure);
    else if (failure !== null) this.count(established ? "broken" : "failed", failure);
  }
}

/** Those of all workers, in the primary. */
export class Meters {
  private readonly totals = zeros();

  /** False: that is nothing that a worker of ours would say. */
  add(counts: unknown): boolean {
    if (!Array.isArray(counts) || counts.length !== NUMBERS || !counts.every(isCount)) return false;
    for (const [index, count] of counts.entries()) {
      const sum = (this.totals[index] ?? 0) + (count as number);
      this.totals[index] = Math.min(sum, Number.MAX_SAFE_INTEGER);
    }
    return true;
  }

  of(kind: CountedKind): number[] {
    const begin = PLACES[kind];
    return this.totals.slice(begin, begin + COUNTED[kind].length);
  }
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function zeros(): number[] {
  return Array<number>(NUMBERS).fill(0);
}

function placesOf(): Readonly<Record<CountedKind, number>> {
  let next = 0;
  const places = KINDS.map((kind) => {
    const begin = next;
    next += COUNTED[kind].length;
    return [kind, begin] as const;
  });
  return Object.fromEntries(places) as Record<CountedKind, number>;
}
