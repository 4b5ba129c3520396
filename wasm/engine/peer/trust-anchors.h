#ifndef TRUST_ANCHORS_H__
#define TRUST_ANCHORS_H__

#include "bearssl.h"
#include "engine/peer/certificate.h"

/* The longest distinguished name of a trust anchor. */
#define ANCHOR_NAME_MAX 8192

typedef struct {
	br_x509_trust_anchor *list;
	size_t count, max;

	/* What all names take in a CertificateRequest. */
	size_t names_len;
} trust_anchors;

const trust_anchors *
trust_anchors_get(void);

/* Is there a CA of that name? */
int
trust_anchors_have(const der *name);

#endif
