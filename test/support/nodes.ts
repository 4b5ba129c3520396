import { existsSync } from "node:fs";
import { arch } from "node:os";
import { join } from "node:path";

/** Of each version that test/nodes has, the program. */
export function node(version: 7 | 22 | 24 | 26): string {
  const modules = join(import.meta.dirname, "../nodes/node_modules");
  const path = join(modules, `node-${version}-linux-${arch()}/bin/node`);
  if (!existsSync(path)) throw new Error(`${path} is missing: make test brings it`);
  return path;
}
