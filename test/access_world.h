/* access_world.h — what the access test walks over: the whole road for one pair of places, made
 * through the operations by the people of each side. Steps whose operation no module has yet are
 * left out. */
#pragma once
#include "ops.h"

struct access_pair {
    enum org west, east, payer;
    const char *mark;     /* begins every name, title and note of this road: "外禁" */
    const char *id_start; /* first six digits of its people's citizen numbers */
    int goal;
    int64_t employer_id; /* NONE: one is made */
    int64_t village;     /* home of half of its people; the others are at home in the county */
};
/* What came of it, for acting as these people. */
struct access_road {
    int64_t employer_id, worker_id; /* a person with a placement */
    const char *bank_return;        /* the bank's answer to a batch that was sent, or NULL */
};
struct access_road access_road_make(const struct access_pair *p);
