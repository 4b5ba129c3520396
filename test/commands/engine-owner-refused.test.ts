/**
 * TLS_UID and TLS_GID that can't be granted end s6-tlsd with a clear error before it has touched the
 * network.
 */

import { chmodSync, cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { Authority } from "../support/certificates.ts";
import { connectRaw } from "../support/clients.ts";
import { NEEDS_ROOT } from "../support/needs.ts";
import { AS_NOBODY, NOBODY, NODES } from "../support/privileges.ts";
import { type Ended, everything, run } from "../support/processes.ts";
import { program, serve } from "../support/service.ts";
import { startTcpserver } from "../support/super-servers.ts";

const authority = Authority.root();
const credentials = authority.issue();

it.each(["s6-tlsd", "s6-tlsd-io"] as const)("%s wants users and groups", async (name) => {
  for (const variable of ["TLS_UID", "TLS_GID"]) {
    for (const value of ["", "nobody-here", "-1", "0x10", "4294967295", "65534 "]) {
      const environment = { ...AS_NOBODY, [variable]: value };
      const listener = await serve({
        credentials,
        environment,
        program: name,
        prog: ["3", "4"],
        pipes: 2,
      });
      const ended = await endUntouched(listener.port, () => listener.tunnel().then((t) => t.ended));
      expect(ended).toMatchObject({ code: 100, stdout: "" });
      const told = `${name}: fatal: environment variable ${variable}: `;
      expect(ended.stderr.startsWith(told)).toBe(true);
      expect(ended.stderr).toMatch(REASONS);
    }
  }
});

const REASONS = /: (not an unsigned integer: |no (user|group|id) .*)\n$/;

/**
 * The client's greeting is not read: it gets no answer. Where it arrives before the process ends,
 * the kernel tells by a reset that it was not read; where it arrives later, there is an EOF first.
 */
async function endUntouched(port: number, ended: () => Promise<Ended>): Promise<Ended> {
  const socket = await connectRaw(port);
  const answer = everything(socket);
  socket.write("a greeting that is not read");
  const heard = await answer.catch((error: NodeJS.ErrnoException) => error.code);
  expect(["ECONNRESET", ""]).toContain(String(heard));
  return ended();
}

describe.each(NODES)("without root, with %s", NEEDS_ROOT, (_, node) => {
  // A folder that any user may enter: the tests' own is root's.
  const open = mkdtempSync(join(tmpdir(), "bearhug-open-"));
  chmodSync(open, 0o755);
  const repository = dirname(dirname(program("s6-tlsd")));
  for (const folder of ["bin", "dist"]) {
    cpSync(join(repository, folder), join(open, folder), { recursive: true });
  }
  const copy = (name: string) => join(open, name);
  cpSync(credentials.keyFile, copy("key.pem"));
  cpSync(credentials.certFile, copy("cert.pem"));
  cpSync(node, copy("node"));
  for (const file of ["key.pem", "cert.pem"]) chmodSync(copy(file), 0o644);
  const environment = { KEYFILE: copy("key.pem"), CERTFILE: copy("cert.pem") };
  const without = ["setpriv", `--reuid=${NOBODY}`, `--regid=${NOBODY}`, "--clear-groups"];
  afterAll(() => rmSync(open, { recursive: true }));

  it.each([
    ["another user", { TLS_UID: "1" }],
    ["another group", { TLS_GID: "1" }],
    ["root", { TLS_UID: "0", TLS_GID: "0" }],
    ["who it is already", AS_NOBODY],
  ])("the engine can't be %s", async (_, owner) => {
    const listener = await serve({
      environment: { ...environment, ...owner },
      // The copy; the repository's own, which serve() adds, is its prog and never runs.
      through: [...without, copy("node"), copy("bin/s6-tlsd")],
      prog: [],
    });
    const ended = await endUntouched(listener.port, () => listener.tunnel().then((t) => t.ended));
    expect(ended).toMatchObject({ code: 111, stdout: "" });
    expect(ended.stderr).toMatch(/^s6-tlsd-io: fatal: unable to drop privileges: [^\n]+\n$/);
    expect(ended.stderr).toMatch(/not permitted/i);
  });

  it("tcpserver -u has given root up already", async () => {
    const tcpserver = await startTcpserver(
      [copy("node"), copy("bin/s6-tlsd"), "cat"],
      { ...environment, ...AS_NOBODY },
      { options: ["-u", `${NOBODY}`, "-g", `${NOBODY}`] },
    );
    const socket = await connectRaw(tcpserver.port);
    expect((await everything(socket)).length).toBe(0);
    expect(tcpserver.running.stderr).toMatch(/^s6-tlsd-io: fatal: unable to drop privileges/m);
  });

  it("all is well if no user is named", async () => {
    const args = [copy("node"), copy("bin/s6-tlsd"), "true"];
    const ended = await run([...without, ...args], { environment });
    expect(ended).toMatchObject({ code: 98 });
  });
});
