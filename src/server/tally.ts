import { COUNTED, type CountedKind, Meters } from "./meter.ts";
import type { Metric, Sample } from "./metrics.ts";

/** Why a connection was hung up on before it had a worker, or got one and was refused. */
export type Refusal = "address-limit" | "backlog-full" | "no-proxy" | "access" | "no-worker";

const REFUSALS: readonly Refusal[] = [
  "address-limit",
  "backlog-full",
  "no-proxy",
  "access",
  "no-worker",
];

/** What is counted elsewhere. */
export interface Now {
  readonly open: number;
  readonly waiting: number;
  readonly workers: number;
  readonly replaced: number;
  /** Lines of the primary's own log. */
  readonly dropped: number;
}

/** What the primary counts of its life so far, and what its workers tell. */
export class Tally {
  accepted = 0;
  ended = 0;
  readonly reloads = { done: 0, failed: 0 };
  readonly meters = new Meters();
  /** When each certificate ends, by the variable that names it: seconds since 1970. */
  private readonly expiries = new Map<string, number>();
  private readonly refused = new Map<Refusal, number>();

  /** @param variables those that name certificates, sorted */
  constructor(private readonly variables: readonly string[]) {}

  refuse(reason: Refusal): void {
    this.refused.set(reason, (this.refused.get(reason) ?? 0) + 1);
  }

  /**
   * @param ends of the certificates, in the order of their variables; null: it can't be told
   * @returns false: that is nothing that a worker of ours would say
   */
  expire(ends: unknown): boolean {
    if (!Array.isArray(ends) || ends.length !== this.variables.length) return false;
    if (!ends.every((end) => end === null || Number.isSafeInteger(end))) return false;
    this.expiries.clear();
    for (const [index, variable] of this.variables.entries()) {
      const end = ends[index] as number | null;
      if (end !== null) this.expiries.set(variable, end);
    }
    return true;
  }

  metrics(now: Now): Metric[] {
    const outcomes = (["done", "failed"] as const).map((outcome) => ({
      label: { name: "outcome", value: outcome },
      value: this.reloads[outcome],
    }));
    return [
      gauge("connections_open", "Connections that are served now.", now.open),
      gauge("connections_waiting", "Connections that wait for a slot.", now.waiting),
      counter("connections_accepted", "Connections that came.", [{ value: this.accepted }]),
      counter("connections_ended", "Connections that had a slot, and ended.", [
        { value: this.ended },
      ]),
      counter("connections_refused", "Connections that were hung up on.", this.refusals()),
      ...this.counted(now),
      {
        ...gauge("certificate_expiry_timestamp_seconds", "When a certificate of ours expires.", 0),
        unit: "seconds",
        samples: [...this.expiries].map(([value, end]) => ({
          label: { name: "certificate", value },
          value: end,
        })),
      },
      gauge("workers", "Workers that take connections.", now.workers),
      counter("workers_replaced", "Workers that died or were silent.", [{ value: now.replaced }]),
      counter("reloads", "Times that keys and certificates were read again.", outcomes),
    ];
  }

  private refusals(): Sample[] {
    const own = REFUSALS.map((reason) => ({
      label: { name: "reason", value: reason },
      value: this.refused.get(reason) ?? 0,
    }));
    return [...own, ...this.labelled("refused", "reason")];
  }

  private counted(now: Now): Metric[] {
    const [bytesIn = 0, bytesOut = 0] = this.meters.of("bytes");
    const one = (kind: CountedKind) => this.meters.of(kind)[0] ?? 0;
    return [
      counter("handshakes", "Handshakes that were done.", this.labelled("version", "version")),
      counter("handshakes_by_suite", "The same by suite.", this.labelled("suite", "suite")),
      counter("handshakes_by_group", "The same by group.", this.labelled("group", "group")),
      counter("handshakes_resumed", "Those that resumed a session.", [{ value: one("resumed") }]),
      this.durations(),
      counter("handshakes_failed", "Handshakes that failed.", this.labelled("failed", "reason")),
      counter(
        "connections_failed",
        "Connections that failed behind their handshake.",
        this.labelled("broken", "reason"),
      ),
      {
        ...counter("received_bytes", "Application data from TLS.", [{ value: bytesIn }]),
        unit: "bytes",
      },
      {
        ...counter("sent_bytes", "Application data to TLS.", [{ value: bytesOut }]),
        unit: "bytes",
      },
      counter("backend_errors", "Backends that could not be reached or failed.", [
        { value: one("backend") },
      ]),
      counter("log_lines_dropped", "Lines of the log that no process read in time.", [
        { value: one("log") + now.dropped },
      ]),
    ];
  }

  private labelled(kind: CountedKind, name: string): Sample[] {
    const counts = this.meters.of(kind);
    return COUNTED[kind].map((value, index) => ({
      label: { name, value },
      value: counts[index] ?? 0,
    }));
  }

  /** A bucket has all that are below its bound. */
  private durations(): Metric {
    let sum = 0;
    const buckets = this.labelled("duration", "le").map((sample) => {
      sum += sample.value;
      return { ...sample, suffix: "_bucket", value: sum };
    });
    const seconds = (this.meters.of("microseconds")[0] ?? 0) / 1e6;
    return {
      name: "bearhug_handshake_seconds",
      kind: "histogram",
      unit: "seconds",
      help: "How long handshakes took that were done.",
      samples: [...buckets, { suffix: "_sum", value: seconds }, { suffix: "_count", value: sum }],
    };
  }
}

function gauge(name: string, help: string, value: number): Metric {
  return { name: `bearhug_${name}`, kind: "gauge", help, samples: [{ value }] };
}

function counter(name: string, help: string, samples: Metric["samples"]): Metric {
  return { name: `bearhug_${name}`, kind: "counter", help, samples };
}
