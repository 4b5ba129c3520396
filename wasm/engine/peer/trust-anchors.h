/*
 * Trust anchors: CAs' certificates, and what they say about the certificates
 * that they may vouch for.
 */
#ifndef TRUST_ANCHORS_H__
#define TRUST_ANCHORS_H__

#include "bearssl.h"
#include "engine/peer/certificate.h"

/* The longest distinguished name of a trust anchor. */
#define ANCHOR_NAME_MAX 8192

/* What else a CA's certificate says than a name and a key. */
typedef struct {
	uint32_t from_days, from_seconds; /* as for br_x509_minimal_set_time */
	uint32_t to_days, to_seconds;
	uint32_t path_length;
	unsigned purposes; /* a bit for each PURPOSE_* */
	der constraints;   /* empty for none */
} anchor_facts;

typedef struct {
	/* Of a name that comes again, all but the first one are at the end. */
	br_x509_trust_anchor *list;
	anchor_facts *facts;
	size_t count, max;

	/* How many names there are, and what they take in a
	   CertificateRequest. */
	size_t names_count, names_len;
} trust_anchors;

const trust_anchors *
trust_anchors_get(void);

#endif
