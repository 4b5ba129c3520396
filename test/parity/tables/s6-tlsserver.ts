/** The companions' page: s6-tlsserver. Its options and its signals have files of their own. */

import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { isIPv6 } from "node:net";
import { networkInterfaces } from "node:os";
import { connect as connectTls, type TLSSocket } from "node:tls";
import { expect, type TestContext } from "vitest";
import { everything, run } from "../../support/processes.ts";
import { credentialsEnvironment } from "../../support/service.ts";
import { CAFILE, jane, showing } from "../behaviours/client-certificates.ts";
import type { Row, Section } from "../statement.ts";
import {
  call,
  hear,
  loopbackOfOurs,
  superCommand,
  superEnvironment,
  superServe,
} from "../super-server.ts";
import { authority, credentials } from "../visit.ts";
import { serverLimits } from "./s6-tlsserver-limits.ts";
import { serverOptions } from "./s6-tlsserver-options.ts";
import { serverSignals } from "./s6-tlsserver-signals.ts";

const text = "s6-tlsserver";

/** A connection to this address, and not only to 127.0.0.1. */
async function callAt(host: string, port: number): Promise<TLSSocket> {
  const ca = readFileSync(authority.certFile);
  const client = connectTls({ host, port, ca, servername: "server.test" });
  await once(client, "secureConnect");
  return client;
}

function needsIpv6({ skip }: TestContext): void {
  const addresses = Object.values(networkInterfaces()).flat();
  skip(!addresses.some((address) => address?.address === "::1"), "there is no IPv6");
}

/** The name of a service and its port, which needs no privileges. */
function freeService(): string[] {
  if (!existsSync("/etc/services")) return [];
  const services = readFileSync("/etc/services", "utf8");
  return /^([a-z]\S+)\s+(2[0-9]{4})\/tcp/m.exec(services)?.slice(1) ?? [];
}

function listensAt(ip: string, ...hosts: string[]): Row {
  return [
    `ip may be ${ip}.`,
    async (context) => {
      if (ip.includes(":")) needsIpv6(context);
      const { port } = await superServe({ ip, prog: ["printenv", "TCPLOCALIP"] });
      for (const host of hosts) {
        expect((await everything(await callAt(host, port))).toString()).toBe(`${host}\n`);
      }
    },
  ];
}

const listening: Section = {
  text,
  section: "Listening",
  rows: [
    [
      "Listens, and runs prog for every connection behind a TLS tunnel of its own.",
      async () => {
        const server = await superServe({ prog: ["sh", "-c", "echo $$; cat"] });
        const clients = [await call(server), await call(server)];
        const heard = clients.map((client) => everything(client));
        clients.forEach((client, at) => void client.end(`client ${at}`));
        const [first, second] = (await Promise.all(heard)).map((bytes) => bytes.toString());
        expect(first).toMatch(/^[0-9]+\nclient 0$/);
        expect(second).toMatch(/^[0-9]+\nclient 1$/);
        expect(first?.split("\n")[0]).not.toBe(second?.split("\n")[0]);
      },
    ],
    listensAt("127.0.0.1", "127.0.0.1"),
    listensAt("::1", "::1"),
    listensAt("0", "127.0.0.1", "127.0.0.2"),
    listensAt("0.0.0.0", "127.0.0.1", "127.0.0.2"),
    listensAt("::", "::1"),
    [
      "IPv4 and IPv6 are apart: two servers, on 0.0.0.0 and on ::, can have the same port.",
      async (context) => {
        needsIpv6(context);
        const prog = ["printenv", "TCPLOCALIP"];
        const { port } = await superServe({ ip: "::", prog });
        await superServe({ ip: "0.0.0.0", port: `${port}`, prog });
        for (const host of ["::1", "127.0.0.1"]) {
          expect((await everything(await callAt(host, port))).toString()).toBe(`${host}\n`);
        }
      },
    ],
    [
      "-4: ip is an IPv4 address; -6: it is an IPv6 address; another one is wrong usage.",
      async (context) => {
        needsIpv6(context);
        const prog = ["printenv", "TCPLOCALIP"];
        for (const [options, ip, host] of [
          ["-4", "0", "127.0.0.1"],
          ["-6", "::1", "::1"],
        ] as const) {
          const { port } = await superServe({ options, ip, prog });
          expect((await everything(await callAt(host, port))).toString()).toBe(`${host}\n`);
        }
        const environment = credentialsEnvironment(credentials);
        for (const [options, ip] of [
          ["-4", "::1"],
          ["-6", "127.0.0.1"],
        ] as const) {
          const command = superCommand({ options, ip, prog });
          expect(await run(command, { environment })).toMatchObject({ code: 100, stdout: "" });
        }
      },
    ],
    [
      "port may be a number.",
      async () => {
        const { port, running } = await superServe();
        running.signal("SIGTERM");
        await running.ended;
        expect((await superServe({ port: `${port}` })).port).toBe(port);
      },
    ],
    [
      "port may be the name of a service.",
      async ({ skip }) => {
        const [name, port] = freeService();
        skip(name === undefined, "there is no such name in /etc/services");
        const server = await superServe({ ip: loopbackOfOurs(), port: `${name}` });
        expect(server.port).toBe(Number(port));
      },
    ],
  ],
};

