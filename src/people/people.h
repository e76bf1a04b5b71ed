/* people.h — persons, their households, dated status, and what they want. */
#pragma once
#include "platform/op.h"

extern const struct module people_module;
extern const struct record person_record, household_record;

/* Worker labour status: derived from intention and spells, never typed in. */
#define LABOUR_STATUS_LIST(X) \
    X(UNSURVEYED)             \
    X(UNWILLING)              \
    X(UNABLE) X(SEEKING) X(MATCHED) X(SIGNED_UP) X(IN_TRANSFER) X(EMPLOYED) X(RETURNED) X(EXITED)

/* Put a person where the road has brought her: work (division, NONE when nowhere) opens the row to
 * that side, employer_id to that employer, labour_status is a code of the list above. Keeps
 * person_count and journals the change. Not limited by scope: the caller's own row in scope is the
 * right to do it. E_NOT_FOUND when there is no such person. */
MUST_CHECK enum err person_set_situation(struct ctx *cx, int64_t person_id, int64_t work,
                                         int64_t employer_id, const char *labour_status);
/* Whom may this actor bring to work in that place? Whoever she sees; and for an eastern office also
 * whoever is neither at work nor on the way in a place paired with it, of whom it need not have
 * seen more. Anybody else is to be answered as if there were no such person. */
MUST_CHECK enum err person_in_reach(struct ctx *cx, int64_t person_id, int64_t work, bool *ret);
