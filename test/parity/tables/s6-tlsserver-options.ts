/** The companions' page: the other options of s6-tlsserver. */
import { expect } from "vitest";
import { connectByWire, VERSIONS } from "../../support/clients.ts";
import { eventually } from "../../support/limits.ts";
import { everything } from "../../support/processes.ts";
import { scratchFile } from "../../support/scratch.ts";
import { looksLikeAlert } from "../../support/wire.ts";
import { CAFILE, jane, showing } from "../behaviours/client-certificates.ts";
import type { Row, Section } from "../statement.ts";
import { call, hear, hungUpOn, superEnvironment, superServe } from "../super-server.ts";
import { authority, credentials, pairFor } from "../visit.ts";

export function serverOptions(text: string): Section {
  return { text, section: "Other options", rows: [...OTHERS, ...TLS, ...ACCESS] };
}

const OTHERS: Row[] = [
  [
    "-1: prints the port once it listens, and closes standard output.",
    async () => {
      const { port, running } = await superServe();
      await eventually(
        "EOF on standard output",
        () => running.child.stdout?.readableEnded === true,
      );
      expect(running.stdout).toBe(`${port}\n`);
      expect(running.isOver).toBe(false);
    },
  ],
  ["-d: Nagle's algorithm is on.", async () => expect(await noDelay("-H -D -d")).toBe("false")],
  ["-D: Nagle's algorithm is off.", async () => expect(await noDelay("-H -d -D")).toBe("true")],
];

/** What the connection is told, as it can't be seen on the loopback: in place of Node's own method. */
async function noDelay(options: string): Promise<string> {
  const spy = scratchFile(
    "spy.cjs",
    `require("node:net").Socket.prototype.setNoDelay = (on) => process.stderr.write(\`\${on}\`);`,
  );
  const environment = { NODE_OPTIONS: `--require=${spy}` };
  const server = await superServe({ options, environment, prog: ["true"] });
  await hear(server);
  return server.running.stderr;
}

const TLS: Row[] = [
  [
    "-Z, as in s6-tlsd.",
    async () => {
      const seen = await superEnvironment({ options: "-Z" });
      expect(seen).toMatchObject({ KEYFILE: credentials.keyFile });
    },
  ],
  ["-S, as in s6-tlsd.", async () => expect(await endWithAlert("-S")).toEqual([...VERSIONS])],
  ["-s, as in s6-tlsd.", async () => expect(await endWithAlert("-s")).toEqual([])],
  [
    "-J, as in s6-tlsd: here it is a warning.",
    async () => expect(await logAfterFin("-J")).toMatch(/ EOF without close_notify\n$/),
  ],
  ["-j, as in s6-tlsd.", async () => expect(await logAfterFin("-j")).toBe("")],
  [
    "-K, as in s6-tlsd.",
    async () => {
      await hungUpOn(await superServe({ options: "-K 100" }));
    },
  ],
  [
    "-y, as in s6-tlsd.",
    async () => {
      const server = await superServe({ options: "-y", environment: CAFILE, prog: ["echo", "hi"] });
      expect(await hear(server, showing(jane))).toBe("hi\n");
      await expect(hear(server)).rejects.toThrow();
    },
  ],
  [
    "-Y, as in s6-tlsd.",
    async () => {
      const options = "-Y";
      expect(await superEnvironment({ options, environment: CAFILE })).not.toHaveProperty(SUBJECT);
      const seen = await superEnvironment({ options, environment: CAFILE }, showing(jane));
      expect(seen).toHaveProperty(SUBJECT);
    },
  ],
  [
    "-k, as in s6-tlsd.",
    async () => {
      const other = authority.issue({ name: "other.test" });
      const environment = pairFor("other.test", other);
      const server = await superServe({ options: "-k 1", environment });
      const client = await call(server, { servername: "other.test" });
      expect(client.getPeerCertificate().subject.CN).toBe("other.test");
    },
  ],
];

