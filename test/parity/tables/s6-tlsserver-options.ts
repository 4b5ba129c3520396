/** The companions' page: the options of s6-tlsserver. */
import { once } from "node:events";
import { chmodSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "vitest";
import { connectByWire, connectRaw } from "../../support/clients.ts";
import { eventually, within } from "../../support/limits.ts";
import { everything, run } from "../../support/processes.ts";
import { scratch } from "../../support/scratch.ts";
import { credentialsEnvironment } from "../../support/service.ts";
import { RECORD } from "../../support/wire.ts";
import { CAFILE, jane, showing } from "../behaviours/client-certificates.ts";
import { needsRoot } from "../behaviours/engine-owner.ts";
import { notProven, type Row, type Section } from "../statement.ts";
import {
  call,
  hear,
  type SuperServer,
  type SuperService,
  superCommand,
  superEnvironment,
  superServe,
} from "../super-server.ts";
import { authority, credentials, pairFor } from "../visit.ts";

export function serverOptions(text: string): Section[] {
  return [
    { text, section: "What is logged", rows: LOG },
    { text, section: "Limits", rows: LIMITS },
    { text, section: "Privileges", rows: PRIVILEGES },
    { text, section: "Other options", rows: [...OTHERS, ...TLS, ...LATER] },
  ];
}

/** One client that is served, one that talks no TLS, and what stands on standard error then. */
async function logOf(options: string): Promise<string> {
  const server = await superServe({ options, prog: ["true"] });
  await hear(server);
  const stranger = await connectRaw(server.port);
  stranger.end("GET / HTTP/1.0\r\n\r\n");
  await everything(stranger);
  await sleep(100);
  server.running.signal("SIGTERM");
  return (await server.running.ended).stderr;
}

const WARNINGS = /^s6-tlsserver: warning: [^\n]*TLS error[^\n]*\n$/;

const LOG: Row[] = [
  ["-q: errors only.", async () => expect(await logOf("-q")).toBe("")],
  ["-Q: warnings, too.", async () => expect(await logOf("-Q")).toMatch(WARNINGS)],
  [
    "-v: every connection, too.",
    async () => {
      const log = await logOf("-v");
      expect(log).toContain("s6-tlsserver: info: 1 open from 127.0.0.1:");
      expect(log).toContain("s6-tlsserver: info: 1 closed: 127.0.0.1:");
      expect(log).toContain("s6-tlsserver: info: 2 closed: 127.0.0.1:");
    },
  ],
  ["-Q is the default.", async () => expect(await logOf("")).toMatch(WARNINGS)],
];

/** A prog that tells at once that it runs, and stays. */
const STAYING = ["sh", "-c", "echo served; exec cat"];

async function served(server: SuperServer): Promise<void> {
  await once(await call(server), "data");
}

/** A silent client sees an EOF long before any default would make it see one. */
async function hungUpOn({ port }: SuperServer): Promise<void> {
  await within(5000, "an EOF", everything(await connectRaw(port)));
}

const LIMITS: Row[] = [
  [
    "-c: at most so many connections at once.",
    async () => {
      const server = await superServe({ options: "-c 1", prog: STAYING });
      const first = await call(server);
      let isServed = false;
      const second = served(server).then(() => {
        isServed = true;
      });
      await sleep(300);
      expect(isServed).toBe(false);
      first.end();
      await second;
    },
  ],
  [
    "-C: at most so many connections at once from one address.",
    async () => {
      const server = await superServe({ options: "-C 1", prog: STAYING });
      await served(server);
      await expect(call(server)).rejects.toThrow();
    },
  ],
  [
    "40 is the default of -C.",
    async () => {
      const server = await superServe({ options: "-c 100" });
      const crowd = await Promise.all(Array.from({ length: 40 }, () => connectRaw(server.port)));
      for (const client of crowd) client.resume();
      await hungUpOn(server);
      expect(crowd.filter(({ readableEnded }) => readableEnded)).toEqual([]);
    },
  ],
  [
    "40 is the default of -c.",
    async () => {
      const server = await superServe({ options: "-C 40" });
      server.running.signal("SIGTERM");
      await server.running.ended;
      const environment = credentialsEnvironment(credentials);
      const command = superCommand({ options: "-C 41" });
      expect(await run(command, { environment })).toMatchObject({ code: 100 });
    },
  ],
  [
    "-b: how many connections may wait.",
    async () => {
      const server = await superServe({ options: "-c 1 -b 1", prog: STAYING });
      const first = await call(server);
      const second = served(server);
      await hungUpOn(server);
      first.end();
      await second;
    },
  ],
];

const PRIVILEGES: Row[] = [
  [
    "-u, -g and -G: user, group and supplementary groups, after binding.",
    async (context) => {
      needsRoot(context);
      const options = "-u 65531 -g 65534 -G 65533,65532";
      expect(await idsOf({ options, ip: "127.0.0.1", port: "1" })).toEqual(IDS);
    },
  ],
  [
    "-U: the same with UID, GID and GIDLIST of the environment.",
    async (context) => {
      needsRoot(context);
      const environment = { UID: "65531", GID: "65534", GIDLIST: "65533,65532" };
      expect(await idsOf({ options: "-U", environment })).toEqual(IDS);
    },
  ],
];

const IDS = ["65531", "65534", "65532 65533 65534"];

/** User, group, and all groups of prog. Whoever that is may read the keys. */
async function idsOf(service: SuperService): Promise<string[]> {
  chmodSync(scratch, 0o711);
  const prog = ["sh", "-c", "id -u; id -g; id -G"];
  const heard = await hear(await superServe({ ...service, prog }));
  const [user = "", group = "", groups = ""] = heard.split("\n");
  return [user, group, groups.split(" ").sort().join(" ")];
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
  ["-d and -D: Nagle's algorithm on and off.", notProven("on the loopback, no test could tell")],
];

const TLS: Row[] = [
  [
    "-Z, as in s6-tlsd.",
    async () => {
      const seen = await superEnvironment({ options: "-Z" });
      expect(seen).toMatchObject({ KEYFILE: credentials.keyFile });
    },
  ],
  ["-S, as in s6-tlsd.", async () => expect(await lastRecord("-S")).toBe(RECORD.alert)],
  ["-s, as in s6-tlsd.", async () => expect(await lastRecord("-s")).toBe(RECORD.applicationData)],
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
      await expect(call(server)).rejects.toThrow();
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
async function lastRecord(options: string): Promise<number | undefined> {
  const { port } = await superServe({ options, prog: ["echo", "farewell"] });
  const { client, wire } = await connectByWire({ port, authority });
  await everything(client);
  return wire.received.at(-1)?.type;
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

const LATER: Row[] = [..."ixrpwhlBtHL"].map(
  (letter): Row => [
    `-${letter} comes later: until then it is refused by name with 100.`,
    async () => {
      const options = "xilBt".includes(letter) ? `-${letter} 1` : `-${letter}`;
      const ended = await run(superCommand({ options }), {
        environment: credentialsEnvironment(credentials),
      });
      expect(ended.stderr).toMatch(new RegExp(`-${letter}: not supported`));
      expect(ended).toMatchObject({ code: 100, stdout: "" });
    },
  ],
);
