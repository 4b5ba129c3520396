/** What -K makes of a silent client. */
import { expect } from "vitest";
import { connectRaw } from "../../support/clients.ts";
import { open } from "../visit.ts";

/** The connection of a client that says nothing is closed after about 100 ms. */
export async function givesUpSoon(options: string): Promise<void> {
  const listener = await open({ options });
  const client = await connectRaw(listener.port);
  const hungUp = new Promise((resolve) => client.once("end", resolve));
  client.resume();
  const { code, stderr } = await (await listener.tunnel()).ended;
  expect(stderr).toMatch(/^s6-tlsd: fatal: [^\n]*handshake[^\n]* 100 milliseconds\n$/);
  expect(code).toBe(98);
  await hungUp;
}
