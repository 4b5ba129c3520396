/**
 * A server that asks for a handshake while there is one is ignored, wherever it does so, and its
 * HelloRequest is no part of what Finished proves (RFC 5246, 7.4.1.1).
 */
import { expect, it } from "vitest";
import { call } from "../support/calls.ts";
import { Authority } from "../support/certificates.ts";
import { nextConnection } from "../support/tls-servers.ts";
import { MESSAGE, message } from "../support/tls12-messages.ts";
import { Tls12Server } from "../support/tls12-server.ts";
import { RECORD } from "../support/wire.ts";

const authority = Authority.root();
const credentials = authority.issue();

const REQUEST = message(MESSAGE.helloRequest, Buffer.of());

/** What the server says, in one record; its own Finished leaves the requests out. */
function sayUnheard(server: Tls12Server, ...parts: Buffer[]): void {
  const { transcript } = server.records;
  server.say(...parts);
  const heard = parts.filter((part) => part !== REQUEST);
  server.records.transcript = Buffer.concat([transcript, ...heard]);
}

/** Says the flight with requests at these places. */
type Flight = (server: Tls12Server) => void;

function parts(server: Tls12Server): [Buffer, Buffer, Buffer, Buffer] {
  return [server.hello(), server.certificate(), server.keyExchange(), server.done()];
}

const flights: Record<string, Flight> = {
  "before the ServerHello": (server) => {
    sayUnheard(server, REQUEST);
    server.flight();
  },
  "before the ServerHello, three times and in its record": (server) => {
    sayUnheard(server, REQUEST, REQUEST);
    sayUnheard(server, REQUEST, ...parts(server));
  },
  "between any two messages": (server) => {
    const [hello, certificate, exchange, done] = parts(server);
    sayUnheard(server, hello, REQUEST, certificate, REQUEST, REQUEST, exchange, REQUEST, done);
  },
  "after the ServerHelloDone": (server) => {
    server.flight();
    sayUnheard(server, REQUEST);
  },
};

const manners: Record<string, (server: Tls12Server) => void> = {
  "in large records": () => {},
  "byte by byte": ({ records }) => {
    records.sendsSingleBytes = true;
  },
  "in records of three bytes": ({ records }) => {
    records.fragmentLength = 3;
  },
};

const cases = Object.keys(flights).flatMap((where) =>
  Object.keys(manners).map((how) => [where, how] as const),
);

it.each(cases)("%s, %s", async (where, how) => {
  const { port, socket } = await nextConnection();
  const client = await call({ port, authority, prog: ["sh", "-c", "head -n 1 <&6"] });
  const server = new Tls12Server(await socket, credentials);
  manners[how]?.(server);
  await server.hear();
  flights[where]?.(server);
  await server.clientFlight();
  server.changeCipherSpec();
  server.say(server.finished());
  await expectToBeHeard(server);
  expect(await client.ended).toMatchObject({ stdout: "heard\n", stderr: "", code: 0 });
});

it("under keys, before the Finished", async () => {
  const { port, socket } = await nextConnection();
  const client = await call({ port, authority, prog: ["sh", "-c", "head -n 1 <&6"] });
  const server = new Tls12Server(await socket, credentials);
  await server.upToFinished();
  const finished = server.finished();
  sayUnheard(server, REQUEST);
  sayUnheard(server, REQUEST, finished);
  await expectToBeHeard(server);
  expect(await client.ended).toMatchObject({ stdout: "heard\n", stderr: "", code: 0 });
});

async function expectToBeHeard({ records }: Tls12Server): Promise<void> {
  records.send(RECORD.applicationData, Buffer.from("heard\n"));
  expect(await records.next()).toBeNull();
  records.socket.end();
}
