import { writeSync } from "node:fs";
import { SystemFailure } from "../cli/diagnostics.ts";
import type { SuperServerSettings } from "../cli/server-options.ts";
import { leaveToOthers } from "../io/descriptors.ts";

/**
 * Tells where -1 and --notification-fd want it that the server listens now.
 *
 * @throws {SystemFailure} if a descriptor can't be written to
 */
export function announce(settings: SuperServerSettings, port: number | null): void {
  const { printPort, notificationFd } = settings;
  if (printPort && port !== null) tell(1, `${port}\n`);
  if (notificationFd !== null) tell(notificationFd, "\n");
}

function tell(fd: number, text: string): void {
  try {
    writeSync(fd, text);
    // libuv never closes 0, 1 and 2: a connection that got one of these would stay open for ever.
    leaveToOthers(fd);
  } catch (error) {
    throw new SystemFailure(`unable to write to descriptor ${fd}`, error);
  }
}
