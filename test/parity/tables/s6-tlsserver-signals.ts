/** The companions' page: the signals of s6-tlsserver. */
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { expect } from "vitest";
import { connectRaw } from "../../support/clients.ts";
import { eventually } from "../../support/limits.ts";
import { everything } from "../../support/processes.ts";
import type { Row, Section } from "../statement.ts";
import { call, progsOf, type SuperServer, superServe } from "../super-server.ts";

export function serverSignals(text: string): Section {
  return { text, section: "Signals", rows: ROWS };
}

/** A prog that says what it got. */
const SAYING = [
  "sh",
  "-c",
  'trap "echo TERM; exit" TERM; echo ready; while :; do sleep 0.05; done',
];

/** Two clients whose progs run. */
async function twoClients(prog: string[]) {
  const server = await superServe({ prog });
  const heard: Promise<Buffer>[] = [];
  for (let n = 0; n < 2; n++) {
    const client = await call(server);
    const first = once(client, "data");
    heard.push(everything(client));
    await first;
  }
  for (const promise of heard) promise.catch(() => {});
  return { server, heard: () => Promise.all(heard).then(String) };
}

const ROWS: Row[] = [
  [
    "TERM: stops listening, lets open connections end, and exits.",
    async () => {
      const server = await superServe({ prog: ["sh", "-c", "echo ready; exec cat"] });
      const client = await call(server);
      await once(client, "data");
      server.running.signal("SIGTERM");
      await refuses(server);
      expect(server.running.isOver).toBe(false);
      const echo = everything(client);
      client.end("still served");
      expect((await echo).toString()).toBe("still served");
      expect(await server.running.ended).toMatchObject({ code: 0 });
    },
  ],
  [
    "HUP: TERM to every prog, and the server goes on.",
    async () => {
      const { server, heard } = await twoClients(SAYING);
      server.running.signal("SIGHUP");
      expect(await heard()).toBe("ready\nTERM\n,ready\nTERM\n");
      await once(await call(server), "data");
    },
  ],
  [
    "HUP: CONT to every prog, so that one that is stopped gets its TERM.",
    async () => {
      const { server, heard } = await twoClients(SAYING);
      const progs = progsOf(server);
      expect(progs).toHaveLength(2);
      for (const pid of progs) process.kill(pid, "SIGSTOP");
      server.running.signal("SIGHUP");
      expect(await heard()).toBe("ready\nTERM\n,ready\nTERM\n");
    },
  ],
  [
    "QUIT: the same, and then exits.",
    async () => {
      const { server, heard } = await twoClients(SAYING);
      server.running.signal("SIGQUIT");
      expect(await heard()).toBe("ready\nTERM\n,ready\nTERM\n");
      expect(await server.running.ended).toMatchObject({ code: 0 });
    },
  ],
  [
    "ABRT: KILL to every prog, and then exits.",
    async () => {
      const stubborn = ["sh", "-c", 'trap "" TERM HUP; echo ready; while :; do sleep 0.05; done'];
      const { server } = await twoClients(stubborn);
      const progs = progsOf(server);
      expect(progs).toHaveLength(2);
      server.running.signal("SIGABRT");
      await eventually("the server's end", () => server.running.child.exitCode !== null);
      await eventually("the progs' end", () => progs.every((pid) => !isShell(pid)));
    },
  ],
];

async function refuses(server: SuperServer): Promise<void> {
  await expect.poll(() => answers(server), { timeout: 5000 }).toBe(false);
}

async function answers({ port }: SuperServer): Promise<boolean> {
  try {
    (await connectRaw(port)).destroy();
    return true;
  } catch {
    return false;
  }
}

function isShell(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/comm`, "utf8") === "sh\n";
  } catch {
    return false;
  }
}
