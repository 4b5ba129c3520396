/** Where we depart from the original on purpose: who runs as what. */
import { once } from "node:events";
import { expect } from "vitest";
import { connect } from "../../support/clients.ts";
import {
  childrenOf,
  engineOfSilentClient,
  needsRoot,
  OWNER,
  withGroups,
} from "../behaviours/engine-owner.ts";
import { command, type Row } from "../statement.ts";
import { authority, open, visit } from "../visit.ts";

export const PROCESSES: Row[] = [
  [
    "prog is a child of s6-tlsd.",
    async () => {
      const listener = await open({ prog: ["sh", "-c", "echo $PPID; exec cat"] });
      const client = await connect({ port: listener.port, authority });
      const [heard] = await once(client, "data");
      expect(`${heard}`).toBe(`${(await listener.tunnel()).pid}\n`);
    },
  ],
  ["Signals pass on to prog.", command("signals-pass-on", "%s reaches the program, which goes on")],
  ["prog's exit code is s6-tlsd's.", command("program-ends", "exit code %i")],
  ["s6-tlsd dies of the signal that killed prog.", command("program-ends", "killed by %s")],
  [
    "prog's standard input and output are sockets.",
    async () => {
      expect(await answer("readlink /proc/$$/fd/0 /proc/$$/fd/1")).toMatch(/^(socket:\S+\n){2}$/);
    },
  ],
  [
    "So /dev/stdin can't be opened once more by its path.",
    async () => {
      expect(await answer("(: </dev/stdin) 2>&- && echo opened || echo refused")).toBe("refused\n");
    },
  ],
  [
    "The engine is no process of its own: prog is s6-tlsd's only child.",
    async () => {
      const listener = await open({ prog: ["cat"] });
      const client = await connect({ port: listener.port, authority });
      client.write("hello");
      await once(client, "data");
      const children = childrenOf(await listener.tunnel());
      expect(children.map((child) => child.command)).toEqual(["cat "]);
    },
  ],
  [
    "With TLS_UID or TLS_GID, the engine is a child s6-tlsd-io.",
    async (context) => {
      needsRoot(context);
      expect((await engineOfSilentClient({})).command).toContain("s6-tlsd-io");
    },
  ],
  [
    "Supplementary groups are dropped with TLS_UID and TLS_GID; prog keeps them.",
    async (context) => {
      needsRoot(context);
      await withGroups([65530, 65529], async () => {
        expect((await engineOfSilentClient({})).status["Groups"]).toBe("");
        const groups = await answer("grep Groups: /proc/$$/status", OWNER);
        expect(groups.match(/[0-9]+/g)?.sort()).toEqual(["65529", "65530"]);
      });
    },
  ],
];

/** What a client hears from a shell's script. */
async function answer(script: string, environment: Record<string, string> = {}): Promise<string> {
  return (await visit({ prog: ["sh", "-c", script], environment })).answer;
}
