interface Keys {
  readonly keeper: { wipe(): void };
}

/** Credentials that are wiped when they were replaced, and no handshake needs them any more. */
export class KeptCredentials<C extends Keys> {
  private users = 1;

  constructor(readonly credentials: C) {}

  /** For one more handshake; `release` when it is over. */
  use(): void {
    this.users++;
  }

  release(): void {
    if (--this.users === 0) this.credentials.keeper.wipe();
  }
}