/** The kind of record that a client gets last. */
/** In which versions an alert is the last that a client gets. */
async function endWithAlert(options: string): Promise<string[]> {
  const { port } = await superServe({ options, prog: ["echo", "farewell"] });
  const versions: string[] = [];
  for (const maxVersion of VERSIONS) {
    const { client, wire } = await connectByWire({ port, authority }, { maxVersion });
    expect((await everything(client)).toString()).toBe("farewell\n");
    if (looksLikeAlert(wire.received.at(-1), maxVersion)) versions.push(maxVersion);
  }
  return versions;
}

/** What stands on standard error after a client that just closes. */
async function logAfterFin(options: string): Promise<string> {
  const { port, running } = await superServe({ options });
  const { client, wire } = await connectByWire({ port, authority });
  const heard = everything(client);
  wire.fin();
  await heard;
  running.signal("SIGTERM");
  return (await running.ended).stderr;
}

const SUBJECT = "SSL_PEER_CERT_SUBJECT";

function proven(name: string): (statement: string, title: string) => Row {
  return (statement, title) => [statement, { file: `server/${name}.test.ts`, title }];
}

const rules = proven("access-rules");
const lookups = proven("lookups");
const proxies = proven("proxy-protocol");
const answers = proven("bad-answers");
const spelled = proven("original-options");

const judge = (statement: string, title: string): Row => [
  statement,
  { file: "access/rules.test.ts", title },
];

const header = (version: 1 | 2, statement: string, title: string): Row => [
  statement,
  { file: `proxy-protocol/version${version}.test.ts`, title },
];

