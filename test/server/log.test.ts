/**
 * What the log says, at each level and in each format. Of -q, -Q and -v the last one wins.
 */
import { describe, expect, it } from "vitest";
import { Authority } from "../support/certificates.ts";
import { connect, connectRaw, exchange } from "../support/clients.ts";
import { type Serving, startServer } from "../support/server.ts";
import { words } from "../support/words.ts";

const authority = Authority.root();
const credentials = authority.issue();

/** One connection that goes well, and one that doesn't; then the server ends. */
async function twoVisits(serving: Partial<Serving>): Promise<string[]> {
  const { options = [], ...rest } = serving;
  const server = await startServer({
    ...{ authority, credentials, ...rest },
    options: ["--workers", "1", ...options],
  });
  await exchange(await connect(server), "some bytes");
  const silent = await connectRaw(server.port);
  const over = new Promise((resolve) => silent.once("close", resolve));
  silent.resume().end();
  await over;
  expect(await server.stop()).toMatchObject({ code: 0 });
  // The first may still be closing when the second one opens.
  return server.log.sort((one, other) => numberIn(one) - numberIn(other));
}

function numberIn(line: string): number {
  return Number(/info: ([0-9]+) |"number":([0-9]+)/.exec(line)?.slice(1).join(""));
}

describe("as text", () => {
  it.each(["-v", "-Qqv"])("%s tells of each connection that opens and closes", async (line) => {
    const log = await twoVisits({ options: words(line) });
    expect(log).toHaveLength(4);
    const [opened, closed, openedToo, failed] = log;
    expect(opened).toMatch(/^s6-tlsserver: info: 1 open from 127\.0\.0\.1:[0-9]+, which has 1$/);
    expect(closed).toMatch(
      new RegExp(
        [
          /^s6-tlsserver: info: 1 closed: 127\.0\.0\.1:[0-9]+, TLSv1\.3 TLS_[A-Z0-9_]+ X25519[A-Z0-9]*, /,
          /server name server\.test, 10 bytes in, 10 bytes out, [0-9]\.[0-9]{3} s, /,
          /ended normally, prog exited 0$/,
        ]
          .map(({ source }) => source)
          .join(""),
      ),
    );
    expect(openedToo).toContain(" 2 open from ");
    expect(failed).toMatch(
      / 2 closed: .*, no handshake, no server name, 0 bytes in, 0 bytes out, .*, TLS error: EOF during the handshake, no prog$/,
    );
  });

  it.each(["", "-v -Q", "-qQ"])("with '%s', only of those that fail", async (line) => {
    const log = await twoVisits({ options: words(line) });
    expect(log).toHaveLength(1);
    expect(log[0]).toMatch(
      /^s6-tlsserver: warning: 2 from 127\.0\.0\.1:[0-9]+: TLS error: EOF during the handshake$/,
    );
  });

  it.each(["-vq", "-Q --quiet"])("with %s, of none", async (line) => {
    expect(await twoVisits({ options: words(line) })).toEqual([]);
  });

  it("prog's own standard error comes through, and how it ended is told", async () => {
    const prog = ["sh", "-c", "echo oops >&2; kill -KILL $$"];
    const server = await startServer({ authority, credentials, prog, options: ["-v"] });
    await exchange(await connect(server), "");
    await server.logged("prog was killed by SIGKILL");
    expect(server.log).toContain("oops");
  });
});

describe("as JSON", () => {
  it("each line parses, and has every fact", async () => {
    const log = await twoVisits({ options: words("-v --log-format json") });
    const lines = log.map((line) => JSON.parse(line) as Record<string, unknown>);
    const number = expect.any(Number);
    const common = { program: "s6-tlsserver", level: "info", message: expect.any(String) };
    const client = { address: "127.0.0.1", port: number };
    expect(lines).toEqual([
      { ...common, ...client, event: "open", number: 1, openFromAddress: 1, time: TIME },
      {
        ...{ ...common, ...client, event: "closed", number: 1, time: TIME, seconds: number },
        ...{ protocol: "TLSv1.3", cipher: expect.stringMatching(/^TLS_/), ended: null },
        group: expect.stringMatching(/^X25519/),
        ...{ resumed: false, serverName: "server.test", client: null, bytesIn: 10, bytesOut: 10 },
        prog: { code: 0, signal: null },
      },
      { ...common, ...client, event: "open", number: 2, openFromAddress: number, time: TIME },
      {
        ...{ ...common, ...client, event: "closed", number: 2, time: TIME, seconds: number },
        ...{
          protocol: null,
          cipher: null,
          group: null,
          resumed: false,
          serverName: null,
          client: null,
          bytesIn: 0,
          bytesOut: 0,
        },
        ...{ ended: "TLS error: EOF during the handshake", prog: null },
      },
    ]);
  });

  it("warnings have their kind, and -q has no lines", async () => {
    const log = await twoVisits({ options: ["--log-format=json"] });
    expect(log.map((line) => JSON.parse(line))).toMatchObject([
      { level: "warning", kind: "connection failed", number: 2, address: "127.0.0.1" },
    ]);
    expect(await twoVisits({ options: ["--log-format=json", "-q"] })).toEqual([]);
  });
});

const TIME = expect.stringMatching(/^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{12}Z$/);
