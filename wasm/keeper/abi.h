/*
 * keeper.wasm: private keys live here, and only here.
 *
 * This header is the contract with src/sandbox/keeper.ts. The module
 * imports nothing: no clock, no randomness (ECDSA is deterministic, RFC
 * 6979), no file. One instance holds every key of a process.
 *
 * Everything passes through one mailbox at a fixed address, KEEPER_MAILBOX
 * bytes long: the host writes the input there, calls, and reads the output
 * from the same place. What a call leaves there is never secret, except
 * the results of keeper_decrypt and keeper_open, which the host overwrites as
 * soon as it has copied them. Memory grows in keeper_load only.
 *
 * A handle is a small integer, from 0 on, valid for the life of the
 * instance. Functions trap on a handle that keeper_load did not give.
 */
#ifndef KEEPER_ABI_H__
#define KEEPER_ABI_H__

#include <stddef.h>
#include <stdint.h>
#include "export.h"

/* Size of the mailbox, and so the most that a key file may hold. */
#define KEEPER_MAILBOX 65536

/* What keeper_load and keeper_match answer when they refuse. */
#define KEEPER_NO_KEY -1      /* nothing that looks like a key */
#define KEEPER_CERTIFICATE -2 /* certificates only, and no key */
#define KEEPER_ENCRYPTED -3   /* a key behind a pass phrase */
#define KEEPER_MALFORMED -4   /* a key, but cut short or damaged */
#define KEEPER_UNSUPPORTED -5 /* not RSA nor P-256, P-384, P-521 */
#define KEEPER_TOO_LARGE -6   /* an RSA modulus over 4096 bits */
#define KEEPER_NO_MEMORY -7
#define KEEPER_BAD_CERTIFICATE -8 /* can't be decoded */
#define KEEPER_OTHER_KEY -9       /* certifies another public key */
#define KEEPER_PKCS12 -10         /* key and certificates in PKCS#12 */
#define KEEPER_EXPLICIT_CURVE -11 /* EC, with parameters for a name */
#define KEEPER_RSA_PSS -12        /* RSA, for PSS alone */
#define KEEPER_EDWARDS -13        /* Ed25519, Ed448, X25519, X448 */
#define KEEPER_OPENSSH -14        /* OpenSSH's own form */
#define KEEPER_BAD_LINE -1000     /* less n: line n, from 1 on, is no key */

/* The mailbox's address. */
EXPORT(keeper_mailbox) void *keeper_mailbox(void);

/*
 * Decode the key file of `len` bytes in the mailbox: DER, or PEM with
 * anything around the first private key (PKCS#1, SEC1, PKCS#8). Those
 * bytes are wiped whatever happens. Returns a handle, or KEEPER_*.
 */
EXPORT(keeper_load) int32_t keeper_load(size_t len);

/*
 * Does this key belong to the certificate (DER, `len` bytes) in the
 * mailbox? 0 if so, else KEEPER_*. From then on, an RSA signature is
 * checked with the certificate's public exponent before it leaves, so
 * that a damaged key or a fault can't give a factor away.
 */
EXPORT(keeper_match) int32_t keeper_match(uint32_t handle, size_t len);

/*
 * The same in a tiny part of the time, but it takes the key file's word for
 * the public half of an EC key, where the file has it: for many keys, few
 * of which are ever used. keeper_match is to follow before one is.
 */
EXPORT(keeper_match_claim)
int32_t
keeper_match_claim(uint32_t handle, size_t len);

/*
 * Sign the hash value of `len` bytes in the mailbox. `hash` is BearSSL's
 * identifier of the hash function; 0 is MD5 and SHA-1 together, which TLS
 * 1.0 and 1.1 use with RSA (RFC 4346, 7.4.3). Returns the length of the
 * signature that replaces it (PKCS#1 v1.5, or ECDSA in ASN.1), or 0 when
 * this key can't sign that.
 */
EXPORT(keeper_sign)
size_t
keeper_sign(uint32_t handle, uint32_t hash, size_t len);

/* Whose CertificateVerify it is. */
#define KEEPER_SERVER 0
#define KEEPER_CLIENT 1

/*
 * Sign the CertificateVerify of a TLS 1.3 handshake (RFC 8446, 4.4.3): the
 * mailbox has the transcript hash, 32 or 48 bytes, and the keeper composes
 * what is signed of it and the role. `scheme` is a SignatureScheme (4.2.3):
 * ecdsa_secp256r1_sha256, ecdsa_secp384r1_sha384, ecdsa_secp521r1_sha512,
 * for a key on that curve, or rsa_pss_rsae_sha256, _sha384, _sha512, for an
 * RSA key that keeper_match has seen the certificate of. Returns the length
 * of the signature that replaces the hash, or 0.
 */
EXPORT(keeper_attest)
size_t
keeper_attest(uint32_t handle, uint32_t role, uint32_t scheme, size_t len);

/*
 * Session tickets (RFC 8446, 4.6.1), sealed and opened with a key that follows
 * from the private key and a period, which the host counts. The ticket key
 * never leaves the keeper.
 *
 * keeper_seal: the mailbox has a salt of 32 bytes, random and never used
 * before, and the state behind it, `len` bytes together. Returns the length
 * of the ticket that replaces them, 24 bytes more; 0, and nothing of them is
 * left, if it would be longer than KEEPER_TICKET_MAX.
 *
 * keeper_open: the mailbox has a ticket, of this period, the one before or the
 * one after. Returns the length of the state that replaces it; 0, and nothing of it is
 * left, if it is none of ours, too old or changed.
 */
#define KEEPER_TICKET_MAX 2560 /* bytes of a ticket, at most */
EXPORT(keeper_seal)
size_t
keeper_seal(uint32_t handle, uint32_t period, size_t len);
EXPORT(keeper_open)
size_t
keeper_open(uint32_t handle, uint32_t period, size_t len);

/*
 * A ring of ticket keys in place of those that follow from private keys; its
 * handle is KEEPER_RING, and the period has no meaning for it. The first key
 * seals, and all open. A keeper gets one at most.
 *
 * keeper_load_tickets: of a file, which is wiped: lines of 32, 48 or 80 random
 * bytes in base64, 1 to 16 of them. Returns 0 or KEEPER_*; after an error there
 * is none.
 *
 * keeper_draw_tickets: one key, of 32 random bytes in the mailbox, which are
 * wiped.
 */
#define KEEPER_RING 0xFFFFFFFF
#define KEEPER_RING_MAX 16
EXPORT(keeper_load_tickets) int32_t keeper_load_tickets(size_t len);
EXPORT(keeper_draw_tickets) void keeper_draw_tickets(void);

/*
 * The private half of a static key exchange, on `len` bytes in the
 * mailbox.
 *
 * RSA: the encrypted pre-master secret becomes 48 bytes, always. A bad
 * padding yields bytes that depend on the key and the message and look
 * random (implicit rejection), so that not even the engine learns which
 * it was: Bleichenbacher's oracle does not exist behind this call.
 *
 * EC: the peer's point becomes the X coordinate of the product.
 *
 * Returns the length of the result, or 0 when there is none (a point that
 * is not on the curve).
 */
EXPORT(keeper_decrypt) size_t keeper_decrypt(uint32_t handle, size_t len);

#endif
