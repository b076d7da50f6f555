// SPDX-License-Identifier: GPL-2.0-only
/*
 * model_refs.c - the ledger of a request: who holds what, and how long.
 *
 * A put that leaves a reference is recorded after it happened. By then the request may be freed,
 * and its address another one's. So a ledger is kept under its address until all that is due came:
 * both puts, and the end of its memory; and a put is entered in the oldest ledger of the address
 * that has it due. The submission's put needs no address: a thread submits one after the other.
 *
 * Level function does not tell of puts, but with --hooks references of what a request holds until
 * it is freed. Then a ledger is in when the memory is freed.
 *
 * Where records were lost nothing is due any more, and no ledger is called broken.
 */
#include <errno.h>
#include <stdlib.h>

#include <linux/aio_abi.h>

#include "model_int.h"
#include "names.h"

static const struct {
	enum aios_party party;
	enum aios_ref_kind kind;
} drops[AIOS_PUT_CNT] = {
	[AIOS_PUT_SUBMIT] = { AIOS_PARTY_SUBMITTER, AIOS_REF_SUBMIT },
	[AIOS_PUT_ERROR] = { AIOS_PARTY_ERROR, AIOS_REF_SUBMIT },
	[AIOS_PUT_RW] = { AIOS_PARTY_RW, AIOS_REF_OP },
	[AIOS_PUT_FSYNC] = { AIOS_PARTY_FSYNC_WORK, AIOS_REF_OP },
	[AIOS_PUT_POLL_STEAL] = { AIOS_PARTY_POLL_STEAL, AIOS_REF_OP },
	[AIOS_PUT_POLL_WAKE] = { AIOS_PARTY_POLL_WAKE, AIOS_REF_OP },
	[AIOS_PUT_POLL_WORK] = { AIOS_PARTY_POLL_WORK, AIOS_REF_OP },
	[AIOS_PUT_POLL_PUT_WORK] = { AIOS_PARTY_PUT_WORK, AIOS_REF_OP },
};

/**
 * aios_put_party() - who dropped a reference of a request
 * @party: enum aios_put_party, or any number
 * Return: AIOS_PARTY_UNKNOWN for a number that is none.
 */
enum aios_party aios_put_party(uint32_t party)
{
	return party < AIOS_PUT_CNT ? drops[party].party : AIOS_PARTY_UNKNOWN;
}

static void ref_get(struct aios_ref *ref, uint64_t now_ns)
{
	if (ref->gets < 0xff)
		ref->gets++;
	if (!ref->from_ns)
		ref->from_ns = now_ns;
}

static void ref_put(struct aios_ref *ref, const struct aios_hdr *hdr, uint32_t times)
{
	if (!times)
		return;
	ref->puts = ref->puts + times < 0xff ? (uint8_t)(ref->puts + times) : 0xff;
	ref->to_ns = hdr->time_ns;
	ref->cpu = hdr->cpu;
	ref->flags = hdr->flags;
	ref->tid = hdr->tid;
}

/* Both puts of the request, or the one of a submission that failed; and the end of its memory. */
static bool refs_are_in(const struct aios_refs *refs)
{
	const struct aios_ref *submit = &refs->held[AIOS_REF_SUBMIT];

	if (!refs->puts_told)
		return refs->freed_ns;
	return submit->puts && (refs->freed_ns || !refs->will_free) &&
	       (refs->held[AIOS_REF_OP].puts || submit->party == AIOS_PARTY_ERROR);
}

/**
 * aios_refs_due() - will more be told of a request's references?
 * @req: any request
 * Return: whether it will, so that its life is not over yet.
 */
bool aios_refs_due(const struct aios_request *req)
{
	return req->ledger && !req->ledger->closed && !req->ledger->given_up && !req->tainted;
}

/* Takes a life out of those at its address; @head is the newest of them. */
static void ledger_leave(struct aios_model *model, struct aios_request *head,
			 struct aios_request *req)
{
	struct aios_request *older = req->ledger->older;

	req->ledger->older = NULL;
	if (head != req) {
		while (head->ledger->older != req)
			head = head->ledger->older;
		head->ledger->older = older;
	} else if (!older || aios_map_put(&model->ledgers, req->kiocb, older)) {
		aios_map_take(&model->ledgers, req->kiocb);
		aios_req_unpin(older);
	}
	aios_req_unpin(req);
}

