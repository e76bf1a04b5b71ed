/* policy_facts_load.h — the facts of persons as the engine wants them, from the store, many persons
 * at once. What was paid before is the claims module's to add. */
#pragma once
#include "platform/db.h"
#include "policy/policy_eval.h"

enum { FACTS_CHUNK = 200 };

/* A person's facts; spells carry the placement's id. `documents_ignored` is set: what is on file is
 * not asked for when rights are looked for. Everything lives in cx->mem. */
struct person_facts {
    int64_t person_id, home, household_id; /* household NONE if not known */
    struct policy_facts facts;
};
/* At most FACTS_CHUNK ids, ascending and different; ret[i] is of ids[i]. Unknown ids have person_id
 * NONE. Not limited by scope: a decision rests on all facts of a person, wherever they were
 * recorded; the caller answers for the ids. */
MUST_CHECK enum err policy_facts_load(struct ctx *cx, const int64_t *ids, int n,
                                      struct person_facts *ret);

/* "($3,$4,…)" with room for n ids behind `first` parameters, and the parameters, filled up with 0
 * so that the text is one of two. *ret must have room for FACTS_CHUNK. */
const char *facts_in_list(struct arena *mem, const int64_t *ids, int n, int first,
                          struct params *ret);

/* Staff of an employer on a day as an award by steps counts them: persons from the origin (and of
 * one of the statuses, 0 = all) who have been there for so many months and are there still, with as
 * many verified months. */
MUST_CHECK enum err policy_headcount_load(struct ctx *cx, int64_t employer_id,
                                          const struct policy_item *item, struct date on,
                                          struct policy_headcount *ret);
