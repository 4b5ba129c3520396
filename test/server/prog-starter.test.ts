/**
 * The process that starts progs as root believes no worker: of what it is told, it takes values that a
 * variable can have, for names that it knows; and nothing of them reaches setpriv, which begins as root.
 */
import { once } from "node:events";
import { closeSync, openSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { NOTHING_TOLD, type Told } from "../../src/server/access-answer.ts";
import type { StartOrder } from "../../src/server/messages.ts";
import { ProgStarter } from "../../src/server/prog-starter.ts";
import { within } from "../support/limits.ts";
import { NEEDS_ROOT } from "../support/needs.ts";
import { scratchFile } from "../support/scratch.ts";

type Settings = ConstructorParameters<typeof ProgStarter>[0];

const NO_CHANGE = { uid: null, gid: null };

/** The environment of a prog that is started so. */
async function environmentOf(
  { values = {}, proxied = {} }: Partial<Pick<StartOrder, "values" | "proxied">>,
  { told = NOTHING_TOLD, progOwner = NO_CHANGE }: { told?: Told; progOwner?: object } = {},
): Promise<Map<string, string>> {
  const server = { keepEnvironment: false, idsFromEnvironment: false } as Settings["server"];
  const starter = new ProgStarter({ server, command: ["env", "-0"], progOwner } as Settings);
  const path = scratchFile("environment", "");
  const [input, output] = [openSync("/dev/null", "r"), openSync(path, "w")];
  const ends = {
    ...{ remoteAddress: "192.0.2.1", remotePort: 1 },
    ...{ localAddress: "192.0.2.2", localPort: 2 },
  };
  const client = { ...ends, number: 1, openFromAddress: 1, told };
  const order = { order: "start", number: 1, values, proxied } as StartOrder;
  const bare = (fd: number) => ({ fd, close: () => closeSync(fd) });
  const prog = starter.start(client, order, [bare(input), bare(output)]);
  const ended = once(prog, "exit");
  for (const fd of [input, output]) closeSync(fd);
  expect(await within(10_000, "its end", ended)).toEqual([0, null]);
  const variables = readFileSync(path, "utf8").split("\0").slice(0, -1);
  return new Map(variables.map((one) => one.split(/=(.*)/s, 2) as [string, string]));
}

it("values are text without NUL, of a bounded length, for names that there are", async () => {
  const found = await environmentOf({
    values: {
      SSL_PROTOCOL: "TLSv1.3",
      SSL_CIPHER: "a\0LD_PRELOAD=b",
      SSL_GROUP: 7,
      SSL_ALPN: "x".repeat(131_072),
      SSL_PEER_CERT_SUBJECT: "x".repeat(131_000),
      TCPREMOTEIP: "203.0.113.1",
      EVIL: "x",
    } as Record<string, unknown> as StartOrder["values"],
  });
  expect(found.get("SSL_PROTOCOL")).toBe("TLSv1.3");
  expect(found.get("SSL_PEER_CERT_SUBJECT")).toHaveLength(131_000);
  expect(found.get("TCPREMOTEIP")).toBe("192.0.2.1");
  for (const name of ["SSL_CIPHER", "SSL_GROUP", "SSL_ALPN", "EVIL"]) {
    expect(found.has(name), name).toBe(false);
  }
});

it("a PROXY header tells all that one can tell, and nothing else", async () => {
  const told = {
    ...{ PROTO: "IPC", IPCREMOTEPATH: "/run/theirs", IPCLOCALPATH: "/run/ours" },
    ...{ SSL_TLS_SNI_SERVERNAME: "a.test", SSL_PROTOCOL: "TLSv1.2", SSL_CIPHER: "suite" },
    SSL_PEER_CERT_CN: "alice",
  };
  const gone = { TCPREMOTEIP: null, TCPREMOTEPORT: null, TCPLOCALIP: null, TCPLOCALPORT: null };
  const proxied = { ...told, ...gone, PATH: "/evil", TCPCONNNUM: "0" };
  const found = await environmentOf({ proxied: proxied as StartOrder["proxied"] });
  expect(Object.fromEntries(found)).toMatchObject(told);
  for (const name of Object.keys(gone)) expect(found.has(name), name).toBe(false);
  expect(found.get("TCPCONNNUM")).toBe("1");
  expect(found.get("PATH")).toBe(process.env["PATH"]);
});

const LOADERS = [
  ...["LD_PRELOAD", "LD_LIBRARY_PATH", "LD_AUDIT", "GLIBC_TUNABLES", "MALLOC_TRACE"],
  ...["GCONV_PATH", "LOCPATH", "MUSL_LOCPATH", "NLSPATH", "LANGUAGE", "TEXTDOMAINDIR"],
];

it(
  "what a rule sets for loaders does not reach setpriv, nor prog behind it",
  NEEDS_ROOT,
  async () => {
    const environment = [...LOADERS, "KEYFILE", "OTHER"].map((name) => [name, "/evil"] as const);
    const told = { ...NOTHING_TOLD, environment };
    const progOwner = { uid: 65534, gid: 65534, groups: [33] };
    const found = await environmentOf({}, { told, progOwner });
    const own = LOADERS.filter((name) => found.get(name) !== process.env[name]);
    expect(own).toEqual([]);
    expect(found.get("OTHER")).toBe("/evil");
    expect(found.has("KEYFILE")).toBe(false);
  },
);