/* Is it still one of those at its address? Return: the newest of them, or NULL. */
static struct aios_request *ledger_head(const struct aios_model *model,
					const struct aios_request *req)
{
	struct aios_request *head = aios_map_get(&model->ledgers, req->kiocb);

	for (struct aios_request *at = head; at; at = at->ledger->older)
		if (at == req)
			return head;
	return NULL;
}

static int ledger_settle(struct aios_model *model, struct aios_request *req)
{
	struct aios_request *head = ledger_head(model, req);
	int err = 0;

	if (!head || !refs_are_in(req->ledger))
		return 0;
	req->ledger->closed = true;
	if (!req->handed_out)
		err = aios_req_through(model, req);
	ledger_leave(model, head, req);
	return err;
}

/**
 * aios_refs_give_up() - records were lost: what is due of a request may have been among them
 * @model: the model
 * @req: any request
 * Return: 0 or what the listener returned.
 */
int aios_refs_give_up(struct aios_model *model, struct aios_request *req)
{
	if (!req->ledger || req->ledger->closed)
		return 0;
	req->ledger->given_up = true;
	return req->handed_out ? 0 : aios_req_through(model, req);
}

/*
 * The life before at an address that is born again. It was freed, so at most a put of it is due; if
 * its end was not told it will never be, and what may come late can be taken for the new one's.
 */
static int ledger_succeed(struct aios_model *model, struct aios_request *req,
			  struct aios_request *before)
{
	bool lost = before->ledger->given_up || before->tainted ||
		    (before->ledger->will_free && !before->ledger->freed_ns);
	int err;

	if (!lost) {
		req->ledger->older = before;
		return 0;
	}
	req->ledger->doubtful = true;
	err = aios_refs_give_up(model, before);
	aios_req_unpin(before);
	return err;
}

/**
 * aios_refs_open() - opens the ledger of a request that is born
 * @model: the model
 * @req: the request
 * @rec: its birth
 * Return: 0, -ENOMEM, or what the listener returned.
 */
int aios_refs_open(struct aios_model *model, struct aios_request *req, const struct aios_rec *rec)
{
	static const enum aios_ref_kind born_with[] = {
		AIOS_REF_SUBMIT, AIOS_REF_OP, AIOS_REF_SLOT, AIOS_REF_CTX,
	};
	struct aios_request *before = aios_map_get(&model->ledgers, req->kiocb);
	struct aios_refs *refs = calloc(1, sizeof(*refs));

	if (!refs)
		return -ENOMEM;
	req->ledger = refs;
	refs->puts_told = rec->h.flags & AIOS_F_LEDGER;
	refs->will_free = rec->h.flags & AIOS_F_FREED;
	for (size_t i = 0; i < sizeof(born_with) / sizeof(born_with[0]); i++)
		ref_get(&refs->held[born_with[i]], rec->h.time_ns);
	/* What it holds until it is freed is told then, if at all. */
	refs->held[AIOS_REF_FILE].unwatched = !refs->will_free;
	refs->held[AIOS_REF_EVENTFD].unwatched = !refs->will_free;
	refs->held[AIOS_REF_CTX].unwatched = !refs->will_free;
	if (rec->iocb.file)
		ref_get(&refs->held[AIOS_REF_FILE], rec->h.time_ns);
	refs->held[AIOS_REF_SUBMIT].left = refs->held[AIOS_REF_OP].left = AIOS_UNKNOWN32;
	if (aios_map_put(&model->ledgers, req->kiocb, req))
		return -ENOMEM;
	aios_req_pin(req);
	return before ? ledger_succeed(model, req, before) : 0;
}

static void request_put(struct aios_request *req, const struct aios_hdr *hdr, uint32_t party,
			uint32_t left)
{
	struct aios_ref *ref = &req->ledger->held[drops[party].kind];

	ref_put(ref, hdr, 1);
	ref->party = drops[party].party;
	ref->left = left;
}

/**
 * aios_refs_last_put() - a request completes: its last reference was dropped right before
 * @model: the model
 * @req: the request
 * @rec: AIOS_EV_REQ_COMPLETE
 * Return: 0 or what the listener returned.
 */
