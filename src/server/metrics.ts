/** A number, or several that labels tell apart, for /metrics. */
export interface Metric {
  /** Without `_total`, which a counter's samples have behind it. */
  readonly name: string;
  readonly kind: "counter" | "gauge";
  /** A sentence. */
  readonly help: string;
  readonly samples: readonly Sample[];
}

export interface Sample {
  /** Of our own making: nothing that a peer said. */
  readonly label?: { readonly name: string; readonly value: string };
  readonly value: number;
}

/** OpenMetrics 1.0, or the text format 0.0.4 of Prometheus, in which a counter is named with its `_total`. */
export function render(metrics: readonly Metric[], format: "openmetrics" | "text"): string {
  const lines = metrics.flatMap((metric) => {
    const sampleName = metric.kind === "counter" ? `${metric.name}_total` : metric.name;
    const name = format === "openmetrics" ? metric.name : sampleName;
    return [
      `# TYPE ${name} ${metric.kind}`,
      `# HELP ${name} ${metric.help}`,
      ...metric.samples.map(({ label, value }) =>
        label === undefined
          ? `${sampleName} ${value}`
          : `${sampleName}{${label.name}="${label.value}"} ${value}`,
      ),
    ];
  });
  const end = format === "openmetrics" ? ["# EOF"] : [];
  return [...lines, ...end, ""].join("\n");
}
