import { realpathSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { Changes } from "../access/judgement.ts";
import { READ_BY_NODE } from "../io/platform.ts";
import { TlsEnvironment } from "../setup/environment.ts";

/**
 * Node's permission model for a worker (Node 22 and later; Node 20's aborts on some lists of paths): it
 * reads our own files and those that it is to read, opens no other, starts nothing, and has no inspector.
 */

/** Node 24 and later have `drop`. */
interface Permission {
  drop?(scope: string, reference: string): void;
}

/**
 * @param sets what rules of access control change about TLS, besides the environment
 * @returns Node's options; null: this Node has no such model, or can't be told these paths
 */
export function permissionOptions(sets: readonly Changes[]): readonly string[] | null {
  const { allowedNodeEnvironmentFlags: flags, env } = process;
  if (!flags.has("--permission") || LOADS_FILES.test(env["NODE_OPTIONS"] ?? "")) return null;
  const paths = [...ownFiles(), ...READ_BY_NODE, ...NAMES, ...ACCOUNTS, ...credentialFiles(sets)];
  // They mean something else in such a list.
  if (paths.some((path) => /[*,]/.test(path))) return null;
  const reads = paths.map((path) => `--allow-fs-read=${path}`);
  return ["--permission", ...(flags.has("--allow-net") ? NETWORK : []), ...reads];
}

/** Once they are read, a worker has no more need of them. */
export function dropCredentialFiles(sets: readonly Changes[]): void {
  const { permission } = process as { permission?: Permission };
  if (permission?.drop === undefined) return;
  for (const path of [...ACCOUNTS, ...credentialFiles(sets)]) permission.drop("fs.read", path);
}

/** From Node 26 on; it warns of this option each time. */
const NETWORK = ["--allow-net", "--disable-warning=ExperimentalWarning"];

/** A file that NODE_OPTIONS names is read before ours, and could be anywhere. */
const LOADS_FILES = /(^|\s)(-r|--require|--(experimental-)?loader|--import)(\s|=)(?!data:)/;

/** For names of backends, which are looked up for each connection. */
const NAMES = ["/etc/hosts", "/etc/resolv.conf"];

/** For users and groups by name. */
const ACCOUNTS = ["/etc/passwd", "/etc/group"];

function ownFiles(): string[] {
  const launcher = resolve(process.argv[1] ?? "");
  const folder = dirname(realpathSync(launcher));
  const root = dirname(folder);
  return [launcher, `${folder}/`, `${join(root, "dist")}/`, join(root, "package.json")];
}

function credentialFiles(sets: readonly Changes[]): string[] {
  const environments = [[], ...sets].map((changes) => ({
    ...process.env,
    ...Object.fromEntries(changes.map(([name, value]) => [name, value ?? undefined])),
  }));
  const paths = environments.flatMap((environment) => {
    const { files } = new TlsEnvironment(environment);
    const folder = environment["CADIR"];
    return [...files.values(), ...(folder === undefined ? [] : [folder, `${folder}/`])];
  });
  return [...new Set(paths)].map(absolute);
}

/** A folder keeps the slash that stands for what is in it. */
function absolute(path: string): string {
  return path.endsWith("/") ? `${resolve(path)}/` : resolve(path);
}
