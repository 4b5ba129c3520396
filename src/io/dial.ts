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
  /** Milliseconds for all of it; 0 leaves it to the system. */
  readonly timeout: number;
}

/**
 * Connects to the first address of a host that answers, each in turn. One that is silent takes no
 * more than its share of the time from those behind it.
 *
 * @throws (the promise) the system error of the look-up, or of the last address
 */
export async function dial(settings: Dial): Promise<Socket> {
  const { host, family, tries } = settings;
  const clock = new Clock(settings.timeout);
  const found = await clock.limit(lookup(host, { all: true, family, verbatim: true }));
  // An address is its own look-up, of whatever family.
  const addresses = found.filter((one) => family === 0 || one.family === family);
  let last: unknown = new Error(`not an IPv${family} address`);
  for (let round = 0; round < tries && !clock.isOver; round++) {
    for (const [index, { address }] of addresses.entries()) {
      try {
        return await reach(address, settings, clock.share(addresses.length - index));
      } catch (error) {
        last = error;
      }
    }
  }
  throw clock.isOver ? clock.late() : last;
}

/** The time that there is for everything. */
class Clock {
  private readonly end: number;

  constructor(private readonly timeout: number) {
    this.end = timeout === 0 ? Number.POSITIVE_INFINITY : performance.now() + timeout;
  }

  get isOver(): boolean {
    return performance.now() >= this.end;
  }

  /** Milliseconds for the first of so many that are left. */
  share(count: number): number {
    return Math.max(0, this.end - performance.now()) / count;
  }

  late(): Error {
    return new Error(`no answer within ${this.timeout} milliseconds`);
  }

  async limit<T>(promise: Promise<T>): Promise<T> {
    if (this.timeout === 0) return promise;
    let timer: NodeJS.Timeout | undefined;
    const over = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(this.late()), this.share(1));
    });
    return Promise.race([promise, over]).finally(() => clearTimeout(timer));
  }
}

/** @param patience milliseconds, or infinity */
function reach(address: string, settings: Dial, patience: number): Promise<Socket> {
  const { port, localAddress, localPort } = settings;
  return new Promise((resolve, reject) => {
    const socket = connect({
      host: address,
      port,
      allowHalfOpen: true,
      ...(localAddress !== null && { localAddress }),
      ...(localPort !== null && { localPort }),
    });
    const fail = (error: Error) => {
      clearTimeout(timer);
      socket.destroy();
      reject(error);
    };
    const silent = new Error(`no answer within ${Math.round(patience)} milliseconds`);
    const timer =
      patience === Number.POSITIVE_INFINITY ? undefined : setTimeout(() => fail(silent), patience);
    socket.once("error", fail);
    socket.once("connect", () => {
      clearTimeout(timer);
      socket.off("error", fail);
      resolve(socket);
    });
  });
}
