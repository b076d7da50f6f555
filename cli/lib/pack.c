// SPDX-License-Identifier: GPL-2.0-only
/*
 * pack.c - records as differences.
 *
 * This runs beside the load that is traced, so it is made to be cheap: a word that is as it was in
 * the last record of its type, as most are, costs a comparison.
 */
#include "pack.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include <aioscope/record.h>

#define SLOTS		64
#define WORDS_MIN	(sizeof(struct aios_hdr) / 8)
#define WORDS_MAX	16
#define SAME_MASK	0x40U	/* the mask is that of the slot's last record */
#define WORD_SEQ	(offsetof(struct aios_hdr, seq) / 8)
#define RECORD_MAX	(3 + WORDS_MAX * 10)	/* bytes that a packed record can take */

/* The last record that went through a slot. */
struct slot {
	const uint64_t *words;
	size_t cnt;
	unsigned int mask;
};

static unsigned char *put_number(unsigned char *at, uint64_t delta)
{
	uint64_t zigzag = (delta << 1) ^ (uint64_t)((int64_t)delta >> 63);

	for (; zigzag >= 0x80; zigzag >>= 7)
		*at++ = (unsigned char)(zigzag | 0x80);
	*at++ = (unsigned char)zigzag;
	return at;
}

/* Puts the words from @from on that differ. Return: where the bytes end. */
static inline unsigned char *put_words(unsigned char *at, const uint64_t *words,
				       const uint64_t *last, size_t from, size_t cnt,
				       unsigned int *mask)
{
	for (size_t i = from; i < cnt; i++) {
		uint64_t delta = words[i] - last[i];

		if (delta) {
			*mask |= 1U << i;
			at = put_number(at, delta);
		}
	}
	return at;
}

/*
 * All words of a record, the unusual way: it is not as long as the last one of its slot, and is
 * compared with zeros behind that, or its first words are not those of the last one.
 */
static unsigned char *put_all(unsigned char *at, const struct slot *slot, const uint64_t *words,
			      size_t cnt, uint64_t seq, unsigned int *mask)
{
	uint64_t last[WORDS_MAX] = { 0 };

	if (slot->cnt)
		memcpy(last, slot->words, slot->cnt * 8);
	last[WORD_SEQ] = seq;
	return put_words(at, words, last, 0, cnt, mask);
}

/* Records of a type and CPU that follow each other most often are one thread's. */
static bool head_is_same(const struct slot *slot, const uint64_t *words, size_t cnt, uint64_t seq)
{
	return slot->cnt == cnt && words[0] == slot->words[0] && words[1] == slot->words[1] &&
	       words[WORD_SEQ] == seq;
}

/* Return: where the packed record ends. */
static unsigned char *put_record(unsigned char *head, struct slot *slot, unsigned int nr,
				 const uint64_t *words, size_t cnt, uint64_t seq)
{
	unsigned char *body = head + 1, *end;
	unsigned int mask = 0;

	if (head_is_same(slot, words, cnt, seq))
		end = put_words(body, words, slot->words, WORD_SEQ + 1, cnt, &mask);
	else
		end = put_all(body, slot, words, cnt, seq, &mask);
	head[0] = (unsigned char)nr;
	if (mask == slot->mask) {
		head[0] |= SAME_MASK;
	} else {
		memmove(body + 2, body, (size_t)(end - body));
		body[0] = (unsigned char)mask;
		body[1] = (unsigned char)(mask >> 8);
		end += 2;
	}
	*slot = (struct slot){ words, cnt, mask };
	return end;
}

/* Is there a whole record? @len: bytes that are left */
static bool is_record(const struct aios_hdr *hdr, size_t len)
{
	return len >= sizeof(*hdr) && hdr->len % 8 == 0 && hdr->len >= sizeof(*hdr) &&
	       hdr->len <= WORDS_MAX * 8 && hdr->len <= len;
}

