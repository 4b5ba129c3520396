/**
 * s6-tlsclient asks for the host by its name and takes no certificate for another; with -k, it is
 * the name given there that counts. For an address no name is asked for; the certificate must be for it.
 */
import { describe, expect, it } from "vitest";
import { Authority } from "../support/certificates.ts";
import { ClientAuthority } from "../support/client-authority.ts";
import { extension } from "../support/extensions.ts";
import { startServer } from "../support/server.ts";
import { runClient } from "../support/tls-client-program.ts";

const authority = Authority.root();
const credentials = authority.issue({ name: "localhost" });
// biome-ignore lint/suspicious/noTemplateCurlyInString: it is the shell's
const prog = ["sh", "-c", 'echo "asked for ${SSL_TLS_SNI_SERVERNAME:-nobody}"'];
const serving = { authority, credentials, prog };

it("the host's name is asked for, and its certificate taken", async () => {
  const { port } = await startServer(serving);
  expect(await runClient({ authority, host: "localhost", port })).toEqual({
    code: 0,
    signal: null,
    stdout: "asked for localhost\n",
    stderr: "",
  });
});

it("-k names another: its certificate is the wrong one, 98", async () => {
  const { port } = await startServer(serving);
  const call = { authority, host: "localhost", port, options: ["-k", "other.test"] };
  const { code, stdout, stderr } = await runClient(call);
  expect({ code, stdout }).toEqual({ code: 98, stdout: "" });
  expect(stderr).toMatch(/^s6-tlsclient: fatal: TLS error: [^\n]+\n$/);
});

it("an address with -k: that name is asked for", async () => {
  const { port } = await startServer(serving);
  const call = { authority, host: "127.0.0.1", port, options: ["-k", "localhost"] };
  expect(await runClient(call)).toMatchObject({ stdout: "asked for localhost\n", stderr: "" });
});

describe.each([[[]], [["-H"]]])("an address without -k, options %j", (options) => {
  const host = "127.0.0.1";

  it("a certificate for the address is taken, and no name asked for", async () => {
    const other = ClientAuthority.root();
    const names = extension.alternativeNames(["IP", Buffer.of(127, 0, 0, 1)]);
    const credentials = other.issue({ extensions: [names] });
    const { port } = await startServer({ ...serving, credentials });
    expect(await runClient({ authority: other, host, port, options })).toMatchObject({
      code: 0,
      stdout: "asked for nobody\n",
      stderr: "",
    });
  });

  it("a certificate for a name is refused, 98", async () => {
    const { port } = await startServer(serving);
    const { code, stdout, stderr } = await runClient({ authority, host, port, options });
    expect({ code, stdout }).toEqual({ code: 98, stdout: "" });
    expect(stderr).toContain("certificate for another name");
  });
});

it("a host with the root's dot is the host without", async () => {
  const { port } = await startServer(serving);
  const call = { authority, host: "127.0.0.1", port, options: ["-k", "localhost."] };
  expect(await runClient(call)).toMatchObject({ stdout: "asked for localhost\n", stderr: "" });
});

it("a certificate that is not trusted: 98, and prog does not run", async () => {
  const { port } = await startServer(serving);
  const call = { authority: Authority.root(), host: "localhost", port, prog: ["echo", "ran"] };
  const { code, stdout } = await runClient(call);
  expect({ code, stdout }).toEqual({ code: 98, stdout: "" });
});
