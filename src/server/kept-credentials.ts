import type { ServerCredentials } from "../service/server-side.ts";

/** Credentials that are wiped when they were replaced, and no handshake needs them any more. */
export class KeptCredentials {
  private users = 1;

  constructor(readonly credentials: ServerCredentials) {}

  /** @returns to be called when the handshake is over; only the first call counts */
  use(): () => void {
    this.users++;
    let isUsing = true;
    return () => {
      if (isUsing) this.release();
      isUsing = false;
    };
  }

  release(): void {
    if (--this.users === 0) this.credentials.keeper.wipe();
  }
}
