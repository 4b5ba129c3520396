/**
 * In TLS 1.3 a server judges the client's certificate when the client's handshake is done: prog is there
 * already, reads an EOF, and its exit status is our client's. s6-tlsc-io has no prog, and fails itself.
 * Before TLS 1.3 no prog runs.
 */
import { describe, expect, it } from "vitest";
import { call, refusalOf } from "../support/calls.ts";
import { Authority, SERVER_NAME } from "../support/certificates.ts";
import { ClientAuthority } from "../support/client-authority.ts";
import { run } from "../support/processes.ts";
import { program } from "../support/service.ts";
import { opensslServer } from "../support/tls-servers.ts";

const authority = Authority.root();
const credentials = authority.issue();
const clients = ClientAuthority.root();
const REQUIRES = ["-Verify", "3", "-verify_return_error", "-CAfile", clients.certFile];
const PROG = ["sh", "-c", "cat <&6; echo prog is over; exit 7"];

describe("TLS 1.3", () => {
  const REFUSED = /the peer sent the alert certificate_required/;
  const serving = () => opensslServer(credentials, [...REQUIRES, "-tls1_3"]);

  it("s6-tlsc ends as prog does, and tells the alert", async () => {
    const { port } = await serving();
    const client = await call({ port, authority, prog: PROG });
    const { stdout, stderr, code } = await client.ended;
    expect({ stdout, code }).toEqual({ stdout: "prog is over\n", code: 7 });
    expect(stderr).toMatch(REFUSED);
  });

  it("s6-tlsclient, too", async () => {
    const { port } = await serving();
    const line = [program("s6-tlsclient"), "-k", SERVER_NAME, "127.0.0.1", `${port}`, ...PROG];
    const { stdout, stderr, code } = await run(line, {
      environment: { CAFILE: authority.certFile },
    });
    expect({ stdout, code }).toEqual({ stdout: "prog is over\n", code: 7 });
    expect(stderr).toMatch(REFUSED);
  });

  it("s6-ucspitlsc, too", async () => {
    const { port } = await serving();
    const prog = ["sh", "-c", "printf y >&$SSLCTLFD; cat <&$SSLREADFD; echo prog is over; exit 7"];
    const client = await call({ port, authority, prog, program: "s6-ucspitlsc" });
    const { stdout, stderr, code } = await client.ended;
    expect({ stdout, code }).toEqual({ stdout: "prog is over\n", code: 7 });
    expect(stderr).toMatch(REFUSED);
  });

  it("s6-tlsc-io exits 98", async () => {
    const { port } = await serving();
    const client = await call({ port, authority, program: "s6-tlsc-io" });
    const { stdout, stderr, code } = await client.ended;
    expect({ stdout, code }).toEqual({ stdout: "", code: 98 });
    expect(stderr).toMatch(REFUSED);
  });
});

it("before TLS 1.3, prog doesn't run and s6-tlsc exits 98", async () => {
  const { port } = await opensslServer(credentials, [...REQUIRES, "-tls1_2"]);
  const { stderr, code } = await refusalOf({ port, authority });
  expect(code).toBe(98);
  expect(stderr).toContain("the peer sent the alert handshake_failure");
});
