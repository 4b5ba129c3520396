import { uint16, vector8, vector16 } from "../../../support/tls12-encoding.ts";
import { message } from "../../../support/tls12-messages.ts";
import { RECORD } from "../../../support/wire.ts";
import * as extend from "../../peer/extensions.ts";
import * as messages from "../../peer/messages.ts";
import { EXTENSION, MESSAGE, SCHEME } from "../../peer/numbers.ts";
import type { Tls13Server } from "../../peer/server.ts";
import { type Commit, type Misdeed, misdeeds } from "./misdeed.ts";

/** Steps after a right ServerHello. */
function greeted(then: (server: Tls13Server) => void): Commit {
  return async (server) => {
    await server.upToShare();
    server.greet();
    then(server);
  };
}

/** EncryptedExtensions with one more. */
function extensions(...more: messages.Extension[]): Commit {
  return greeted((server) => server.say(server.encryptedExtensions(more)));
}

function extension(type: number, ...content: Uint8Array[]): Commit {
  return extensions(extend.extension(type, ...content));
}

function request(changes: messages.Request): Commit {
  return greeted((server) =>
    server.say(server.encryptedExtensions(), messages.certificateRequest(changes)),
  );
}

/** Steps in place of Certificate, or behind it, or behind CertificateVerify. */
function extended(then: (server: Tls13Server) => void): Commit {
  return greeted((server) => {
    server.say(server.encryptedExtensions());
    then(server);
  });
}

function shown(then: (server: Tls13Server) => void): Commit {
  return extended((server) => {
    server.say(server.certificate());
    then(server);
  });
}

function proved(then: (server: Tls13Server) => void): Commit {
  return shown((server) => {
    server.say(server.certificateVerify({ key: server.settings.key }));
    then(server);
  });
}

/** A CertificateVerify that is changed. */
function verify(
  proof: (server: Tls13Server) => Omit<Parameters<Tls13Server["certificateVerify"]>[0], "key">,
): Commit {
  return shown((server) =>
    server.say(server.certificateVerify({ key: server.settings.key, ...proof(server) })),
  );
}

const SCHEMES = extend.signatureAlgorithms([SCHEME.ecdsaSecp256r1Sha256]);