int aios_pack(struct aios_buf *buf, const void *bytes, size_t len)
{
	struct slot slots[SLOTS] = { 0 };
	const uint64_t *words = bytes;
	size_t before = buf->len;
	uint64_t seq = 0;

	while (len) {
		const struct aios_hdr *hdr = (const void *)words;
		unsigned char *at;
		unsigned int nr;

		if (!is_record(hdr, len)) {
			buf->len = before;
			return -EINVAL;
		}
		if (buf->cap - buf->len <= RECORD_MAX && aios_buf_room(buf, RECORD_MAX)) {
			buf->len = before;
			return buf->err;
		}
		at = (unsigned char *)buf->data + buf->len;
		nr = hdr->type % SLOTS;
		at = put_record(at, &slots[nr], nr, words, hdr->len / 8, seq);
		buf->len = (size_t)(at - (unsigned char *)buf->data);
		seq = hdr->seq + 1;
		words += hdr->len / 8;
		len -= hdr->len;
	}
	return 0;
}

/* What is left to be read. */
struct input {
	const unsigned char *at;
	const unsigned char *end;
};

static int get_byte(struct input *in, unsigned int *ret)
{
	if (in->at == in->end)
		return -EBADMSG;
	*ret = *in->at++;
	return 0;
}

static int get_number(struct input *in, uint64_t *ret)
{
	uint64_t zigzag = 0;
	unsigned int byte = 0x80;

	for (unsigned int shift = 0; byte & 0x80; shift += 7) {
		if (shift > 63 || get_byte(in, &byte))
			return -EBADMSG;
		zigzag |= (uint64_t)(byte & 0x7f) << shift;
	}
	*ret = (zigzag >> 1) ^ -(zigzag & 1);
	return 0;
}

static int get_mask(struct input *in, unsigned int head, unsigned int *mask)
{
	unsigned int low, high;

	if (head & SAME_MASK)
		return 0;
	if (get_byte(in, &low) || get_byte(in, &high))
		return -EBADMSG;
	*mask = high << 8 | low;
	return 0;
}

/* Turns the last record of a slot into the next one. Return: its words, or -EBADMSG. */
static int get_record(struct input *in, uint64_t *words, unsigned int mask, uint64_t seq)
{
	struct aios_hdr hdr;
	size_t cnt;

	words[WORD_SEQ] = seq;
	for (size_t i = 0; i < WORDS_MAX; i++) {
		uint64_t delta;

		if (!(mask & 1U << i))
			continue;
		if (get_number(in, &delta))
			return -EBADMSG;
		words[i] += delta;
	}
	memcpy(&hdr, words, sizeof(hdr));
	cnt = hdr.len / 8;
	if (hdr.len % 8 || cnt < WORDS_MIN || cnt > WORDS_MAX || (cnt < WORDS_MAX && mask >> cnt))
		return -EBADMSG;
	memset(words + cnt, 0, (WORDS_MAX - cnt) * 8);
	return (int)cnt;
}

int aios_unpack(struct aios_buf *buf, const void *bytes, size_t len, size_t wanted)
{
	uint64_t slots[SLOTS][WORDS_MAX] = { 0 }, seq = 0;
	unsigned int masks[SLOTS] = { 0 };
	struct input in = { bytes, (const unsigned char *)bytes + len };

	while (in.at < in.end) {
		unsigned int head, nr;
		int cnt;

		if (get_byte(&in, &head) || head >= 0x80)
			return -EBADMSG;
		nr = head % SLOTS;
		if (get_mask(&in, head, &masks[nr]))
			return -EBADMSG;
		cnt = get_record(&in, slots[nr], masks[nr], seq);
		if (cnt < 0 || (size_t)cnt * 8 > wanted)
			return -EBADMSG;
		aios_buf_add(buf, slots[nr], (size_t)cnt * 8);
		seq = slots[nr][WORD_SEQ] + 1;
		wanted -= (size_t)cnt * 8;
	}
	if (buf->err)
		return buf->err;
	return wanted ? -EBADMSG : 0;
}
