#ifndef CBC_CHECKED_H__
#define CBC_CHECKED_H__

#include "bearssl.h"

/*
 * BearSSL's incoming CBC records, for whole blocks only. In BearSSL 0.6 the
 * check of a record's length forgets them: for 3DES a length then wraps
 * around and decryption runs over all of the memory; for AES a forged
 * record can be taken, which tells its forger how long the padding was.
 */
extern const br_sslrec_in_cbc_class cbc_checked_in;

#endif
