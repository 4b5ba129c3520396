/**
 * The numbers that C and TypeScript share, under C's names: those of wasm/engine/abi.h and
 * wasm/keeper/abi.h, and of BearSSL's errors where we use one. A test compares every value with the
 * headers (test/contract/numbers-are-the-headers.test.ts).
 */

export const ENGINE_PROFILE_MODERN = 0;
export const ENGINE_PROFILE_COMPAT = 1;
export const ENGINE_PROFILE_LEGACY = 2;
export const ENGINE_PROFILE_STRICT = 3;

export const ENGINE_CHAIN_MAX = 64;

export const ENGINE_SENDREC = 0;
export const ENGINE_RECVREC = 1;
export const ENGINE_SENDAPP = 2;
export const ENGINE_RECVAPP = 3;

export const ENGINE_CLOSED = 0x01;
export const ENGINE_ESTABLISHED = 0x02;
export const ENGINE_PEER_CLOSED = 0x04;
export const ENGINE_IN_RECORD = 0x08;
export const ENGINE_AWAITS_CHAIN = 0x10;
export const ENGINE_AWAITS_KEEPER = 0x20;

export const ENGINE_REQUEST_ATTEST = 1;
export const ENGINE_REQUEST_SEAL = 2;
export const ENGINE_REQUEST_OPEN = 3;

export const ENGINE_SESSION_MAX = 2304;
export const ENGINE_SESSIONS_MAX = 8;

export const ENGINE_TICKETS_MAX = 4;
export const ENGINE_TICKET_LIFETIME_MAX = 21600;

export const ENGINE_EXPORT_MAX = 2048;
export const ENGINE_LABEL_MAX = 249;
export const ENGINE_NO_CONTEXT = 0xffffffff;

export const ENGINE_RANDOM_LEN = 32;
export const ENGINE_SECRET_MAX = 48;
export const ENGINE_LOG_MASTER = 0;
export const ENGINE_LOG_CLIENT_HANDSHAKE = 1;
export const ENGINE_LOG_SERVER_HANDSHAKE = 2;
export const ENGINE_LOG_CLIENT_TRAFFIC = 3;
export const ENGINE_LOG_SERVER_TRAFFIC = 4;
export const ENGINE_LOG_EXPORTER = 5;
export const ENGINE_SECRETS = 6;

export const ENGINE_NAME_CN = 3;
export const ENGINE_NAME_C = 6;
export const ENGINE_NAME_L = 7;
export const ENGINE_NAME_ST = 8;
export const ENGINE_NAME_O = 10;
export const ENGINE_NAME_OU = 11;
export const ENGINE_NAME_ALTERNATIVE = 0x100;
export const ENGINE_NAME_EMAIL = 0x101;
export const ENGINE_NAME_DNS = 0x102;
export const ENGINE_NAME_URI = 0x106;
export const ENGINE_NAME_IP = 0x107;

export const KEEPER_MAILBOX = 65536;

export const KEEPER_SERVER = 0;
export const KEEPER_CLIENT = 1;

export const KEEPER_TICKET_MAX = 2560;

export const KEEPER_RING = 0xffffffff;
export const KEEPER_RING_MAX = 16;

export const KEEPER_NO_KEY = -1;
export const KEEPER_CERTIFICATE = -2;
export const KEEPER_ENCRYPTED = -3;
export const KEEPER_MALFORMED = -4;
export const KEEPER_UNSUPPORTED = -5;
export const KEEPER_TOO_LARGE = -6;
export const KEEPER_NO_MEMORY = -7;
export const KEEPER_BAD_CERTIFICATE = -8;
export const KEEPER_OTHER_KEY = -9;
export const KEEPER_PKCS12 = -10;
export const KEEPER_EXPLICIT_CURVE = -11;
export const KEEPER_RSA_PSS = -12;
export const KEEPER_EDWARDS = -13;
export const KEEPER_OPENSSH = -14;
export const KEEPER_BAD_LINE = -1000;

export const BR_ERR_UNSUPPORTED_VERSION = 3;
export const BR_ERR_LIMIT_EXCEEDED = 23;
export const BR_ERR_X509_EMPTY_CHAIN = 35;
export const BR_ERR_X509_LIMIT_EXCEEDED = 50;
export const BR_ERR_X509_EXPIRED = 54;
export const BR_ERR_RECV_FATAL_ALERT = 256;
export const BR_ERR_SEND_FATAL_ALERT = 512;

export const BR_TLS10 = 0x0301;
export const BR_TLS11 = 0x0302;
export const BR_TLS12 = 0x0303;

/** Of hash functions; the first is MD5 and SHA-1 together. */
export const br_md5sha1_ID = 0;
export const br_sha1_ID = 2;
export const br_sha224_ID = 3;
export const br_sha256_ID = 4;
export const br_sha384_ID = 5;
export const br_sha512_ID = 6;
