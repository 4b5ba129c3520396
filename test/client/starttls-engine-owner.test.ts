/**
 * Delayed TLS with TLS_UID and TLS_GID: when prog asks for TLS, and not before, a process of nobody's
 * takes the network over; prog stays who it was.
 */

import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { Authority } from "../support/certificates.ts";
import { connect, connectRaw, exchange, receiveUntil } from "../support/clients.ts";
import { eventually } from "../support/limits.ts";
import { NEEDS_ROOT } from "../support/needs.ts";
import { payload, sha256 } from "../support/payload.ts";
import {
  AS_NOBODY,
  childrenOf,
  engineChildOf,
  expectEvery,
  four,
  identitiesOf,
  NOBODY,
  nobody,
} from "../support/privileges.ts";
import { everything } from "../support/processes.ts";
import { scratchFile } from "../support/scratch.ts";
import { credentialsEnvironment, type Service, serve } from "../support/service.ts";
import { agreeOnTls, connectByStartTls, mailClient, mailServer } from "../support/starttls.ts";
import { talk } from "../support/starttls-talk.ts";

const authority = Authority.root();
const credentials = authority.issue();

function serveAsNobody(service: Partial<Service> & { prog: string[] }) {
  const environment = { ...AS_NOBODY, ...service.environment };
  return serve({ program: "s6-ucspitlsd", credentials, ...service, environment });
}

