/**
 * What s6-tlsclient makes of name servers that fail or answer late: with one that is told what to say,
 * since no real one fails on purpose.
 */
import { describe, expect, it } from "vitest";
import { Authority } from "../support/certificates.ts";
import {
  NEEDS_RESOLVER,
  RECORD_TYPE,
  startScriptedNameServer,
  withResolver,
} from "../support/name-server.ts";
import { startServer } from "../support/server.ts";
import { runClient } from "../support/tls-client-program.ts";

const NAME = "www.homes.test";
const authority = Authority.root();
const credentials = authority.issue({ name: NAME });
const serving = { authority, credentials, prog: ["cat"] };
const prog = ["sh", "-c", 'echo "$TCPREMOTEIP"'];
const LOCAL = Buffer.of(127, 0, 0, 1);
const NOTHING_LISTENS = Buffer.of(127, 0, 0, 99);
const LOCAL_V6 = Buffer.concat([Buffer.alloc(15), Buffer.of(1)]);
const [SERVFAIL, NXDOMAIN, REFUSED] = [2, 3, 5];

describe("with a name server", NEEDS_RESOLVER, () => {
  it("that fails otherwise for each name of the search list: the first failure is told", async () => {
    const codes = new Map([
      ["www.first.test", SERVFAIL],
      ["www.second.test", REFUSED],
    ]);
    const dns = await startScriptedNameServer((name) => ({ code: codes.get(name) ?? NXDOMAIN }));
    const failure = async (...search: string[]) => {
      const lines = [`nameserver ${dns}`, "options attempts:1", `search ${search.join(" ")}`];
      const call = { authority, runner: withResolver(lines), host: "www", port: 443 };
      const { code, stderr } = await runClient(call);
      return [code, stderr.replace(/.* port 443: /, "").trim()];
    };
    const failed = "the name server has failed (SERVFAIL)";
    const refused = "the name server refuses the question (REFUSED)";
    expect(await failure("first.test", "second.test")).toEqual([111, failed]);
    expect(await failure("second.test", "first.test")).toEqual([111, refused]);
    expect(await failure("none.test", "second.test")).toEqual([111, refused]);
  });

  it("that takes a second: resolv.conf's timeout is in seconds", async () => {
    const dns = await startScriptedNameServer((_, type) =>
      type === RECORD_TYPE.a ? { addresses: [LOCAL], after: 1000 } : {},
    );
    const { port } = await startServer(serving);
    const runner = withResolver([`nameserver ${dns}`, "options timeout:20 attempts:1"]);
    const call = { authority, runner, host: NAME, port, prog };
    expect(await runClient(call)).toMatchObject({ code: 0, stderr: "", stdout: "127.0.0.1\n" });
  });

  it("whose answer for one family comes a little later: its addresses are tried, too", async () => {
    const { a, aaaa } = RECORD_TYPE;
    const { port } = await startServer({ ...serving, options: ["-6"], ip: "::1" });
    const dns = await startScriptedNameServer((_, type) => {
      if (type === a) return { addresses: [NOTHING_LISTENS] };
      return type === aaaa ? { addresses: [LOCAL_V6], after: 100 } : {};
    });
    const call = { authority, runner: withResolver([`nameserver ${dns}`]), host: NAME, port, prog };
    expect(await runClient({ ...call })).toMatchObject({
      code: 0,
      stdout: "::1\n",
    });
  });
});
