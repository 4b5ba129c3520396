/** A number, or several that labels tell apart, for /metrics. */
export interface Metric {
  /** Without `_total`, which a counter's samples have behind it; with its unit, if it has one. */
  readonly name: string;
  readonly kind: "counter" | "gauge" | "histogram";
  readonly unit?: "seconds" | "bytes";
  /** A sentence. */
  readonly help: string;
  readonly samples: readonly Sample[];
}

export interface Sample {
  /** Of our own making: nothing that a peer said. */
  readonly label?: { readonly name: string; readonly value: string };
  /** Of a histogram's: `_bucket`, `_sum` or `_count`. */
  readonly suffix?: string;
  readonly value: number;
}

/** OpenMetrics 1.0, or the text format 0.0.4 of Prometheus, in which a counter is named with its `_total`. */
export function render(metrics: readonly Metric[], format: "openmetrics" | "text"): string {
  const lines = metrics.flatMap((metric) => {
    const suffix = metric.kind === "counter" ? "_total" : "";
    const name = format === "openmetrics" ? metric.name : `${metric.name}${suffix}`;
    const unit =
      format === "openmetrics" && metric.unit !== undefined
        ? [`# UNIT ${name} ${metric.unit}`]
        : [];
    return [
      `# TYPE ${name} ${metric.kind}`,
      ...unit,
      `# HELP ${name} ${metric.help}`,
      ...metric.samples.map((sample) => {
        const sampleName = `${metric.name}${sample.suffix ?? suffix}`;
        return `${sampleName}${labels(sample)} ${sample.value}`;
      }),
    ];
  });
  const end = format === "openmetrics" ? ["# EOF"] : [];
  return [...lines, ...end, ""].join("\n");
}

/** The name of a certificate's variable can have any character. */
function labels({ label }: Sample): string {
  if (label === undefined) return "";
  const value = label.value.replaceAll(/[\\"\n]/g, (one) => (one === "\n" ? "\\n" : `\\${one}`));
  return `{${label.name}="${value}"}`;
}
