/**
 * Installed from the tarball into an empty folder, with no network, no scripts, no compiler: all
 * programs start on the Node that runs the tests and on newer ones, and the server, s6-tlsd and the
 * client talk TLS with each other.
 */
import { describe, expect, it } from "vitest";
import { Authority, SERVER_NAME } from "../support/certificates.ts";
import { eventually } from "../support/limits.ts";
import { node } from "../support/nodes.ts";
import { installed, manifest, poorPath, programs } from "../support/package.ts";
import { run, start } from "../support/processes.ts";
import { credentialsEnvironment } from "../support/service.ts";
import { startTcpserver } from "../support/super-servers.ts";

const bin = installed();
const authority = Authority.root();
const credentials = authority.issue();

const SAY_HELLO = ["sh", "-c", "echo hello >&7; exec cat <&6"];
const ANSWER = ["sh", "-c", 'read -r line; echo "$line over $SSL_PROTOCOL"'];

const NODES: [string, string][] = [
  ["this Node", process.execPath],
  ["Node 22", node(22)],
  ["Node 24", node(24)],
  ["Node 26", node(26)],
];

describe.each(NODES)("%s", (_, executable) => {
  const PATH = poorPath(executable, bin);

  /** What prog of the server answers to s6-tlsclient. */
  async function answerAt(port: number): Promise<string> {
    const client = ["s6-tlsclient", "-k", SERVER_NAME, "127.0.0.1", `${port}`, ...SAY_HELLO];
    const environment = { PATH, CAFILE: authority.certFile };
    const { code, stdout, stderr } = await run(client, { environment });
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    return stdout;
  }

  it("all programs tell their version", async () => {
    const told = await Promise.all(
      programs.map((name) => run([name, "--version"], { environment: { PATH } })),
    );
    const lines = programs.map((name) => `${name} (bearhug) ${manifest.version}\n`);
    expect(told.map(({ stdout }) => stdout)).toEqual(lines);
  });

  it("s6-tlsserver talks to s6-tlsclient", async () => {
    const environment = { PATH, ...credentialsEnvironment(credentials) };
    const server = start(["s6-tlsserver", "-1", "127.0.0.1", "0", ...ANSWER], { environment });
    await eventually("the server's port", () => server.stdout.includes("\n") || server.isOver);
    expect(await answerAt(Number(server.stdout))).toBe("hello over TLSv1.3\n");
    server.signal("SIGTERM");
    expect(await server.ended).toMatchObject({ code: 0, stderr: "" });
  });

  it("s6-tlsd behind tcpserver talks to s6-tlsclient", async () => {
    const environment = { PATH, ...credentialsEnvironment(credentials) };
    const { port } = await startTcpserver(["s6-tlsd", ...ANSWER], environment);
    expect(await answerAt(port)).toBe("hello over TLSv1.3\n");
  });
});
