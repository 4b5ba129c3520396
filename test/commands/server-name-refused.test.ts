/**
 * With -k 2 there is no default pair: a client with another name gets the alert unrecognized_name,
 * and one with no name can't shake hands. prog never runs.
 */
import { expect, it } from "vitest";
import { clientHello } from "../engine/client-hello.ts";
import { Authority } from "../support/certificates.ts";
import { connect, gnutls, openssl } from "../support/clients.ts";
import { ALERT, alertsIn, FATAL, guard, shout } from "../support/refusals.ts";
import { namedEnvironment, serve } from "../support/service.ts";
import { words } from "../support/words.ts";

const authority = Authority.root();
const wildcard = authority.issue({ name: "*.example.com" });

/** The generic pair is not even read. */
const environment = {
  ...namedEnvironment({ "*.example.com": wildcard }),
  KEYFILE: "/no/key",
  CERTFILE: "/no/certificate",
};

const refused = ["other.test", "example.com", "a.b.example.com", "www.example.com.other.test"];

it.each(refused)("%s gets unrecognized_name", async (name) => {
  const guarded = await guard({ options: ["-k", "2"], environment });
  const hello = clientHello({ suites: [0xcca9], serverName: name });
  const answer = await shout({ port: guarded.listener.port, bytes: hello });
  expect(alertsIn(answer)).toEqual([[FATAL, ALERT.unrecognizedName]]);
  const { code, stderr } = await guarded.refusal();
  expect(code).toBe(98);
  expect(stderr).toMatch(/^s6-tlsd: fatal: TLS error: [^\n]+\n$/);
  expect(stderr).toContain(name);
});

it("a client that asks for no name gets handshake_failure", async () => {
  const guarded = await guard({ options: ["-k", "2"], environment });
  const hello = clientHello({ suites: [0xcca9] });
  const answer = await shout({ port: guarded.listener.port, bytes: hello });
  expect(alertsIn(answer)).toEqual([[FATAL, ALERT.handshakeFailure]]);
  expect(await guarded.refusal()).toMatchObject({ code: 98 });
});

it.each(["-k 2", "-k 3", "-k 4294967295", "--mandatory-sni", "--sni --mandatory-sni"])(
  "%s serves the names that there are, and no others",
  async (line) => {
    const options = words(line);
    const listener = await serve({ options, environment, prog: ["echo", "hello"] });
    const destination = { port: listener.port, authority };
    const client = await connect(destination, { servername: "www.example.com" });
    expect(client.getPeerCertificate().subject.CN).toBe("*.example.com");
    await expect(connect(destination, { servername: "other.test" })).rejects.toThrow(
      /unrecognized.name/i,
    );
  },
);

it("OpenSSL and GnuTLS say so in their own words", async () => {
  const listener = await serve({ options: ["-k2"], environment, prog: ["echo", "hello"] });
  const destination = { port: listener.port, authority };
  const { stderr } = await openssl(destination, ["-servername", "other.test"]);
  expect(stderr).toMatch(/unrecognized name.*SSL alert number 112/);
  const { stdout } = await gnutls(destination, { options: ["--sni-hostname", "other.test"] });
  expect(stdout).toMatch(/name sent was not recognized/i);
});
