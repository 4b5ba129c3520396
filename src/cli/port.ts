import { readFileSync } from "node:fs";
import { UsageError } from "./options.ts";

/** @throws {UsageError} unless it is a port, or the name of a service */
export function parsePort(text: string): number {
  if (!/^[0-9]+$/.test(text)) return portOfService(text);
  const port = Number(text);
  if (port > 65535) throw new UsageError(`not a port: ${text}`);
  return port;
}

/** services(5): name, port/protocol, aliases. */
function portOfService(name: string): number {
  for (const line of servicesFile().split("\n")) {
    const [service, number = "", ...aliases] = (line.split("#")[0] as string).trim().split(/\s+/);
    const port = /^([0-9]+)\/tcp$/.exec(number)?.[1];
    if (port !== undefined && (service === name || aliases.includes(name))) return Number(port);
  }
  throw new UsageError(`unknown service: ${name}`);
}

function servicesFile(): string {
  try {
    return readFileSync("/etc/services", "utf8");
  } catch {
    return "";
  }
}
