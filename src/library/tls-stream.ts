import { X509Certificate } from "node:crypto";
import type { Socket } from "node:net";
import { addAbortSignal, Duplex } from "node:stream";
import { Connection } from "../connection/connection.ts";
import { TlsError } from "../credentials/tls-error.ts";
import type { ProxyHeader } from "../proxy-protocol/header.ts";
import type { Engine, Session } from "../sandbox/engine.ts";
import { own } from "../sandbox/own.ts";
import { Cleartext } from "./cleartext.ts";
import { errorOf } from "./failure.ts";
import { IdleTimer } from "./idle-timer.ts";
import { keyingMaterial } from "./keying-material.ts";
import { type PeerCertificate, peerCertificateOf } from "./peer-certificate.ts";
import { type PeerCheckOptions, requireAllowed } from "./peer-check.ts";
import type { ConnectionSessions } from "./sessions.ts";
import { familyOf, type StreamEnds, streamEndsOf } from "./stream-ends.ts";

/** What a stream is made of; `wrap`, `connect` and `createServer` see to it. @internal */
export interface StreamSettings {
  readonly network: Duplex;
  readonly engine: Engine;
  /** Is a peer that has a certificate held against CAs? */
  readonly verifies: boolean;
  /** A client's, if it takes some. */
  readonly sessions?: ConnectionSessions | undefined;
  readonly handshakeTimeout: number;
  readonly allowHalfOpen: boolean;
  readonly enforceCloseNotify: boolean;
  readonly peerCheck: PeerCheckOptions;
  readonly signal: AbortSignal | undefined;
  /** What a proxy said about the client; null: no proxy has spoken. */
  readonly proxyHeader?: ProxyHeader | null;
  /** The private key is of no more use: there is no second handshake. Called once. */
  readonly keyUsed: () => void;
}

/**
 * One TLS connection: what is written leaves encrypted, what is read was decrypted and is authentic.
 * It may be written to before the handshake is done; that leaves when it is.
 *
 * `end()` sends close_notify (RFC 5246, 7.2.1) and half-closes the stream below; what the peer still
 * sends can be read. `destroy()` before `finish` drops the connection, and the peer can tell.
 *
 * Events besides a Duplex's: `secureConnect` once the handshake is done; `session`, of a client, with
 * each session that the server gives; `timeout`, see setTimeout.
 * A failure is an `error` event with a TlsError, or with the error of the stream below.
 */
export class TlsStream extends Duplex {
  /** As of a socket of Node's that is not a plain one. */
  readonly encrypted = true;

  /**
   * What a proxy in front of us said about the client (`proxyProtocol` of createServer): both ends, and
   * the server name and the TLS that the client had with it; null if there was no such header.
   */
  readonly proxyHeader: ProxyHeader | null;

  private readonly engine: Engine;
  private readonly network: Duplex;
  private readonly cleartext: Cleartext;
  private readonly connection: Connection;
  private readonly verifies: boolean;
  private session: Session | null = null;
  private newestSession: Buffer | undefined;
  private isOver = false;
  private hasFailed = false;
  private readonly idle = new IdleTimer(() => this.emit("timeout"));

  /** @internal */
  constructor(given: StreamSettings) {
    const settings = own(given);
    super(own({ allowHalfOpen: settings.allowHalfOpen }));
    const { network, signal } = settings;
    this.engine = settings.engine;
    this.network = network;
    this.proxyHeader = settings.proxyHeader ?? null;
    this.verifies = settings.verifies;
    if (settings.sessions !== undefined) settings.sessions.told = (sealed) => this.tell(sealed);
    // When the peer's half is over, ours is not.
    network.allowHalfOpen = true;
    this.cleartext = new Cleartext({
      push: (chunk) => {
        this.idle.refresh();
        const hasRoom = this.push(chunk);
        // Node emits `end` from a read only, and a stream that is written to alone has none.
        if (chunk === null) this.read(0);
        return hasRoom;
      },
      fail: (failure) => this.fail(failure),
    });
    this.connection = new Connection({
      ...settings,
      network: { readable: network, writable: network },
      peer: "",
      closeNotify: true,
      halfClose: true,
      established: (session) => {
        requireAllowed(session, settings.peerCheck);
        this.session = session;
        process.nextTick(() => this.emit("secureConnect"));
        return this.cleartext;
      },
      over: (failure) => this.finish(failure),
    });
    // The code that used the stream before may have left it paused.
    network.resume();
    if (signal !== undefined) addAbortSignal(signal, this);
  }

