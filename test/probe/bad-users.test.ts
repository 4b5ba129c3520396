/**
 * Users that don't exist, that are root, or that have no group: with three users nothing listens, and
 * one line says which option or variable is wrong, and why.
 */
import { describe, expect, it } from "vitest";
import { Authority } from "../support/certificates.ts";
import { connect } from "../support/clients.ts";
import { NEEDS_ROOT } from "../support/needs.ts";
import { everything } from "../support/processes.ts";
import { runServer, startServer } from "../support/server.ts";
import { asUnprivilegedUser, publicProgram } from "../support/unprivileged-user.ts";
import { words } from "../support/words.ts";

const authority = Authority.root();
const credentials = authority.issue();

const USERS = { TLS_UID: "65534", TLS_GID: "65534", UID: "33", GID: "33" };

describe("three users of which one is none", NEEDS_ROOT, () => {
  it.each([
    ["-U", { TLS_UID: "0", TLS_GID: "0" }, "TLS_UID is no user besides root"],
    ["-U", { TLS_UID: undefined }, "TLS_UID is no user besides root"],
    [
      ...["-U", { TLS_UID: "54321", TLS_GID: undefined }],
      "TLS_UID=54321 needs a group (TLS_GID): it is not in /etc/passwd",
    ],
    [
      ...["-U", { TLS_UID: "no-user" }],
      "environment variable TLS_UID: no user no-user in /etc/passwd",
    ],
    [
      ...["-U", { TLS_GID: "no-group" }],
      "environment variable TLS_GID: no group no-group in /etc/group",
    ],
    [
      ...["-U", { TLS_UID: "4294967295" }],
      "environment variable TLS_UID: no id of a user or group: 4294967295",
    ],
    ["-U", { UID: undefined }, "environment variable UID is not set"],
    ["-U", { UID: "no-user" }, "environment variable UID: no user no-user in /etc/passwd"],
    ["-U", { GIDLIST: "33,no-group" }, "environment variable GIDLIST: no group no-group"],
    ["-u no-user", {}, "-u: no user no-user in /etc/passwd"],
    ["-u 33 -g no-group", {}, "-g: no group no-group in /etc/group"],
    ["-u 54321", {}, "-u 54321 needs a group (-g): it is not in /etc/passwd"],
  ] as [string, Record<string, string | undefined>, string][])(
    "%s, %j: 100, and %j",
    async (line, changes, reason) => {
      const environment = Object.fromEntries(
        Object.entries({ ...USERS, ...changes }).filter(([, value]) => value !== undefined),
      ) as Record<string, string>;
      const executable = publicProgram("s6-tlsserver");
      const ended = await runServer({ credentials, executable, environment, options: words(line) });
      expect(ended).toMatchObject({ code: 100, stdout: "" });
      expect(ended.stderr).toMatch(/^s6-tlsserver: (fatal|usage): [^\n]*\n$/);
      expect(ended.stderr).toContain(reason);
    },
  );

  it("-u without -g: the user's own group", async () => {
    const server = await startServer({
      ...{ authority, credentials, executable: publicProgram("s6-tlsserver") },
      ...{ environment: USERS, options: words("-u www-data"), prog: words("id -G") },
    });
    expect((await everything(await connect(server))).toString()).toBe("33\n");
  });

  it("TLS_UID for a server that another user than root starts: 100, and the reason", async () => {
    const ended = await runServer({
      ...{ credentials, executable: publicProgram("s6-tlsserver"), runner: asUnprivilegedUser },
      environment: USERS,
    });
    expect(ended).toMatchObject({ code: 100, stdout: "" });
    expect(ended.stderr).toContain("TLS_UID and TLS_GID are for a server that root starts");
  });
});