const ACCESS: Row[] = [
  rules(
    "-i, -x: rules about addresses are asked from the narrowest network to the widest.",
    "lets in by the narrowest network that has a rule, and refuses the others",
  ),
  rules(
    "With -H, an address without a rule is refused.",
    "refuses an address without a rule where names are not looked up",
  ),
  rules(
    "Without -H, the client's name decides where its address doesn't.",
    "a client without a rule for its address is let in by its name",
  ),
  rules(
    "A rule's env changes prog's environment; its exec runs in place of prog.",
    "a rule's environment changes prog's, and with its exec another program runs",
  ),
  rules(
    "A rule's env may name other keys and certificates.",
    "a rule's KEYFILE and CERTFILE are the server's for that client",
  ),
  rules("Rules that can't be read refuse.", "a rule that can't be read refuses, and is told"),
  rules(
    "-v2: clients that were refused are logged, too.",
    "without -v2, a refused client is no line in the log",
  ),
  rules(
    "-p: the client's name must lead back to its address.",
    "-p: a name that doesn't lead back is a lie, and its client is refused",
  ),
  lookups("-e: TCPREMOTEHOST and TCPLOCALHOST are looked up.", "-e: both names"),
  lookups(
    "-H: they are not.",
    "-HRl0, as it is written everywhere: no look-up, and TCPLOCALHOST is 0",
  ),
  lookups(
    "Without an option of access control, nothing is looked up.",
    "without an option of access control nothing is looked up",
  ),
  lookups("-l: TCPLOCALHOST is given.", "-l: ours is told, not looked up"),
  lookups(
    "-h: the hosts file comes before DNS, and -p doesn't apply to it.",
    "-h: the hosts file first, and -p doesn't doubt it",
  ),
  lookups("-r: TCPREMOTEINFO by IDENT.", "-r: oidentd tells whose connection it is"),
  lookups(
    "-w, -W: errors of look-ups drop the connection, or not.",
    "-r -w: an answer that is cut off refuses; with -W it does not",
  ),
  lookups(
    "-t: a limit for all look-ups together; past it the connection is dropped.",
    "-t: the client is hung up on in time, and others are served",
  ),
  lookups(
    "-B: the banner is written at once, before TLS.",
    "-B: the banner comes at once, in clear, before TLS",
  ),
  proxies(
    "-L: a PROXY header in front of TLS tells prog the client's addresses.",
    "%s: prog learns the client's address and port",
  ),
  proxies(
    "-L: what the header says about the client's TLS wins over our tunnel's.",
    "HAProxy that ends the client's TLS: prog learns about that in place of ours",
  ),
  proxies(
    "-L: for a UNIX client, PROTO is IPC.",
    "a UNIX client: PROTO is IPC, and there are paths in place of addresses",
  ),
  lookups(
    "-D is access control's: with it, names are looked up.",
    "-D: both names, too, since it is access control's in the original",
  ),
  lookups(
    "-R, -P, -W and -d are the defaults, and start no look-up.",
    "without an option of access control nothing is looked up",
  ),
  lookups(
    "-r: where IDENT has no server, TCPREMOTEINFO is unset.",
    "-r: no server there is no answer, and no error",
  ),
  answers(
    "Rules may be replaced while the server runs.",
    "replaced while the server runs: the next client is judged by the new one",
  ),
  answers(
    "An error while rules are checked refuses the client.",
    "%s: clients are refused, and told so; a good one is used again",
  ),
  proxies(
    "-L: a header that is invalid, or of an unsupported transport, ends the connection.",
    "%s: that connection ends, and the log says why",
  ),
  proxies(
    "-L: a header that doesn't come in time ends the connection.",
    "a header that is too slow ends that connection after -K",
  ),
  proxies(
    "-L: LOCAL and UNKNOWN leave the connection's own addresses.",
    "LOCAL, and UNKNOWN: the connection's own addresses",
  ),
  proxies(
    "-L: rules are about the connecting peer, the proxy.",
    "without --proxy-from, rules are about the proxy, as in the original",
  ),
  spelled(
    "No option of the page is unknown; letters with values may end a cluster.",
    "%s: it serves",
  ),
  spelled("Of -i and -x, the last one counts.", "%s: the last one counts"),
  spelled(
    "-v0 and -v1: clients that were refused are not logged; -v3 logs them as -v2 does.",
    "%s: that a client was refused is logged: %s",
  ),
  lookups(
    "-v3: problems of look-ups are logged, too.",
    "-r -w: an answer that is cut off refuses; with -W it does not",
  ),
  judge(
    "A rule is ip4/ADDRESS_BITS or ip6/ADDRESS_BITS, from all bits down to 0.0.0.0_0 and ::_0.",
    "the names that are asked for an address have its networks, wide ones last",
  ),
  judge(
    "A rule about a name is reversedns/NAME, then a label less at a time, and @ at last.",
    "the names that are asked for a host name lose a label at a time",
  ),
  judge("A rule's allow goes before its deny.", "allow wins over deny in one rule"),
  judge("A client that no rule knows is refused.", "a client that no rule knows is refused"),
  judge(
    "In a rule's env: the first line of a file without trailing blanks, NULs as newlines; an empty file removes.",
    "a rule's environment and exec come with it",
  ),
  judge(
    "-x: a file made by s6-accessrules-cdb-from-fs says what its directory says.",
    "the narrowest network with a rule decides",
  ),
  header(
    1,
    "-L: a line of version 1 has at most 107 bytes.",
    "a line of 107 bytes is taken, and one of 108 is refused before its end has come",
  ),
  header(
    2,
    "-L: version 2 may tell SSL_TLS_SNI_SERVERNAME, and of TLS SSL_PROTOCOL, SSL_CIPHER and SSL_PEER_CERT_CN.",
    "extensions: the server name, and the client's TLS",
  ),
  header(
    2,
    "-L: what version 2 says of TLS counts with its client bit alone.",
    "without the client bit, what is said of TLS does not count",
  ),
  header(
    2,
    "-L: version 2 may tell both paths of a UNIX socket.",
    "a UNIX stream: both paths, up to their first NUL",
  ),
  answers(
    "-L: a header may come in pieces.",
    "%s, in pieces of one byte: it is read, and nothing behind it",
  ),
];
