/** The companions' page: s6-tlsd-io, but for what it reads and tells, which have files of their own. */
import { statSync } from "node:fs";
import { dirname } from "node:path";
import { expect } from "vitest";
import { connectRaw } from "../../support/clients.ts";
import { everything, run } from "../../support/processes.ts";
import { program } from "../../support/service.ts";
import { CAFILE } from "../behaviours/client-certificates.ts";
import {
  engineOfSilentClient,
  fourTimes,
  NOBODY,
  needsRoot,
  withGroups,
} from "../behaviours/engine-owner.ts";
import { command, type Section } from "../statement.ts";
import { credentials, meet, open } from "../visit.ts";
import { clientCertificates } from "./client-certificates.ts";
import { serverCredentials } from "./server-credentials.ts";
import { sessionVariables } from "./session-variables.ts";

const text = "s6-tlsd-io";

const tunnel: Section = {
  text,
  section: "The tunnel",
  rows: [
    [
      "Takes the options of s6-tlsd but -Z and -z, and -d; then perhaps --, fdr and fdw.",
      async () => {
        const options = "-S -s -J -j -Y -y -v 1 -K 9000 -k 0 -Y -d 5 --";
        const { client } = await meet({ options, environment: CAFILE });
        client.end();
        expect(await run([program("s6-tlsd-io"), "-Z", "3", "4"])).toMatchObject({ code: 100 });
      },
    ],
    [
      "Decrypts what comes on 0 to fdw.",
      async () => {
        const { client, io } = await meet({});
        client.end("to the program");
        expect((await everything(io.descriptor(4))).toString()).toBe("to the program");
      },
    ],
    [
      "Encrypts what comes on fdr to 1.",
      async () => {
        const { client, io } = await meet({});
        io.descriptor(3).end("to the client");
        expect((await everything(client)).toString()).toBe("to the client");
      },
    ],
    ["fdr and fdw may be pipes.", command("s6-tlsd-io", "cleartext on two pipes")],
    [
      "Exits when nothing can pass any more.",
      async () => {
        const { client, io } = await meet({});
        client.end();
        await everything(io.descriptor(4));
        expect(io.isOver).toBe(false);
        io.descriptor(3).end();
        expect(await io.ended).toMatchObject({ code: 0, stderr: "" });
      },
    ],
    [
      "-d: writes strings to that descriptor, each ended by a NUL, then one more NUL, and closes it.",
      command(
        "s6-tlsd-io",
        "with -d, the descriptor gets the handshake's variables, and is closed",
      ),
    ],
    [
      "-d: a string without = is the name of a variable to be unset.",
      command(
        "s6-tlsd-io",
        "with -d and no server name, SSL_TLS_SNI_SERVERNAME is told to be unset",
      ),
    ],
    [
      "-d: nothing is written before the handshake is done.",
      async () => {
        const listener = await open({ options: "-d 5 -K 300" }, "s6-tlsd-io");
        await connectRaw(listener.port);
        const io = await listener.tunnel();
        const told = everything(io.descriptor(5));
        expect(await io.ended).toMatchObject({ code: 98 });
        expect((await told).toString()).toBe("");
      },
    ],
  ],
};

const privileges: Section = {
  text,
  section: "Privileges",
  rows: [
    [
      "TLS_UID and TLS_GID: takes on this user and group after the keys are read, which only root can read.",
      async (context) => {
        needsRoot(context);
        const { status } = await engineOfSilentClient({});
        expect(statSync(dirname(credentials.keyFile)).mode & 0o777).toBe(0o700);
        expect([status["Uid"], status["Gid"]]).toEqual([fourTimes(NOBODY), fourTimes(NOBODY)]);
      },
    ],
    [
      "Supplementary groups are dropped.",
      async (context) => {
        needsRoot(context);
        await withGroups([65530], async () => {
          expect((await engineOfSilentClient({})).status["Groups"]).toBe("");
        });
      },
    ],
    [
      "All that happens before a byte of the network is read: the client hasn't sent one.",
      async (context) => {
        needsRoot(context);
        const { status } = await engineOfSilentClient({});
        expect(status["CapEff"]).toMatch(/^0+$/);
      },
    ],
    [
      "Only root can do that: 111 for others.",
      async (context) => {
        needsRoot(context);
        const powerless = ["setpriv", "--bounding-set", "-setuid,-setgid", "--inh-caps", "-all"];
        for (const variable of ["TLS_UID", "TLS_GID"]) {
          const environment = { KEYFILE: credentials.keyFile, CERTFILE: credentials.certFile };
          const shell = ["sh", "-c", 'exec "$0" 3 4 3<&0 4>&1', program("s6-tlsd-io")];
          const ended = await run([...powerless, ...shell], {
            environment: { ...environment, [variable]: `${NOBODY}` },
          });
          expect(ended.stderr).toMatch(/^s6-tlsd-io: fatal: unable to drop privileges: [^\n]+\n$/);
          expect(ended.code).toBe(111);
        }
      },
    ],
  ],
};

export const s6TlsdIo: readonly Section[] = [
  tunnel,
  ...serverCredentials(text),
  clientCertificates(text),
  privileges,
  sessionVariables(text),
];
