/**
 * Where BearSSL itself refuses a ClientHello, with an alert of its own, ours does not come on top.
 */
import { expect, it } from "vitest";
import { Authority } from "../support/certificates.ts";
import { lastWords } from "../support/last-words.ts";
import { type AlertName, alertInWords } from "../support/misdeed.ts";
import { ALERT, serveGuarded } from "../support/refusals.ts";
import { Tls12Client } from "../support/tls12-client.ts";
import { type Hello, VERSION } from "../support/tls12-messages.ts";
import { SUITE } from "../support/tls12-protection.ts";

const credentials = Authority.root().issue();

const FALLBACK_SCSV = 0x5600;
const DEFLATE = 1;
const ECDSA_CBC = SUITE["ECDHE-ECDSA-AES128-SHA"].id;

interface Refusal {
  what: string;
  hello: Partial<Hello>;
  profile: string;
  alert: AlertName;
  /** What our own reading of the hello says; BearSSL's has no words for it. */
  why?: string;
}

const refusals: Refusal[] = [
  {
    what: "a version that is too old",
    hello: { version: VERSION.tls11 },
    profile: "modern",
    alert: "protocolVersion",
  },
  {
    what: "SSL 3.0",
    hello: { version: 0x0300 },
    profile: "legacy",
    alert: "protocolVersion",
  },
  {
    what: "a fallback that was not needed",
    hello: { version: VERSION.tls11, suites: [ECDSA_CBC, FALLBACK_SCSV] },
    profile: "legacy",
    alert: "inappropriateFallback",
    why: "older version than the client could have, after a failed attempt; ",
  },
  {
    what: "no suite in common",
    hello: { suites: [ECDSA_CBC] },
    profile: "modern",
    alert: "handshakeFailure",
  },
  {
    what: "no suite at all",
    hello: { suites: [] },
    profile: "modern",
    alert: "decodeError",
    why: "malformed handshake message; ",
  },
  {
    what: "compression alone",
    hello: { compressions: [DEFLATE] },
    profile: "modern",
    alert: "illegalParameter",
    why: "compression that was not offered; ",
  },
];

it.each(refusals)(
  "$alert for $what",
  async ({ hello, profile, alert, why = "refused the peer, " }) => {
    const { listener, refusal } = await serveGuarded(credentials, ["--tls-profile", profile]);
    const client = await Tls12Client.connect(listener.port);
    client.greet(hello);
    expect(await lastWords(client)).toEqual({ alert: ALERT[alert], sealed: false, wireLength: 7 });
    expect(await refusal()).toMatchObject({
      code: 98,
      stderr: `s6-tlsd: fatal: TLS error: ${why}sent the alert ${alertInWords(alert)}\n`,
    });
  },
);
