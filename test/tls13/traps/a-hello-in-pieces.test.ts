/** Nothing is decided before a ClientHello is whole, however records and segments cut it. */
import { describe, expect, it } from "vitest";
import { Tls13Client } from "../peer/client.ts";
import { GROUP } from "../peer/numbers.ts";
import { ourServer } from "./our-server.ts";

/** With a hybrid share a hello doesn't fit into a segment of the usual size. */
const HYBRID = { groups: [GROUP.x25519mlkem768, GROUP.x25519] };

async function talks(
  prepare: (client: Tls13Client) => void,
  settings: typeof HYBRID | undefined = undefined,
): Promise<void> {
  const { port, failures } = await ourServer();
  const client = await Tls13Client.connect(port, settings);
  prepare(client);
  await client.establish();
  expect(await client.echo("through")).toBe("through");
  expect(client.retried).toBe(false);
  expect(failures).toEqual([]);
}

describe.each([
  ["of the usual size", undefined],
  ["with a hybrid share", HYBRID],
])("a hello %s", (_name, settings) => {
  it("in segments of one byte", async () => {
    await talks(({ records }) => {
      records.segmentLength = 1;
    }, settings);
  });

  it.each([1, 2, 3, 5, 64, 1000])("in records of %i bytes", async (length) => {
    await talks(({ records }) => {
      records.fragmentLength = length;
    }, settings);
  });
});

it("split into two records at each of its bytes", async () => {
  const { port, failures } = await ourServer();
  const whole = new Tls13Client((await Tls13Client.connect(port)).records.socket).hello().length;
  for (let at = 1; at < whole; at += 7) {
    const client = await Tls13Client.connect(port);
    client.records.fragmentLength = at;
    client.greet();
    client.records.fragmentLength = 1 << 14;
    await client.serverHello();
    await client.serverFlight();
    client.finish();
    expect(await client.echo("through"), `split at ${at}`).toBe("through");
    client.records.socket.destroy();
  }
  expect(failures).toEqual([]);
});
