import { reasonOf } from "../cli/diagnostics.ts";
import { passesConnectionsOn } from "../io/platform.ts";
import { SocketFolder } from "./socket-folder.ts";
import { SpawnerLink, type SpawnerLinkSettings } from "./spawner-link.ts";

/**
 * So many workers have one spawner. It starts one prog after the other, some 1,000 a second, and more
 * processors than these would wait for it.
 */
const WORKERS_EACH = 4;

export interface SpawnersSettings extends Omit<SpawnerLinkSettings, "folder" | "renewed"> {
  readonly workers: number;
  /** It listens in other places: tells its workers where to connect. */
  readonly renewed: (spawner: SpawnerLink) => Promise<void>;
}

/**
 * @param settings.isApart workers give root's rights up: they can't start progs
 * @returns null: workers start progs, since no root started us, or there can't be spawners, as the log tells then
 * @throws {SystemFailure} if there can't be spawners, and workers can't start progs
 */
export function makeSpawners(settings: SpawnersSettings): Spawners | null {
  if (settings.isApart) return new Spawners(settings);
  // A prog of the workers' user could put a socket of its own in the place of a spawner's. Root's progs are root.
  if (process.getuid?.() !== 0) return null;
  try {
    if (!passesConnectionsOn) throw new Error("this runtime passes no connection on to a program");
    return new Spawners(settings);
  } catch (error) {
    settings.log.info(`workers start progs by themselves: ${reasonOf(error)}`);
    return null;
  }
}

/** The processes that start progs: each has workers of its own. */
export class Spawners {
  /** Workers are another user than spawners. */
  readonly areApart: boolean;

  private readonly links: readonly SpawnerLink[];

  /** @throws {SystemFailure} if there can't be a folder for their sockets */
  constructor({ workers, renewed, ...settings }: SpawnersSettings) {
    this.areApart = settings.isApart;
    // Workers that are another user may go through it, and see nothing in it.
    const folder = new SocketFolder(settings.isApart ? 0o711 : 0o700);
    this.links = Array.from({ length: Math.ceil(workers / WORKERS_EACH) }, () => {
      const link: SpawnerLink = new SpawnerLink({
        ...settings,
        folder,
        renewed: () => renewed(link),
      });
      return link;
    });
  }

  /** Each can start progs. */
  get areReady(): boolean {
    return this.links.every(({ isReady }) => isReady);
  }

  /** @throws {SystemFailure | ReportedFailure} (the promise) if one can't start */
  async start(): Promise<void> {
    await Promise.all(this.links.map((link) => link.start()));
  }

  /** The one of a worker, which it keeps. */
  of(worker: number): SpawnerLink {
    return this.links[worker % this.links.length] as SpawnerLink;
  }

  /** From now on, none that ends is replaced. */
  end(): void {
    for (const link of this.links) link.end();
  }
}
