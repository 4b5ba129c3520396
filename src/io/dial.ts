import type { Socket } from "node:net";
import { reach } from "./reach.ts";

export interface Dial {
  /** Tried in their order. */
  readonly addresses: readonly string[];
  readonly port: number;
  /** null: whatever the system chooses. */
  readonly localAddress: string | null;
  readonly localPort: number | null;
  /** Milliseconds that each address has in the first round, and in the second one; 0: none. */
  readonly rounds: readonly [number, number];
  /** Aborts everything; its reason is why. */
  readonly signal: AbortSignal;
}

/**
 * Connects to the first address that answers. All are tried twice, with more patience the second
 * time; a single one has the time of both rounds at once.
 *
 * @throws (the promise) the system error of the last address, or the signal's reason
 */
export async function dial(settings: Dial): Promise<Socket> {
  const { addresses, rounds, signal } = settings;
  const [first, second] = rounds;
  const patience = addresses.length === 1 ? [first + second] : second > 0 ? rounds : [first];
  let last: unknown = new Error("there is no address");
  for (const milliseconds of patience) {
    for (const address of addresses) {
      signal.throwIfAborted();
      try {
        return await attempt(address, settings, milliseconds);
      } catch (error) {
        last = error;
      }
    }
  }
  signal.throwIfAborted();
  throw last;
}

function attempt(address: string, settings: Dial, patience: number): Promise<Socket> {
  const { port, localAddress, localPort, signal } = settings;
  const where = {
    host: address,
    port,
    ...(localAddress !== null && { localAddress }),
    ...(localPort !== null && { localPort }),
  };
  const silent = () => new Error(`no answer within ${patience / 1000} seconds`);
  return reach(where, { patience, signal, silent });
}