  // ---- facts, null before the handshake is done

  /** Such as `TLSv1.3`. */
  get protocol(): string | null {
    return this.session?.protocol ?? null;
  }

  /** The suite, by OpenSSL's name, such as `ECDHE-ECDSA-CHACHA20-POLY1305`. */
  get cipher(): string | null {
    return this.session?.cipher ?? null;
  }

  /** As Node has it: the same as `protocol`. */
  getProtocol(): string | null {
    return this.protocol;
  }

  /** As Node has it: the suite by OpenSSL's name, and the version; null before the handshake is done. */
  getCipher(): { readonly name: string; readonly version: string } | null {
    const { cipher: name, protocol: version } = this;
    return name === null || version === null ? null : { name, version };
  }

  /**
   * How keys were exchanged, by the name that TLS's registry has for the group: as Node's `name`. Null
   * before TLS 1.3.
   */
  getEphemeralKeyInfo(): { readonly type: "ECDH"; readonly name: string } | null {
    const group = this.session?.group ?? null;
    return group === null ? null : { type: "ECDH", name: group };
  }

  /** As Node has it: was a session of before resumed, without a certificate? */
  isSessionReused(): boolean {
    return this.session?.resumed ?? false;
  }

  /**
   * Keying material for another protocol, as Node has it: RFC 8446, 7.5, and RFC 5705 before TLS 1.3.
   * The context must have had the option `keepExporter`.
   *
   * @param length bytes that are wanted, 1 to 2048
   * @param label ASCII, 1 to 249 characters; IANA has a registry of them
   * @param context with the label and a NUL at most 2048 bytes; without it, TLS 1.2 gives something else
   *   than with an empty one
   * @throws `TlsError` before the handshake is done, after the end, and without the option
   */
  exportKeyingMaterial(length: number, label: string, context?: Uint8Array): Buffer {
    const isOpen = this.session !== null && !this.isOver;
    return keyingMaterial(isOpen ? this.engine : null, {
      ...{ length, label },
      ...(context !== undefined && { context }),
    });
  }

  /**
   * As Node has it: the newest session that the server gave, for the option `session` of another
   * connection to it, in this process. It is sealed: nothing is in it that can be read.
   */
  getSession(): Buffer | undefined {
    return this.newestSession;
  }

  /** The server name that the client asked for (RFC 6066, 3), or null. */
  get servername(): string | null {
    return this.session?.serverName ?? null;
  }

  /** The application protocol that both sides chose (RFC 7301), or null. */
  get alpnProtocol(): string | null {
    return this.session?.protocolName ?? null;
  }

  /** Has the peer shown a certificate that the CAs vouch for, and the key to it? */
  get authorized(): boolean {
    return this.verifies && this.session?.peer != null;
  }

  /** What the peer's certificate tells; null if it sent none. It is true only if `authorized`. */
  getPeerCertificate(): PeerCertificate | null {
    const peer = this.session?.peer ?? null;
    return peer && peerCertificateOf(peer);
  }

  /**
   * As Node has it: the peer's certificate; undefined if it sent none. It is true only if
   * `authorized`.
   */
  getPeerX509Certificate(): X509Certificate | undefined {
    const peer = this.session?.peer ?? null;
    return peer === null ? undefined : new X509Certificate(peer.der);
  }

  /** Bytes of application data, each way. */
  get count(): { readonly received: number; readonly sent: number } {
    const { toLocal, toRemote } = this.connection.facts(null).count;
    return { received: toLocal, sent: toRemote };
  }

  /** Bytes of application data that the peer sent, as far as they were decrypted. */
  get bytesRead(): number {
    return this.count.received;
  }

  /** Bytes of application data that were encrypted for the peer. */
  get bytesWritten(): number {
    return this.count.sent;
  }

  // ---- what a socket below knows and can do; undefined and nothing where there is none

  get remoteAddress(): string | undefined {
    return this.ends.remoteAddress;
  }

