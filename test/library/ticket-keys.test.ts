import { randomBytes, sign as signByNode } from "node:crypto";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { connect as connectByNode } from "node:tls";
import { describe, expect, it } from "vitest";
import type { SecureContextOptions, Sign } from "../../src/index.ts";
import { Authority, SERVER_NAME } from "../support/certificates.ts";
import { bearhug, listening, pairOf, thrownBy } from "../support/library.ts";
import { within } from "../support/limits.ts";
import { everything } from "../support/processes.ts";

/** What tickets are sealed with where no private key is at hand, or where the option says so. */

const authority = Authority.root();
const credentials = authority.issue();
const pair = pairOf(credentials);
const { cert } = pair;
const ca = readFileSync(authority.certFile);

/** A key elsewhere, and how often it was asked. */
function device() {
  const calls: string[] = [];
  const sign: Sign = async (scheme, _hash, content) => {
    calls.push(scheme);
    return signByNode("sha256", content, credentials.key);
  };
  return { sign, calls };
}

async function serve(options: SecureContextOptions): Promise<number> {
  return listening(bearhug.createServer(options, (stream) => stream.end("hello")));
}

/** A client of ours, whose sessions are for a name and any port: it is as if a server had been restarted. */
class Client {
  private session: Buffer | undefined;

  constructor(private readonly servername = SERVER_NAME) {}

  async resumes(port: number, servername = this.servername): Promise<boolean> {
    const { session } = this;
    const socket = connectByNode({ host: "127.0.0.1", port, servername, ca, session });
    socket.on("session", (newest) => {
      this.session = newest;
    });
    expect((await within(10_000, "an answer", everything(socket))).toString()).toBe("hello");
    return socket.isSessionReused();
  }
}

describe("a server whose key is elsewhere", () => {
  it("resumes sessions, for which the key is not asked", async () => {
    const { sign, calls } = device();
    const port = await serve({ sign, cert });
    const client = new Client();
    const resumed = [];
    for (let n = 0; n < 4; n++) resumed.push(await client.resumes(port));
    expect(resumed).toEqual([false, true, true, true]);
    expect(calls).toEqual(["ecdsa_secp256r1_sha256"]);
  });

  it("resumes those of clients of ours", async () => {
    const { sign } = device();
    const port = await serve({ sign, cert });
    const resumed = [];
    for (let n = 0; n < 3; n++) {
      const stream = bearhug.connect({ host: "127.0.0.1", port, servername: SERVER_NAME, ca });
      expect((await everything(stream)).toString()).toBe("hello");
      resumed.push(stream.isSessionReused());
    }
    expect(resumed).toEqual([false, true, true]);
  });

  it("gives none with tickets: 0", async () => {
    const { sign, calls } = device();
    const port = await serve({ sign, cert, tickets: 0 });
    const client = new Client();
    expect([await client.resumes(port), await client.resumes(port)]).toEqual([false, false]);
    expect(calls).toHaveLength(2);
  });

  it("does not know the sessions of another context, and makes a full handshake", async () => {
    const { sign } = device();
    const client = new Client();
    expect(await client.resumes(await serve({ sign, cert }))).toBe(false);
    expect(await client.resumes(await serve({ sign, cert }))).toBe(false);
  });

  it("does not take one name's session for another's", async () => {
    const { sign } = device();
    const named = authority.issue({ name: "other.test" });
    const port = await serve({ sign, cert, contexts: { "other.test": pairOf(named) } });
    const client = new Client();
    expect(await client.resumes(port)).toBe(false);
    expect(await client.resumes(port)).toBe(true);
    expect(await client.resumes(port, "other.test")).toBe(false);
  });

  it("resumes nothing once its context was wiped", async () => {
    const { sign } = device();
    const secureContext = bearhug.createSecureContext({ sign, cert });
    const server = bearhug.createServer({ secureContext }, (stream) => stream.end("hello"));
    const port = await listening(server);
    const client = new Client();
    await client.resumes(port);
    secureContext.wipe();
    const failed = once(server, "tlsClientError");
    await expect(client.resumes(port)).rejects.toThrow();
    const [error] = await within(10_000, "an error", failed);
    expect(error.code).toBe("ERR_BEARHUG_WIPED");
  });
});

