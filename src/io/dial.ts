import { lookup } from "node:dns/promises";
import { connect, type Socket } from "node:net";

export interface Dial {
  readonly host: string;
  readonly port: number;
  /** 0: either. */
  readonly family: 0 | 4 | 6;
  /** null: whatever the system chooses. */
  readonly localAddress: string | null;
  readonly localPort: number | null;
  /** How often all addresses are tried. */
  readonly tries: number;
  /** Milliseconds for one address; 0 leaves it to the system. */
  readonly timeout: number;
}

/**
 * Connects to the first address of a host that answers, each in turn.
 *
 * @throws (the promise) the system error of the look-up, or of the last address
 */
export async function dial(settings: Dial): Promise<Socket> {
  const { host, family, tries } = settings;
  const found = await lookup(host, { all: true, family, verbatim: true });
  // An address is its own look-up, of whatever family.
  const addresses = found.filter((one) => family === 0 || one.family === family);
  let last: unknown = new Error(`not an IPv${family} address`);
  for (let round = 0; round < tries; round++) {
    for (const { address } of addresses) {
      try {
        return await reach(address, settings);
      } catch (error) {
        last = error;
      }
    }
  }
  throw last;
}

function reach(address: string, settings: Dial): Promise<Socket> {
  const { port, localAddress, localPort, timeout } = settings;
  return new Promise((resolve, reject) => {
    const socket = connect({
      host: address,
      port,
      allowHalfOpen: true,
      ...(localAddress !== null && { localAddress }),
      ...(localPort !== null && { localPort }),
    });
    const fail = (error: Error) => {
      socket.destroy();
      reject(error);
    };
    const late = Object.assign(new Error(`no answer within ${timeout} milliseconds`));
    const timer = timeout > 0 ? setTimeout(() => fail(late), timeout) : undefined;
    socket.once("error", fail);
    socket.once("connect", () => {
      clearTimeout(timer);
      socket.off("error", fail);
      resolve(socket);
    });
  });
}
