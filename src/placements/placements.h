/* placements.h — stretches of work (就业起止), and what is known of each month. The road hands
 * people over into placements; transfers stands behind this module and calls it. */
#pragma once
#include "platform/op.h"

extern const struct module placements_module;
extern const struct record placement_record;

/* end_on is the last working day, inclusive. */
struct placement_input {
    int64_t id;
    int64_t person_id, employer_id, post_id, offer_id, previous_id;
    int64_t home, work;
    const char *channel, *employment_form;
    int64_t is_reserved;
    const char *start_on;
    int64_t wage_fen;
    const char *contract_until, *state;
};

/* Begin a placement: the person becomes EMPLOYED, her accepted offer (offer_id, or NONE) is
 * converted. E_CONFLICT "placement.open" when she has an open one, "placement.overlap" when the
 * dates overlap another. */
MUST_CHECK enum err placement_start(struct ctx *cx, struct placement_input *in, int64_t *ret_id);
/* End it on its last working day with a reason code; the person becomes RETURNED. */
MUST_CHECK enum err placement_end(struct ctx *cx, int64_t id, const char *end_on,
                                  const char *reason);

/* --- months (months.c) --- */
/* One source's word on one month. Days and wage may be NONE. */
struct month_word {
    int64_t placement_id;
    const char *month, *source, *status, *note;
    int64_t days, wage_fen, is_insured;
};
/* Record it and derive the month anew: sources that agree confirm, sources that contradict make a
 * CONFLICT for the worklist. The same word again changes nothing (*ret_changed false). E_CONFLICT
 * "month.locked" when money rests on the month: that needs a correction. */
MUST_CHECK enum err month_record(struct ctx *cx, const struct month_word *word, bool *ret_changed);
/* Lock the months that a claim rests on. Not limited by scope: the claim is. */
MUST_CHECK enum err month_lock(struct ctx *cx, int64_t placement_id, const char *month);

/* Another word on a month that money rests on, by whoever decides conflicts. What
 * it was taken for stays in the correction's row. Days and wage NONE: as before, and none for a
 * month that was not worked. E_CONFLICT "month.not_locked", "month.same". What follows for the
 * money is the claims module's, in the same transaction. */
struct month_fix {
    int64_t placement_id;
    const char *month, *status, *reason; /* status: a code of month_statuses */
    int64_t days, wage_fen;
};
struct month_fixed {
    int64_t id, person_id, employer_id, home, work; /* of the correction */
};
MUST_CHECK enum err month_correct(struct ctx *cx, const struct month_fix *fix,
                                  struct month_fixed *ret);
extern const struct record month_correction_record;

extern const struct choice month_sources[], month_statuses[], month_states[], end_reasons[];
