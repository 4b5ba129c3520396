import { execFile } from "node:child_process";
import { writeSync } from "node:fs";
import { SystemFailure } from "../cli/diagnostics.ts";
import type { SuperServerSettings } from "../cli/server-options.ts";
import { leaveToOthers } from "../io/descriptors.ts";
import type { Log } from "./log.ts";

/**
 * Tells everybody who asked that the server listens now.
 *
 * @throws {SystemFailure} if a descriptor can't be written to
 */
export function announce(settings: SuperServerSettings, port: number | null, log: Log): void {
  const { printPort, notificationFd } = settings;
  if (printPort && port !== null) tell(1, `${port}\n`);
  if (notificationFd !== null) tell(notificationFd, "\n");
  if (process.env["NOTIFY_SOCKET"] !== undefined) notifySystemd(log);
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

/** sd_notify(3). Node has no datagram sockets of that family, but where systemd is, this is. */
function notifySystemd(log: Log): void {
  execFile("systemd-notify", ["--ready", `--pid=${process.pid}`], (error) => {
    if (error === null) return;
    log.warn("sd_notify", `unable to notify systemd: ${error.message.trim()}`);
  });
}