int aios_refs_last_put(struct aios_model *model, struct aios_request *req,
		       const struct aios_rec *rec)
{
	uint32_t party = AIOS_F_PARTY(rec->h.flags) - 1U;

	if (!req->ledger)
		return 0;
	/* Whoever stood in for the hook on the completion does not see what follows. */
	if (rec->h.flags & AIOS_F_AT_DONE)
		req->ledger->given_up = true;
	ref_put(&req->ledger->held[AIOS_REF_SLOT], &rec->h, 1);
	if (party >= AIOS_PUT_CNT)
		return 0;
	request_put(req, &rec->h, party, req->refs);
	return ledger_settle(model, req);
}

/**
 * aios_refs_slots() - slots were given back for a request whose submission failed
 * @model: the model
 * @req: the request
 * @rec: AIOS_EV_SLOTS; one slot is what it held
 * Return: 0 or -ENOMEM.
 */
int aios_refs_slots(struct aios_model *model, struct aios_request *req, const struct aios_rec *rec)
{
	if (!req->ledger)
		return 0;
	ref_put(&req->ledger->held[AIOS_REF_SLOT], &rec->h, rec->slots.nr);
	return aios_req_log(model, req, rec);
}

/* Whose put of the operation's reference is this? The oldest life's here that has it due. */
static struct aios_request *put_whose(const struct aios_model *model, uint64_t kiocb)
{
	struct aios_request *newest = aios_map_get(&model->ledgers, kiocb), *ret = NULL;

	for (struct aios_request *at = newest; at; at = at->ledger->older)
		if (!at->ledger->held[AIOS_REF_OP].puts && !at->ledger->given_up)
			ret = at;
	if (ret && ret != newest && !newest->ledger->held[AIOS_REF_OP].puts)
		ret->ledger->held[AIOS_REF_OP].unsure = true;
	/* One too many is the newest one's: the others are complete. */
	return ret || !newest || newest->ledger->given_up ? ret : newest;
}

/**
 * aios_req_put() - a reference of a request was dropped that was not the last one
 * @model: the model
 * @rec: AIOS_EV_REQ_PUT
 *
 * If it is the operation's, that is over while the submission still holds the request.
 *
 * Return: 0, -ENOMEM, or what the listener returned.
 */
int aios_req_put(struct aios_model *model, const struct aios_rec *rec)
{
	const struct aios_req_put *body = &rec->req_put;
	struct aios_thread *thread = aios_model_thread(model, &rec->h);
	bool by_submitter;
	struct aios_request *req;
	int err = 0;

	if (!thread)
		return -ENOMEM;
	if (body->party >= AIOS_PUT_CNT)
		return 0;
	by_submitter = drops[body->party].kind == AIOS_REF_SUBMIT;
	req = by_submitter ? thread->born : put_whose(model, body->kiocb);
	if (!req || req->kiocb != body->kiocb || !req->ledger)
		return 0;
	request_put(req, &rec->h, body->party, body->refs);
	if (!by_submitter && !req->done_ns)
		req->done_ns = rec->h.time_ns;
	if (!req->handed_out)
		err = aios_req_log(model, req, rec);
	aios_req_pin(req);
	if (!err && body->party == AIOS_PUT_SUBMIT)
		err = aios_req_accepted(model, thread, rec);
	if (!err)
		err = ledger_settle(model, req);
	aios_req_unpin(req);
	return err;
}

/**
 * aios_req_hold() - a request took, or dropped, a reference of something
 * @model: the model
 * @rec: AIOS_EV_REQ_HOLD or AIOS_EV_REQ_DROP
 * Return: 0 or -ENOMEM.
 */
int aios_req_hold(struct aios_model *model, const struct aios_rec *rec)
{
	static const enum aios_ref_kind kinds[AIOS_HOLD_CNT] = {
		[AIOS_HOLD_FILE] = AIOS_REF_FILE,
		[AIOS_HOLD_EVENTFD] = AIOS_REF_EVENTFD,
		[AIOS_HOLD_CREDS] = AIOS_REF_CREDS,
	};
	const struct aios_req_hold *body = &rec->req_hold;
	struct aios_request *req = aios_map_get(&model->ledgers, body->kiocb);
	struct aios_ref *ref;

	if (!req || body->what >= AIOS_HOLD_CNT)
		return 0;
	ref = &req->ledger->held[kinds[body->what]];
	if (rec->h.type == AIOS_EV_REQ_HOLD) {
		ref_get(ref, rec->h.time_ns);
	} else {
		ref_put(ref, &rec->h, 1);
		ref->unwatched = !body->seen;
	}
	return req->handed_out ? 0 : aios_req_log(model, req, rec);
}

