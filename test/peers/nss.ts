import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { connect } from "node:net";
import { type Authority, type Credentials, SERVER_NAME } from "../support/certificates.ts";
import { eventually } from "../support/limits.ts";
import { freePort } from "../support/ports.ts";
import { run, start } from "../support/processes.ts";
import { scratchFile } from "../support/scratch.ts";
import { pkcs12 } from "./jsse.ts";
import { type Stack, type StackCall, type StackService, SUITES } from "./stack.ts";

/** Network Security Services, which Firefox has: its tools tstclnt and selfserv. */
export const nss: Stack = {
  name: "NSS 3.87",
  cant: { "half-close as a client": "tstclnt sends no close_notify at its input's end" },

  async ask(call) {
    const own = call.credentials ? ["-n", "own"] : [];
    const { code, stdout, stderr } = await run(
      [
        ...["tstclnt", "-h", "127.0.0.1", "-p", `${call.port}`, "-a", SERVER_NAME],
        ...["-d", database(call.authority, call.credentials), ...own, ...wishes(call)],
      ],
      { input: call.say },
    );
    if (code !== 0) throw new Error(`${code}: ${stdout}${stderr}`);
    return stdout;
  },

  async serve(service) {
    const port = await freePort();
    const folder = database(service.authority, service.credentials);
    const running = start([
      ...["selfserv", "-p", `${port}`, "-d", folder, "-n", "own", ...wishes(service)],
      ...(service.asks ? ["-r", "-r"] : []),
    ]);
    let answers = false;
    await eventually("selfserv's port", () => {
      const socket = connect(port, "127.0.0.1", () => {
        answers = true;
        socket.destroy();
      });
      socket.on("error", () => {});
      return answers || running.isOver;
    });
    if (running.isOver) throw new Error(running.stderr);
    return { port };
  },
};

function wishes({ version, suite, group }: StackCall | StackService): string[] {
  const name = version === "TLSv1.2" ? "tls1.2" : "tls1.3";
  return [
    ...["-V", `${name}:${name}`],
    ...(suite ? ["-c", `:${SUITES[suite][0].toUpperCase()}`] : []),
    ...(group ? ["-I", GROUPS[group]] : []),
  ];
}

const GROUPS = { "P-256": "P256", "P-384": "P384", "P-521": "P521", X25519: "x25519" };

/** NSS has its certificates in a database. */
function database(authority: Authority, credentials?: Credentials): string {
  const folder = scratchFile("nss");
  mkdirSync(folder);
  const db = ["-d", `sql:${folder}`];
  execFileSync("certutil", ["-N", ...db, "--empty-password"]);
  execFileSync("certutil", ["-A", ...db, "-n", "root", "-t", "CT,C,C", "-i", authority.certFile]);
  if (credentials) {
    const from = ["-i", pkcs12(credentials), "-W", "password"];
    execFileSync("pk12util", [...db, ...from, "-K", ""], { stdio: "pipe" });
  }
  return `sql:${folder}`;
}
