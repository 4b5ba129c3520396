import { rmSync, statSync } from "node:fs";
import { createConnection } from "node:net";

/** Removes the UNIX socket of a server that was killed. One on which a process listens stays, and so does a file. */
export function removeStale(path: string): Promise<void> {
  return new Promise((resolve) => {
    const socket = createConnection(path);
    socket.on("connect", () => {
      socket.destroy();
      resolve();
    });
    socket.on("error", (error: NodeJS.ErrnoException) => {
      // Of a file that is no socket, the system says the same.
      if (error.code === "ECONNREFUSED" && isSocket(path)) rmSync(path, { force: true });
      resolve();
    });
  });
}

function isSocket(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isSocket() === true;
}
