/**
 * s6-tlsd with an engine that traps, in each part of a connection's life: it ends with a line that
 * says so and the code for TLS errors, unless prog has an exit code of its own; the client hears an
 * end, and nothing but what prog said.
 */
import type { SecureVersion } from "node:tls";
import { expect, it } from "vitest";
import { Authority } from "../support/certificates.ts";
import { connect } from "../support/clients.ts";
import { within } from "../support/limits.ts";
import { serve } from "../support/service.ts";
import { MISDEEDS, type Misdeed, patched } from "./patched-programs.ts";

const authority = Authority.root();
const credentials = authority.issue();

const WAYS = (Object.keys(MISDEEDS) as Misdeed[]).filter((way) => way !== "loop");

/** Where it traps, what is told, and how we end. */
const MOMENTS: readonly [
  when: string,
  exported: string,
  line: RegExp,
  code: number,
  maxVersion?: SecureVersion,
][] = [
  ["while it is set up", "engine_server", /unable to set up the engine: .+/, 97],
  ["before the first byte", "engine_buf", /TLS error: the sandbox trapped: .+/, 98],
  ["at the first record", "engine_ack", /TLS error: the sandbox trapped: .+/, 98],
  ["when the handshake is done", "engine_suite_name", /TLS error: the sandbox trapped: .+/, 98],
  // prog has begun: its own code counts.
  ["at prog's first word", "engine_flush", /TLS error: the sandbox trapped: .+/, 7],
  ["at the end (-S) of TLS 1.3", "engine_end", /TLS error: the sandbox trapped: .+/, 7],
  [
    "at the end (-S) of TLS 1.2",
    "engine_close",
    /TLS error: the sandbox trapped: .+/,
    7,
    "TLSv1.2",
  ],
];

it.each(
  WAYS.flatMap((way) =>
    MOMENTS.map(
      ([when, exported, line, code, maxVersion = "TLSv1.3"]) =>
        [way, when, exported, line, code, maxVersion] as const,
    ),
  ),
)("%s %s", async (way, _, exported, line, code, maxVersion) => {
  const listener = await serve({
    credentials,
    executable: patched("s6-tlsd", exported, way),
    options: ["-S"],
    prog: ["sh", "-c", "echo hello; exec >&-; cat >/dev/null; exit 7"],
  });
  const heard = await heardBy({ port: listener.port, authority }, { maxVersion });
  const ended = await (await listener.tunnel()).ended;
  expect(["", "hello\n"]).toContain(heard);
  expect(ended.stderr).toMatch(new RegExp(`^s6-tlsd: fatal: ${line.source}\n$`));
  expect(ended).toMatchObject({ code, signal: null });
});

/** Everything that comes before the end. */
async function heardBy(...call: Parameters<typeof connect>): Promise<string> {
  let heard = "";
  try {
    const client = await connect(...call);
    client.on("error", () => {});
    client.on("data", (chunk) => (heard += chunk));
    await within(10_000, "an end", new Promise((resolve) => client.once("close", resolve)));
  } catch (error) {
    if ((error as Error).message.startsWith("not within")) throw error;
  }
  return heard;
}
