/* policy_plan.h — what follows from a policy alone, worked out once for all who are decided on:
 * its days as numbers, the way it counts, which spells it refuses, which conditions it has. Only
 * for the engine. */
#pragma once
#include "policy/policy_eval.h"

enum { DAY_NEVER = INT32_MAX };

/* Where and how somebody works, as bits: a spell has one of each kind. A policy refuses some, and a
 * spell with any of these does not count for it. */
enum {
    TRAIT_FORM = 0,       /* + enum policy_form */
    TRAIT_RELATION = 8,   /* + enum policy_relation, of the domicile and the place of work */
    TRAIT_NOWHERE = 16,   /* one of these is not known */
    TRAIT_ORGANISED = 17, /* + 1: self-travelled */
    TRAIT_OPEN_POST = 19, /* not reserved */
    TRAIT_NO_BASE = 20,   /* not with a base */
    TRAITS_OF_FORM = 0xff,
    TRAITS_OF_RELATION = 0x1ff << TRAIT_RELATION
};
/* What the spell is, for a person of that domicile. */
uint32_t spell_traits(const struct policy_facts *f, const struct policy_spell *s);
/* What the policy does not take; where it looks at places and employers is asked beside
 * (spell_counts). */
uint32_t traits_refused(const struct policy *p);

/* The way time is counted, as far as it makes one line different from another. */
struct time_way {
    int32_t start, cut; /* days in [start, cut) are looked at */
    int32_t gap_days;
    enum policy_count_by by;
    enum policy_month_mode month;
    enum policy_count_mode mode;
    bool idle_counted, same_employer, last_day_free;
    bool is_ahead; /* beyond the as-of day, as if all went on (time_line_ahead) */
};

/* Conditions of one struct policy_require that are there, in the order in which they are asked. */
enum {
    ASKS_STATUS = 1,
    ASKS_MONTHS = 2,
    ASKS_WAGES = 4,
    ASKS_INCOME = 8,
    ASKS_BATCH = 16,
    ASKS_SPELL = 32,
    ASKS_INSURED = 64
};
struct plan_require {
    const struct policy_require *r;
    unsigned asks; /* 0: nothing */
};

struct policy_plan {
    const struct policy *policy;
    int32_t in_force, over; /* the first day of the policy and the first that is not its own */
    int32_t start;          /* the latest start that is the same for all; INT32_MIN = none */
    int32_t months_most;    /* the most months that an item asks for */
    int32_t outcomes_most;  /* no decision has more */
    uint32_t refused;       /* bits 1 << TRAIT_… */
    struct time_way way;    /* but start and cut */
    struct plan_require whole, items[POLICY_ITEMS_MAX];
    bool is_yearly, needs_person, needs_work;
    bool has_places; /* asks where work is, or with whom */
};

/* Sets everything. The policy must stay. */
void policy_plan_make(struct policy_plan *ret, const struct policy *p);
/* Months an item needs, the policy's own condition included; 0 = no matter. */
int32_t item_months(const struct policy *p, const struct policy_item *it);
