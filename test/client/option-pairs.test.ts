/**
 * The options that have two sides: what our client makes of what our server was told, and the other
 * way round, for each pair of them. What has no other side (-6 and -7, -T and -t, …) is
 * tested elsewhere.
 */

import { describe, expect, it } from "vitest";
import type { Call } from "../support/calls.ts";
import { SERVER_NAME } from "../support/certificates.ts";
import { ClientAuthority, selfSigned } from "../support/client-authority.ts";
import { authority, credentials, meet } from "../support/meetings.ts";
import { name } from "../support/names.ts";
import { NEEDS_ROOT } from "../support/needs.ts";
import { AS_NOBODY } from "../support/privileges.ts";
import { namedEnvironment } from "../support/service.ts";
import { words } from "../support/words.ts";

const NO_GOODBYE = "fatal: TLS error: EOF without close_notify\n";
const FAREWELL = ["sh", "-c", "echo farewell"];

/** Who ends first with -S says goodbye, and with -s doesn't; -J of the other one insists on it. */
const closings = ["-S", "-s"].flatMap((ends) => ["-J", "-j"].map((asks) => [ends, asks] as const));

describe("-S and -s of who ends, with -J and -j of the other one", () => {
  it.each(closings)("a server with %s, and a client with %s", async (ends, asks) => {
    const { client, server } = await meet(
      { options: [ends], prog: FAREWELL },
      { options: [asks], prog: ["sh", "-c", "cat <&6; exit 3"] },
    );
    const stderr = ends === "-s" && asks === "-J" ? `s6-tlsc: ${NO_GOODBYE}` : "";
    expect(client).toMatchObject({ code: 3, stdout: "farewell\n", stderr });
    expect(server).toMatchObject({ code: 0, stderr: "" });
  });

  it.each(closings)("a client with %s, and a server with %s", async (ends, asks) => {
    const { client, server } = await meet(
      { options: [asks], prog: ["sh", "-c", "cat >&2; exit 4"] },
      { options: [ends], prog: ["sh", "-c", "echo farewell >&7"] },
    );
    const complaint = ends === "-s" && asks === "-J" ? `s6-tlsd: ${NO_GOODBYE}` : "";
    expect(server.code).toBe(4);
    expect(server.stderr.replace("farewell\n", "")).toBe(complaint);
    expect(server.stderr).toContain("farewell\n");
    expect(client).toMatchObject({ code: 0, stderr: "" });
  });
});

const clients = ClientAuthority.root();
const known = clients.issue({ subject: name(["CN", "known"]) });
const stranger = ClientAuthority.root({ subject: name(["CN", "Strangers"]) }).issue();

describe("-Y and -y of the server, with -Y and -y of the client", () => {
  const asks = { environment: { CAFILE: clients.certFile } };
  const prog = ["sh", "-c", 'echo "you are $SSL_PEER_CERT_SUBJECT"'];

  const NONE = { "1.2": "handshake_failure", "1.3": "certificate_required" };
  const PAIRS = [
    ["", "-Y", known, "nobody"],
    ["", "-y", known, "nobody"],
    ["-Y", "-Y", known, "nobody"],
    ["-Y", "-y", known, "CN=known"],
    ["-y", "-y", known, "CN=known"],
    ["-y", "-Y", known, NONE],
    ["-Y", "-y", stranger, "unknown_ca"],
    ["-y", "-y", stranger, "unknown_ca"],
  ] as const;

  it.each(
    (["1.2", "1.3"] as const).flatMap((version) =>
      PAIRS.map(
        ([line, option, certificate, outcome]) =>
          [
            ...[line, option, version],
            certificate,
            typeof outcome === "string" ? outcome : outcome[version],
          ] as const,
      ),
    ),
  )("server %j, client %j, TLS %s", async (line, option, version, certificate, outcome) => {
    const { client, server } = await meet(
      { ...asks, options: words(line), prog },
      { options: [option, "--tls-max", version], credentials: certificate },
    );
    if (outcome.includes("_")) {
      const stderr = `s6-tlsc: fatal: TLS error: the peer sent the alert ${outcome}\n`;
      // In TLS 1.3 prog has begun when the server refuses us: its own code counts.
      const code = version === "1.2" ? 98 : 0;
      expect(client).toMatchObject({ code, stdout: "", stderr });
      expect(server.code).toBe(98);
      expect(server.stderr).toMatch(new RegExp(`; sent the alert ${outcome}\n$`));
    } else {
      const who = outcome === "nobody" ? "" : outcome;
      expect(client).toMatchObject({ code: 0, stdout: `you are ${who}\n`, stderr: "" });
      expect(server).toMatchObject({ code: 0, stderr: "" });
    }
  });
});

