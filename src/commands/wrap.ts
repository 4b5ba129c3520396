import { Socket } from "node:net";
import { UsageError } from "../cli/options.ts";
import { requireOpen } from "../io/descriptors.ts";
import { checkOnly } from "./check.ts";
import { EngineChild } from "./engine-child.ts";
import { OwnEngine } from "./own-engine.ts";
import type { ProgService } from "./prog.ts";

/** Wraps prog in TLS; the engine has a process of its own only if it is to be another user's. */
export function wrapProg(service: ProgService): void {
  const { network, tls, cleartext, settings } = service;
  const { uid, gid } = tls.engineOwner();
  if (settings.check) checkOnly(service);
  if (uid === null && gid === null) {
    new OwnEngine(service).start();
    return;
  }
  // Two pipes can't be one descriptor.
  const [readFd, writeFd] = cleartext;
  if (readFd === writeFd) throw new UsageError("TLS_UID and TLS_GID need two descriptors for prog");
  // The engine's process would get others in the place of those that are closed.
  if (!(network instanceof Socket)) for (const fd of network) requireOpen(fd);
  new EngineChild(service).start();
}
