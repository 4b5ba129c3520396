import type { Log } from "./log.ts";
import type { Systemd } from "./systemd.ts";

export interface ReloadSettings {
  /** Has all files read again; null: they are in use. */
  readonly reload: () => Promise<string | null>;
  /** Counts it. */
  readonly done: (outcome: "done" | "failed") => void;
  readonly log: Log;
  readonly systemd: Systemd;
}

/** One reload at a time. Files may have changed since it began, so that another one may follow. */
export class Reloads {
  private busy = false;
  private wanted = false;

  constructor(private readonly settings: ReloadSettings) {}

  ask(): void {
    this.wanted = true;
    if (!this.busy) void this.work();
  }

  private async work(): Promise<void> {
    const { reload, systemd } = this.settings;
    this.busy = true;
    while (this.wanted) {
      this.wanted = false;
      systemd.reloading();
      this.tell(await reload());
    }
    this.busy = false;
  }

  private tell(problem: string | null): void {
    const { done, log, systemd } = this.settings;
    done(problem === null ? "done" : "failed");
    if (problem === null) {
      log.info("read all keys and certificates again", { event: "reload" });
      systemd.reloaded("read all keys and certificates again");
    } else {
      const text = `keeping the old keys and certificates: ${problem}`;
      log.error(text);
      systemd.reloaded(text);
    }
  }
}
