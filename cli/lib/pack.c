// SPDX-License-Identifier: GPL-2.0-only
/*
 * pack.c - records as differences.
 *
 * This runs beside the load that is traced, so it is made to be cheap: a word that is as it was in
 * the last record of its type, as most are, costs a comparison.
 */
#include "pack.h"

#include <errno.h>
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
static unsigned char *put_words(unsigned char *at, const uint64_t *words, const uint64_t *last,
				size_t from, size_t cnt, unsigned int *mask)
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

/* A record that is not as long as the last one of its slot is compared with zeros behind that. */
static unsigned char *put_resized(unsigned char *at, const struct slot *slot,
				  const uint64_t *words, size_t cnt, unsigned int *mask)
{
	uint64_t last[WORDS_MAX] = { 0 };

	if (slot->cnt)
		memcpy(last, slot->words, slot->cnt * 8);
	return put_words(at, words, last, WORD_SEQ + 1, cnt, mask);
}

/* Return: where the packed record ends. */
static unsigned char *put_record(unsigned char *head, struct slot *slot, unsigned int nr,
				 const uint64_t *words, size_t cnt, uint64_t seq)
{
	const uint64_t nothing[WORD_SEQ] = { 0 };
	uint64_t expected[WORD_SEQ + 1];
	unsigned char *body = head + 3, *end;
	unsigned int mask = 0;

	expected[WORD_SEQ] = seq;
	end = put_words(body, words, slot->cnt ? slot->words : nothing, 0, WORD_SEQ, &mask);
	end = put_words(end, words, expected, WORD_SEQ, WORD_SEQ + 1, &mask);
	end = slot->cnt == cnt ? put_words(end, words, slot->words, WORD_SEQ + 1, cnt, &mask) :
	      put_resized(end, slot, words, cnt, &mask);
	head[0] = (unsigned char)nr;
	if (mask == slot->mask) {
		head[0] |= SAME_MASK;
		memmove(head + 1, body, (size_t)(end - body));
		end -= 2;
	} else {
		head[1] = (unsigned char)mask;
		head[2] = (unsigned char)(mask >> 8);
	}
	*slot = (struct slot){ words, cnt, mask };
	return end;
}

int aios_pack(struct aios_buf *buf, const void *bytes, size_t len)
{
	struct slot slots[SLOTS] = { 0 };
	const uint64_t *words = bytes;
	size_t before = buf->len;
	uint64_t seq = 0;

	while (len) {
		struct aios_hdr hdr;
		unsigned char *at;

		if (len < sizeof(hdr))
			goto invalid;
		memcpy(&hdr, words, sizeof(hdr));
		if (hdr.len % 8 || hdr.len < sizeof(hdr) || hdr.len > WORDS_MAX * 8 ||
		    hdr.len > len)
			goto invalid;
		if (aios_buf_room(buf, RECORD_MAX)) {
			buf->len = before;
			return buf->err;
		}
		at = (unsigned char *)buf->data + buf->len;
		at = put_record(at, &slots[hdr.type % SLOTS], hdr.type % SLOTS, words, hdr.len / 8,
				seq);
		buf->len = (size_t)(at - (unsigned char *)buf->data);
		seq = hdr.seq + 1;
		words += hdr.len / 8;
		len -= hdr.len;
	}
	return 0;
invalid:
	buf->len = before;
	return -EINVAL;
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
