import type { Metric } from "./metrics.ts";

/** Why a connection was hung up on before it had a worker, or got one and was refused. */
export type Refusal = "address-limit" | "backlog-full" | "no-proxy" | "access" | "no-worker";

const REFUSALS: readonly Refusal[] = [
  "address-limit",
  "backlog-full",
  "no-proxy",
  "access",
  "no-worker",
];

/** What the primary counts of its life so far. */
export class Tally {
  accepted = 0;
  ended = 0;
  readonly reloads = { done: 0, failed: 0 };
  private readonly refused = new Map<Refusal, number>();

  refuse(reason: Refusal): void {
    this.refused.set(reason, (this.refused.get(reason) ?? 0) + 1);
  }

  /** @param now what is counted elsewhere */
  metrics(now: {
    readonly open: number;
    readonly waiting: number;
    readonly workers: number;
    readonly replaced: number;
  }): Metric[] {
    const reasons = REFUSALS.map((reason) => ({
      label: { name: "reason", value: reason },
      value: this.refused.get(reason) ?? 0,
    }));
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
      counter("connections_refused", "Connections that were hung up on.", reasons),
      gauge("workers", "Workers that take connections.", now.workers),
      counter("workers_replaced", "Workers that died or were silent.", [{ value: now.replaced }]),
      counter("reloads", "Times that keys and certificates were read again.", outcomes),
    ];
  }
}

function gauge(name: string, help: string, value: number): Metric {
  return { name: `bearhug_${name}`, kind: "gauge", help, samples: [{ value }] };
}

function counter(name: string, help: string, samples: Metric["samples"]): Metric {
  return { name: `bearhug_${name}`, kind: "counter", help, samples };
}
