import type { Engine } from "../../src/sandbox/engine.ts";
import { drain, feed } from "./instances.ts";

/** Records from one engine to the other. True if there were any. */
function pass(from: Engine, to: Engine): boolean {
  const records = drain(from, "sendrec");
  feed(to, "recvrec", records);
  return records.length > 0;
}

/** A handshake between two engines of ours. */
export function handshake(client: Engine, server: Engine): void {
  while (pass(client, server) || pass(server, client));
  for (const side of [client, server]) {
    if (!side.established) throw side.error ?? new Error("the handshake is not done");
  }
}
