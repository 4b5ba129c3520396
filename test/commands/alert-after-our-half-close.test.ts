/**
 * With -s, prog's EOF is a half-close of TCP. OpenSSL 3 takes that for an attack and sends a fatal
 * alert: an EOF without close_notify, which only -J holds against the client. An alert about our
 * certificate is told. (prog has run, so the exit code is prog's; s6-tlsd says it on standard error.)
 */
import { expect, it } from "vitest";
import { Authority } from "../support/certificates.ts";
import { ALERT, FATAL } from "../support/refusals.ts";
import { serve } from "../support/service.ts";
import { Tls12Client } from "../support/tls12-client.ts";
import { RECORD } from "../support/wire.ts";

/** What may be said of our certificate (RFC 8446, 6.2). */
const ABOUT_CERTIFICATES: readonly (readonly [number, string])[] = [
  [42, "bad_certificate"],
  [43, "unsupported_certificate"],
  [44, "certificate_revoked"],
  [45, "certificate_expired"],
  [46, "certificate_unknown"],
  [48, "unknown_ca"],
  [49, "access_denied"],
  [51, "decrypt_error"],
  [116, "certificate_required"],
];

const credentials = Authority.root().issue();

const TOLD = "s6-tlsd: fatal: TLS error: the peer sent the alert";

it.each([
  { options: ["-s"], alert: ALERT.unexpectedMessage, stderr: "" },
  {
    options: ["-s", "-J"],
    alert: ALERT.unexpectedMessage,
    stderr: `${TOLD} unexpected_message\n`,
  },
  // In TLS 1.3 our certificate may be refused only now.
  ...ABOUT_CERTIFICATES.map(([alert, name]) => ({
    ...{ options: ["-s"], alert },
    stderr: `${TOLD} ${name}\n`,
  })),
])("$options: an alert after our FIN is told as '$stderr'", async ({ options, alert, stderr }) => {
  const prog = ["sh", "-c", "echo words; exec >&-; cat >/dev/null"];
  const listener = await serve({ credentials, options, prog });
  const client = await Tls12Client.connect(listener.port);
  await client.establish();
  const words = await client.records.next();
  expect(words?.content.toString()).toBe("words\n");
  // The FIN.
  expect(await client.records.next()).toBe(null);
  client.records.send(RECORD.alert, Buffer.of(FATAL, alert));
  client.records.socket.end();
  const { ended } = await listener.tunnel();
  expect(await ended).toMatchObject({ code: 0, stderr });
});