describe.each([
  ["a private key", () => pair],
  ["a key elsewhere", () => ({ sign: device().sign, cert })],
])("with ticketKeys and %s", (_, identity) => {
  it.each([32, 48, 80])("servers resume each other's sessions: %i bytes", async (length) => {
    const ticketKeys = randomBytes(length);
    const client = new Client();
    expect(await client.resumes(await serve({ ...identity(), ticketKeys }))).toBe(false);
    expect(await client.resumes(await serve({ ...identity(), ticketKeys }))).toBe(true);
  });

  it("servers with other keys don't", async () => {
    const client = new Client();
    await client.resumes(await serve({ ...identity(), ticketKeys: randomBytes(48) }));
    const ticketKeys = randomBytes(48);
    expect(await client.resumes(await serve({ ...identity(), ticketKeys }))).toBe(false);
  });

  it("the first seals, and all open", async () => {
    const keys = Array.from({ length: 16 }, () => randomBytes(48));
    const [first, last] = [keys[0] as Buffer, keys[15] as Buffer];
    const client = new Client();
    await client.resumes(await serve({ ...identity(), ticketKeys: last }));
    const port = await serve({ ...identity(), ticketKeys: keys });
    expect(await client.resumes(port)).toBe(true);
    expect(await client.resumes(await serve({ ...identity(), ticketKeys: first }))).toBe(true);
    expect(await client.resumes(await serve({ ...identity(), ticketKeys: last }))).toBe(false);
  });
});

it("servers with ticketKeys open no ticket that a private key sealed", async () => {
  const client = new Client();
  await client.resumes(await serve(pair));
  expect(await client.resumes(await serve(pair))).toBe(true);
  const ticketKeys = randomBytes(48);
  expect(await client.resumes(await serve({ ...pair, ticketKeys }))).toBe(false);
});

/** Node's and nginx's lines are OpenSSL's base64; ours are written into the keeper's memory. */
it("a key in the option is the same as in a TICKETFILE", async () => {
  const { writeTicketKeys } = await import("../../src/credentials/ticket-keys.ts");
  for (const length of [32, 48, 80]) {
    const keys = [randomBytes(length), Buffer.alloc(length, 255), Buffer.alloc(length)];
    const room = Buffer.alloc(4096);
    const written = writeTicketKeys(keys, room);
    const lines = keys.map((key) => `${key.toString("base64")}\n`).join("");
    expect(room.toString("latin1", 0, written)).toBe(lines);
  }
});

const key = randomBytes(48);

it.each([
  [{ ticketKeys: "secret" }, 'The "ticketKeys" option must be a Buffer or another Uint8Array'],
  [{ ticketKeys: [key, 1] }, 'The "ticketKeys" option must be a Buffer or another Uint8Array'],
  // A hole, which `every` would skip.
  [{ ticketKeys: Array(1) }, 'The "ticketKeys" option must be a Buffer or another Uint8Array'],
  [{ ticketKeys: [] }, 'The "ticketKeys" option must have 1 to 16 keys. Received 0'],
  [{ ticketKeys: Array(17).fill(key) }, "must have 1 to 16 keys. Received 17"],
  [{ ticketKeys: key.subarray(1) }, "must be 32, 48 or 80 random bytes each. Received 47 bytes"],
  [{ ticketKeys: [key, Buffer.of()] }, "must be 32, 48 or 80 random bytes each. Received 0 bytes"],
])("what is wrong with the option is told at once: %#", (options, message) => {
  const error = thrownBy(() => bearhug.createServer({ ...pair, ...options } as never));
  expect(error.message).toContain(message);
  expect(error.message).not.toContain(key.toString("hex").slice(0, 8));
});
