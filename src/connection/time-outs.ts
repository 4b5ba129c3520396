/** The handshake took longer than it may. */
export class HandshakeTimeout extends Error {
  /** @param awaitsKey it is our own key that has not answered */
  constructor(
    milliseconds: number,
    readonly awaitsKey: boolean,
  ) {
    const why = awaitsKey ? ": there is no signature from the key yet" : "";
    super(`handshake not done within ${milliseconds} milliseconds${why}`);
  }
}

/** Nothing passed, either way, for longer than it may. */
export class IdleTimeout extends Error {}