  get remotePort(): number | undefined {
    return this.ends.remotePort;
  }

  get remoteFamily(): string | undefined {
    return this.ends.remoteFamily;
  }

  get localAddress(): string | undefined {
    return this.ends.localAddress;
  }

  get localPort(): number | undefined {
    return this.ends.localPort;
  }

  /** Our own end, as of net.Socket; an empty object where the stream below has none. */
  address(): { readonly address?: string; readonly family?: string; readonly port?: number } {
    const { localAddress: address, localPort: port } = this;
    if (address === undefined || port === undefined) return {};
    return { address, family: familyOf(address), port };
  }

  /** Emits `timeout` after so many milliseconds without data either way; 0 is never. */
  setTimeout(milliseconds: number, listener?: () => void): this {
    if (listener !== undefined) {
      if (milliseconds > 0) this.once("timeout", listener);
      else this.off("timeout", listener);
    }
    this.idle.start(this.destroyed ? 0 : milliseconds);
    return this;
  }

  /** As of net.Socket. */
  setNoDelay(noDelay?: boolean): this {
    this.socket.setNoDelay?.(noDelay);
    return this;
  }

  /** As of net.Socket. */
  setKeepAlive(enable?: boolean, initialDelay?: number): this {
    this.socket.setKeepAlive?.(enable, initialDelay);
    return this;
  }

  /** As of net.Socket. */
  ref(): this {
    this.socket.ref?.();
    return this;
  }

  /** As of net.Socket. */
  unref(): this {
    this.socket.unref?.();
    return this;
  }

  /** Ends what is written, and drops what is still to be read. */
  destroySoon(): void {
    if (this.writable) this.end();
    if (this.writableFinished) this.destroy();
    else this.once("finish", () => this.destroy());
  }

  // ---- what Duplex calls

  /** @internal */
  override _read(): void {
    this.cleartext.wantMore();
  }

  /** @internal */
  override _write(chunk: Buffer, _: BufferEncoding, done: (error?: Error | null) => void): void {
    this.idle.refresh();
    this.cleartext.accept(chunk, done);
  }

  /** @internal */
  override _writev(
    chunks: { chunk: Buffer; encoding: BufferEncoding }[],
    done: (error?: Error | null) => void,
  ): void {
    this._write(Buffer.concat(chunks.map(({ chunk }) => chunk)), "binary", done);
  }

  /** @internal */
  override _final(done: (error?: Error | null) => void): void {
    this.cleartext.finish();
    const { network } = this;
    if (this.isOver || network.writableFinished || network.destroyed) {
      done();
      return;
    }
    let isDone = false;
    const once = () => {
      if (!isDone) done();
      isDone = true;
    };
    network.once("finish", once).once("close", once);
  }

  /** @internal */
  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.idle.stop();
    if (!this.isOver) {
      // What was ended is left alone with the peer, for the short time until that hangs up, too.
      const isEnded = this.hasFailed || (error === null && this.writableFinished);
      if (isEnded) this.cleartext.destroy();
      else this.connection.abort(error ?? dropped());
    }
    done(error);
  }

  private get ends(): StreamEnds {
    return streamEndsOf(this.socket, this.proxyHeader);
  }

  private get socket(): Partial<Socket> {
    return this.network as Partial<Socket>;
  }

  /** The listeners may do anything, and we are inside of the engine. */
  private tell(sealed: Uint8Array): void {
    const session = Buffer.from(sealed);
    this.newestSession = session;
    process.nextTick(() => this.emit("session", session));
  }

  private finish(failure: Error | null): void {
    this.isOver = true;
    this.cleartext.close();
    if (failure !== null) this.fail(failure);
    else if (this.allowHalfOpen && !this.writableEnded) this.closeBehindEnd();
  }

  /** The transport is gone: there is nothing left that could be said. */
  private closeBehindEnd(): void {
    if (this.readableEnded) this.destroy();
    else this.once("end", () => this.destroy());
  }

  private fail(failure: Error): void {
    if (this.destroyed) return;
    this.hasFailed = true;
    this.destroy(errorOf(failure));
  }
}

function dropped(): TlsError {
  return new TlsError("the connection was dropped", { reason: "DROPPED", side: "us" });
}
