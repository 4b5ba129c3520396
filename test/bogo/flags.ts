/**
 * What BoringSSL's runner asks of a shim, by command-line flags. Those that are here have an effect
 * or need none; any other means that the test is about something that we don't have.
 */

/** What a shim is to be and to do in one connection. */
export interface Settings {
  port: number;
  shimId: bigint | null;
  isServer: boolean;
  resumeCount: number;
  keyFile: string | null;
  certFile: string | null;
  minVersion: number;
  maxVersion: number;
  excludedVersions: number[];
  curves: number[];
  signingPrefs: number[];
  verifyPrefs: number[];
  cipher: string | null;
  requiresCertificate: boolean;
  verifiesPeer: boolean;
  verifyFails: boolean;
  writesFirst: boolean;
  shutsDown: boolean;
  checksCloseNotify: boolean;
  writesDifferentSizes: boolean;
  hostName: string | null;
  offeredProtocols: string | null;
  selectedProtocol: string | null;
  handshakeNeverDone: boolean;
  givesTickets: boolean;
  /** Of the connections after the first one. */
  expectsSessionMiss: boolean;
  expectsNoSession: boolean;
  expected: Expected;
}

/** What must have come of it; null and 0 for no matter. */
export interface Expected {
  version: number;
  curve: number;
  signatureAlgorithm: number;
  cipher: number;
  protocol: string | null;
  serverName: string | null;
  secureRenegotiation: boolean;
}

type Apply = (settings: Settings, value: string) => void;

interface Flag {
  readonly takesValue: boolean;
  readonly apply: Apply;
}

const flag = (apply: (settings: Settings) => void): Flag => ({ takesValue: false, apply });
const valued = (apply: Apply): Flag => ({ takesValue: true, apply });
const number = (apply: (settings: Settings, value: number) => void): Flag =>
  valued((settings, value) => apply(settings, Number(value)));

/** There is nothing to do: it is so anyhow, or it is about how BoringSSL's own API is called. */
const nothing = flag(() => {});
const ignored = valued(() => {});

