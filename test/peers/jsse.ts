import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { type Credentials, SERVER_NAME } from "../support/certificates.ts";
import { eventually } from "../support/limits.ts";
import { run, start } from "../support/processes.ts";
import { scratch, scratchFile } from "../support/scratch.ts";
import { type Stack, type StackCall, type StackService, SUITES } from "./stack.ts";

/** The JDK's own TLS: a class of ours, compiled once for each test file. */
export const jsse: Stack = {
  name: "JSSE of Java 17",
  cant: {},

  async ask(call) {
    const words = [
      `port=${call.port}`,
      `name=${SERVER_NAME}`,
      `say=${call.say}`,
      `times=${call.times ?? 1}`,
    ];
    const { code, stdout, stderr } = await run(java(call, [...words, ...keys(call.credentials)]));
    if (code !== 0) throw new Error(stderr);
    return stdout;
  },

  async serve(service) {
    const asks = service.asks ? ["asks=yes"] : [];
    const running = start(java(service, [...asks, ...keys(service.credentials)]));
    await eventually("Java's port", () => running.stdout.includes("\n") || running.isOver, 20_000);
    if (running.isOver) throw new Error(running.stderr);
    return { port: Number(running.stdout) };
  },
};

let isCompiled = false;

/** The first compiler of the virtual machine is enough, and starts sooner. */
function java(wishes: StackCall | StackService, words: readonly string[]): string[] {
  const { version, authority, suite, group, protocols } = wishes;
  if (!isCompiled) {
    execFileSync("javac", ["-d", scratch, join(import.meta.dirname, "Jsse.java")]);
    isCompiled = true;
  }
  return [
    ...["java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp", scratch],
    ...(group ? [`-Djdk.tls.namedGroups=${GROUPS[group]}`] : []),
    ...["Jsse", `version=${version}`, `trusted=${authority.certFile}`],
    ...(suite ? [`suite=${SUITES[suite][1]}`] : []),
    ...(protocols ? [`protocols=${protocols.join(",")}`] : []),
    ...words,
  ];
}

const GROUPS = {
  "P-256": "secp256r1",
  "P-384": "secp384r1",
  "P-521": "secp521r1",
  X25519: "x25519",
};

function keys(credentials: Credentials | undefined): string[] {
  return credentials ? [`keys=${pkcs12(credentials)}`] : [];
}

/** Key and certificate in one file, as Java and NSS want them; the password is no secret. */
export function pkcs12({ keyFile, certFile }: Credentials): string {
  const file = scratchFile("keys.p12");
  const files = ["-inkey", keyFile, "-in", certFile, "-out", file];
  execFileSync("openssl", ["pkcs12", "-export", ...files, "-name", "own", ...PASSWORD]);
  return file;
}

const PASSWORD = ["-passout", "pass:password"];