describe("a server", NEEDS_ROOT, () => {
  it("has no engine until the letter comes; then it is nobody before the first byte", async () => {
    const listener = await serveAsNobody({ prog: mailServer({ inside: "cat" }) });
    const socket = await connectRaw(listener.port);
    await receiveUntil(socket, "220 mail.test\r\n");
    const { pid } = await listener.tunnel();
    const [prog] = childrenOf(pid);
    expect(childrenOf(pid)).toHaveLength(1);
    socket.write("STARTTLS\r\n");
    await receiveUntil(socket, "220 go on\r\n");
    await eventually("an engine that is nobody", () => {
      const child = engineChildOf(pid);
      return child !== null && identitiesOf(child)[0]?.uids[0] === NOBODY;
    });
    expectEvery(engineChildOf(pid) as number, nobody);
    const { groups } = identitiesOf(process.pid)[0] as { groups: number[] };
    for (const other of [pid, prog as number]) {
      expectEvery(other, { uids: four(0), gids: four(0), groups });
    }
  });

  it("needs no key that can be read while it talks in cleartext", async () => {
    const missing = { keyFile: "/nonexistent/key", certFile: "/nonexistent/certificate" };
    const prog = ["sh", "-c", "cat; exit 7"];
    const listener = await serveAsNobody({ credentials: missing, prog });
    const socket = await connectRaw(listener.port);
    const answer = everything(socket);
    socket.end("all in the clear");
    expect((await answer).toString()).toBe("all in the clear");
    expect(await (await listener.tunnel()).ended).toMatchObject({ code: 7, stderr: "" });
  });

  it("tells on the control socket what the handshake told, and nothing after a y", async () => {
    const between = "told=$(tr '\\0' ' ' <&$SSLCTLFD)";
    for (const [letters, told] of [
      ["y", /^<>\n$/],
      ["Y", /^<SSL_PROTOCOL=TLSv1\.3 .*SSL_TLS_SNI_SERVERNAME=server\.test .*>\n$/],
    ] as const) {
      const prog = mailServer({ letters, between, inside: 'echo "<$told>"' });
      const { port } = await serveAsNobody({ prog });
      expect(await exchange(await connectByStartTls({ port, authority }), "")).toMatch(told);
    }
  });

  it("goes on in TLS with a prog that has closed the control socket behind its Y", async () => {
    const between = 'eval "exec $SSLCTLFD>&-"';
    const prog = mailServer({ letters: "Y", between, inside: "cat" });
    const listener = await serveAsNobody({ prog });
    const client = await connectByStartTls({ port: listener.port, authority });
    expect(await exchange(client, "hello\n")).toBe("hello\n");
    expect(await (await listener.tunnel()).ended).toMatchObject({ code: 0, stderr: "" });
  });

  it("loses nothing of a prog that is gone before the handshake is done", async () => {
    const inside = "head -c 30000 /dev/zero | tr '\\0' x; exit 8";
    const listener = await serveAsNobody({ prog: mailServer({ inside }) });
    const socket = await agreeOnTls(listener.port);
    await sleep(300);
    const client = await connect({ port: listener.port, authority }, { socket });
    expect((await everything(client)).toString()).toBe("x".repeat(30_000));
    client.destroy();
    expect(await (await listener.tunnel()).ended).toMatchObject({ code: 8, stderr: "" });
  });

  it.each([
    ["a key that is not there", { keyFile: "/nonexistent", certFile: credentials.certFile }, ""],
    ["a client that hangs up", credentials, "EOF during the handshake"],
  ])("%s: told by the engine; prog sees EOF, and ends as it likes", async (_, used, reason) => {
    const between = 'test -z "$(cat <&$SSLREADFD)$(cat <&$SSLCTLFD)" || exit 1';
    const prog = mailServer({ letters: "Y", between, inside: "exit 9" });
    const listener = await serveAsNobody({ credentials: used, prog });
    (await agreeOnTls(listener.port)).end();
    const { code, stderr } = await (await listener.tunnel()).ended;
    expect(code).toBe(9);
    expect(stderr).toMatch(/^s6-tlsd-io: fatal: [^\n]+\n$/);
    expect(stderr).toContain(reason);
  });

  it("says so when the engine is killed", async () => {
    const prog = mailServer({ inside: "cat; exit 5" });
    const listener = await serveAsNobody({ prog });
    const client = await connectByStartTls({ port: listener.port, authority });
    client.on("error", () => {});
    client.write("hello\n");
    await receiveUntil(client, "hello\n");
    const tunnel = await listener.tunnel();
    process.kill(engineChildOf(tunnel.pid) as number, "SIGKILL");
    expect(await tunnel.ended).toMatchObject({
      code: 5,
      stderr: "s6-ucspitlsd: fatal: s6-tlsd-io was killed by SIGKILL\n",
    });
  });

  it.each(["TLS_UID", "TLS_GID"])("with a %s that is none: 100, and no prog", async (name) => {
    const trace = scratchFile("prog-has-run");
    const prog = ["sh", "-c", `echo ran; echo ran >${trace}`];
    const listener = await serveAsNobody({ prog, environment: { [name]: "nobody-here" } });
    expect((await everything(await connectRaw(listener.port))).toString()).toBe("");
    const { code, stderr } = await (await listener.tunnel()).ended;
    expect(code).toBe(100);
    expect(stderr).toContain(`environment variable ${name}: no `);
  });
});

describe("both sides", NEEDS_ROOT, () => {
  it("1 MiB each way at once, and each half-closes", async () => {
    const [there, back] = [payload("there", 1 << 20), payload("back", 1 << 20)];
    const files = { there: scratchFile("there", there), back: scratchFile("back", back) };
    const inServer = `exec 8<&0; cat ${files.back} & sha256sum <&8 >&2; wait`;
    const inClient = `exec 3>&1 1>&-; (cat ${files.there} >&3) & exec 3>&-; sha256sum >&9; exit 6`;
    const ended = await talk({
      server: {
        environment: { ...credentialsEnvironment(credentials), ...AS_NOBODY },
        prog: mailServer({ inside: inServer }),
      },
      client: {
        environment: { CAFILE: authority.certFile, ...AS_NOBODY },
        prog: mailClient({ inside: inClient }),
      },
    });
    expect(ended).toMatchObject({ code: 6, stdout: `${sha256(back)}  -\n`, stderr: "" });
    await eventually("the server's digest", () => ended.server.stderr.includes(sha256(there)));
  });
});
