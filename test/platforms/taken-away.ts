/** Runs a program behind changes to what it sees of the file system, which no other process sees. */
export function behind(changes: string, node = process.execPath): string[] {
  const prepared = `was=$PATH; PATH=/usr/sbin:/usr/bin:/sbin:/bin; ${changes}; PATH=$was`;
  return ["/usr/bin/unshare", "-m", "/bin/sh", "-c", `set -e; ${prepared}; exec "$@"`, "sh", node];
}
