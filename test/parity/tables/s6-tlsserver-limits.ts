/** The companions' page: what s6-tlsserver logs, its limits, and whom it becomes. */
import { once } from "node:events";
import { chmodSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "vitest";
import { connectRaw } from "../../support/clients.ts";
import { everything, run } from "../../support/processes.ts";
import { scratch } from "../../support/scratch.ts";
import { credentialsEnvironment } from "../../support/service.ts";
import { needsRoot } from "../behaviours/engine-owner.ts";
import type { Elsewhere, Row, Section } from "../statement.ts";
import {
  call,
  hear,
  hungUpOn,
  loopbackOfOurs,
  type SuperServer,
  type SuperService,
  superCommand,
  superServe,
} from "../super-server.ts";
import { credentials } from "../visit.ts";

export function serverLimits(text: string): Section[] {
  return [
    { text, section: "What is logged", rows: LOG },
    { text, section: "Limits", rows: LIMITS },
    { text, section: "Privileges", rows: PRIVILEGES },
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

function probe(title: string): Elsewhere {
  return { file: "probe/three-users.test.ts", title };
}

const PRIVILEGES: Row[] = [
  [
    "-u, -g and -G: user, group and supplementary groups, after binding.",
    async (context) => {
      needsRoot(context);
      const options = "-u 65531 -g 65534 -G 65533,65532";
      expect(await idsOf({ options, ip: loopbackOfOurs(), port: "1" })).toEqual(IDS);
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
  [
    "-U: UID, GID and GIDLIST are removed from prog's environment.",
    probe("-U: UID, GID and GIDLIST are used up, with -Z, too, as in the original"),
  ],
  [
    "TLS_UID and TLS_GID: the engine's user; root reads the keys, and prog is a third user.",
    probe("the original's own example, word for word, with a key that only root reads: the same"),
  ],
];

const IDS = ["65531", "65534", "65532 65533 65534"];

/** User, group, and all groups of prog. That user may read the keys. */
async function idsOf(service: SuperService): Promise<string[]> {
  chmodSync(scratch, 0o711);
  const prog = ["sh", "-c", "id -u; id -g; id -G"];
  const heard = await hear(await superServe({ ...service, prog }));
  const [user = "", group = "", groups = ""] = heard.split("\n");
  return [user, group, groups.split(" ").sort().join(" ")];
}
