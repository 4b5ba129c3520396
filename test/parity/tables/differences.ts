/** Where we depart from the original on purpose: each departure is what it is said to be. */
import { expect } from "vitest";
import { connectRaw, TLS12 } from "../../support/clients.ts";
import { within } from "../../support/limits.ts";
import { everything } from "../../support/processes.ts";
import { alertsIn, FATAL, shout } from "../../support/refusals.ts";
import { scratchFile } from "../../support/scratch.ts";
import { CAFILE, certifySubject, showing } from "../behaviours/client-certificates.ts";
import { hearsAfterCloseNotify } from "../behaviours/closing.ts";
import { needsRoot, OWNER } from "../behaviours/engine-owner.ts";
import { cleansVariables } from "../behaviours/variables.ts";
import { tellsConnections } from "../behaviours/verbosity.ts";
import { command, type Row, type Section } from "../statement.ts";
import { hungUpOn, superServe } from "../super-server.ts";
import { authority, type Call, environmentOf, open, refused, visit } from "../visit.ts";
import { PROCESSES } from "./differences-in-processes.ts";

const PROFILES = ["modern", "compat", "legacy", "strict"];

const text = "Where we depart on purpose";

const HANDSHAKE: Row[] = [
  [
    "By default there is ECDHE with AEAD only: no CBC.",
    () => needsCompat({ client: { ...TLS12, ciphers: "ECDHE-ECDSA-AES128-SHA" } }),
  ],
  [
    "By default there is ECDHE with AEAD only: no static RSA.",
    () =>
      needsCompat({
        credentials: authority.issue({ kind: "RSA-2048" }),
        client: { ...TLS12, ciphers: "AES128-GCM-SHA256" },
      }),
  ],
  ["Everything in the default profile is on offer.", command("suites-modern", "$name")],
  ["--tls-profile compat has the rest.", command("suites-compat", "$name")],
  ["TLS_PROFILE is read, too.", command("tls-profile", "by environment, legacy")],
  [
    "TLS 1.3 is on offer by default, in all profiles.",
    async () => {
      for (const profile of PROFILES) {
        const options = `--tls-profile ${profile}`;
        expect(await environmentOf({ options })).toMatchObject({ SSL_PROTOCOL: "TLSv1.3" });
      }
    },
  ],
  [
    "With -S in TLS 1.3, close_notify ends one direction, and the client is heard to its end.",
    () => hearsAfterCloseNotify("-S"),
  ],
  [
    "A fatal error is answered by the alert that RFC 5246 has for it.",
    command("alert-for-each-error", "$alert for $what"),
  ],
  [
    "The alert comes after what was already queued.",
    command(
      "alert-comes-last",
      "behind application data: prog reads it, and the client reads the alert",
    ),
  ],
  [
    "The message names the alert that we sent.",
    async () => {
      const listener = await open({});
      const answer = await shout({
        port: listener.port,
        bytes: Buffer.from("GET / HTTP/1.0\r\n\r\n"),
      });
      const { stderr } = await (await listener.tunnel()).ended;
      expect(alertsIn(answer)).toEqual([[FATAL, expect.any(Number)]]);
      expect(stderr).toMatch(/; sent the alert [a-z_]+ \([0-9]+\)\n$|; sent the alert [a-z_]+\n$/);
    },
  ],
  [
    "The message names the alert that the peer sent.",
    async () => {
      const listener = await open({});
      const handshakeFailure = Buffer.of(21, 3, 3, 0, 2, FATAL, 40);
      await shout({ port: listener.port, bytes: handshakeFailure });
      const { stderr } = await (await listener.tunnel()).ended;
      expect(stderr).toMatch(/the peer sent the alert handshake_failure/);
    },
  ],
];

const VARIABLES: Row[] = [
  [
    "-z, the default, does remove the variables for s6-tlsd-io from prog's environment.",
    () => cleansVariables(""),
  ],
  [
    "TLS_PROFILE is removed with them.",
    async () => {
      const environment = { TLS_PROFILE: "compat" };
      expect(await environmentOf({ environment })).not.toHaveProperty("TLS_PROFILE");
    },
  ],
  [
    "-Z keeps it with them.",
    async () => {
      const environment = { TLS_PROFILE: "compat" };
      expect(await environmentOf({ options: "-Z", environment })).toMatchObject(environment);
    },
  ],
  [
    "With -Y and no client certificate, SSL_PEER_CERT_HASH is unset.",
    async () => {
      const environment = { ...CAFILE, SSL_PEER_CERT_HASH: "stale" };
      const seen = await environmentOf({ options: "-Y", environment });
      expect(seen).not.toHaveProperty("SSL_PEER_CERT_HASH");
    },
  ],
  ["What the handshake tells may be longer than 4096 bytes.", () => tellsLongSubject({})],
  [
    "It may be so, too, when an s6-tlsd-io child tells it.",
    async (context) => {
      needsRoot(context);
      await tellsLongSubject(OWNER);
    },
  ],
];

