import { rmSync } from "node:fs";
import { createConnection } from "node:net";

/** Removes the UNIX socket of a server that was killed. One on which a process listens stays. */
export function removeStale(path: string): Promise<void> {
  return new Promise((resolve) => {
    const socket = createConnection(path);
    socket.on("connect", () => {
      socket.destroy();
      resolve();
    });
    socket.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "ECONNREFUSED") rmSync(path, { force: true });
      resolve();
    });
  });
}
