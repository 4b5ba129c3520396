/** The companions' page: the other options of s6-tlsserver. */
import { expect } from "vitest";
import { connectByWire } from "../../support/clients.ts";
import { eventually } from "../../support/limits.ts";
import { everything, run } from "../../support/processes.ts";
import { scratchFile } from "../../support/scratch.ts";
import { credentialsEnvironment } from "../../support/service.ts";
import { RECORD } from "../../support/wire.ts";
import { CAFILE, jane, showing } from "../behaviours/client-certificates.ts";
import type { Row, Section } from "../statement.ts";
import {
  call,
  hear,
  hungUpOn,
  superCommand,
  superEnvironment,
  superServe,
} from "../super-server.ts";
import { authority, credentials, pairFor } from "../visit.ts";

export function serverOptions(text: string): Section {
  return { text, section: "Other options", rows: [...OTHERS, ...TLS, ...LATER] };
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
  ["-d: Nagle's algorithm is on.", async () => expect(await noDelay("-D -d")).toBe("false")],
  ["-D: Nagle's algorithm is off.", async () => expect(await noDelay("-d -D")).toBe("true")],
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
