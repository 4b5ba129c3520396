/**
 * What s6-tlsclient looks up, with a real name server: the host, completed by the search list or not,
 * and the names and the user that prog finds.
 */
import { createServer } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { Authority } from "../support/certificates.ts";
import { NEEDS_RESOLVER, startNameServer, withResolver } from "../support/name-server.ts";
import { startServer } from "../support/server.ts";
import { runClient } from "../support/tls-client-program.ts";

const authority = Authority.root();
const credentials = authority.issue({ name: "www.homes.test" });
const serving = { authority, credentials, prog: ["cat"] };

/** What prog finds in a variable; "unset" if it isn't there. */
const show = (...names: string[]) => [
  "sh",
  "-c",
  `echo ${names.map((name) => `"\${${name}-unset}"`).join(" ")}`,
];

const servers: { close(): void }[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** Every question gets that reply; null: none. */
async function startIdentd(reply: ((question: string) => string) | null): Promise<void> {
  const server = createServer((socket) => {
    socket.on("error", () => {});
    socket.on("data", (question) => {
      if (reply !== null) socket.end(reply(question.toString().trim()));
    });
  });
  servers.push(server);
  await new Promise<void>((listening) => server.listen(113, "127.0.0.1", listening));
}

describe("with a name server", NEEDS_RESOLVER, () => {
  it("a host is found by DNS, and is the name that prog finds", async () => {
    const dns = await startNameServer("host-record=www.homes.test,127.0.0.1");
    const { port } = await startServer(serving);
    const runner = withResolver([`nameserver ${dns.address}`]);
    const prog = show("TCPREMOTEIP", "TCPREMOTEHOST");
    const call = { authority, runner, host: "www.homes.test", port, prog };
    expect(await runClient(call)).toMatchObject({
      code: 0,
      stdout: "127.0.0.1 www.homes.test\n",
      stderr: "",
    });
  });

  it("IPv4 addresses are tried first; -4 -6 tries IPv6 first", async () => {
    const dns = await startNameServer("host-record=www.homes.test,127.0.0.1,::1");
    const { port } = await startServer({ ...serving, options: ["-46"], ip: "::" });
    const runner = withResolver([`nameserver ${dns.address}`]);
    const call = { authority, runner, host: "www.homes.test", port, prog: show("TCPREMOTEIP") };
    expect(await runClient(call)).toMatchObject({ stdout: "127.0.0.1\n" });
    expect(await runClient({ ...call, options: ["-46"] })).toMatchObject({ stdout: "::1\n" });
    expect(await runClient({ ...call, options: ["-6"] })).toMatchObject({ stdout: "::1\n" });
  });

  it("a short name is completed by the search list, unless -N is given", async () => {
    const dns = await startNameServer("host-record=www.homes.test,127.0.0.1");
    const { port } = await startServer(serving);
    const runner = withResolver([`nameserver ${dns.address}`, "search none.test homes.test"]);
    const call = { authority, runner, host: "www", port, options: ["-k", "www.homes.test"] };
    expect(await runClient(call)).toMatchObject({ code: 0 });
    expect(await runClient({ ...call, options: [...call.options, "-N"] })).toMatchObject({
      code: 111,
      stderr: `s6-tlsclient: fatal: unable to connect to www port ${port}: no such host\n`,
    });
  });

  it("a name server that is not there, or refuses: 111, and a line says so", async () => {
    const refusing = await startNameServer();
    const call = { authority, host: "www.homes.example.", port: 443 };
    for (const [address, reason] of [
      ["127.53.255.1", "no name server listens where resolv.conf says"],
      [refusing.address, "the name server refuses the question (REFUSED)"],
    ] as const) {
      const runner = withResolver([`nameserver ${address}`, "options attempts:1"]);
      expect(await runClient({ ...call, runner })).toMatchObject({
        code: 111,
        stderr: `s6-tlsclient: fatal: unable to connect to www.homes.example. port 443: ${reason}\n`,
      });
    }
  });

  it("for an address, DNS is asked for both names; -l names ours, and -H asks for none", async () => {
    const dns = await startNameServer("host-record=loop.homes.test,127.0.0.1");
    const { port } = await startServer(serving);
    const runner = withResolver([`nameserver ${dns.address}`]);
    const named = ["-k", "www.homes.test"];
    const call = { authority, runner, port, prog: show("TCPREMOTEHOST", "TCPLOCALHOST") };
    const names = async (...options: string[]) =>
      (await runClient({ ...call, options: [...named, ...options] })).stdout;
    expect(await names()).toBe("loop.homes.test loop.homes.test\n");
    expect(await names("-l", "ours")).toBe("loop.homes.test ours\n");
    expect(await names("-H")).toBe("unset unset\n");
    expect(await names("-HRl0")).toBe("unset 0\n");
  });

  it("-h: the hosts file has the first word about names of addresses", async () => {
    const dns = await startNameServer("host-record=loop.homes.test,127.0.0.1");
    const { port } = await startServer(serving);
    const runner = withResolver([`nameserver ${dns.address}`], ["127.0.0.1 hosts.test alias.test"]);
    const call = { authority, runner, port, prog: show("TCPREMOTEHOST") };
    const named = ["-k", "www.homes.test"];
    expect(await runClient({ ...call, options: named })).toMatchObject({
      stdout: "loop.homes.test\n",
    });
    expect(await runClient({ ...call, options: [...named, "-h"] })).toMatchObject({
      stdout: "hosts.test\n",
    });
  });

  it("a name with other characters than names have is not told", async () => {
    const dns = await startNameServer("ptr-record=1.0.0.127.in-addr.arpa,a$b.test");
    const { port } = await startServer(serving);
    const runner = withResolver([`nameserver ${dns.address}`]);
    const options = ["-k", "www.homes.test"];
    const call = { authority, runner, port, options, prog: show("TCPREMOTEHOST") };
    expect(await runClient(call)).toMatchObject({ code: 0, stdout: "unset\n" });
  });

  it("a name server that never answers costs two seconds, and the connection is made", async () => {
    const { port } = await startServer(serving);
    // TEST-NET-1: nothing answers there, or the system says at once that it can't be reached.
    const runner = withResolver(["nameserver 192.0.2.53", "options timeout:9 attempts:9"]);
    const options = ["-k", "www.homes.test"];
    const call = { authority, runner, port, options, prog: show("TCPREMOTEHOST") };
    expect(await runClient(call)).toMatchObject({ code: 0, stdout: "unset\n", stderr: "" });
  });
});

// A port below 1024 is for root, as resolv.conf is.
describe("with an identification server", NEEDS_RESOLVER, () => {
  it("-r: prog finds what IDENT says, and what is no answer is not told", async () => {
    const { port } = await startServer(serving);
    const prog = show("TCPREMOTEINFO");
    const options = ["-H", "-k", "www.homes.test"];
    const call = { authority, port, prog };
    const asks = async () => (await runClient({ ...call, options: [...options, "-r"] })).stdout;
    await startIdentd((question) => `${question} : USERID : UNIX : jane doe\r\n`);
    expect(await asks()).toBe("jane doe\n");
    expect((await runClient({ ...call, options })).stdout).toBe("unset\n");
    const answers = [
      (question: string) => `${question} : ERROR : NO-USER\r\n`,
      () => "1 , 2 : USERID : UNIX : somebody else's\r\n",
      (question: string) => `${question} : USERID : UNIX : \x1b[2J\r\n`,
      () => "x".repeat(2000),
      () => "",
    ];
    for (const answer of answers) {
      for (const server of servers.splice(0)) server.close();
      await startIdentd(answer);
      expect(await asks()).toBe("unset\n");
    }
  });
});
