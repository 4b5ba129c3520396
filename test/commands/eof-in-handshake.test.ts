/**
 * A client that hangs up before the handshake is done: 98, and no program.
 */
import { describe, expect, it } from "vitest";
import { Authority } from "../support/certificates.ts";
import { clientHello, connect, newWire, VERSIONS } from "../support/clients.ts";
import { everything } from "../support/processes.ts";
import { serveGuarded, shout } from "../support/refusals.ts";

const authority = Authority.root();
const credentials = authority.issue();
/** Bytes of the client's last flight: in TLS 1.3 a ChangeCipherSpec and Finished (RFC 8446, D.4). */
const AFTER_HELLO = { "TLSv1.2": [20, 60, 84], "TLSv1.3": [3, 6, 50] } as const;
const MESSAGE = /^s6-tlsd: fatal: TLS error: EOF during the handshake\n$/;

const hellos = await Promise.all(VERSIONS.map((maxVersion) => clientHello({ maxVersion })));

describe.each(VERSIONS.map((version, at) => ({ version, hello: hellos[at] as Buffer })))(
  "in $version",
  ({ version, hello }) => {
    it.each([0, 1, 5, 6, 100, hello.length - 1, hello.length])(
      "after %i bytes of its ClientHello",
      async (length) => {
        const { listener, refusal } = await serveGuarded(credentials);
        const bytes = hello.subarray(0, length);
        await shout({ port: listener.port, bytes, fin: true });
        const { code, stderr } = await refusal();
        expect(stderr).toMatch(MESSAGE);
        expect(code).toBe(98);
      },
    );

    it.each(AFTER_HELLO[version])("%i bytes after its ClientHello", async (length) => {
      const { listener, refusal } = await serveGuarded(credentials);
      const wire = await newWire(listener.port);
      wire.bytesUntilFin = hello.length + length;
      const destination = { port: listener.port, authority };
      const heard = connect(destination, { maxVersion: version, socket: wire })
        .then(everything)
        .then(
          (bytes) => `${bytes.length} bytes and EOF`,
          () => "a failure",
        );
      // In TLS 1.3 the client is done when it has written its last byte, which doesn't arrive.
      expect(await heard).toBe(version === "TLSv1.2" ? "a failure" : "0 bytes and EOF");
      const { code, stderr } = await refusal();
      expect(stderr).toMatch(MESSAGE);
      expect(code).toBe(98);
    });

    it("with close_notify in place of the rest", async () => {
      const { listener, refusal } = await serveGuarded(credentials);
      const closeNotify = Buffer.from([21, 3, 3, 0, 2, 1, 0]);
      await shout({ port: listener.port, bytes: Buffer.concat([hello, closeNotify]) });
      const { code, stderr } = await refusal();
      expect(stderr).toMatch(/^s6-tlsd: fatal: TLS error: [^\n]+\n$/);
      expect(code).toBe(98);
    });
  },
);