const variables: Section = {
  text,
  section: "What prog finds in its environment",
  rows: [
    ["PROTO is TCP.", async () => expect((await superEnvironment({}))["PROTO"]).toBe("TCP")],
    [
      "TCPREMOTEIP and TCPREMOTEPORT, TCPLOCALIP and TCPLOCALPORT: the addresses and ports of both ends.",
      async () => {
        const server = await superServe({ prog: ["env", "-0"] });
        const client = await call(server);
        const { localPort } = client;
        const seen = (await everything(client)).toString().split("\0");
        expect(seen).toEqual(
          expect.arrayContaining([
            "TCPREMOTEIP=127.0.0.1",
            `TCPREMOTEPORT=${localPort}`,
            "TCPLOCALIP=127.0.0.1",
            `TCPLOCALPORT=${server.port}`,
          ]),
        );
      },
    ],
    [
      "With IPv6, the addresses are IPv6 addresses.",
      async (context) => {
        needsIpv6(context);
        const { port } = await superServe({ ip: "::1", prog: ["printenv", "TCPREMOTEIP"] });
        const heard = (await everything(await callAt("::1", port))).toString().trim();
        expect(isIPv6(heard)).toBe(true);
      },
    ],
    [
      "TCPCONNNUM: how many connections are open from that address.",
      async () => {
        const prog = ["sh", "-c", 'echo "$TCPCONNNUM"; exec cat'];
        const server = await superServe({ prog });
        const heard: string[] = [];
        for (let n = 0; n < 3; n++) {
          const [chunk] = await once(await call(server), "data");
          heard.push(String(chunk));
        }
        expect(heard).toEqual(["1\n", "2\n", "3\n"]);
      },
    ],
    [
      "What s6-tlsd sets is there, too.",
      async () => {
        const service = { options: "-y", environment: CAFILE };
        expect(await superEnvironment(service, showing(jane))).toMatchObject({
          SSL_PROTOCOL: "TLSv1.3",
          SSL_CIPHER: "TLS_CHACHA20_POLY1305_SHA256",
          SSL_TLS_SNI_SERVERNAME: "server.test",
          SSL_PEER_CERT_SUBJECT: "O=Bearhug, CN=jane.test",
        });
      },
    ],
    [
      "What s6-tlsd removes is removed.",
      async () => {
        const seen = Object.keys(await superEnvironment({ environment: CAFILE }));
        expect(seen.filter((name) => /^(KEYFILE|CERTFILE|CAFILE)/.test(name))).toEqual([]);
        expect(await hear(await superServe({ prog: ["printenv", "PATH"] }))).not.toBe("");
      },
    ],
  ],
};

export const s6Tlsserver: readonly Section[] = [
  listening,
  variables,
  ...serverLimits(text),
  serverOptions(text),
  serverSignals(text),
];
