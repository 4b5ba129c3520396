import type { Socket } from "node:net";

/** A message of more bytes is none of ours: the names of a peer's certificate have far fewer. */
const LENGTH_MAX = 1 << 20;

/** Before each message: how many bytes it has. */
const HEADER = 4;

/** A socket of which the other side takes nothing holds so many bytes for it, and no more. */
const UNTAKEN_MAX = 1 << 20;

/** What was read is no message, or the other side doesn't read what it is told. */
export class BadChannel extends Error {}

/** One message as it travels: its length, and its JSON. */
function frameOf(message: object): Buffer {
  const text = JSON.stringify(message);
  const length = Buffer.byteLength(text);
  const frame = Buffer.allocUnsafe(HEADER + length);
  frame.writeUInt32BE(length);
  frame.write(text, HEADER);
  return frame;
}

/**
 * Sends a message. On a socket that is closed it is dropped.
 *
 * @throws {BadChannel} if what was sent before is not taken
 */
export function sendFrame(socket: Socket, message: object): void {
  if (socket.destroyed) return;
  if (socket.writableLength > UNTAKEN_MAX) throw new BadChannel("it takes no messages");
  socket.write(frameOf(message));
}

/** Puts messages together again. What is in one is for the caller to believe or not. */
export class FrameReader {
  private readonly header = Buffer.alloc(HEADER);
  /** Once its length is known. Chunks are not kept: bytes that come one by one would be as many objects. */
  private body: Buffer | null = null;
  /** So many bytes of header and body are there. */
  private filled = 0;

  /**
   * @returns the messages that are whole now
   * @throws {BadChannel} for what is no message
   */
  read(chunk: Buffer): Record<string, unknown>[] {
    const messages: Record<string, unknown>[] = [];
    let rest = chunk;
    for (;;) {
      rest = this.fill(this.header, rest, 0);
      if (this.filled < HEADER) return messages;
      this.body ??= this.bodyOf(this.header.readUInt32BE());
      rest = this.fill(this.body, rest, HEADER);
      if (this.filled < HEADER + this.body.length) return messages;
      messages.push(parse(this.body.toString()));
      this.body = null;
      this.filled = 0;
    }
  }

  private bodyOf(length: number): Buffer {
    if (length > LENGTH_MAX) throw new BadChannel("a message is too long");
    return Buffer.allocUnsafe(length);
  }

  /** @returns what is left of the bytes */
  private fill(part: Buffer, bytes: Buffer, offset: number): Buffer {
    const at = this.filled - offset;
    if (at >= part.length) return bytes;
    const taken = bytes.copy(part, at);
    this.filled += taken;
    return bytes.subarray(taken);
  }
}

function parse(text: string): Record<string, unknown> {
  let message: unknown;
  try {
    message = JSON.parse(text);
  } catch {
    throw new BadChannel("a message is no JSON");
  }
  if (!isRecord(message)) throw new BadChannel("a message is no object");
  return message;
}

/** Has it properties of its own? */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
