/** The companions' page: s6-tlsc and s6-tlsc-io. */
import { expect } from "vitest";
import { behindTlsc, echo, tlscIo } from "../behaviours/clients.ts";
import { client, type Section } from "../statement.ts";

const text = "The other companions";
const ASK = ["sh", "-c", "cat >&7; exec 7>&-; cat <&6"];

const s6Tlsc: Section = {
  text,
  section: "s6-tlsc",
  rows: [
    [
      "The client's mirror of s6-tlsd, with the connection on descriptors 6 and 7, where prog finds the cleartext.",
      async () => {
        const { port } = await echo();
        const ended = await behindTlsc({ port, prog: ASK, input: "there and back" });
        expect(ended).toMatchObject({ code: 0, stdout: "there and back", stderr: "" });
      },
    ],
    [
      "-k servername: is asked for by SNI.",
      async () => {
        const { port } = await echo(["printenv", "SSL_TLS_SNI_SERVERNAME"]);
        expect((await behindTlsc({ port, prog: ASK })).stdout).toBe("server.test\n");
      },
    ],
    [
      "-k servername: the certificate must be for it.",
      async () => {
        const { port } = await echo();
        const ended = await behindTlsc({ port, prog: ["echo", "ran"], options: ["-k", "a.test"] });
        expect(ended).toMatchObject({ code: 98, stdout: "" });
      },
    ],
    [
      "CADIR or CAFILE is required: 100.",
      async () => {
        const { port } = await echo();
        const ended = await behindTlsc({ port, prog: ["echo", "ran"], environment: {} });
        expect(ended).toMatchObject({ code: 100, stdout: "" });
      },
    ],
    [
      "It cleans the environment as s6-tlsd does.",
      async () => {
        const { port } = await echo();
        const ended = await behindTlsc({ port, prog: ["printenv", "CAFILE"] });
        expect(ended).toMatchObject({ code: 1, stdout: "" });
      },
    ],
    [
      "It sets the environment as s6-tlsd does.",
      async () => {
        const { port } = await echo();
        const ended = await behindTlsc({ port, prog: ["printenv", "SSL_PROTOCOL"] });
        expect(ended).toMatchObject({ code: 0, stdout: "TLSv1.3\n" });
      },
    ],
    [
      "-6 rfd and -7 wfd: other descriptors.",
      client("descriptors", "with %j, prog reads from %i and writes to %i"),
    ],
    [
      "-y: sends the certificate in CERTFILE.",
      client("client-certificate", "with -y, a key of %s satisfies a server that requires one"),
    ],
    [
      "Whether a certificate was revoked is not checked.",
      client(
        "revocation-is-not-checked",
        "a certificate on its CA's list is taken, even where the list is in CADIR",
      ),
    ],
  ],
};

const s6TlscIo: Section = {
  text,
  section: "s6-tlsc-io",
  rows: [
    [
      "The client's mirror of s6-tlsd-io, with cleartext on 0 and 1 and the network on fdr and fdw.",
      async () => {
        const { port } = await echo();
        const ended = await tlscIo({ port, input: "there and back" });
        expect(ended).toMatchObject({ code: 0, stdout: "there and back", stderr: "" });
      },
    ],
    [
      "CADIR or CAFILE is required: 100.",
      async () => {
        const { port } = await echo();
        expect(await tlscIo({ port, environment: {} })).toMatchObject({ code: 100, stdout: "" });
      },
    ],
    [
      "--no-verify-cert takes any certificate.",
      async () => {
        const { port } = await echo();
        const options = ["--no-verify-cert"];
        const ended = await tlscIo({ port, environment: {}, options, input: "to anybody" });
        expect(ended).toMatchObject({ code: 0, stdout: "to anybody" });
      },
    ],
    [
      "-d notif: what the handshake tells.",
      client(
        "s6-tlsc-io",
        "with -d, the descriptor gets what the handshake told, and is closed (-tls1_3)",
      ),
    ],
  ],
};

export const clients: readonly Section[] = [s6Tlsc, s6TlscIo];
