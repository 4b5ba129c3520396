import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";

/**
 * Have files changed since the last look? Only what the system tells of them is looked at, and nothing
 * is read: a symbolic link on the way that leads elsewhere now is a change, as certbot's and
 * Kubernetes' do.
 */
export class FileChanges {
  private seen: string;

  /** @param paths of files, and of folders whose files count, too */
  constructor(private readonly paths: readonly string[]) {
    this.seen = this.look();
  }

  /** What changes behind the look is a change for the next one. */
  since(): boolean {
    const before = this.seen;
    this.seen = this.look();
    return this.seen !== before;
  }

  private look(): string {
    return this.paths.map((path) => `${tell(path)}${filesIn(path)}`).join("\n");
  }
}

function tell(path: string): string {
  try {
    const { dev, ino, size, mtimeNs, ctimeNs } = statSync(path, { bigint: true });
    return [path, dev, ino, size, mtimeNs, ctimeNs].join(" ");
  } catch (error) {
    return `${path} ${(error as NodeJS.ErrnoException).code}`;
  }
}

function filesIn(path: string): string {
  try {
    return readdirSync(path)
      .sort()
      .map((name) => `\n${tell(join(path, name))}`)
      .join("");
  } catch {
    return "";
  }
}
