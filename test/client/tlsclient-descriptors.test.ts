/**
 * What prog of s6-tlsclient has open: what s6-tlsclient was started with, and the cleartext. The connection
 * itself is not prog's: prog could write past TLS, and what it leaves behind would keep the connection open.
 */
import { expect, it } from "vitest";
import { Authority, SERVER_NAME } from "../support/certificates.ts";
import { NEEDS_ROOT } from "../support/needs.ts";
import { AS_NOBODY } from "../support/privileges.ts";
import { runClient } from "../support/tls-client-program.ts";
import { reversingServer } from "../support/tls-servers.ts";

const authority = Authority.root();
const credentials = authority.issue();

const LIST = "ls /proc/$$/fd";

/** What a client has when it starts, with one descriptor more than vitest gives it, and what its prog has. */
async function listed(environment: Record<string, string> = {}) {
  const { port } = await reversingServer(credentials);
  const runner = ["sh", "-c", `exec 5</dev/zero; (${LIST}) >&2; exec "$@"`, "sh"];
  const prog = ["sh", "-c", `${LIST}; exit`];
  const call = { authority, port, options: ["-k", SERVER_NAME], runner, prog, environment };
  const { code, stdout, stderr } = await runClient(call);
  expect(code).toBe(0);
  const [given, has] = [stderr, stdout].map((text) => text.trim().split("\n"));
  return { given, has };
}

it("prog has what s6-tlsclient has, and the cleartext, but not the connection", async () => {
  const { given = [], has } = await listed();
  expect(given).toContain("5");
  expect(has).toEqual([...given, "6", "7"].sort());
});

it(
  "so it has with TLS_UID, where nothing of s6-tlsclient's own is in the connection's place",
  NEEDS_ROOT,
  async () => {
    const { given = [], has } = await listed(AS_NOBODY);
    expect(given).toContain("5");
    expect(has).toEqual([...given, "6", "7"].sort());
  },
);
