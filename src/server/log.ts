import { jsonLineOf, lineOf } from "../cli/diagnostics.ts";
import { LogOutput } from "./log-output.ts";
import { logDescriptorOf } from "./roles.ts";

export type Level = "error" | "warning" | "info";

/** What a line of the log tells to programs; null is told, too. */
export type Details = Readonly<Record<string, unknown>>;

export interface LogSettings {
  readonly program: string;
  /** 0: errors only. 1: warnings, too. 2: every connection, too. */
  readonly logLevel: 0 | 1 | 2;
  readonly logFormat: "text" | "json";
}

/** So many warnings of a kind a second; of more there is only a count. */
const RATE = 5;

/** The log, on standard error: a line an event, as text or as JSON. */
export class Log {
  private readonly recent = new Map<string, { count: number }>();
  private readonly output: LogOutput;

  constructor(private readonly settings: LogSettings) {
    this.output = new LogOutput({
      descriptor: logDescriptorOf(process.env),
      dropped: (count) => {
        const text = `${count} lines of the log were dropped, since it was not read`;
        return this.line("warning", text, { kind: "log", dropped: count });
      },
    });
  }

  /** What other processes of this server write their lines to; null: to standard error. */
  get descriptor(): number | null {
    return this.output.shared;
  }

  /** Lines in all that were dropped, since no process read them in time. */
  get lostLines(): number {
    return this.output.lost;
  }

  /** Are connections of interest? */
  get isVerbose(): boolean {
    return this.settings.logLevel >= 2;
  }

  /** What was to be done is not done, and the server goes on without. */
  error(text: string, details: Details = {}): void {
    this.write("error", text, details);
  }

  info(text: string, details: Details = {}): void {
    if (this.settings.logLevel >= 2) this.write("info", text, details);
  }

  /** A warning about what we were given: it doesn't come again. */
  caution(text: string): void {
    if (this.settings.logLevel >= 1) this.write("warning", text, {});
  }

  /** A warning that may come as fast as a client likes: no more than a few a second are written. */
  warn(kind: string, text: string, details: Details = {}): void {
    if (this.settings.logLevel < 1) return;
    const recent = this.recent.get(kind);
    if (recent === undefined) {
      this.recent.set(kind, { count: 1 });
      setTimeout(() => this.summarise(kind), 1000).unref();
    } else if (++recent.count > RATE) {
      return;
    }
    this.write("warning", text, { kind, ...details });
  }

  private summarise(kind: string): void {
    const { count = 0 } = this.recent.get(kind) ?? {};
    this.recent.delete(kind);
    const omitted = count - RATE;
    if (omitted > 0) {
      this.write("warning", `${kind}: ${omitted} more within a second`, { kind, omitted });
    }
  }

  private write(level: Level, text: string, details: Details): void {
    this.output.write(this.line(level, text, details));
  }

  private line(level: Level, text: string, details: Details): string {
    const { program, logFormat } = this.settings;
    if (logFormat === "text") return lineOf(program, level, text);
    return jsonLineOf(program, level, text, details);
  }
}
