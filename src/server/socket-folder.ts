import { randomBytes } from "node:crypto";
import { chmodSync, existsSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { SystemFailure } from "../cli/diagnostics.ts";
import { makeTemporaryFolder } from "../io/temporary-folder.ts";
import { linkOf } from "./messages.ts";

/** A longer path is none for a UNIX socket (unix(7); macOS and the BSDs have four bytes less than Linux). */
const LONGEST = 103;

/** A folder for the sockets between our processes. It is gone when this process ends. */
export class SocketFolder {
  private path: string;

  /**
   * @param mode of the folder
   * @throws {SystemFailure} if there can't be one, or no sockets in it
   */
  constructor(private readonly mode: number) {
    this.path = this.make();
    process.on("exit", () => rmSync(this.path, { recursive: true, force: true }));
  }

  /**
   * The path of a socket that is not there yet.
   *
   * @throws {SystemFailure} if the folder is gone, and there can't be another one
   */
  place(): string {
    if (!existsSync(this.path)) this.path = this.make();
    return placeIn(this.path);
  }

  private make(): string {
    try {
      const folder = makeTemporaryFolder("s6-tlsserver-", requireSockets);
      chmodSync(folder, this.mode);
      return folder;
    } catch (error) {
      throw new SystemFailure("unable to make a folder for sockets", error);
    }
  }
}

function placeIn(folder: string): string {
  return join(folder, randomBytes(8).toString("hex"));
}

/** @throws an Error if a socket's path would be too long, or the file system or a sandbox allows none */
function requireSockets(folder: string): void {
  const path = linkOf(placeIn(folder));
  // Node would cut it off.
  if (Buffer.byteLength(path) > LONGEST) throw new Error(`${path} is too long for a socket`);
  const server = createServer().on("error", () => {});
  server.listen(path);
  const { listening } = server;
  server.close();
  if (!listening) throw new Error(`no socket can be made in ${folder}`);
}
