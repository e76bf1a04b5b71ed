/* policies.h — policies in the store: shipped files and uploaded ones, their states, and the
 * decisions made by them. A policy's text never changes once it is stored; a later revision
 * supersedes it (design D9). */
#pragma once
#include "platform/op.h"
#include "policy/policy_eval.h"

extern const struct module policy_module;
extern const struct record policy_record, decision_record;
extern const struct choice policy_fund_choices[]; /* the funds that policies are paid from */

/* A stored policy, read. Lives as long as the program. */
struct policy_row {
    int64_t id;
    const char *state; /* DRAFT PUBLISHED SUPERSEDED */
    int64_t payer;     /* division that pays */
    bool by_work;      /* the destination pays */
    const struct policy *policy;
};
/* Any state, not limited by scope: policies are public. E_NOT_FOUND when there is none. */
MUST_CHECK enum err policy_get(struct ctx *cx, int64_t id, struct policy_row *ret);
/* The text of its file, in cx->mem. E_NOT_FOUND when there is none. */
MUST_CHECK enum err policy_file_text(struct ctx *cx, int64_t id, const char **ret);
/* All that are PUBLISHED, by key; array in cx->mem. */
MUST_CHECK enum err policies_published(struct ctx *cx, struct policy_row **ret, int *ret_n);
/* The division that pays by a policy: payer.division of the file, else the first place of work or
 * origin that it names; 0 when it names none. */
int64_t policy_payer(const struct policy *p);

/* A decision with its whole trace, to be kept for as long as a claim rests on it. In a write
 * transaction. E_FORBIDDEN when the place lies outside the actor's scope. Ids are NONE where they
 * do not apply. */
struct decision_place {
    int64_t person_id, employer_id, org_id, home, work;
};
MUST_CHECK enum err decision_save(struct ctx *cx, const struct policy_row *p,
                                  const struct policy_decision *d, struct decision_place place,
                                  int64_t *ret_id);
/* Writes an object: policy, verdict, amount, trace, and the words in both languages. */
void decision_write(struct json *j, const struct policy_row *p, const struct policy_decision *d);
