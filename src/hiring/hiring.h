/* hiring.h — offers: a post promised to a person. An offer holds a seat until it is declined,
 * expires or becomes obsolete; accepting one closes the person's others. */
#pragma once
#include "platform/op.h"

extern const struct module hiring_module;
extern const struct record offer_record;

struct offer_input {
    int64_t id;
    int64_t person_id, post_id, run_id;
    int64_t employer_id, home, work;
    const char *state, *offered_on, *expires_on;
};

enum { OFFER_DAYS = 14 };

/* Make an offer and take its seat; E_CONFLICT "post.no_seat", "offer.exists", "person.employed". */
MUST_CHECK enum err offer_make(struct ctx *cx, int64_t person_id, int64_t post_id, int64_t run_id,
                               int64_t *ret_id);
/* The person says yes: her other live offers become OBSOLETE and give their seats back. */
MUST_CHECK enum err offer_accept(struct ctx *cx, int64_t id);
/* An accepted offer has become a placement; its seat stays taken. */
MUST_CHECK enum err offer_convert(struct ctx *cx, int64_t id);
