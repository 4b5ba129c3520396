/** What -k makes of KEYFILE:x, CERTFILE:x and the default pair. */
import { expect } from "vitest";
import { askingFor, authority, pairFor, refused, visit } from "../visit.ts";

const one = authority.issue({ name: "one.test" });

const ONE = pairFor("one.test", one);

/** Pairs that can't be used: a program that reads them ends with 96. */
const TRAP = { "KEYFILE:trap.test": "/no/key", "CERTFILE:trap.test": "/no/certificate" };
const TRAPPED_DEFAULT = { KEYFILE: "/no/key", CERTFILE: "/no/certificate" };

/** The certificate that a client is shown when it asks for a name. */
export async function shown(
  name: string,
  call: { options: string; environment: Record<string, string> },
): Promise<string> {
  const { server, ended } = await visit({ ...call, client: askingFor(name) });
  expect(ended.code).toBe(0);
  return server;
}

/** The pair of the name that the client asks for, and the default pair for any other. */
export async function choosesByName(options: string): Promise<void> {
  const call = { options, environment: ONE };
  expect(await shown("one.test", call)).toBe("one.test");
  expect(await shown("other.test", call)).toBe("server.test");
}

/** The default pair isn't even read, and another name is refused. */
export async function knowsNamesOnly(options: string): Promise<void> {
  const environment = { ...ONE, ...TRAPPED_DEFAULT };
  expect(await shown("one.test", { options, environment })).toBe("one.test");
  const ended = await refused({ options, environment, client: askingFor("other.test") });
  expect(ended.code).toBe(98);
}

/** The default pair is all there is, and no other is read. */
export async function knowsDefaultOnly(options: string): Promise<void> {
  const environment = { ...ONE, ...TRAP };
  expect(await shown("one.test", { options, environment })).toBe("server.test");
}
