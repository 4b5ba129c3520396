import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { join } from "node:path";

/**
 * Claims a repository for one run of `make mutants`, until the result is closed or the process ends.
 * With two at once, tests would fail for want of time, and each fault would count as noticed.
 *
 * @throws if another run has it
 */
export function claim(repository: string): Promise<Server> {
  const server = createServer();
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const isTaken = error.code === "EADDRINUSE";
      reject(isTaken ? new Error(`another run is under way in ${repository}: wait for it`) : error);
    });
    // A name of Linux's abstract space goes with its process, however that ends.
    server.listen(`\0make mutants ${repository}`, () => resolve(server));
  });
}

/** A new folder for a run that has claimed the repository. What earlier ones left is removed. */
export function ownFolder(repository: string): string {
  const parent = join(repository, "build/mutants");
  rmSync(parent, { recursive: true, force: true });
  mkdirSync(parent, { recursive: true });
  return mkdtempSync(join(parent, "run-"));
}
