/** The oldest Node that this is tested with, as in package.json's `engines`. */
const OLDEST = 20;

/** @throws an Error at once in a Node that is too old: what it lacks would show up anywhere. */
export function requireNode(version = process.versions.node): void {
  if (Number.parseInt(version, 10) >= OLDEST) return;
  const message = `bearhug needs Node ${OLDEST} or later, and this is ${version}`;
  throw Object.assign(new Error(message), { code: "ERR_BEARHUG_NODE_VERSION" });
}
