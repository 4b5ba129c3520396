/**
 * -J: a client that closes without close_notify is an error; by default it is not. Seen at
 * s6-tlsd-io, whose exit code tells, and at s6-tlsd, whose exit code is the program's.
 */
import { expect, it } from "vitest";
import { Authority } from "../support/certificates.ts";
import { connectByWire } from "../support/clients.ts";
import { everything, type Running } from "../support/processes.ts";
import { serve } from "../support/service.ts";
import { words } from "../support/words.ts";

const authority = Authority.root();
const credentials = authority.issue();

/** What the cleartext side does: hears everything, then says goodbye. */
async function hearAndEnd(tunnel: Running): Promise<string> {
  const heard = await everything(tunnel.descriptor(4));
  tunnel.descriptor(3).end();
  return heard.toString();
}

async function closing(options: string[], how: "by FIN alone" | "with close_notify") {
  const listener = await serve({
    credentials,
    program: "s6-tlsd-io",
    options,
    prog: ["3", "4"],
    pipes: 2,
  });
  const { client, wire } = await connectByWire({ port: listener.port, authority });
  client.resume();
  const tunnel = await listener.tunnel();
  if (how === "by FIN alone") client.write("last words", () => wire.fin());
  else client.end("last words");
  const heard = await hearAndEnd(tunnel);
  return { heard, ended: await tunnel.ended };
}

it.each(["-J", "-j -J", "--enforce-close-notify"])(
  "with %s, s6-tlsd-io ends with 98 when a client just closes",
  async (line) => {
    const { heard, ended } = await closing(words(line), "by FIN alone");
    expect(heard).toBe("last words");
    expect(ended).toMatchObject({ code: 98 });
    expect(ended.stderr).toMatch(/^s6-tlsd-io: fatal: .*close_notify.*\n$/);
  },
);

it.each(["", "-j", "-J -j", "--no-enforce-close-notify"])(
  "with %j, s6-tlsd-io ends with 0 when a client just closes",
  async (line) => {
    const { heard, ended } = await closing(words(line), "by FIN alone");
    expect(heard).toBe("last words");
    expect(ended).toMatchObject({ code: 0, stderr: "" });
  },
);

it("with -J, s6-tlsd-io ends with 0 when a client sends close_notify", async () => {
  const { heard, ended } = await closing(["-J"], "with close_notify");
  expect(heard).toBe("last words");
  expect(ended).toMatchObject({ code: 0, stderr: "" });
});

it("with -J, s6-tlsd says what was wrong and ends with the program's code", async () => {
  const prog = ["sh", "-c", "cat >/dev/null; exit 7"];
  const listener = await serve({ credentials, options: ["-J"], prog });
  const { client, wire } = await connectByWire({ port: listener.port, authority });
  client.resume();
  client.write("last words", () => wire.fin());
  const tunnel = await listener.tunnel();
  const { code, stderr } = await tunnel.ended;
  expect(code).toBe(7);
  expect(stderr).toMatch(/^s6-tlsd: fatal: .*close_notify.*\n$/);
});
