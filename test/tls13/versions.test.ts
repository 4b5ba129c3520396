/** Which versions are on offer: the profile strict, and limits that narrow a profile. */
import { connect } from "node:tls";
import { describe, expect, it } from "vitest";
import { Authority, SERVER_NAME } from "../support/certificates.ts";
import { opensslArguments } from "../support/clients.ts";
import { bearhug, listening, pairOf } from "../support/library.ts";
import { run } from "../support/processes.ts";
import { startServer } from "../support/server.ts";
import { program } from "../support/service.ts";

const authority = Authority.root();
const credentials = authority.issue();
const TELLS = ["sh", "-c", 'echo "$SSL_PROTOCOL $SSL_GROUP"'];

/** What a client of OpenSSL's is told, or its complaint. */
async function ask(options: string[], ...client: string[]) {
  const server = await startServer({
    authority,
    credentials,
    prog: TELLS,
    options: ["-S", ...options],
  });
  // Without a wait it would leave before the answer is there.
  const command = [...opensslArguments(server), ...client].join(" ");
  const { stdout, stderr } = await run(["sh", "-c", `sleep 0.5 | ${command}`]);
  return { told: stdout.trim(), complaint: stderr, server };
}

const PROTOCOL_VERSION = "SSL alert number 70";

describe("the profile strict", () => {
  it("speaks TLS 1.3, and tells the group", async () => {
    const groups = { X25519: "X25519", "P-256": "secp256r1", "P-384": "secp384r1" };
    for (const [asked, told] of Object.entries(groups)) {
      expect(await ask(["--tls-profile", "strict"], "-groups", asked)).toMatchObject({
        told: `TLSv1.3 ${told}`,
      });
    }
  });

  it("tells a client without TLS 1.3 why it is refused", async () => {
    const { told, complaint } = await ask(["--tls-profile", "strict"], "-tls1_2");
    expect(told).toBe("");
    expect(complaint).toContain(PROTOCOL_VERSION);
  });
});

describe("limits", () => {
  it("take TLS 1.3 away, and its group", async () => {
    expect(await ask(["--tls-max", "1.2"])).toMatchObject({ told: "TLSv1.2" });
  });

  it("take TLS 1.2 away", async () => {
    expect(await ask(["--tls-min", "1.3"])).toMatchObject({ told: "TLSv1.3 X25519" });
    const { complaint } = await ask(["--tls-min", "1.3"], "-tls1_2");
    expect(complaint).toContain(PROTOCOL_VERSION);
  });

  it("never add what the profile has not", async () => {
    const { complaint } = await ask(["--tls-min", "1.0"], "-tls1_1", "-cipher", "ALL@SECLEVEL=0");
    expect(complaint).toContain(PROTOCOL_VERSION);
  });

  it("narrow legacy, too", async () => {
    const old = ["-cipher", "ALL@SECLEVEL=0"];
    const legacy = ["--tls-profile", "legacy"];
    expect(await ask([...legacy, "--tls-max", "1.1"], ...old)).toMatchObject({
      told: "TLSv1.1",
    });
    const { complaint } = await ask([...legacy, "--tls-min", "1.2"], "-tls1_1", ...old);
    expect(complaint).toContain(PROTOCOL_VERSION);
  });

  it.each([
    [["--tls-min", "1.4"], "unknown version of TLS 1.4"],
    [["--tls-max", "TLSv1.2"], "unknown version of TLS TLSv1.2"],
    [["--tls-profile", "strict", "--tls-max", "1.2"], "no version of TLS is left"],
    [["--tls-max", "1.1"], "no version of TLS is left"],
  ])("of %j are wrong usage", async (options, complaint) => {
    const { keyFile: KEYFILE, certFile: CERTFILE } = credentials;
    const environment = { KEYFILE, CERTFILE };
    const { code, stderr } = await run([program("s6-tlsd"), ...options, "true"], { environment });
    expect(stderr).toContain(complaint);
    expect(code).toBe(100);
  });
});

describe("the library", () => {
  it("takes Node's minVersion and maxVersion, and tells the group", async () => {
    const options = { ...pairOf(credentials), profile: "legacy" as const };
    const port = await listening(
      bearhug.createServer({ ...options, maxVersion: "TLSv1.1" }, (stream) =>
        stream.end(`${stream.protocol} ${stream.getEphemeralKeyInfo()?.name}`),
      ),
    );
    const strict = await listening(
      bearhug.createServer({ ...options, profile: "strict", minVersion: "TLSv1.3" }, (stream) =>
        stream.end(`${stream.protocol} ${stream.getEphemeralKeyInfo()?.name}`),
      ),
    );
    expect(await hear(port)).toBe("TLSv1.1 undefined");
    expect(await hear(strict)).toBe("TLSv1.3 X25519");
  });

  it("says at once when nothing is left", () => {
    const options = { ...pairOf(credentials), maxVersion: "TLSv1.1" as const };
    const make = () => bearhug.createServer(options, () => {});
    expect(make).toThrow("no version of TLS is left");
  });
});

/** What a client of Node's hears. */
async function hear(port: number): Promise<string> {
  const socket = connect({
    ...{ port, servername: SERVER_NAME, rejectUnauthorized: false },
    ...{ minVersion: "TLSv1", ciphers: "DEFAULT@SECLEVEL=0" },
  });
  const heard: Buffer[] = [];
  for await (const data of socket) heard.push(data);
  return Buffer.concat(heard).toString();
}
