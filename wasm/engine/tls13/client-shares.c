/*
 * A client's key shares (RFC 8446, 4.2.8). The hybrid and X25519 go together,
 * with one X25519 key for both (RFC 9954): a server that has only X25519 needs
 * no second hello.
 */
#include "client.h"
#include "exchanges.h"
#include "engine/connection.h"
#include "engine/errors.h"
#include "crypto/wipe.h"

static int
is_hybrid(const tls13_group *group)
{
	return group->id == GROUP_X25519MLKEM768;
}

/* see client.h */
int
client_make_shares(const tls13_group *group)
{
	const tls13_group *curve = group;

	client.group = group;
	client.shows_x25519 = 0;
	if (is_hybrid(group)) {
		curve = group_of(GROUP_X25519);
		client.shows_x25519 = !tls13.retried && group_on_offer(curve);
		random_draw(&conn.random, client.seed, sizeof client.seed);
	}
	client.private_len = ec_share(curve, client.private_key, client.share);
	return client.private_len > 0 ? 0 : BR_ERR_NO_RANDOM;
}

static int
write_hybrid(writer *out)
{
	int err;

	writer_u16(out, client.group->id);
	writer_u16(out, (uint32_t)client.group->share_len);
	err = hybrid_key(client.seed, writer_room(out, MLKEM_KEY));
	writer_bytes(out, client.share, 32);
	return err;
}

static void
write_curve(writer *out, const tls13_group *group)
{
	writer_u16(out, group->id);
	writer_u16(out, (uint32_t)group->share_len);
	writer_bytes(out, client.share, group->share_len);
}

/* see client.h */
int
client_write_shares(writer *out)
{
	size_t list = writer_open(out, 2);
	int err = 0;

	if (is_hybrid(client.group)) {
		err = write_hybrid(out);
	} else {
		write_curve(out, client.group);
	}
	if (client.shows_x25519) {
		write_curve(out, group_of(GROUP_X25519));
	}
	writer_close(out, list, 2);
	return err;
}

/* see client.h */
int
client_has_share(const tls13_group *group)
{
	return group == client.group ||
	       (client.shows_x25519 && group == group_of(GROUP_X25519));
}

/* see client.h */
int
client_take_answer(const tls13_group *group, const reader *answer)
{
	int err = ERR_BAD_KEY_SHARE;

	if (answer->left == group->answer_len) {
		err = is_hybrid(group)
			      ? hybrid_secret(client.seed, client.private_key,
					client.private_len, answer->data,
					tls13.shared)
			      : ec_secret(group, client.private_key,
					client.private_len, answer->data,
					tls13.shared);
	}
	wipe(client.private_key, sizeof client.private_key);
	wipe(client.seed, sizeof client.seed);
	return err;
}
