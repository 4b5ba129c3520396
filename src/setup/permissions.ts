import { realpathSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { NULL_DEVICE, READ_BY_NODE, reopenedBy } from "../io/platform.ts";
import { TlsEnvironment } from "./environment.ts";
import { BUNDLES } from "./system-anchors.ts";

/**
 * Node's permission model for a process that has keys and engines (Node 22 and later; Node 20's aborts on
 * some lists of paths): it reads our own files and those that it is to read, opens no other, starts
 * nothing, and has no inspector.
 */

/** Node 24 and later have `drop`. */
interface Permission {
  drop?(scope: string, reference: string): void;
}

/** What a process is to do under the model. */
export interface Duty {
  /** One of our files in bin. */
  readonly launcher: string;
  /** What names the files that it reads: its environment, and others that it may be given later. */
  readonly environments: readonly NodeJS.ProcessEnv[];
  /** A pipe of its own that it opens for writing once more, to see whether it has a reader. */
  readonly reopened?: number;
}

/** @returns Node's options; null: this Node has no such model, or can't be told these paths */
export function permissionOptions(duty: Duty): readonly string[] | null {
  const flags: ReadonlySet<string> | undefined = process.allowedNodeEnvironmentFlags;
  if (!flags?.has("--permission") || LOADS_FILES.test(process.env["NODE_OPTIONS"] ?? "")) {
    return null;
  }
  const { environments, launcher, reopened } = duty;
  const credentials = credentialFiles(environments);
  const reads = [...ownFiles(launcher), ...READ_BY_NODE, NULL_DEVICE, ...ACCOUNTS, ...credentials];
  const writes = reopened === undefined ? [] : [NULL_DEVICE, reopenedBy(reopened)];
  // They mean something else in such a list.
  if (reads.some((path) => /[*,]/.test(path))) return null;
  return [
    "--permission",
    ...(flags.has("--allow-net") ? NETWORK : []),
    ...reads.map((path) => `--allow-fs-read=${path}`),
    ...writes.map((path) => `--allow-fs-write=${path}`),
  ];
}

/** Once they are read, a process under the model has no more need of them. */
export function dropCredentialFiles(environments: readonly NodeJS.ProcessEnv[]): void {
  const { permission } = process as { permission?: Permission };
  if (permission?.drop === undefined) return;
  for (const path of [...ACCOUNTS, ...credentialFiles(environments)]) {
    permission.drop("fs.read", path);
  }
}

/** From Node 26 on; it warns of this option each time. */
const NETWORK = ["--allow-net", "--disable-warning=ExperimentalWarning"];

/** A file that NODE_OPTIONS names is read before ours, and could be anywhere. */
const LOADS_FILES = /(^|\s)(-r|--require|--(experimental-)?loader|--import)(\s|=)(?!data:)/;

/** For users and groups by name. */
const ACCOUNTS = ["/etc/passwd", "/etc/group"];

function ownFiles(path: string): string[] {
  const launcher = resolve(path);
  const folder = dirname(realpathSync(launcher));
  const root = dirname(folder);
  return [launcher, `${folder}/`, `${join(root, "dist")}/`, join(root, "package.json")];
}

function credentialFiles(environments: readonly NodeJS.ProcessEnv[]): string[] {
  const paths = environments.flatMap((environment) => {
    const { files, anchorDirectory: folder } = new TlsEnvironment(environment);
    const bundles = files.get("CAFILE") === "system" ? BUNDLES : [];
    return [...files.values(), ...bundles, ...(folder === null ? [] : [folder, `${folder}/`])];
  });
  return [...new Set(paths)].map(absolute);
}

/** A folder keeps the slash that stands for what is in it. */
function absolute(path: string): string {
  return path.endsWith("/") ? `${resolve(path)}/` : resolve(path);
}
