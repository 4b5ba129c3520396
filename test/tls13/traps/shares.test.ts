/** Key shares of the hybrid group that are none, and secrets that begin with a zero. */
import { describe, expect, it } from "vitest";
import { Tls13Client } from "../peer/client.ts";
import { newShare, type Share } from "../peer/groups.ts";
import { ALERT, GROUP } from "../peer/numbers.ts";
import { misdeeds } from "./misdeed.ts";
import { ourServer } from "./our-server.ts";

const HYBRID = { groups: [GROUP.x25519mlkem768] };

/** An encapsulation key: 768 coefficients of 12 bits, and a seed. */
const COEFFICIENTS = 1152;
const ENCAPSULATION_KEY = 1184;

function showing(change: (shown: Buffer) => Buffer) {
  return (client: Tls13Client) => {
    const share = newShare(GROUP.x25519mlkem768);
    client.shares = [{ ...share, shown: change(Buffer.from(share.shown)) }];
    client.greet();
  };
}

/** Two coefficients are three bytes; 3329 is the first that is too large. */
function tooLarge(shown: Buffer, at: number): Buffer {
  shown.writeUInt8(3329 & 0xff, at);
  shown.writeUInt8((shown.readUInt8(at + 1) & 0xf0) | (3329 >> 8), at + 1);
  return shown;
}

describe("a hybrid share", () => {
  it.each(
    misdeeds("illegalParameter", {
      "of a byte too few": showing((shown) => shown.subarray(1)),
      "of a byte too many": showing((shown) => Buffer.concat([shown, Buffer.of(0)])),
      "of ML-KEM alone": showing((shown) => shown.subarray(0, ENCAPSULATION_KEY)),
      "of X25519 alone": showing((shown) => shown.subarray(ENCAPSULATION_KEY)),
      "whose halves are swapped": showing((shown) =>
        Buffer.concat([shown.subarray(ENCAPSULATION_KEY), shown.subarray(0, ENCAPSULATION_KEY)]),
      ),
      "whose first coefficient is too large": showing((shown) => tooLarge(shown, 0)),
      "whose last but one coefficient is too large": showing((shown) =>
        tooLarge(shown, COEFFICIENTS - 3),
      ),
      "of nothing but ones": showing((shown) => shown.fill(0xff, 0, COEFFICIENTS)),
      "whose X25519 half is zero": showing((shown) => shown.fill(0, ENCAPSULATION_KEY)),
    }),
  )("$what is refused", async ({ commit }) => {
    const { port } = await ourServer();
    const client = await Tls13Client.connect(port, HYBRID);
    await commit(client);
    expect(await client.lastWords()).toMatchObject([{ description: ALERT.illegalParameter }]);
  });

  it("whose ciphertext the client changes shows as a Finished that doesn't match", async () => {
    const { port } = await ourServer();
    const client = await Tls13Client.connect(port, HYBRID);
    const [share] = client.shares as [Share];
    const changed = (answer: Buffer) => {
      const other = Buffer.from(answer);
      other.writeUInt8(other.readUInt8(0) ^ 1, 0);
      return share.secret(other);
    };
    client.shares = [{ ...share, secret: changed }];
    client.greet();
    await client.serverHello();
    await expect(client.serverFlight()).rejects.toThrow();
  });
});

it("a shared X coordinate keeps its leading zeros", { timeout: 90_000 }, async () => {
  const { port } = await ourServer();
  for (let tries = 0, seen = 0; seen < 1; tries++) {
    expect(tries, "handshakes without a zero in front").toBeLessThan(4000);
    const client = await Tls13Client.connect(port, { groups: [GROUP.secp256r1] });
    const [share] = client.shares as [Share];
    let secret: Buffer = Buffer.of(1);
    client.shares = [
      {
        ...share,
        secret: (answer) => {
          secret = share.secret(answer);
          return secret;
        },
      },
    ];
    await client.upToServerHello();
    if (secret[0] === 0) {
      seen++;
      await client.serverFlight();
      client.finish();
      expect(await client.echo("zero")).toBe("zero");
    }
    client.records.socket.destroy();
  }
});
