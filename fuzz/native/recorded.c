/*
 * Files of test/recorded, and what the engine imports.
 */
#include <string.h>
#include "bearssl.h"
#include "check.h"
#include "instance.h"
#include "recorded.h"
#include "keeper/abi.h"

#define FILES_MAX 16
#define FILE_MAX 8192

typedef struct {
	const char *name;
	bytes file, certificate;
	int32_t handle;
	int has_handle;
} recorded;

static recorded all[FILES_MAX];
static size_t count;
static instance *keeper;
static uint32_t key;
static uint32_t side = KEEPER_SERVER;

static void
append(void *ctx, const void *data, size_t len)
{
	bytes *to = ctx;

	CHECK(to->len + len <= FILE_MAX);
	memcpy(to->data + to->len, data, len);
	to->len += len;
}

static void
decode_certificate(bytes *to, const bytes *file)
{
	br_pem_decoder_context pem;
	size_t at = 0;
	int inside = 0;

	br_pem_decoder_init(&pem);
	while (at < file->len) {
		at += br_pem_decoder_push(
			&pem, file->data + at, file->len - at);
		switch (br_pem_decoder_event(&pem)) {
		case BR_PEM_BEGIN_OBJ:
			inside = strcmp(br_pem_decoder_name(&pem),
					 "CERTIFICATE") == 0;
			br_pem_decoder_setdest(&pem, inside ? &append : 0, to);
			break;
		case BR_PEM_END_OBJ:
			if (inside) {
				return;
			}
			break;
		}
	}
}

static recorded *
find(const char *name)
{
	char path[64];
	recorded *r;
	FILE *f;

	for (r = all; r < all + count; r++) {
		if (strcmp(r->name, name) == 0) {
			return r;
		}
	}
	CHECK(count < FILES_MAX);
	count++;
	r->name = name;
	r->file.data = calloc(1, FILE_MAX + 1);
	r->certificate.data = malloc(FILE_MAX);
	snprintf(path, sizeof path, "test/recorded/%s.pem", name);
	f = fopen(path, "rb");
	CHECK(f != NULL);
	r->file.len = fread(r->file.data, 1, FILE_MAX, f);
	fclose(f);
	decode_certificate(&r->certificate, &r->file);
	return r;
}

/* see recorded.h */
const bytes *
recorded_file(const char *name)
{
	return &find(name)->file;
}

/* see recorded.h */
const bytes *
recorded_certificate(const char *name)
{
	return &find(name)->certificate;
}

/* Its handle. The keeper, where it has to be loaded, is the instance that was
   entered last. */
static uint32_t
handle_of(const char *name)
{
	recorded *r = find(name);

	if (!r->has_handle) {
		if (keeper == NULL) {
			keeper = instance_new(MODULE_KEEPER);
		}
		instance_enter(keeper);
		memcpy(keeper_mailbox(), r->file.data, r->file.len);
		r->handle = keeper_load(r->file.len);
		CHECK(r->handle >= 0);
		memcpy(keeper_mailbox(), r->certificate.data,
			r->certificate.len);
		CHECK(keeper_match((uint32_t)r->handle, r->certificate.len) ==
			0);
		r->has_handle = 1;
	}
	return (uint32_t)r->handle;
}

/* see recorded.h */
void
recorded_key(const char *name)
{
	key = handle_of(name);
}

/* see recorded.h */
void
recorded_side(int is_client)
{
	side = is_client ? KEEPER_CLIENT : KEEPER_SERVER;
}

static size_t signatures;

/* see recorded.h */
size_t
recorded_signatures(void)
{
	return signatures;
}

/* see recorded.h */
size_t
recorded_attest(uint32_t scheme, unsigned char *data, size_t len, size_t room)
{
	size_t signed_len;

	memcpy(keeper_mailbox(), data, len);
	signed_len = keeper_attest(key, side, scheme, len);
	CHECK(signed_len <= room);
	memcpy(data, keeper_mailbox(), signed_len);
	signatures++;
	return signed_len;
}

/* see recorded.h */
size_t
recorded_attest_by(const char *name, uint32_t scheme, unsigned char *data,
	size_t len, size_t room)
{
	uint32_t before = key, before_side = side;
	size_t signed_len;

	key = handle_of(name);
	side = KEEPER_SERVER;
	signed_len = recorded_attest(scheme, data, len, room);
	key = before;
	side = before_side;
	return signed_len;
}

size_t
import_sign(uint32_t hash, const void *hv, size_t hv_len, void *sig,
	size_t sig_max);
size_t
import_decrypt(void *data, size_t len);

/* The engine's import keeper.sign, as src/sandbox/keeper.ts does it. */
size_t
import_sign(
	uint32_t hash, const void *hv, size_t hv_len, void *sig, size_t sig_max)
{
	size_t len;

	memcpy(keeper_mailbox(), hv, hv_len);
	len = keeper_sign(key, hash, hv_len);
	signatures++;
	if (len > sig_max) {
		return 0;
	}
	memcpy(sig, keeper_mailbox(), len);
	return len;
}

/* The engine's import keeper.decrypt. */
size_t
import_decrypt(void *data, size_t len)
{
	size_t result;

	memcpy(keeper_mailbox(), data, len);
	result = keeper_decrypt(key, len);
	CHECK(result <= len);
	memcpy(data, keeper_mailbox(), result);
	return result;
}
