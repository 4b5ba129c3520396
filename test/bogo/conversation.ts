/** One test's conversations with the runner: handshake, echo, close; and what is to be true of it. */
import { connect, type Socket } from "node:net";
import { TlsStream } from "../../src/library/tls-stream.ts";
import { type Came, type Facts, type Made, makeEngine } from "./engine.ts";
import { type Settings, Unimplemented } from "./flags.ts";

/** What a connection was to be, and is not. */
class Unexpected extends Error {}

/** As BoringSSL's own shim writes. */
const SIZES = [0, 1, 255, 256, 257, 16383, 16384, 16385, 32767, 32768, 32769];
const HELLO = "hello";
const TLS13 = 0x0304;

export async function converse(settings: Settings): Promise<void> {
  if (settings.resumeCount > 0 && !mayResume(settings)) throw new Unimplemented("-resume-count");
  const came: Came = [];
  for (let count = 0; count <= settings.resumeCount; count++) {
    const facts = await converseOnce(settings, count > 0, came);
    if (settings.resumeCount > 0 && facts.version !== TLS13) {
      throw new Unimplemented("-resume-count");
    }
  }
}

/** A server resumes, but for where certificates are asked for. */
function mayResume({ isServer, verifiesPeer, requiresCertificate }: Settings): boolean {
  return !isServer || (!verifiesPeer && !requiresCertificate);
}

async function converseOnce(settings: Settings, isLater: boolean, came: Came): Promise<Facts> {
  const made = makeEngine(settings, came);
  const socket = await dial(settings);
  try {
    const facts = await talk(settings, made, socket);
    if (isLater && facts.session.resumed === settings.expectsSessionMiss) {
      throw new Unexpected(`the session was ${facts.session.resumed ? "" : "not "}resumed`);
    }
    if (settings.expectsNoSession && came.length > 0) throw new Unexpected("there is a session");
    return facts;
  } finally {
    socket.destroy();
  }
}

/** The runner listens where it can: on IPv6's loopback, or IPv4's. */
async function dial({ port, shimId }: Settings): Promise<Socket> {
  const socket = await dialTo("::1", port).catch(() => dialTo("127.0.0.1", port));
  socket.setNoDelay();
  if (shimId !== null) {
    const id = Buffer.alloc(8);
    id.writeBigUInt64LE(shimId);
    socket.write(id);
  }
  return socket;
}

function dialTo(host: string, port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port }, () => resolve(socket.off("error", reject)));
    socket.once("error", reject);
  });
}

function talk(settings: Settings, made: Made, network: Socket): Promise<Facts> {
  const { engine } = made;
  let facts: Facts | undefined;
  const stream = new TlsStream({
    network,
    engine,
    verifies: settings.verifiesPeer,
    handshakeTimeout: 0,
    allowHalfOpen: true,
    peerCheck: {},
    enforceCloseNotify: settings.checksCloseNotify,
    signal: undefined,
    // The engine may be over, and wiped, before secureConnect is emitted. After a handshake that
    // failed it is wiped already.
    keyUsed: () => {
      try {
        facts = made.facts();
      } catch {}
    },
  });
  return new Promise((resolve, reject) => {
    let isDone = false;
    stream.on("error", (error) => stream.destroy() && reject(error));
    stream.on("close", () => {
      if (isDone) resolve(facts as Facts);
      else reject(new Unexpected("the connection was over before the handshake was"));
    });
    stream.on("secureConnect", () => {
      isDone = true;
      if (settings.handshakeNeverDone) {
        reject(new Unexpected("the handshake is done"));
        return;
      }
      try {
        check(settings, facts as Facts);
      } catch (error) {
        stream.destroy();
        reject(error);
        return;
      }
      act(settings, stream);
    });
  });
}

function act(settings: Settings, stream: TlsStream): void {
  if (settings.writesDifferentSizes) {
    for (const size of SIZES) stream.write(Buffer.alloc(size, 0x42));
  } else if (settings.writesFirst) {
    stream.write(HELLO);
  }
  if (settings.shutsDown) {
    stream.resume();
    stream.end();
    return;
  }
  stream.on("data", (data: Buffer) => stream.write(data.map((byte) => byte ^ 0xff)));
  stream.on("end", () => stream.end());
}

function check({ expected }: Settings, facts: Facts): void {
  compare("version", facts.version, expected.version);
  compare("suite", facts.suite, expected.cipher);
  compare("group", facts.group, expected.curve);
  // A resumed handshake has no signature.
  if (!facts.session.resumed) {
    compare("signature algorithm", facts.signatureAlgorithm, expected.signatureAlgorithm);
  }
  compare("protocol", facts.session.protocolName ?? "", expected.protocol);
  compare("server name", facts.session.serverName ?? "", expected.serverName);
}

function compare<T>(what: string, found: T, wanted: T | 0 | null): void {
  if (wanted !== 0 && wanted !== null && found !== wanted) {
    throw new Unexpected(`the ${what} is ${found}, and ${wanted} was expected`);
  }
}
