/**
 * With TLS_UID and TLS_GID, the engine is nobody in a process of its own, and prog is who s6-tlsc
 * was.
 */

import { once } from "node:events";
import { describe, expect, it } from "vitest";
import { type Call, call, refusalOf } from "../support/calls.ts";
import { Authority } from "../support/certificates.ts";
import { ClientAuthority } from "../support/client-authority.ts";
import { eventually } from "../support/limits.ts";
import { NEEDS_ROOT } from "../support/needs.ts";
import {
  AS_NOBODY,
  childrenOf,
  commandOf,
  engineChildOf,
  expectEvery,
  four,
  NODES,
  nobody,
} from "../support/privileges.ts";
import { everything } from "../support/processes.ts";
import { serve } from "../support/service.ts";
import {
  nextConnection,
  opensslServer,
  reversingServer,
  serverByWire,
} from "../support/tls-servers.ts";

const authority = Authority.root();
const credentials = authority.issue();

describe.each(NODES)("with %s", NEEDS_ROOT, (_, node) => {
  const asNobody = (settings: Omit<Call, "authority" | "through">): Call => ({
    authority,
    through: [node],
    ...settings,
    environment: { ...AS_NOBODY, ...settings.environment },
  });

  it("the engine is nobody before the first byte leaves", async () => {
    const { port, socket } = await nextConnection();
    const client = await call(asNobody({ port }));
    await once(await socket, "readable");
    const child = engineChildOf(client.pid) as number;
    expect(commandOf(child).some((word) => word.endsWith("/s6-tlsc-io"))).toBe(true);
    expectEvery(child, nobody);
  });

  it("the engine stays nobody, and prog is who s6-tlsc was", async () => {
    const { port, connection } = await serverByWire(credentials);
    const prog = ["sh", "-c", "echo ready; cat <&6"];
    const through = ["setpriv", "--regid=12", "--groups=20,24", node];
    const client = await call({ ...asNobody({ port, prog }), through });
    const { server } = await connection;
    server.resume();
    await eventually("prog", () => client.stdout === "ready\n");
    const child = engineChildOf(client.pid) as number;
    expectEvery(child, nobody);
    const others = [client.pid, ...childrenOf(client.pid)].filter((pid) => pid !== child);
    expect(others.length).toBeGreaterThan(1);
    for (const pid of others) expectEvery(pid, { uids: four(0), gids: four(12), groups: [20, 24] });
    server.end("goodbye");
    expect(await client.ended).toMatchObject({ stdout: "ready\ngoodbye", stderr: "", code: 0 });
  });

  it.each([
    ["-tls1_2", ["SSL_CIPHER=ECDHE-ECDSA-CHACHA20-POLY1305"], "TLSv1.2"],
    ["-tls1_3", ["SSL_CIPHER=TLS_CHACHA20_POLY1305_SHA256", "SSL_GROUP=X25519"], "TLSv1.3"],
  ])(
    "the cleartext is on 6 and 7, and the environment tells about the server (%s)",
    async (...row) => {
      const [flag, cipher, protocol] = row;
      const { port } = await reversingServer(credentials, [flag]);
      const prog = ["sh", "-c", "echo regit >&7; head -n 1 <&6; env | grep -E '^(SSL|TLS|CA)'"];
      const client = await call(asNobody({ port, prog }));
      const { stdout, stderr, code } = await client.ended;
      expect(stdout.split("\n").sort()).toEqual([
        "",
        ...cipher,
        expect.stringMatching(/^SSL_PEER_CERT_HASH=SHA256:/),
        "SSL_PEER_CERT_SAN=DNS:server.test",
        expect.stringMatching(/^SSL_PEER_CERT_SPKI_HASH=SHA256:/),
        "SSL_PEER_CERT_SUBJECT=O=Bearhug, CN=server.test",
        `SSL_PROTOCOL=${protocol}`,
        "SSL_TLS_SNI_SERVERNAME=server.test",
        "tiger",
      ]);
      expect({ stderr, code }).toEqual({ stderr: "", code: 0 });
    },
  );

  it("half-closes pass both ways, and prog's exit code comes out", async () => {
    const lateReply = ["sh", "-c", 'request=$(cat); sleep 0.2; echo "late reply to $request"'];
    const listener = await serve({ credentials, prog: lateReply });
    const prog = ["sh", "-c", "printf 'a question' >&7; exec 7>&-; cat <&6; exit 9"];
    const client = await call(asNobody({ port: listener.port, prog }));
    expect(await client.ended).toMatchObject({
      stdout: "late reply to a question\n",
      stderr: "",
      code: 9,
    });
  });

  it("-6 and -7 are where the child finds the network, and prog the cleartext", async () => {
    const { port } = await reversingServer(credentials);
    const prog = ["sh", "-c", "echo regit >&9; head -n 1 <&8"];
    const settings = { port, prog, options: ["-6", "8", "-7", "9"], descriptors: [8, 9] };
    const client = await call(asNobody(settings));
    expect(await client.ended).toMatchObject({ stdout: "tiger\n", stderr: "", code: 0 });
  });

  it("a server that isn't who it should be is refused by the child", async () => {
    const { port } = await opensslServer(authority.issue({ name: "other.test" }));
    const { code, stderr } = await refusalOf(asNobody({ port }));
    expect(stderr).toBe(
      "s6-tlsc-io: fatal: TLS error: certificate for another name; sent the alert bad_certificate\n",
    );
    expect(code).toBe(98);
  });

  it("a client certificate is read before the privileges go", async () => {
    const clients = ClientAuthority.root();
    const { port } = await reversingServer(credentials, [
      "-Verify",
      "1",
      "-CAfile",
      clients.certFile,
    ]);
    const options = ["-y"];
    const prog = ["sh", "-c", "echo regit >&7; head -n 1 <&6"];
    const client = await call(asNobody({ port, options, prog, credentials: clients.issue() }));
    expect(await client.ended).toMatchObject({ stdout: "tiger\n", stderr: "", code: 0 });
  });

  it("a signal that kills prog kills s6-tlsc", async () => {
    const { port, connection } = await serverByWire(credentials);
    const prog = ["sh", "-c", "echo ready; exec sleep 60"];
    const client = await call(asNobody({ port, prog }));
    const { server } = await connection;
    server.once("end", () => server.end());
    server.resume();
    await eventually("prog", () => client.stdout === "ready\n");
    client.signal("SIGTERM");
    expect(await client.ended).toMatchObject({ code: null, signal: "SIGTERM" });
  });
});

describe("whatever Node", NEEDS_ROOT, () => {
  it("without a name, there is one warning", async () => {
    const { port } = await opensslServer(credentials);
    const client = await call({ port, authority, name: null, environment: AS_NOBODY });
    const { stderr, code } = await client.ended;
    expect(stderr).toMatch(/^s6-tlsc-io: warning: no server name given[^\n]*\n$/);
    expect(code).toBe(0);
  });

  it("one descriptor for both directions is wrong usage", async () => {
    const { port, connection } = await serverByWire(credentials);
    const settings = { port, authority, options: ["-7", "6"], environment: AS_NOBODY };
    const { stderr, code } = await refusalOf({ ...settings, descriptors: [6] });
    expect(stderr).toMatch(/^s6-tlsc: usage: [^\n]*need two descriptors[^\n]*\n$/);
    expect(code).toBe(100);
    const { wire } = await connection;
    expect((await everything(wire)).length).toBe(0);
  });
});
