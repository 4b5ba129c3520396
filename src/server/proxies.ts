import { UsageError } from "../cli/options.ts";
import type { SuperServerSettings } from "../cli/server-options.ts";
import type { Log } from "./log.ts";

/** @throws {UsageError} for proxies of which no header is read */
export function warnOfLiars({ proxyProtocol, proxies }: SuperServerSettings, log: Log): void {
  if (!proxyProtocol && proxies.length > 0) throw new UsageError("--proxy-from needs -L");
  if (!proxyProtocol || proxies.length > 0) return;
  log.warn("any proxy", "-L without --proxy-from: any peer can say that it is any client");
}
