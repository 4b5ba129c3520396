/** Sessions are resumed by any process that has the same key, with nothing configured. */
import { describe, expect, it } from "vitest";
import { Authority } from "../support/certificates.ts";
import { ClientAuthority } from "../support/client-authority.ts";
import { type Destination, openssl } from "../support/clients.ts";
import { run } from "../support/processes.ts";
import { scratchFile } from "../support/scratch.ts";
import { startServer } from "../support/server.ts";
import { program, serve } from "../support/service.ts";

const authority = Authority.root();
const credentials = authority.issue();
const root = ClientAuthority.root();

const STRICT = ["-v2", "-S", "--tls-profile", "strict"];
const TELLS = ["sh", "-c", 'echo "[$SSL_SESSION_REUSED]"'];

/** Where OpenSSL keeps the session between two connections. */
const sessionFile = () => scratchFile("session.pem", "");

/** What prog tells a client of OpenSSL's. */
async function ask(destination: Destination, ...options: string[]): Promise<string> {
  return (await openssl(destination, options)).stdout.trim();
}

describe("s6-tlsd", () => {
  it("resumes what another process of it began, tells prog and the log", async () => {
    // An outer SSL_SESSION_REUSED is none of this connection's.
    const environment = { SSL_SESSION_REUSED: "outer" };
    const listener = await serve({ credentials, options: STRICT, prog: TELLS, environment });
    const session = sessionFile();
    const destination = { port: listener.port, authority };
    expect(await ask(destination, "-sess_out", session)).toBe("[]");
    const more = ["-sess_in", session, "-sess_out", session];
    expect(await ask(destination, ...more)).toBe("[1]");
    expect(await ask(destination, ...more)).toBe("[1]");
    const lines = [];
    for (let count = 0; count < 3; count++) {
      const { stderr } = await (await listener.tunnel()).ended;
      lines.push(/_SHA256 X25519( resumed)?,/.exec(stderr)?.[1] ?? "full");
    }
    expect(lines).toEqual(["full", " resumed", " resumed"]);
  });

  it.each<[string, string[], string[]]>([
    ["--tickets 0", [], ["--tickets", "0"]],
    ["another profile than before", [], ["--tls-profile", "modern"]],
  ])("with %s does not", async (_name, first, second) => {
    const session = sessionFile();
    const before = await serve({ credentials, options: [...STRICT, ...first], prog: TELLS });
    await ask({ port: before.port, authority }, "-sess_out", session);
    const { port } = await serve({ credentials, options: [...STRICT, ...second], prog: TELLS });
    expect(await ask({ port, authority }, "-sess_in", session)).toBe("[]");
  });

  it("with -Y gives no tickets, and takes none", async () => {
    const session = sessionFile();
    const { port } = await serve({ credentials, options: STRICT, prog: TELLS });
    await ask({ port, authority }, "-sess_out", session);
    const asking = await serve({
      ...{ credentials, prog: TELLS, options: [...STRICT, "-Y"] },
      environment: { CAFILE: root.certFile },
    });
    const { stdout } = await openssl({ port: asking.port, authority }, [
      "-sess_in",
      session,
      "-msg",
    ]);
    expect(stdout).toContain("[]");
    expect(stdout).not.toContain("NewSessionTicket");
  });

  it.each([
    [["--tickets", "5"], "5 is out of range; it is 0 to 4"],
    [["--tickets", "x"], "not an unsigned integer: x"],
    [["--ticket-lifetime", "0"], "0 is out of range; it is 1 to 21600"],
    [["--ticket-lifetime", "21601"], "21601 is out of range; it is 1 to 21600"],
  ])("%j is wrong usage", async (options, complaint) => {
    const { keyFile: KEYFILE, certFile: CERTFILE } = credentials;
    const environment = { KEYFILE, CERTFILE };
    const { code, stderr } = await run([program("s6-tlsd"), ...options, "true"], { environment });
    expect(stderr).toContain(complaint);
    expect(code).toBe(100);
  });
});

describe("s6-tlsserver", () => {
  const serving = (...options: string[]) =>
    startServer({
      authority,
      credentials,
      options: ["-v", ...STRICT.slice(1), ...options],
      prog: TELLS,
    });

  it("resumes in another worker, after a restart, and beside s6-tlsd", async () => {
    const session = sessionFile();
    const first = await serving("--workers", "2");
    expect(await ask(first, "-sess_out", session)).toBe("[]");
    for (let count = 0; count < 4; count++) {
      expect(await ask(first, "-sess_in", session)).toBe("[1]");
    }
    await first.logged(/closed: .* resumed, /, 4);
    await first.stop();
    expect(await ask(await serving(), "-sess_in", session)).toBe("[1]");
    const { port } = await serve({ credentials, options: STRICT, prog: TELLS });
    expect(await ask({ port, authority }, "-sess_in", session)).toBe("[1]");
  });

  it.each(["2", "21600"])("tells a lifetime of %s s", async (lifetime) => {
    const session = sessionFile();
    const server = await serving("--tickets", "4", "--ticket-lifetime", lifetime);
    await ask(server, "-sess_out", session);
    const { stdout } = await run(["openssl", "sess_id", "-in", session, "-noout", "-text"]);
    expect(stdout).toContain(`TLS session ticket lifetime hint: ${lifetime} (seconds)`);
  });

  it("says in JSON whether it was one", async () => {
    const session = sessionFile();
    const server = await serving("--log-format", "json");
    await ask(server, "-sess_out", session);
    await ask(server, "-sess_in", session);
    const lines = await server.logged('"event":"closed"', 2);
    expect(lines.map((line) => JSON.parse(line).resumed).sort()).toEqual([false, true]);
  });
});
