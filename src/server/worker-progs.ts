import { doorGroup } from "./door-group.ts";
import type { ClientFacts } from "./messages.ts";
import type { SpawnerLink } from "./spawner-link.ts";

export interface WorkerProgsSettings {
  /** The worker. */
  readonly id: number;
  readonly spawner: SpawnerLink;
  /** Tells the worker where to connect. */
  readonly show: (path: string) => void;
}

/**
 * Where one worker connects to the spawner for progs, and which progs it may have: one for each
 * connection that it was given. No worker is believed more.
 */
export class WorkerProgs {
  /** By which the worker may connect; null: as the user that the spawner is, too. */
  readonly group: number | null;
  /** The worker has been told the last place that was asked for, or can't be. */
  private shown: Promise<void> = Promise.resolve();

  /** Of what it serves: the spawner has been told. */
  private readonly announced = new Set<number>();

  constructor(private readonly settings: WorkerProgsSettings) {
    this.group = settings.spawner.isApart ? doorGroup() : null;
  }

  /** Tells the worker where the spawner listens for it: one place after the other, and the last one counts. */
  show(): Promise<void> {
    const shown = this.shown.then(() => this.open());
    this.shown = shown.catch(() => {});
    return shown;
  }

  private async open(): Promise<void> {
    const { spawner, id, show } = this.settings;
    show(await spawner.open(id, this.group));
  }

  /** The worker may have one prog for that client, however often it says that it knows the client now. */
  announce(client: ClientFacts): void {
    const { spawner, id } = this.settings;
    if (this.announced.has(client.number)) return;
    this.announced.add(client.number);
    spawner.announce(id, client);
  }

  /** That connection has ended: if it had no prog, it gets none. */
  withdraw(number: number): void {
    if (this.announced.delete(number)) this.settings.spawner.withdraw(number);
  }

  /** The worker has gone. */
  close(): void {
    this.settings.spawner.close(this.settings.id);
  }
}
