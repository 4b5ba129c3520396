/**
 * PostgreSQL's SSLRequest, as in its manual, "Message Flow: SSL Session Encryption" and "Message
 * Formats". What is behind it in clear would be taken for a part of the session (CVE-2021-23214,
 * CVE-2021-23222), and is refused.
 */
import {
  done,
  type Preface,
  PrefaceError,
  type PrefaceStep,
  passing,
  saying,
  WAIT,
} from "./preface.ts";

const SSL_REQUEST = 80877103;
const GSS_REQUEST = 80877104;
const CANCEL_REQUEST = 80877102;

/** Bytes of a request for encryption: its length and its code, of four bytes each. */
const REQUEST_LENGTH = 8;

/** Of a CancelRequest: length, code, process, and a key of 4 bytes, or up to 256 since protocol 3.2. */
const CANCEL_LENGTH_MIN = 16;
const CANCEL_LENGTH_MAX = 268;

/** The first byte of a TLS record with a handshake. */
const HANDSHAKE = 0x16;

/** Protocol 3.0 to 3.x, in the upper two bytes. */
const MAJOR_VERSION = 3;

/**
 * The server's side: takes SSLRequest, or TLS from the first byte on. libpq sends a CancelRequest in
 * clear on a connection of its own, whatever the session has; PostgreSQL takes it without TLS, too.
 */
export class PostgresqlServer implements Preface {
  readonly opening = "";
  private kept: Uint8Array = new Uint8Array(0);
  private hasRefusedGss = false;

  /** @param takesCancels are cancellations in clear for the backend? They are refused otherwise. */
  constructor(private readonly takesCancels: boolean) {}

  push(bytes: Uint8Array): PrefaceStep {
    const all = new Uint8Array(this.kept.length + bytes.length);
    all.set(this.kept);
    all.set(bytes, this.kept.length);
    if (all[0] === HANDSHAKE && !this.hasRefusedGss) return done("", all);
    if (all.length < REQUEST_LENGTH) {
      this.kept = all;
      return WAIT;
    }
    return this.judge(all);
  }

  private judge(all: Uint8Array): PrefaceStep {
    const view = new DataView(all.buffer);
    const length = view.getUint32(0);
    const code = view.getUint32(4);
    const isRequest = code === SSL_REQUEST || (code === GSS_REQUEST && !this.hasRefusedGss);
    if (isRequest && length === REQUEST_LENGTH) {
      if (all.length > REQUEST_LENGTH) {
        throw new PrefaceError("the client sent more behind its request, before it was answered");
      }
      if (code === SSL_REQUEST) return done("S");
      this.hasRefusedGss = true;
      this.kept = new Uint8Array(0);
      return saying("N");
    }
    if (code === CANCEL_REQUEST) return this.judgeCancel(all, length);
    if (code >>> 16 === MAJOR_VERSION) {
      throw new PrefaceError("the client did not ask for TLS", fatal(TLS_IS_NEEDED));
    }
    throw new PrefaceError("the client sent no SSLRequest");
  }

  private judgeCancel(all: Uint8Array, length: number): PrefaceStep {
    if (!this.takesCancels) throw new PrefaceError("the client cancels a query without TLS");
    if (length < CANCEL_LENGTH_MIN || length > CANCEL_LENGTH_MAX) {
      throw new PrefaceError("the client sent a CancelRequest of a wrong length");
    }
    if (all.length > length) {
      throw new PrefaceError("the client sent more behind its CancelRequest");
    }
    if (all.length === length) return passing(all);
    this.kept = all;
    return WAIT;
  }
}

/** The client's side: sends SSLRequest, and takes S for an answer. */
export class PostgresqlClient implements Preface {
  readonly opening = `${int32(REQUEST_LENGTH)}${int32(SSL_REQUEST)}`;

  push(bytes: Uint8Array): PrefaceStep {
    const [first] = bytes;
    if (first === undefined) return WAIT;
    const word = String.fromCharCode(first);
    if (word === "N")
      throw new PrefaceError("the server answered SSLRequest with N: it has no TLS");
    // Its text is not authentic, and may be meant for the reader of our log.
    if (word === "E") throw new PrefaceError("the server answered SSLRequest with an error");
    if (word !== "S")
      throw new PrefaceError("the server's answer to SSLRequest is none of its kind");
    if (bytes.length > 1) {
      throw new PrefaceError("the server sent more behind its answer, before TLS");
    }
    return done("");
  }
}

const TLS_IS_NEEDED = "this server takes connections with TLS only (sslmode=require)";

/** ErrorResponse, with SQLSTATE 28000 (invalid_authorization_specification). */
function fatal(text: string): string {
  const fields = `SFATAL\0VFATAL\0C28000\0M${text}\0\0`;
  return `E${int32(4 + fields.length)}${fields}`;
}

function int32(value: number): string {
  return String.fromCharCode(value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255);
}
