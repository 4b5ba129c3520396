/** What -v makes of standard error. */
import { expect } from "vitest";
import { shout } from "../../support/refusals.ts";
import { open, visit } from "../visit.ts";

export async function isQuiet(options: string): Promise<void> {
  expect(await heardOfError(options)).toBe("");
}

export async function tellsErrors(options: string): Promise<void> {
  expect(await heardOfError(options)).toMatch(/^s6-tlsd: fatal: [^\n]+\n$/);
  expect((await visit({ options })).ended.stderr).toBe("");
}

export async function tellsConnections(options: string): Promise<void> {
  const { stderr } = (await visit({ options, says: "13 characters" })).ended;
  expect(stderr).toMatch(
    /^s6-tlsd: info: 127\.0\.0\.1:[0-9]+: TLSv1\.3 [A-Z0-9_]+ X25519, [^\n]+\n$/,
  );
  expect(stderr).toMatch(/server name server\.test, 13 bytes in, 13 bytes out, ended normally\n$/);
}

async function heardOfError(options: string): Promise<string> {
  const listener = await open({ options });
  await shout({ port: listener.port, bytes: Buffer.from("GET / HTTP/1.0\r\n\r\n") });
  const { code, stderr } = await (await listener.tunnel()).ended;
  expect(code).toBe(98);
  return stderr;
}