const FLAGS: Record<string, Flag> = {
  // ---- who we are
  "-port": number((settings, port) => {
    settings.port = port;
  }),
  "-shim-id": valued((settings, id) => {
    settings.shimId = BigInt(id);
  }),
  "-server": flag((settings) => {
    settings.isServer = true;
  }),
  "-key-file": valued((settings, file) => {
    settings.keyFile = file;
  }),
  "-cert-file": valued((settings, file) => {
    settings.certFile = file;
  }),
  "-resume-count": number((settings, count) => {
    settings.resumeCount = count;
  }),
  // ---- what is offered
  "-min-version": number((settings, version) => {
    settings.minVersion = version;
  }),
  "-max-version": number((settings, version) => {
    settings.maxVersion = version;
  }),
  "-no-tls1": exclude(0x0301),
  "-no-tls11": exclude(0x0302),
  "-no-tls12": exclude(0x0303),
  "-no-tls13": exclude(0x0304),
  "-curves": number((settings, curve) => {
    settings.curves.push(curve);
  }),
  "-signing-prefs": number((settings, scheme) => {
    settings.signingPrefs.push(scheme);
  }),
  "-verify-prefs": number((settings, scheme) => {
    settings.verifyPrefs.push(scheme);
  }),
  "-cipher": valued((settings, cipher) => {
    settings.cipher = cipher;
  }),
  "-host-name": valued((settings, name) => {
    settings.hostName = name;
  }),
  "-advertise-alpn": valued((settings, names) => {
    settings.offeredProtocols = names;
  }),
  "-select-alpn": valued((settings, name) => {
    settings.selectedProtocol = name;
  }),
  "-decline-alpn": nothing,
  // ---- certificates
  "-require-any-client-certificate": flag((settings) => {
    settings.requiresCertificate = true;
  }),
  "-verify-peer": flag((settings) => {
    settings.verifiesPeer = true;
  }),
  "-verify-fail": flag((settings) => {
    settings.verifyFails = true;
  }),
  "-use-custom-verify-callback": nothing,
  "-expect-verify-result": nothing,
  "-use-old-client-cert-callback": nothing,
  // ---- what is done
  "-shim-writes-first": flag((settings) => {
    settings.writesFirst = true;
  }),
  "-shim-shuts-down": flag((settings) => {
    settings.shutsDown = true;
  }),
  "-check-close-notify": flag((settings) => {
    settings.checksCloseNotify = true;
  }),
  "-write-different-record-sizes": flag((settings) => {
    settings.writesDifferentSizes = true;
  }),
  "-handshake-never-done": flag((settings) => {
    settings.handshakeNeverDone = true;
  }),
  // ---- how BoringSSL is called
  "-async": nothing,
  "-implicit-handshake": nothing,
  "-no-op-extra-handshake": nothing,
  "-handshake-twice": nothing,
  "-peek-then-read": nothing,
  "-read-size": ignored,
  "-use-early-callback": nothing,
  "-install-ddos-callback": nothing,
  "-no-ticket": flag((settings) => {
    settings.givesTickets = false;
  }),
  "-expect-no-session": flag((settings) => {
    settings.expectsNoSession = true;
  }),
  "-expect-session-miss": flag((settings) => {
    settings.expectsSessionMiss = true;
  }),
  "-renegotiate-ignore": nothing,
  "-server-preference": nothing,
  // ---- what is expected
  "-expect-version": number(({ expected }, version) => {
    expected.version = version;
  }),
  "-expect-curve-id": number(({ expected }, curve) => {
    expected.curve = curve;
  }),
  "-expect-peer-signature-algorithm": number(({ expected }, scheme) => {
    expected.signatureAlgorithm = scheme;
  }),
  "-expect-cipher": number(({ expected }, cipher) => {
    expected.cipher = cipher;
  }),
  // We have no instructions for AES.
  "-expect-cipher-no-aes": number(({ expected }, cipher) => {
    expected.cipher = cipher;
  }),
  "-expect-cipher-aes": ignored,
  "-expect-alpn": valued(({ expected }, name) => {
    expected.protocol = name;
  }),
  "-expect-server-name": valued(({ expected }, name) => {
    expected.serverName = name;
  }),
  "-expect-secure-renegotiation": flag(({ expected }) => {
    expected.secureRenegotiation = true;
  }),
  "-expect-total-renegotiations": ignored,
};

function exclude(version: number): Flag {
  return flag(({ excludedVersions }) => void excludedVersions.push(version));
}

/** Asked for something that we don't have. */
export class Unimplemented extends Error {}

/** @throws {Unimplemented} naming the flag */
export function parseFlags(args: readonly string[]): Settings {
  const settings = defaults();
  for (let at = 0; at < args.length; at++) {
    // The other side of a handshake in two processes, which we don't have, is not meant.
    const name = (args[at] as string).replace(/^-on-shim-/, "-");
    const found = FLAGS[name.replace(/^-on-initial-/, "-")];
    if (found === undefined) throw new Unimplemented(name);
    found.apply(settings, found.takesValue ? (args[++at] ?? "") : "");
  }
  return settings;
}

function defaults(): Settings {
  return {
    port: 0,
    shimId: null,
    isServer: false,
    resumeCount: 0,
    givesTickets: true,
    expectsSessionMiss: false,
    expectsNoSession: false,
    keyFile: null,
    certFile: null,
    minVersion: 0,
    maxVersion: 0,
    excludedVersions: [],
    curves: [],
    signingPrefs: [],
    verifyPrefs: [],
    cipher: null,
    requiresCertificate: false,
    verifiesPeer: false,
    verifyFails: false,
    writesFirst: false,
    shutsDown: false,
    checksCloseNotify: false,
    writesDifferentSizes: false,
    hostName: null,
    offeredProtocols: null,
    selectedProtocol: null,
    handshakeNeverDone: false,
    expected: {
      version: 0,
      curve: 0,
      signatureAlgorithm: 0,
      cipher: 0,
      protocol: null,
      serverName: null,
      secureRenegotiation: false,
    },
  };
}
