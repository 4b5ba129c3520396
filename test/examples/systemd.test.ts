/**
 * The examples of units are such that systemd understands, in full. It runs bearhug's in
 * test/addresses/under-systemd.test.ts, and s6-tlsserver's in test/probe/under-supervisors.test.ts.
 */
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { connect, exchange } from "../support/clients.ts";
import { eventually } from "../support/limits.ts";
import { freePort } from "../support/ports.ts";
import { run, start } from "../support/processes.ts";
import { authority, backend, credentials, echo } from "../support/relays.ts";
import { scratch } from "../support/scratch.ts";
import { program } from "../support/service.ts";

function example(name: string): string {
  return readFileSync(join(import.meta.dirname, "../../examples/systemd", name), "utf8");
}

const unit = example("bearhug.service");

/** What systemd has to say about a unit, whose programs are found. */
function verify(text: string) {
  const found = text
    .replaceAll("/usr/local/bin/s6-tlsserver", program("s6-tlsserver"))
    .replaceAll("/usr/local/bin/my-http-responder", "/bin/true");
  const file = join(scratch, "bearhug.service");
  writeFileSync(file, found);
  return run(["systemd-analyze", "verify", "--man=no", file]);
}

it("systemd finds nothing wrong with it", async () => {
  expect(await verify(unit)).toMatchObject({ code: 0, stdout: "", stderr: "" });
});

it("systemd would tell", async () => {
  const { stderr } = await verify(unit.replace("NotifyAccess=all", "NotifyAccess=everybody"));
  expect(stderr).toContain("everybody");
});

/** The example's prog is only a name. */
const NO_PROG =
  "s6-tlsserver: warning: prog /usr/local/bin/my-http-responder is not there, or can't be run: connections will fail\n";

it("its command line is one that s6-tlsserver takes", async () => {
  const [, line = ""] = /^ExecStart=(.*)$/m.exec(unit) ?? [];
  const [, ...words] = line.split(" ");
  // Without the variables, it is the environment that is refused, not the words.
  const environment = {};
  const { code, stderr } = await run([program("s6-tlsserver"), ...words], { environment });
  expect({ code, stderr }).toEqual({
    code: 100,
    stderr: `${NO_PROG}s6-tlsserver: fatal: environment variable KEYFILE is not set\n`,
  });
});

describe("bearhug-server", () => {
  const service = example("bearhug-server.service");
  const socket = example("bearhug-server.socket");

  /** Both units in one folder, as systemd has them. */
  function install(): string {
    const folder = mkdtempSync(join(scratch, "units-"));
    const text = service.replaceAll("/usr/local/bin/bearhug", program("bearhug"));
    writeFileSync(join(folder, "bearhug-server.service"), text);
    writeFileSync(join(folder, "bearhug-server.socket"), socket);
    return folder;
  }

  it("systemd finds nothing wrong with service and socket", async () => {
    const units = ["bearhug-server.service", "bearhug-server.socket"];
    const folder = install();
    const words = units.map((unit) => join(folder, unit));
    const { code, stderr } = await run(["systemd-analyze", "verify", "--man=no", ...words]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  });

  it("its exposure, as systemd-analyze counts it, is below 2", async () => {
    const file = join(install(), "bearhug-server.service");
    const words = ["security", "--offline=true", "--no-pager", "--threshold=20", file];
    const judged = await run(["systemd-analyze", ...words]);
    expect(judged.stdout).toMatch(
      /Overall exposure level for bearhug-server\.service: [01]\.[0-9] OK/,
    );
    expect(judged.code).toBe(0);
    writeFileSync(
      file,
      service.replace("ProtectSystem=strict\n", "").replace(/^SystemCallFilter.*$/gm, ""),
    );
    expect((await run(["systemd-analyze", ...words])).code).not.toBe(0);
  });

  it("its command line serves on the socket that systemd has bound, by its name", async () => {
    const { port: to } = await backend(echo);
    const port = await freePort();
    const [, line = ""] = /^ExecStart=((?:.*\\\n)*.*)$/m.exec(service) ?? [];
    const [, ...words] = line.replaceAll(/\\\n\s*/g, "").split(" ");
    const named: Record<string, string> = {
      "127.0.0.1:8080": `127.0.0.1:${to}`,
      "/etc/ssl/certs/example.pem": credentials.certFile,
      "/etc/ssl/private/example.key": credentials.keyFile,
    };
    const name = /^FileDescriptorName=(.*)$/m.exec(socket)?.[1];
    const activating = start([
      ...["systemd-socket-activate", `--fdname=${name}`, "-l", `127.0.0.1:${port}`],
      ...[program("bearhug"), ...words.map((word) => named[word] ?? word)],
    ]);
    await eventually("it listens", () => activating.stderr.includes("Listening on"));
    const client = await connect({ port, authority });
    expect(await exchange(client, "by systemd")).toBe("by systemd");
  });
});
