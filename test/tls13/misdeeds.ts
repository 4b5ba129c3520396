import { connectRaw } from "../support/clients.ts";
import { Tls13Client } from "./peer/client.ts";
import type { ClientSettings, HelloChanges } from "./peer/client-hello.ts";
import type { Alert } from "./peer/exchange.ts";
import type { Extension } from "./peer/messages.ts";

/** What a client does wrong, and how the server takes it. */

export type Misdeed = (client: Tls13Client) => Promise<void> | void;

export { ALERT } from "./peer/numbers.ts";

/** The alerts that a server answers a misdeed with before it hangs up. */
export async function alertsOf(
  port: number,
  misdeed: Misdeed,
  settings: ClientSettings = {},
): Promise<Alert[]> {
  const client = new Tls13Client(await connectRaw(port), settings);
  try {
    await misdeed(client);
    return await client.lastWords();
  } finally {
    client.records.socket.destroy();
  }
}

/** A hello with one thing changed. */
export function hello(changes: HelloChanges): Misdeed {
  return (client) => client.greet(changes);
}

export function without(type: number): Misdeed {
  return hello({ extensions: (usual) => usual.filter((one) => one.type !== type) });
}

/** One extension's content replaced. */
export function replaced(type: number, ...content: Uint8Array[]): Misdeed {
  const other = { type, content: Buffer.concat(content) };
  return hello({ extensions: (usual) => usual.map((one) => (one.type === type ? other : one)) });
}

export function added(...extensions: Extension[]): Misdeed {
  return hello({ extensions: (usual) => [...usual, ...extensions] });
}

/** After the server's flight, with the handshake's keys to write with. */
export function inFlight(misdeed: Misdeed): Misdeed {
  return async (client) => {
    await client.upToFinish();
    client.protect();
    await misdeed(client);
  };
}

/** After the handshake. */
export function afterwards(misdeed: Misdeed): Misdeed {
  return async (client) => {
    await client.establish();
    await client.echo("hello");
    await misdeed(client);
  };
}
