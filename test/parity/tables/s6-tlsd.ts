/** The reference page of s6-tlsd: what it does, and how it ends. */
import { existsSync } from "node:fs";
import { expect } from "vitest";
import { run } from "../../support/processes.ts";
import { scratchFile } from "../../support/scratch.ts";
import { credentialsEnvironment, program } from "../../support/service.ts";
import { CAFILE } from "../behaviours/client-certificates.ts";
import { behindTlsc, echo } from "../behaviours/clients.ts";
import { engineOfSilentClient, needsRoot } from "../behaviours/engine-owner.ts";
import { command, type Section } from "../statement.ts";
import { credentials, visit } from "../visit.ts";
import { s6TlsdEnvironment } from "./s6-tlsd-environment.ts";
import { s6TlsdOptions } from "./s6-tlsd-options.ts";

const text = "s6-tlsd's reference page";

const interface_: Section = {
  text,
  section: "Interface",
  rows: [
    [
      "Takes -S, -s, -J, -j, -Y, -y, -Z, -z, -v, -K and -k, then perhaps --, then prog and its arguments.",
      async () => {
        const options = "-S -s -J -j -Y -y -Z -z -v 1 -K 9000 -k 0 -Y --";
        const prog = ["printf", "%s", "-S"];
        expect((await visit({ options, prog, environment: CAFILE })).answer).toBe("-S");
      },
    ],
    [
      "Performs the server's side of TLS over a TCP connection that is there already: standard input to read from, standard output to write to.",
      async () => {
        const { answer, ended } = await visit({ says: "there and back" });
        expect(answer).toBe("there and back");
        expect(ended).toMatchObject({ code: 0, stderr: "" });
      },
    ],
    [
      "An s6-tlsd-io child performs the handshake and keeps the tunnel (here: when TLS_UID or TLS_GID is set; see the differences).",
      async (context) => {
        needsRoot(context);
        expect((await engineOfSilentClient({})).command).toContain("s6-tlsd-io");
      },
    ],
    [
      "prog runs when the handshake is done, and not before.",
      command(
        "program-starts-after-handshake",
        "nothing runs while the client is silent, and then it runs at once",
      ),
    ],
    [
      "The same holds when the child performs the handshake.",
      async (context) => {
        needsRoot(context);
        const trace = scratchFile("prog-has-run");
        await engineOfSilentClient({ prog: ["touch", trace] });
        expect(existsSync(trace)).toBe(false);
      },
    ],
    [
      "Secures the communications of programs that know nothing of TLS.",
      command("peer-curl", "curl gets a page"),
    ],
  ],
};

const exitCodes: Section = {
  text,
  section: "Exit codes",
  rows: [
    [
      "100: wrong usage.",
      async () =>
        expect(await run([program("s6-tlsd"), "-x", "true"])).toMatchObject({ code: 100 }),
    ],
    [
      "111: a system call failed.",
      async () => {
        const environment = credentialsEnvironment(credentials);
        const shell = ["sh", "-c", `exec ${program("s6-tlsd")} true <&-`];
        expect(await run(shell, { environment })).toMatchObject({ code: 111 });
      },
    ],
    [
      "If all goes well it has no exit code of its own: how it ends is up to prog.",
      async () => {
        const prog = ["sh", "-c", "exit 42"];
        expect((await visit({ prog })).ended).toMatchObject({ code: 42, stderr: "" });
      },
    ],
  ],
};

const notes: Section = {
  text,
  section: "Notes",
  rows: [
    [
      "A server that speaks cleartext on its standard input and output needs no change to run behind s6-tlsd.",
      command(
        "behind-tcpserver",
        "two clients at once talk to their programs behind tcpserver and s6-tlsd",
      ),
    ],
    [
      "A cleartext client needs no change to run behind s6-tlsc.",
      async () => {
        const { port } = await echo(["head", "-n", "1"]);
        // A program of ucspi-tcp's, which knows nothing of TLS. It ends when its server does.
        const call = { port, prog: ["mconnect-io"], input: "hello\n" };
        expect(await behindTlsc(call)).toMatchObject({ code: 0, stdout: "hello\r\n" });
      },
    ],
  ],
};

export const s6Tlsd: readonly Section[] = [
  interface_,
  exitCodes,
  ...s6TlsdEnvironment(text),
  s6TlsdOptions(text),
  notes,
];
