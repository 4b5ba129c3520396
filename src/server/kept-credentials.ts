import type { ServerCredentials } from "../service/server-side.ts";

/** Credentials that are wiped when they were replaced, and no handshake needs them any more. */
export class KeptCredentials {
  private users = 1;

  constructor(readonly credentials: ServerCredentials) {}

  /** For one more handshake; `release` when it is over. */
  use(): void {
    this.users++;
  }

  release(): void {
    if (--this.users === 0) this.credentials.keeper.wipe();
  }
}
