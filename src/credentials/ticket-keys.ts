/** Bytes of a ticket key: ours, Node's and nginx's older one, nginx's newer one. */
const LENGTHS: readonly number[] = [32, 48, 80];

const MOST_KEYS = 16;

const DIGITS = new TextEncoder().encode(
  "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
);
const PADDING = 61;
const NEWLINE = 10;

/** Why these can't be a server's ticket keys; null: they can. */
export function whyNoTicketKeys(keys: readonly Uint8Array[]): string | null {
  if (keys.length === 0 || keys.length > MOST_KEYS) {
    return `must have 1 to ${MOST_KEYS} keys. Received ${keys.length}`;
  }
  const wrong = keys.find(({ length }) => !LENGTHS.includes(length));
  return wrong === undefined
    ? null
    : `must be 32, 48 or 80 random bytes each. Received ${wrong.length} bytes`;
}

/**
 * Writes keys as lines of a TICKETFILE: base64, straight into the keeper's memory, so that there is no
 * copy of them to be wiped.
 *
 * @returns how many bytes that is
 */
export function writeTicketKeys(keys: readonly Uint8Array[], room: Uint8Array): number {
  let at = 0;
  for (const key of keys) {
    for (let n = 0; n < key.length; n += 3) {
      const bits = ((key[n] ?? 0) << 16) | ((key[n + 1] ?? 0) << 8) | (key[n + 2] ?? 0);
      const digits = Math.min(key.length - n, 3) + 1;
      for (let k = 0; k < 4; k++) {
        room[at++] = k < digits ? (DIGITS[(bits >> (18 - 6 * k)) & 63] as number) : PADDING;
      }
    }
    room[at++] = NEWLINE;
  }
  return at;
}
