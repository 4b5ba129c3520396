import { BR_ERR_RECV_FATAL_ALERT, BR_ERR_SEND_FATAL_ALERT } from "./abi.ts";
import { alertName } from "./alerts.ts";

/** The side that has to change something: we (a defect or a lack), the peer, or our configuration. */
export type Side = "us" | "peer" | "configuration";

/** wasm/engine/errors.h. */
export const ERR_NO_SIGNATURE = 138;

type Meaning = readonly [name: string, side: Side, meaning: string];

/** What an engine's number says, alerts included. */
export function meaningOf(code: number): Meaning {
  if (code >= BR_ERR_SEND_FATAL_ALERT) {
    const alert = alertName(code - BR_ERR_SEND_FATAL_ALERT);
    return ["SEND_FATAL_ALERT", "peer", `refused the peer, sent the alert ${alert}`];
  }
  if (code >= BR_ERR_RECV_FATAL_ALERT) {
    const alert = alertName(code - BR_ERR_RECV_FATAL_ALERT);
    return ["RECV_FATAL_ALERT", "peer", `the peer sent the alert ${alert}`];
  }
  return meanings().get(code) ?? [`ERROR_${code}`, "us", `BearSSL error ${code}`];
}

/** BearSSL's numbers (bearssl_ssl.h, bearssl_x509.h) and what they mean. */
const meanings = () =>
  new Map<number, Meaning>([
    [1, ["BAD_PARAM", "peer", "message with a length that does not fit"]],
    [2, ["BAD_STATE", "us", "operation not possible in this state"]],
    [3, ["UNSUPPORTED_VERSION", "peer", "not TLS, or an unsupported version of it"]],
    [4, ["BAD_VERSION", "peer", "record with another version than the previous ones"]],
    [5, ["BAD_LENGTH", "peer", "invalid record length"]],
    [6, ["TOO_LARGE", "peer", "record too large"]],
    [7, ["BAD_MAC", "peer", "record with a wrong MAC or padding"]],
    [8, ["NO_RANDOM", "us", "no entropy"]],
    [9, ["UNKNOWN_TYPE", "peer", "unknown record type"]],
    [10, ["UNEXPECTED", "peer", "unexpected record or message"]],
    [12, ["BAD_CCS", "peer", "invalid ChangeCipherSpec"]],
    [13, ["BAD_ALERT", "peer", "malformed alert"]],
    [14, ["BAD_HANDSHAKE", "peer", "malformed handshake message"]],
    [15, ["OVERSIZED_ID", "peer", "session identifier over 32 bytes"]],
    [16, ["BAD_CIPHER_SUITE", "peer", "cipher suite that was not offered"]],
    [17, ["BAD_COMPRESSION", "peer", "compression that was not offered"]],
    [18, ["BAD_FRAGLEN", "peer", "maximum fragment length that was not offered"]],
    [19, ["BAD_SECRENEG", "peer", "secure renegotiation failed"]],
    [20, ["EXTRA_EXTENSION", "peer", "extension that was not offered, or twice"]],
    [21, ["BAD_SNI", "peer", "invalid server name indication"]],
    [22, ["BAD_HELLO_DONE", "peer", "invalid ServerHelloDone"]],
    [23, ["LIMIT_EXCEEDED", "peer", "message over the supported size"]],
    [24, ["BAD_FINISHED", "peer", "Finished message that does not match"]],
    [25, ["RESUME_MISMATCH", "peer", "resumption with another version or cipher suite"]],
    [26, ["INVALID_ALGORITHM", "peer", "no common or no valid algorithm (curve, hash, signature)"]],
    [27, ["BAD_SIGNATURE", "peer", "invalid signature"]],
    [28, ["WRONG_KEY_USAGE", "peer", "public key of the wrong type, or not allowed for this use"]],
    [29, ["NO_CLIENT_AUTH", "peer", "no client certificate"]],
    [33, ["X509_INVALID_VALUE", "peer", "invalid value in a certificate"]],
    [34, ["X509_TRUNCATED", "peer", "truncated certificate"]],
    [35, ["X509_EMPTY_CHAIN", "peer", "empty certificate chain"]],
    [36, ["X509_INNER_TRUNC", "peer", "certificate with an element longer than the one around it"]],
    [37, ["X509_BAD_TAG_CLASS", "peer", "certificate with an unsupported tag class"]],
    [38, ["X509_BAD_TAG_VALUE", "peer", "certificate with an unsupported tag value"]],
    [39, ["X509_INDEFINITE_LENGTH", "peer", "certificate with an indefinite length"]],
    [40, ["X509_EXTRA_ELEMENT", "peer", "certificate with an extraneous element"]],
    [41, ["X509_UNEXPECTED", "peer", "certificate with an unexpected element"]],
    [42, ["X509_NOT_CONSTRUCTED", "peer", "certificate with a primitive element in a wrong place"]],
    [43, ["X509_NOT_PRIMITIVE", "peer", "certificate with a constructed element in a wrong place"]],
    [44, ["X509_PARTIAL_BYTE", "peer", "certificate with a bit string that is no whole bytes"]],
    [45, ["X509_BAD_BOOLEAN", "peer", "certificate with an invalid boolean"]],
    [46, ["X509_OVERFLOW", "peer", "certificate with a value out of range"]],
    [47, ["X509_BAD_DN", "peer", "certificate with an invalid distinguished name"]],
    [48, ["X509_BAD_TIME", "peer", "certificate with an invalid date"]],
    [49, ["X509_UNSUPPORTED", "peer", "certificate with an unsupported feature"]],
    [50, ["X509_LIMIT_EXCEEDED", "peer", "key, signature or chain over the supported size"]],
    [51, ["X509_WRONG_KEY_TYPE", "peer", "certificate with another type of key than expected"]],
    [52, ["X509_BAD_SIGNATURE", "peer", "certificate with an invalid signature"]],
    [53, ["X509_TIME_UNKNOWN", "us", "no time of validation"]],
    [54, ["X509_EXPIRED", "peer", "certificate not valid at this time"]],
    [55, ["X509_DN_MISMATCH", "peer", "certificate whose issuer is not the next one's subject"]],
    [56, ["X509_BAD_SERVER_NAME", "peer", "certificate for another name"]],
    [57, ["X509_CRITICAL_EXTENSION", "peer", "certificate with an unknown critical extension"]],
    [58, ["X509_NOT_CA", "peer", "certificate issued by one that is not a CA's"]],
    [59, ["X509_FORBIDDEN_KEY_USAGE", "peer", "certificate whose key usage forbids this use"]],
    [60, ["X509_WEAK_PUBLIC_KEY", "peer", "certificate with too small a key"]],
    [62, ["X509_NOT_TRUSTED", "peer", "certificate that no trust anchor vouches for"]],
    // Ours: wasm/engine/errors.h. Of TLS 1.3:
    [128, ["MISSING_EXTENSION", "peer", "hello without an extension that TLS 1.3 needs"]],
    [129, ["BAD_EXTENSION", "peer", "extension where it may not be"]],
    [130, ["NO_COMMON_SUITE", "peer", "no common cipher suite of TLS 1.3"]],
    [131, ["NO_COMMON_GROUP", "peer", "no common group for the key exchange"]],
    [132, ["NO_COMMON_SCHEME", "peer", "no signature scheme that our key can do"]],
    [133, ["NO_COMMON_PROTOCOL", "peer", "no common application protocol (ALPN)"]],
    [134, ["BAD_KEY_SHARE", "peer", "invalid key share"]],
    [135, ["BAD_RETRY", "peer", "second hello that is not what was asked for"]],
    [136, ["BAD_SCHEME", "peer", "signature scheme that was not offered, or of another key"]],
    [ERR_NO_SIGNATURE, ["NO_SIGNATURE", "us", "no signature from the key"]],
    [139, ["RECORD_SPANS_KEYS", "peer", "record with more in it than belongs under its key"]],
    [140, ["TOO_MANY", "peer", "too many records or messages without data"]],
    [141, ["TOO_MUCH_SKIPPED", "peer", "too much early data"]],
    [142, ["BAD_RECORD_LIMIT", "peer", "record size limit under 64 bytes"]],
    [143, ["BAD_CONTEXT", "peer", "certificate for another request"]],
    [144, ["DOWNGRADE", "peer", "version that was lowered on the way"]],
    [145, ["ILLEGAL_VALUE", "peer", "field with a value that can't be"]],
    [146, ["BAD_RECORD_VERSION", "peer", "protected record with another version than TLS 1.2's"]],
    [147, ["FALLBACK", "peer", "older version than the client could have, after a failed attempt"]],
    [148, ["TOO_FRAGMENTED", "peer", "hello in too many records"]],
    [149, ["UNSOLICITED_EXTENSION", "peer", "extension that was not asked for"]],
    [150, ["BAD_BINDER", "peer", "proof of a session's key that does not hold"]],
    // Before TLS 1.3:
    [151, ["WRONG_CURVE", "peer", "certificate's key on a curve that the client does not offer"]],
    // Of a peer's chain.
    [
      160,
      [
        "X509_ANCHOR_OUT_OF_DATE",
        "configuration",
        "certificate of a CA whose trust anchor is not valid at this time",
      ],
    ],
    [
      161,
      ["X509_NAME_CONSTRAINT", "peer", "certificate with a name that a CA above may not certify"],
    ],
    [
      162,
      [
        "X509_UNSUPPORTED_CONSTRAINT",
        "peer",
        "certificate of a CA with constraints that can't be applied",
      ],
    ],
    [
      163,
      [
        "X509_ANCHOR_MAY_NOT_SIGN",
        "configuration",
        "certificate of a CA that may not sign certificates",
      ],
    ],
    [
      164,
      [
        "X509_SERIAL_NUMBER",
        "peer",
        "certificate with a serial number that is not positive or longer than 20 bytes",
      ],
    ],
    [
      165,
      [
        "X509_NAMES_NOT_CRITICAL",
        "peer",
        "certificate without a subject, whose alternative names are not critical",
      ],
    ],
    [
      166,
      ["X509_UNREADABLE_EXTENSION", "peer", "certificate with an extension that can't be read"],
    ],
    [
      167,
      ["X509_KEY_LENGTH", "peer", "certificate with an RSA key whose bits are no multiple of 8"],
    ],
    [
      168,
      [
        "X509_ANCHOR_WITHOUT_ISSUER",
        "configuration",
        "certificate of a CA that another CA issued, whose own certificate is not there: add it, or allow partial chains",
      ],
    ],
  ]);