/**
 * aios_req_freeze() - a write keeps its file system from being frozen, or lets go
 * @model: the model
 * @rec: AIOS_EV_FREEZE
 * Return: 0 or -ENOMEM.
 */
int aios_req_freeze(struct aios_model *model, const struct aios_rec *rec)
{
	struct aios_request *req = aios_map_get(&model->ledgers, rec->freeze.kiocb);

	if (!req)
		return 0;
	if (rec->freeze.end)
		ref_put(&req->ledger->held[AIOS_REF_FREEZE], &rec->h, 1);
	else
		ref_get(&req->ledger->held[AIOS_REF_FREEZE], rec->h.time_ns);
	return req->handed_out ? 0 : aios_req_log(model, req, rec);
}

/* What a request held until it was freed, as it was seen to be dropped. */
static void free_drops(struct aios_refs *refs, const struct aios_rec *rec)
{
	const struct aios_req_free *body = &rec->req_free;
	uint32_t watched = body->watched & AIOS_WATCH_FREE ? body->watched : 0U;
	struct aios_ref *held = refs->held;

	/* Where the births are told by functions, nobody tells what they hold. */
	if (!refs->puts_told && body->eventfd && !held[AIOS_REF_EVENTFD].gets)
		ref_get(&held[AIOS_REF_EVENTFD], rec->h.time_ns);
	refs->signals_watched = watched & AIOS_WATCH_SIGNAL;
	refs->signals = body->signals & (uint8_t)~AIOS_SIGNAL_REFUSED;
	refs->signal_refused = body->signals & AIOS_SIGNAL_REFUSED;
	ref_put(&held[AIOS_REF_FILE], &rec->h, body->file_drops);
	ref_put(&held[AIOS_REF_EVENTFD], &rec->h, body->eventfd_drops);
	ref_put(&held[AIOS_REF_CTX], &rec->h, 1);
	held[AIOS_REF_FILE].unwatched = !(watched & 1 << AIOS_HOLD_FILE);
	held[AIOS_REF_EVENTFD].unwatched = !(watched & 1 << AIOS_HOLD_EVENTFD);
	held[AIOS_REF_CTX].unwatched = !watched;
	refs->freed_ns = rec->h.time_ns;
	refs->freed_refs = body->refs;
}

/**
 * aios_req_free() - a request is freed
 * @model: the model
 * @rec: AIOS_EV_REQ_FREE
 *
 * Where the submission dropped the last reference, and nothing else will tell of its end, this is
 * when it is through.
 *
 * Return: 0, -ENOMEM, or what the listener returned.
 */
int aios_req_free(struct aios_model *model, const struct aios_rec *rec)
{
	struct aios_request *req = aios_map_get(&model->ledgers, rec->req_free.kiocb);
	bool irq = rec->h.flags & (AIOS_F_SOFTIRQ | AIOS_F_HARDIRQ);
	struct aios_thread *thread = aios_model_thread(model, &rec->h);
	struct aios_request *born;
	int err = 0;

	if (!thread)
		return -ENOMEM;
	born = thread->born;
	if (req && !req->ledger->freed_ns) {
		aios_req_pin(req);
		free_drops(req->ledger, rec);
		if (!req->handed_out)
			err = aios_req_log(model, req, rec);
	} else {
		req = NULL;
	}
	if (!err && born && !irq && !rec->req_free.refs && born->kiocb == rec->req_free.kiocb &&
	    born->ledger && born->ledger->puts_told &&
	    (born->told_before || born->completed_ns))
		err = aios_req_accepted(model, thread, rec);
	if (!err && req)
		err = ledger_settle(model, req);
	aios_req_unpin(req);
	return err;
}

const struct aios_request *aios_model_life(const struct aios_model *model, uint64_t kiocb)
{
	const struct aios_request *req = aios_map_get(&model->ledgers, kiocb);

	if (!req)
		req = aios_map_get(&model->reqs, kiocb);
	return req && !req->handed_out ? req : NULL;
}

/**
 * aios_req_note() - something happened to a request that changes nothing of what is known of it
 * @model: the model
 * @rec: a record that begins with a kiocb
 * Return: 0 or -ENOMEM.
 */
int aios_req_note(struct aios_model *model, const struct aios_rec *rec)
{
	const struct aios_request *req = aios_model_life(model, rec->req_put.kiocb);

	return req ? aios_req_log(model, (struct aios_request *)req, rec) : 0;
}

