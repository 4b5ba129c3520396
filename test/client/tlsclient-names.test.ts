/**
 * s6-tlsclient asks for the host by its name and takes no certificate for another; with -k, it is
 * the name given there that counts, and for an address none is asked for.
 */
import { expect, it } from "vitest";
import { Authority } from "../support/certificates.ts";
import { startServer } from "../support/server.ts";
import { runClient } from "../support/tls-client-program.ts";

const authority = Authority.root();
const credentials = authority.issue({ name: "localhost" });
// biome-ignore lint/suspicious/noTemplateCurlyInString: it is the shell's
const prog = ["sh", "-c", 'echo "asked for ${SSL_TLS_SNI_SERVERNAME:-nobody}"'];
const serving = { authority, credentials, prog };

const NO_NAME =
  "s6-tlsclient: warning: no server name given (-k): any certificate of a trusted CA will do\n";

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

it.each([[[]], [["-H"]]])(
  "an address without -k, options %j: no name, and a warning",
  async (options) => {
    const { port } = await startServer(serving);
    const call = { authority, host: "127.0.0.1", port, options };
    expect(await runClient(call)).toMatchObject({
      code: 0,
      stdout: "asked for nobody\n",
      stderr: NO_NAME,
    });
  },
);

it.each(["-q", "-v0"])("the warning is not there with %s", async (option) => {
  const { port } = await startServer(serving);
  const call = { authority, host: "127.0.0.1", port, options: [option] };
  expect(await runClient(call)).toMatchObject({ code: 0, stderr: "" });
});

it("a certificate that nobody trusts: 98, and prog does not run", async () => {
  const { port } = await startServer(serving);
  const call = { authority: Authority.root(), host: "localhost", port, prog: ["echo", "ran"] };
  const { code, stdout } = await runClient(call);
  expect({ code, stdout }).toEqual({ code: 98, stdout: "" });
});