describe("-k snilevel of the server, with -k servername of the client", () => {
  const environment = namedEnvironment({
    "a.test": authority.issue({ name: "a.test" }),
    "*.b.test": authority.issue({ name: "*.b.test" }),
  });
  const prog = ["sh", "-c", 'echo "asked for <$SSL_TLS_SNI_SERVERNAME>"'];
  const WELCOME = "welcome";
  const OTHER = "certificate for another name";
  const UNKNOWN = "the peer sent the alert unrecognized_name";

  it.each([
    [0, SERVER_NAME, WELCOME],
    [0, "a.test", OTHER],
    [0, "", WELCOME],
    [1, SERVER_NAME, WELCOME],
    [1, "a.test", WELCOME],
    [1, "x.b.test", WELCOME],
    [1, "c.test", OTHER],
    [1, "", WELCOME],
    [2, "a.test", WELCOME],
    [2, SERVER_NAME, UNKNOWN],
    [2, "", "the peer sent the alert handshake_failure"],
  ])("-k %i and -k %j: %s", async (level, servername, outcome) => {
    const { client } = await meet(
      { environment, options: ["-k", `${level}`], prog },
      { name: servername === "" ? null : servername },
    );
    if (outcome === WELCOME) {
      expect(client).toMatchObject({ code: 0, stdout: `asked for <${servername}>\n` });
    } else {
      expect(client).toMatchObject({ code: 98, stdout: "" });
      expect(client.stderr).toContain(outcome);
    }
  });
});

const PROFILES = ["modern", "compat", "legacy"];

describe("--tls-profile of both", () => {
  it.each(PROFILES.flatMap((one) => PROFILES.map((other) => [one, other] as const)))(
    "%s and %s: the best of what both have",
    async (ofServer, ofClient) => {
      const { client, server } = await meet(
        { options: ["--tls-profile", ofServer], prog: FAREWELL },
        {
          options: ["--tls-profile", ofClient],
          prog: ["sh", "-c", 'cat <&6; echo "$SSL_PROTOCOL $SSL_CIPHER"'],
        },
      );
      const stdout = "farewell\nTLSv1.3 TLS_CHACHA20_POLY1305_SHA256\n";
      expect(client).toMatchObject({ code: 0, stdout, stderr: "" });
      expect(server).toMatchObject({ code: 0, stderr: "" });
    },
  );
});

describe("-K of one, and a TLS that the other one never begins", () => {
  const GIVEN_UP = "fatal: TLS error: handshake not done within 300 milliseconds\n";

  it("a client's", async () => {
    const { client } = await meet(
      { program: "s6-ucspitlsd", prog: ["sh", "-c", "cat >/dev/null"] },
      { options: ["-K", "300"] },
    );
    expect(client).toMatchObject({ code: 98, stdout: "", stderr: `s6-tlsc: ${GIVEN_UP}` });
  });

  it("a server's", async () => {
    const { server } = await meet(
      { options: ["-K", "300"] },
      { program: "s6-ucspitlsc", prog: ["sleep", "0.8"] },
    );
    expect(server).toMatchObject({ code: 98, stderr: `s6-tlsd: ${GIVEN_UP}` });
  });
});

describe("-Z and -z of both", () => {
  const show = 'echo "<$KEYFILE> <$CAFILE>"';

  it.each(["-Z", "-z"].flatMap((one) => ["-Z", "-z"].map((other) => [one, other] as const)))(
    "server %s, client %s: each cleans its own",
    async (ofServer, ofClient) => {
      const { client } = await meet(
        { options: [ofServer], prog: ["sh", "-c", show] },
        { options: [ofClient], prog: ["sh", "-c", `cat <&6; ${show}`] },
      );
      const theirs = ofServer === "-Z" ? `<${credentials.keyFile}> <>` : "<> <>";
      const ours = ofClient === "-Z" ? `<> <${authority.certFile}>` : "<> <>";
      expect(client).toMatchObject({ code: 0, stdout: `${theirs}\n${ours}\n` });
    },
  );
});

describe("what both tell", () => {
  it("-v 2: one session, and what one sent the other one got", async () => {
    const options = ["-v", "2"];
    const asking: Partial<Call> = { options, prog: ["sh", "-c", "echo question >&7"] };
    const { client, server } = await meet({ options, prog: ["sh", "-c", "cat; echo bye"] }, asking);
    const session =
      "TLSv1\\.3 TLS_CHACHA20_POLY1305_SHA256 [A-Za-z0-9]+, server name server\\.test";
    expect(server.stderr).toMatch(new RegExp(`^s6-tlsd: info: [^ ]+: ${session}, 9 bytes in`));
    expect(client.stderr).toMatch(
      new RegExp(`^s6-tlsc: info: [^ ]+: ${session}, [0-9]+ bytes in, 9 bytes out`),
    );
  });
});

describe("--no-verify-cert, with a certificate that nobody vouches for", () => {
  it.each([
    ["", 98, ""],
    ["--no-verify-cert", 0, "farewell\n"],
  ])("%j", async (line, code, stdout) => {
    const { client } = await meet(
      { credentials: selfSigned(), prog: FAREWELL },
      { program: "s6-tlsc-io", prog: ["6", "7"], options: words(line) },
    );
    expect(client).toMatchObject({ code, stdout });
  });
});

describe("TLS_UID and TLS_GID of both", NEEDS_ROOT, () => {
  it.each([
    ["nobody's", "our own", AS_NOBODY, {}],
    ["our own", "nobody's", {}, AS_NOBODY],
    ["nobody's", "nobody's", AS_NOBODY, AS_NOBODY],
  ])("the server's engine is %s, the client's %s", async (...[, , ofServer, ofClient]) => {
    const { client, server } = await meet(
      { environment: ofServer, prog: FAREWELL },
      { environment: ofClient },
    );
    expect(client).toMatchObject({ code: 0, stdout: "farewell\n", stderr: "" });
    expect(server).toMatchObject({ code: 0, stderr: "" });
  });
});