/**
 * aios_party_fits() - who may drop the reference of an operation?
 * @req: of a known operation
 * @party: whoever did
 * Return: whether that party completes such an operation.
 */
bool aios_party_fits(const struct aios_request *req, enum aios_party party)
{
	if (aios_op_moves_bytes(req->ask.op))
		return party == AIOS_PARTY_RW;
	if (req->ask.op == IOCB_CMD_POLL)
		return party == AIOS_PARTY_POLL_STEAL || party == AIOS_PARTY_POLL_WAKE ||
		       party == AIOS_PARTY_POLL_WORK || party == AIOS_PARTY_PUT_WORK;
	return party == AIOS_PARTY_FSYNC_WORK;
}

/* Was all but the request's own two references dropped as often as it was taken? */
static bool things_are_even(const struct aios_refs *refs)
{
	for (int kind = AIOS_REF_FILE; kind < AIOS_REFS; kind++) {
		const struct aios_ref *ref = &refs->held[kind];

		if (kind == AIOS_REF_CTX ? refs->will_free && !refs->freed_ns :
		    !ref->unwatched && ref->gets != ref->puts)
			return false;
	}
	return true;
}

static bool refs_are_even(const struct aios_request *req)
{
	const struct aios_refs *refs = req->ledger;
	const struct aios_ref *submit = &refs->held[AIOS_REF_SUBMIT];
	const struct aios_ref *op = &refs->held[AIOS_REF_OP];

	if (!things_are_even(refs) || submit->puts != 1)
		return false;
	if (req->fate == AIOS_FATE_REFUSED)
		return submit->party == AIOS_PARTY_ERROR && submit->left == 1 && !op->puts &&
		       (!refs->will_free || refs->freed_refs == 1);
	return submit->party == AIOS_PARTY_SUBMITTER && op->puts == 1 &&
	       aios_party_fits(req, op->party) && submit->left + op->left == 1 && !req->refs &&
	       !refs->freed_refs;
}

/**
 * aios_balance() - was what a request held dropped, once, by who has to?
 * @req: a request that was handed out
 * Return: AIOS_BALANCE_UNKNOWN where it cannot be told.
 */
enum aios_balance aios_balance(const struct aios_request *req)
{
	if (!req->ledger || !req->ledger->puts_told || req->tainted)
		return AIOS_BALANCE_UNKNOWN;
	/* Once its context is freed nothing can be due any more. */
	if (!req->ledger->closed && !req->ctx->free_ns)
		return AIOS_BALANCE_OPEN;
	if (refs_are_even(req))
		return AIOS_BALANCE_EVEN;
	return req->ledger->doubtful ? AIOS_BALANCE_UNKNOWN : AIOS_BALANCE_BROKEN;
}

/**
 * aios_first_put() - the reference of a request that was dropped first
 * @req: any request
 * Return: the one that left another, NULL where none was seen.
 */
const struct aios_ref *aios_first_put(const struct aios_request *req)
{
	static const enum aios_ref_kind own[] = { AIOS_REF_SUBMIT, AIOS_REF_OP };

	for (size_t i = 0; req->ledger && i < sizeof(own) / sizeof(own[0]); i++) {
		const struct aios_ref *ref = &req->ledger->held[own[i]];

		if (ref->puts && ref->left && ref->left != AIOS_UNKNOWN32)
			return ref;
	}
	return NULL;
}

static const char *const balances[] = {
	[AIOS_BALANCE_UNKNOWN] = "unknown",
	[AIOS_BALANCE_OPEN] = "open",
	[AIOS_BALANCE_EVEN] = "balanced",
	[AIOS_BALANCE_BROKEN] = "broken",
};

static const char *const kinds[AIOS_REFS] = {
	[AIOS_REF_SUBMIT] = "submission",
	[AIOS_REF_OP] = "operation",
	[AIOS_REF_FILE] = "file",
	[AIOS_REF_EVENTFD] = "eventfd",
	[AIOS_REF_CREDS] = "credentials",
	[AIOS_REF_FREEZE] = "freezing",
	[AIOS_REF_SLOT] = "slot",
	[AIOS_REF_CTX] = "context",
};

/* Names that scripts can rely on; constants. */
const char *aios_balance_name(enum aios_balance balance)
{
	return balances[balance];
}

const char *aios_ref_name(enum aios_ref_kind kind)
{
	return kinds[kind];
}
