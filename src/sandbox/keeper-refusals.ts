import * as abi from "./abi.ts";

/** The keeper refused a key or a certificate; the message says why, without a subject. */
export class KeeperError extends Error {}

/** Why the keeper refused a key or a certificate, by its answer. */
export function refusal(answer: number): string {
  return REFUSALS.get(answer) ?? `keeper error ${answer}`;
}

/** The same of a file of ticket keys. */
export function ticketRefusal(answer: number): string {
  const line = abi.KEEPER_BAD_LINE - answer;
  if (line < 1) return TICKET_REFUSALS.get(answer) ?? `keeper error ${answer}`;
  return `line ${line} is not a ticket key: 32, 48 or 80 random bytes in base64, in at most ${abi.KEEPER_RING_MAX} lines; openssl rand -base64 32 makes one`;
}

const REFUSALS = new Map<number, string>([
  [abi.KEEPER_NO_KEY, "no private key in it"],
  [abi.KEEPER_CERTIFICATE, "it holds a certificate, not a private key"],
  [
    abi.KEEPER_ENCRYPTED,
    "the private key is encrypted; a pass phrase can't be asked for here, so decrypt it first",
  ],
  [abi.KEEPER_MALFORMED, "the private key is malformed"],
  [
    abi.KEEPER_UNSUPPORTED,
    "unsupported private key; RSA and EC keys on P-256, P-384 and P-521 are supported",
  ],
  [abi.KEEPER_TOO_LARGE, "the RSA key is too large; at most 4096 bits are supported"],
  [abi.KEEPER_NO_MEMORY, "out of memory for keys"],
  [abi.KEEPER_BAD_CERTIFICATE, "the certificate can't be decoded"],
  [
    abi.KEEPER_PKCS12,
    "it is PKCS#12 (.p12, .pfx), which is not read here; take out the key with openssl pkcs12 -nodes -nocerts, and the certificates with openssl pkcs12 -nokeys",
  ],
  [
    abi.KEEPER_EXPLICIT_CURVE,
    "the key has its curve's parameters (explicit) in place of the curve's name; write it anew with openssl ec -param_enc named_curve",
  ],
  [
    abi.KEEPER_RSA_PSS,
    "the RSA key is for RSA-PSS alone (rsassaPss), which is not supported; one made with openssl genrsa can sign with PSS, too",
  ],
  [
    abi.KEEPER_EDWARDS,
    "keys of the kinds Ed25519, Ed448, X25519 and X448 are not supported; make one on P-256 with openssl ecparam -name prime256v1 -genkey, and a certificate for it",
  ],
  [
    abi.KEEPER_OPENSSH,
    "the key is in OpenSSH's own form; ssh-keygen -p -m PEM writes it in place as PEM",
  ],
  [abi.KEEPER_OTHER_KEY, "the private key doesn't belong to the certificate"],
]);

const TICKET_REFUSALS = new Map<number, string>([[abi.KEEPER_NO_KEY, "no ticket key in it"]]);