/** Under the handshake's keys. */
export const misdeedsInFlight: readonly Misdeed[] = [
  ...misdeeds("unsupportedExtension", {
    "EncryptedExtensions with an extension that no client knows": extension(0x1234),
    "EncryptedExtensions with early_data": extension(EXTENSION.earlyData),
    "EncryptedExtensions with a record_size_limit that was not asked for": extensions(
      extend.recordSizeLimit(64),
    ),
    "a certificate with a status that was not asked for": extended((server) =>
      server.say(server.certificate([extend.extension(EXTENSION.statusRequest, Buffer.of(1))])),
    ),
    "a certificate with an extension that no client knows": extended((server) =>
      server.say(server.certificate([extend.extension(0x1234)])),
    ),
  }),
  ...misdeeds(
    "unsupportedExtension",
    { "a protocol for a client that asked for none": extensions(extend.alpn(["http/1.1"])) },
    { options: { ALPNProtocols: [] } },
  ),
  ...misdeeds("illegalParameter", {
    "EncryptedExtensions with key_share": extension(EXTENSION.keyShare, uint16(0x001d)),
    "EncryptedExtensions with supported_versions": extension(
      EXTENSION.supportedVersions,
      uint16(0x0304),
    ),
    "EncryptedExtensions with a cookie": extensions(extend.cookie(Buffer.of(1))),
    "EncryptedExtensions with signature_algorithms": extensions(SCHEMES),
    "EncryptedExtensions with server_name twice": extensions(
      extend.extension(EXTENSION.serverName),
      extend.extension(EXTENSION.serverName),
    ),
    "a protocol that was not offered": extensions(extend.alpn(["h2"])),
    "a request for a certificate with a context": request({
      context: Buffer.of(1),
      extensions: [SCHEMES],
    }),
    "a request for a certificate with signature_algorithms twice": request({
      extensions: [SCHEMES, SCHEMES],
    }),
    "a certificate with a context": extended((server) =>
      server.say(
        messages.certificate({
          context: Buffer.of(1),
          certificates: server.settings.certificates,
        }),
      ),
    ),
    "CertificateVerify with PKCS #1": verify(() => ({ told: SCHEME.rsaPkcs1Sha256 })),
    "CertificateVerify with SHA-1": verify(() => ({ told: 0x0203 })),
    "CertificateVerify with the scheme of RSA": verify(() => ({ told: SCHEME.rsaPssRsaeSha256 })),
    "CertificateVerify with the scheme of P-384": verify(() => ({
      told: SCHEME.ecdsaSecp384r1Sha384,
    })),
    "CertificateVerify with a scheme that no client knows": verify(() => ({ told: 0x0807 })),
  }),
  ...misdeeds("missingExtension", {
    "a request for a certificate without signature_algorithms": request({ extensions: [] }),
  }),
  ...misdeeds("decodeError", {
    "EncryptedExtensions with a name in server_name": extension(EXTENSION.serverName, Buffer.of(0)),
    "two protocols": extensions(extend.alpn(["http/1.1", "http/1.1"])),
    "no protocol": extension(EXTENSION.alpn, vector16()),
    "a protocol of no bytes": extension(EXTENSION.alpn, vector16(vector8(Buffer.of()))),
    "EncryptedExtensions with a byte behind them": greeted((server) =>
      server.say(message(MESSAGE.encryptedExtensions, Buffer.from("000000", "hex"))),
    ),
    "EncryptedExtensions of one byte": greeted((server) =>
      server.say(message(MESSAGE.encryptedExtensions, Buffer.of(0))),
    ),
    "a request for a certificate with an odd list of schemes": request({
      extensions: [extend.extension(EXTENSION.signatureAlgorithms, vector16(Buffer.of(4, 3, 5)))],
    }),
    "a request for a certificate with no scheme": request({
      extensions: [extend.extension(EXTENSION.signatureAlgorithms, vector16())],
    }),
    "no certificate": extended((server) => server.say(messages.certificate({ certificates: [] }))),
    "a certificate whose length goes beyond the message": extended((server) => {
      const whole = server.certificate();
      whole.writeUIntBE(0xffff, 8, 3);
      server.say(whole);
    }),
    "CertificateVerify with a byte behind it": shown((server) => {
      const whole = server.certificateVerify({ key: server.settings.key });
      const body = Buffer.concat([whole.subarray(4), Buffer.of(0)]);
      server.say(message(MESSAGE.certificateVerify, body));
    }),
    "a Finished of no bytes": proved((server) => server.say(server.finished(Buffer.of()))),
    "a Finished that is one byte too short": proved((server) =>
      server.say(server.finished(server.verifyData("server").subarray(1))),
    ),
    "a Finished that is one byte too long": proved((server) =>
      server.say(server.finished(Buffer.concat([server.verifyData("server"), Buffer.of(0)]))),
    ),
  }),
  ...misdeeds("decryptError", {
    "a signature of something else": verify(() => ({ transcript: Buffer.alloc(32, 1) })),
    "a signature as a client makes it": verify(() => ({ side: "client" })),
    "a signature of no bytes": shown((server) =>
      server.say(messages.certificateVerify(SCHEME.ecdsaSecp256r1Sha256, Buffer.of())),
    ),
    "a Finished that proves nothing": proved((server) =>
      server.say(server.finished(Buffer.alloc(server.verifyData("server").length))),
    ),
    "the Finished of a client": proved((server) =>
      server.say(server.finished(server.verifyData("client"))),
    ),
  }),
  ...misdeeds("unexpectedMessage", {
    "no EncryptedExtensions": greeted((server) => server.say(server.certificate())),
    "EncryptedExtensions twice": extended((server) => server.say(server.encryptedExtensions())),
    "a second ServerHello": greeted((server) => server.say(server.hello())),
    "no certificate message": extended((server) =>
      server.say(server.certificateVerify({ key: server.settings.key })),
    ),
    "a Finished right behind EncryptedExtensions": extended((server) =>
      server.say(server.finished()),
    ),
    "a certificate twice": shown((server) => server.say(server.certificate())),
    "no CertificateVerify": shown((server) => server.say(server.finished())),
    "CertificateVerify twice": proved((server) =>
      server.say(server.certificateVerify({ key: server.settings.key })),
    ),
    "a request for a certificate twice": greeted((server) => {
      const one = messages.certificateRequest({ extensions: [SCHEMES] });
      server.say(server.encryptedExtensions(), one, one);
    }),
    "a request for a certificate behind the certificate": shown((server) =>
      server.say(messages.certificateRequest({ extensions: [SCHEMES] })),
    ),
    "a KeyUpdate": extended((server) => server.mutter(messages.keyUpdate(0))),
    "a ticket": extended((server) =>
      server.mutter(
        messages.encodedTicket({
          ...{ lifetime: 3600, ageAdd: 0, nonce: Buffer.of(1) },
          ...{ ticket: Buffer.alloc(40), extensions: [] },
        }),
      ),
    ),
    "data before the Finished": proved((server) => server.send("data")),
    "one byte behind the Finished in its record": proved((server) =>
      server.say(server.finished(), Buffer.of(0)),
    ),
    "a ticket behind the Finished in its record": proved((server) =>
      server.say(
        server.finished(),
        messages.encodedTicket({
          ...{ lifetime: 3600, ageAdd: 0, nonce: Buffer.of(1) },
          ...{ ticket: Buffer.alloc(40), extensions: [] },
        }),
      ),
    ),
    "a ChangeCipherSpec of two bytes": greeted((server) =>
      server.records.changeCipherSpec(Buffer.of(1, 1)),
    ),
    "a ChangeCipherSpec of 2": greeted((server) => server.records.changeCipherSpec(Buffer.of(2))),
    "a ChangeCipherSpec under keys": greeted((server) =>
      server.records.send(RECORD.changeCipherSpec, Buffer.of(1)),
    ),
    "ChangeCipherSpecs without end": greeted((server) => {
      for (let n = 0; n < 40; n++) server.records.changeCipherSpec();
    }),
    "a record of nothing but padding": greeted((server) => server.records.send(0, Buffer.alloc(9))),
    "an empty record of a message": greeted((server) =>
      server.records.send(RECORD.handshake, Buffer.of()),
    ),
    "a message in the clear": greeted((server) =>
      server.records.sendInTheClear(RECORD.handshake, server.encryptedExtensions()),
    ),
  }),
  ...misdeeds("badRecordMac", {
    "a record that was changed": greeted((server) => {
      const record = server.records.record(RECORD.handshake, server.encryptedExtensions());
      record.set([record.readUInt8(record.length - 1) ^ 1], record.length - 1);
      server.records.raw(record);
    }),
    "a record of 16 bytes that no key sealed": greeted((server) =>
      server.records.raw(Buffer.concat([Buffer.from("1703030010", "hex"), Buffer.alloc(16)])),
    ),
  }),
  ...misdeeds("recordOverflow", {
    "a record that is too long": greeted((server) =>
      server.records.raw(Buffer.from("1703034101", "hex")),
    ),
  }),
];