const REST: Row[] = [
  [
    "-v 2: one line per connection, with protocol, suite, server name, peer, bytes each way and how it ended.",
    () => tellsConnections("-v 2"),
  ],
  [
    "s6-tlsserver gives a handshake 30 seconds. (Here the server's clock runs a hundred times as fast.)",
    async () => {
      const server = await superServe({ environment: FAST_CLOCK });
      const begin = Date.now();
      await hungUpOn(server);
      expect(Date.now() - begin).toBeGreaterThan(30_000 / HURRY - 20);
      server.running.signal("SIGTERM");
      expect((await server.running.ended).stderr).toContain(
        "handshake not done within 30000 milliseconds",
      );
    },
  ],
  [
    "Of one address, s6-tlsserver serves half of -c, unless -C says otherwise: 20 of 40.",
    async () => {
      const server = await superServe({ options: "-K 0" });
      const crowd = await Promise.all(Array.from({ length: 20 }, () => connectRaw(server.port)));
      for (const client of crowd) client.resume();
      await hungUpOn(server);
      expect(crowd.filter(({ readableEnded }) => readableEnded)).toEqual([]);
    },
  ],
  [
    "For -C, IPv6 addresses of one /64 are one (--ipv6-prefix); TCPCONNNUM counts each for itself.",
    { file: "server/limits.test.ts", title: "-C counts networks %s, and TCPCONNNUM addresses" },
  ],
  [
    "TLS_UID in the env of an access rule refuses its client, since workers outlive it.",
    {
      file: "server/access-rules.test.ts",
      title: "TLS_UID in a rule refuses its client, and the log says why",
    },
  ],
  [
    "With --proxy-from, -C, rules and the log are about the client behind the proxy.",
    {
      file: "server/proxy-protocol.test.ts",
      title: "with --proxy-from, -C and rules are about the client",
    },
  ],
  [
    "s6-tlsserver -K 0: for ever. (Here as well.)",
    async () => {
      const { port } = await superServe({ options: "-K 0", environment: FAST_CLOCK });
      const silent = everything(await connectRaw(port));
      await expect(within(1000, "an EOF", silent)).rejects.toThrow("not within 1000 ms");
    },
  ],
  [
    "Nothing that prog wrote is lost when it exits while the client's FIN arrives.",
    command("replies-are-never-lost", "all of … replies arrive"),
  ],
  [
    "Nothing that prog wrote is lost when it exits while the client's bytes arrive.",
    command("program-exits-before-reading", "its answer to %i unread bytes arrives"),
  ],
];

export const differences: readonly Section[] = [
  { text, section: "Processes", rows: PROCESSES },
  { text, section: "The handshake", rows: HANDSHAKE },
  { text, section: "The environment", rows: VARIABLES },
  { text, section: "The rest", rows: REST },
];

/** Refused by default, and served with the profile compat. */
async function needsCompat(call: Call): Promise<void> {
  expect((await refused(call)).code).toBe(98);
  expect((await visit({ ...call, options: "--tls-profile compat" })).ended.code).toBe(0);
}

async function tellsLongSubject(owner: Record<string, string>): Promise<void> {
  const units = Array.from({ length: 100 }, (_, at) => `OU=${at} ${"x".repeat(50)}`);
  const client = showing(certifySubject(`/${units.join("/")}/CN=long`));
  const environment = { ...CAFILE, ...owner };
  const { SSL_PEER_CERT_SUBJECT } = await environmentOf({ options: "-y", environment, client });
  expect(SSL_PEER_CERT_SUBJECT).toBe(`${units.join(", ")}, CN=long`);
}

const HURRY = 100;

/** Loaded before the program, which is none the wiser: all of its timers are short. */
const FAST_CLOCK = {
  NODE_OPTIONS: `--require=${scratchFile(
    "fast-clock.cjs",
    `const { setTimeout } = globalThis;
     globalThis.setTimeout = (action, delay, ...more) => setTimeout(action, delay / ${HURRY}, ...more);`,
  )}`,
};
