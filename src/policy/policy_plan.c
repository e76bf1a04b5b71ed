/* policy_plan.c — a policy made ready. A province is decided on by the million: what is the same
 * for all of them is asked of the policy once. */
#include "policy/policy_plan.h"

uint32_t spell_traits(const struct policy_facts *f, const struct policy_spell *s)
{
    bool is_known = s->work_division && f->domicile;
    uint32_t traits = 1u << (TRAIT_FORM + s->form);

    traits |= 1u << (is_known ? TRAIT_RELATION + policy_relation(f->domicile, s->work_division)
                              : TRAIT_NOWHERE);
    traits |= 1u << (TRAIT_ORGANISED + !s->organised);
    traits |= (uint32_t)!s->reserved_post << TRAIT_OPEN_POST;
    traits |= (uint32_t)!s->base_employer << TRAIT_NO_BASE;
    return traits;
}

uint32_t traits_refused(const struct policy *p)
{
    uint32_t refused = 0;

    if (p->spell.forms)
        refused |= TRAITS_OF_FORM & ~(p->spell.forms << TRAIT_FORM);
    if (p->spell.relations)
        refused |= TRAITS_OF_RELATION & ~(p->spell.relations << TRAIT_RELATION);
    if (p->who.transfer != TRANSFER_ANY)
        refused |= 1u << (TRAIT_ORGANISED + (p->who.transfer == TRANSFER_ORGANISED));
    refused |= (uint32_t)p->spell.reserved_post << TRAIT_OPEN_POST;
    refused |= (uint32_t)p->spell.base_employer << TRAIT_NO_BASE;
    return refused;
}

/* Which conditions there are, and how many outcomes these have. */
static struct plan_require require_plan(const struct policy_require *r, int32_t *outcomes)
{
    struct plan_require ret = { .r = r };
    const struct {
        unsigned ask;
        int outcomes;
    } asked[] = {
        { ASKS_STATUS, (r->status != 0) + (r->not_status != 0) },
        { ASKS_MONTHS, r->months != 0 },
        { ASKS_WAGES, (r->mean_wage_fen != 0) + (r->wage_sum_fen != 0) },
        { ASKS_INCOME, r->income_below_fen || r->income_from_fen },
        { ASKS_BATCH, r->batch_persons != 0 },
        { ASKS_SPELL, r->still_active + (r->contract_months != 0) },
        { ASKS_INSURED, (r->insured_months != 0) + (r->still_insured != STILL_NO) },
    };

    for (size_t i = 0; i < ARRAY_LEN(asked); i++) {
        ret.asks |= asked[i].outcomes ? asked[i].ask : 0;
        *outcomes += asked[i].outcomes;
    }
    return ret;
}

int32_t item_months(const struct policy *p, const struct policy_item *it)
{
    return MAX(p->require.months, it->require.months);
}

static void plan_items(struct policy_plan *x)
{
    const struct policy *p = x->policy;

    x->whole = require_plan(&p->require, &x->outcomes_most);
    for (int i = 0; i < p->item_count; i++) {
        const struct policy_item *it = &p->items[i];

        x->items[i] = require_plan(&it->require, &x->outcomes_most);
        x->months_most = MAX(x->months_most, item_months(p, it));
        x->needs_person |= it->kind != AMOUNT_STEP && p->beneficiary != BENEFICIARY_STATION;
        x->needs_work |= it->kind != AMOUNT_PER_DAY;
        x->outcomes_most +=
            it->kind == AMOUNT_STEP || it->kind == AMOUNT_REIMBURSE || it->kind == AMOUNT_PER_DAY;
    }
}

/* Of the whole policy: always whether it is in force, what was paid and the cap. */
static int32_t whole_outcomes(const struct policy *p)
{
    int32_t person = (p->who.status != 0) + (p->who.origin_count != 0) +
                     (p->who.age_min || p->who.age_max) + p->who.first_time +
                     (p->supersedes != NULL) + 1; /* and work */

    return 3 + (p->window.from_month != 0) + person +
           (p->beneficiary == BENEFICIARY_STATION ? 2 : 0) + p->exclusive_count + p->evidence_count;
}

void policy_plan_make(struct policy_plan *ret, const struct policy *p)
{
    *ret = (struct policy_plan){
        .policy = p,
        .in_force = date_to_days(p->from),
        .over = date_is_none(p->until) ? DAY_NEVER : date_to_days(p->until) + 1,
        .start = INT32_MIN,
        .outcomes_most = whole_outcomes(p),
        .refused = traits_refused(p),
        .way = { .gap_days = p->count.mode == COUNT_CONTINUOUS ? p->count.gap_days : 0,
                 .by = p->count.by,
                 .month = p->count.month,
                 .mode = p->count.mode,
                 .idle_counted = p->count.idle_counted,
                 .same_employer = p->count.same_employer,
                 .last_day_free = p->count.last_day_free },
        .is_yearly = p->once == ONCE_YEAR || p->count.cross_year != CROSS_NONE ||
                     p->window.from_month || (p->count.cuts & 1u << CUT_YEAR_END) ||
                     (p->count.starts & 1u << START_YEAR_START),
        .has_places = p->spell.work_count || p->spell.employer_outside.hi ||
                      p->beneficiary == BENEFICIARY_EMPLOYER,
    };
    if (p->count.starts & 1u << START_EFFECTIVE_FROM)
        ret->start = ret->in_force;
    if (!date_is_none(p->count.start_date))
        ret->start = MAX(ret->start, date_to_days(p->count.start_date));
    plan_items(ret);
}
