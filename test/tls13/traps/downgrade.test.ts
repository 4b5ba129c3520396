/** A server that could speak TLS 1.3 and is asked for less says so in its random (4.1.3). */
import { describe, expect, it } from "vitest";
import { lastWords } from "../../support/last-words.ts";
import { Tls12Client } from "../../support/tls12-client.ts";
import { messages } from "../../support/tls12-messages.ts";
import { ALERT, DOWNGRADED_TO_12 } from "../peer/numbers.ts";
import { ourServer } from "./our-server.ts";

const FALLBACK = 0x5600;
const SUITE = 0xcca9;

async function randomOf(maxVersion: "TLSv1.2" | null): Promise<Buffer> {
  const { port } = await ourServer(maxVersion === null ? {} : { maxVersion });
  const client = await Tls12Client.connect(port);
  await client.upToServerFlight();
  const [hello] = messages(client.records.transcript).filter(({ type }) => type === 2);
  client.records.socket.destroy();
  return hello?.body.subarray(2, 34) ?? Buffer.of();
}

describe("a client of TLS 1.2", () => {
  it("reads it in the random of a server that has TLS 1.3", async () => {
    expect((await randomOf(null)).subarray(-8)).toEqual(DOWNGRADED_TO_12);
  });

  it("doesn't, where TLS 1.2 is the most that is offered", async () => {
    expect((await randomOf("TLSv1.2")).includes("DOWNGRD")).toBe(false);
  });

  it("that has fallen back to it is told that there was no need", async () => {
    const { port } = await ourServer();
    const client = await Tls12Client.connect(port);
    client.greet({ suites: [SUITE, FALLBACK] });
    expect(await lastWords(client)).toMatchObject({ alert: ALERT.inappropriateFallback });
  });

  it("that has fallen back is served, where TLS 1.2 is the most that is offered", async () => {
    const { port } = await ourServer({ maxVersion: "TLSv1.2" });
    const client = await Tls12Client.connect(port);
    client.greet({ suites: [SUITE, FALLBACK] });
    await client.serverFlight();
  });
});
