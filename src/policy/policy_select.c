/* policy_select.c — of several decisions for one beneficiary, which stand and which are held. */
#include "policy/policy_eval.h"

static bool pays(const struct policy_choice *c)
{
    return c->decision->verdict == VERDICT_ENTITLED ||
           c->decision->verdict == VERDICT_EVIDENCE_MISSING;
}

/* <0 when a goes first. */
static int rank(const struct policy_choice *a, const struct policy_choice *b)
{
    bool claim_a = !date_is_none(a->claimed_on), claim_b = !date_is_none(b->claimed_on);

    if (claim_a != claim_b)
        return claim_a ? -1 : 1;
    if (claim_a && date_compare(a->claimed_on, b->claimed_on) != 0)
        return date_compare(a->claimed_on, b->claimed_on);
    if (a->decision->earned_fen != b->decision->earned_fen)
        return a->decision->earned_fen > b->decision->earned_fen ? -1 : 1;
    return strcmp(a->policy->id, b->policy->id);
}

static bool days_overlap(const struct policy_decision *a, const struct policy_decision *b)
{
    if (date_is_none(a->period_from) || date_is_none(b->period_from))
        return true;
    return date_compare(a->period_from, b->period_until) <= 0 &&
           date_compare(b->period_from, a->period_until) <= 0;
}

static int year_of(const struct policy_decision *d)
{
    return d->year ? d->year : d->as_of.year;
}

/* Does one of the groups of both forbid both? The wider of the two spans holds. */
static bool collide(const struct policy_choice *a, const struct policy_choice *b,
                    enum policy_span *span)
{
    for (int i = 0; i < a->policy->exclusive_count; i++) {
        for (int j = 0; j < b->policy->exclusive_count; j++) {
            if (!str_eq(a->policy->exclusive[i].group, b->policy->exclusive[j].group))
                continue;
            *span = MAX(a->policy->exclusive[i].span, b->policy->exclusive[j].span);
            if (*span == SPAN_EVER ||
                (*span == SPAN_SAME_YEAR && year_of(a->decision) == year_of(b->decision)) ||
                (*span == SPAN_SAME_PERIOD && days_overlap(a->decision, b->decision)))
                return true;
        }
    }
    return false;
}

static bool is_alternative(const struct policy_choice *a, const struct policy_choice *b)
{
    return (a->policy->transition == TRANSITION_CHOOSE_HIGHER &&
            str_eq(a->policy->supersedes, b->policy->id)) ||
           (b->policy->transition == TRANSITION_CHOOSE_HIGHER &&
            str_eq(b->policy->supersedes, a->policy->id));
}

void policy_select(struct policy_choice *choices, int n)
{
    for (int i = 0; i < n; i++) {
        choices[i].held = false;
        choices[i].held_by = -1;
    }
    for (int done = 0; done < n; done++) {
        /* The first in rank that is neither kept nor held keeps its place and holds who collides.
         */
        int best = -1;

        for (int i = 0; i < n; i++) {
            if (pays(&choices[i]) && choices[i].held_by == -1 &&
                (best < 0 || rank(&choices[i], &choices[best]) < 0))
                best = i;
        }
        if (best < 0)
            break;
        choices[best].held_by = best; /* kept; cleared below */
        for (int i = 0; i < n; i++) {
            enum policy_span span = SPAN_EVER;
            bool excluded;

            if (i == best || !pays(&choices[i]) || choices[i].held_by != -1)
                continue;
            excluded = collide(&choices[best], &choices[i], &span);
            if (!excluded && !is_alternative(&choices[best], &choices[i]))
                continue;
            choices[i].held = true;
            choices[i].held_by = best;
            choices[i].held_rule = excluded ? RULE_EXCLUSIVE : RULE_TRANSITION;
            choices[i].held_span = span;
        }
    }
    for (int i = 0; i < n; i++) {
        if (choices[i].held_by == i)
            choices[i].held_by = -1;
    }
}
