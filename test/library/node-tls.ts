/** What node:tls has, and what stands for it in our library: docs/node-tls.md is made of it. */

/** same: as Node's. other: something else stands for it. absent: nothing does. */
export type State = "same" | "other" | "absent";

export type Row = readonly [member: string, state: State, why: string];

const TICKET_KEYS = "they follow from the private key";
const SANDBOX = "it is inside the sandbox, which tells nothing of it";
const RENEGOTIATION = "nothing is ever renegotiated";

export const MODULE: readonly Row[] = [
  ["CLIENT_RENEG_LIMIT", "absent", RENEGOTIATION],
  ["CLIENT_RENEG_WINDOW", "absent", RENEGOTIATION],
  ["DEFAULT_CIPHERS", "absent", "a `profile` is chosen, not a list"],
  ["DEFAULT_ECDH_CURVE", "absent", "`ecdhCurve` is an option, with `auto`"],
  ["DEFAULT_MIN_VERSION", "absent", "`minVersion` is an option"],
  ["DEFAULT_MAX_VERSION", "absent", "`maxVersion` is an option"],
  ["getCiphers", "absent", "the manual lists each profile's suites"],
  ["getCertificateCompressionAlgorithms", "absent", "certificates are not compressed"],
  ["rootCertificates", "other", '`ca: "system"`: those of the operating system'],
  ["getCACertificates", "other", '`ca: "system"`, `caFile`'],
  [
    "setDefaultCACertificates",
    "absent",
    "there is no state of the module; a secure context is shared",
  ],
  ["convertALPNProtocols", "absent", "`ALPNProtocols` takes names"],
  ["checkServerIdentity", "absent", "the engine compares names, before a byte is passed on"],
  ["createSecureContext", "same", ""],
  ["SecureContext", "other", "what createSecureContext makes; it has `wipe()`"],
  ["TLSSocket", "other", "`TlsStream`; for a stream of one's own: `wrap`"],
  ["Server", "same", ""],
  ["createServer", "same", ""],
  ["connect", "same", "with options, a port and a host, or a path in front"],
  ["createSecurePair", "other", "`wrap`, with any Duplex"],
];

export const STREAM: readonly Row[] = [
  ["disableRenegotiation", "absent", RENEGOTIATION],
  ["renegotiate", "absent", RENEGOTIATION],
  ["exportKeyingMaterial", "other", "with the option `keepExporter`; 2,048 bytes at most"],
  ["setMaxSendFragment", "absent", "the peer's limit is kept to"],
  ["setServername", "other", "the option `servername`"],
  ["setSession", "absent", "the option `session`; without it, the newest one is resumed"],
  ["getSession", "other", "the newest that came, sealed: it is of use in this process, once"],
  ["getTLSTicket", "absent", "it is in the sealed session"],
  ["isSessionReused", "same", "in TLS 1.3"],
  ["getPeerCertificate", "other", "it has hashes, `subject` and `subjectaltname` as texts"],
  ["getPeerX509Certificate", "same", ""],
  ["getCertificate", "absent", "it is what was given as `cert`"],
  ["getX509Certificate", "absent", "it is what was given as `cert`"],
  ["setKeyCert", "other", "`contexts`, by server name"],
  ["getCipher", "same", "without `standardName`"],
  ["getSharedSigalgs", "absent", SANDBOX],
  ["getEphemeralKeyInfo", "other", "the group's name from TLS 1.3 on, for both sides"],
  ["getFinished", "absent", SANDBOX],
  ["getPeerFinished", "absent", SANDBOX],
  ["getProtocol", "same", ""],
  ["enableTrace", "absent", SANDBOX],
  ["alpnProtocol", "other", "null, not false, if there is none"],
  ["authorizationError", "absent", "a chain that doesn't hold ends the connection with an `error`"],
  ["authorized", "same", ""],
  ["encrypted", "same", ""],
  ["secureConnecting", "other", "`protocol` is null until then"],
  ["servername", "other", "null, not false, if there is none"],
  ["ssl", "absent", "internal"],
];

export const SERVER: readonly Row[] = [
  ["setSecureContext", "same", ""],
  ["getTicketKeys", "absent", TICKET_KEYS],
  ["setTicketKeys", "absent", TICKET_KEYS],
  ["setOptions", "absent", "internal, and gone from newer versions of Node"],
  ["addContext", "other", "the option `contexts`, and `setSecureContext`"],
];

/** The page, for the Node that runs. */
export function page(): string {
  return [
    "# node:tls and this library",
    "",
    "Written by a test that walks node:tls. `same`: as Node's. `other`: something else stands for it.",
    "What a member is without is told beside it.",
    "",
    ...table("The module", MODULE),
    ...table("TLSSocket, here TlsStream", STREAM),
    ...table("Server", SERVER),
  ].join("\n");
}

function table(title: string, rows: readonly Row[]): string[] {
  return [
    `## ${title}`,
    "",
    "| of node:tls | here | |",
    "| --- | --- | --- |",
    ...rows.map(([member, state, why]) => `| \`${member}\` | ${state} | ${why} |`),
    "",
  ];
}
