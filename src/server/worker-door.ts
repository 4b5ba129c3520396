import { doorGroup } from "./door-group.ts";
import type { ClientFacts, FailedStart, StartReport } from "./messages.ts";
import type { SpawnerLink } from "./spawner-link.ts";

export interface DoorSettings {
  /** The worker. */
  readonly id: number;
  readonly spawner: SpawnerLink;
  /** Tells the worker where to connect. */
  readonly show: (path: string) => void;
  /** Tells the worker that a connection's prog can't be started. */
  readonly failed: (number: number, error: FailedStart) => void;
}

/**
 * Where one worker connects to the spawner for progs, and which progs it may have: one for each
 * connection that it was given. No worker is believed more.
 */
export class WorkerDoor {
  /** By which the worker may connect. */
  readonly group = doorGroup();
  /** Empty for nowhere. */
  private path = "";
  /** The worker has been told the last place that was asked for, or can't be. */
  private shown: Promise<void> = Promise.resolve();
  /** Of what it serves, what has a prog, or had one. */
  private readonly launched = new Set<number>();

  constructor(private readonly settings: DoorSettings) {}

  /** Tells the worker where the spawner listens for it: one place after the other, and the last one counts. */
  show(): Promise<void> {
    const shown = this.shown.then(() => this.open());
    this.shown = shown.catch(() => {});
    return shown;
  }

  private async open(): Promise<void> {
    const { spawner, id, show } = this.settings;
    this.path = await spawner.open(id, this.group);
    show(this.path);
  }

  /** False: that is not its to have. */
  launch(client: ClientFacts, report: StartReport): boolean {
    const { spawner, id } = this.settings;
    const { number, path } = report;
    if (this.launched.has(number)) return false;
    this.launched.add(number);
    if (path === this.path) spawner.launch(id, client, report);
    else this.settings.failed(number, { ...NO_SPAWNER, message: "the spawner died" });
    return true;
  }

  kill(number: number, signal: NodeJS.Signals): void {
    if (this.launched.has(number)) this.settings.spawner.kill(number, signal);
  }

  over(number: number): void {
    this.launched.delete(number);
  }

  /** The worker has gone. */
  close(): void {
    this.settings.spawner.close(this.settings.id);
  }
}

const NO_SPAWNER = { code: "ECHILD", errno: undefined };
