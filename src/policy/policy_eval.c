/* policy_eval.c — from facts to a decision. The time line is built once; each line of the amount
 * (item) looks for the run of employment that satisfies its conditions and earns instalments
 * (policy_amount.c); earlier payments are set against these in order. */
#include "policy/policy_int.h"

/* --- earlier payments --- */
static void cap_lower(struct eval *ev, int64_t cap, int64_t used)
{
    if (cap)
        ev->cap_room = MIN(ev->cap_room, MAX(0, cap - used));
}

/* Sort earlier payments into what is set against the items and what uses up the caps. */
static void payments_sort(struct eval *ev, int64_t employer_id)
{
    const struct policy *p = ev->p;
    int64_t life = 0, household = 0, employer = 0, employer_year = 0;

    for (int i = 0; i < ev->f->payment_count; i++) {
        const struct policy_payment *q = &ev->f->payments[i];
        bool same_year = (q->year ? q->year : q->on.year) == ev->year;
        bool in_scope = q->whose == PAID_OWN && str_eq(q->policy_id, p->id) &&
                        (p->once == ONCE_LIFE || (p->once == ONCE_YEAR && same_year) ||
                         (p->once == ONCE_EMPLOYER && q->employer_id == employer_id));
        int item = -1;

        if (q->whose == PAID_OWN && is_offset(p, q->policy_id)) {
            ev->paid_pool += q->fen;
            ev->d->paid_fen += q->fen;
        }
        if (!str_eq(q->policy_id, p->id))
            continue;
        if (in_scope) {
            for (int j = 0; j < p->item_count && item < 0; j++) {
                if (str_eq(q->item, p->items[j].id))
                    item = j;
            }
            *(item >= 0 ? &ev->items[item].paid_pool : &ev->paid_pool) += q->fen;
            ev->d->paid_fen += q->fen;
            continue;
        }
        if (q->whose == PAID_OWN)
            life += q->fen;
        if (q->whose == PAID_HOUSEHOLD && same_year)
            household += q->fen;
        if (q->whose == PAID_EMPLOYER)
            employer += q->fen;
        if (q->whose == PAID_EMPLOYER && same_year)
            employer_year += q->fen;
    }
    cap_lower(ev, p->caps.person_life, life);
    cap_lower(ev, p->caps.person_year, 0);
    cap_lower(ev, p->caps.household_year, household);
    cap_lower(ev, p->caps.employer_life, employer);
    cap_lower(ev, p->caps.employer_year, employer_year);
}

/* --- the whole --- */
/* The days [from, to) of the status that time is counted from and until: one after the other
 * without a gap, whichever of them, up to the day counting ends. Where that is the day the status
 * ends, it may have ended before. False when there is none. */
static bool frame_status(const struct eval *ev, int32_t on, int32_t *from, int32_t *to)
{
    const struct policy *p = ev->p;
    bool is_found = false;

    for (int i = 0; i < ev->f->status_count; i++) {
        const struct day_status *s = &ev->days->statuses[i];

        if (!(p->who.status & s->bit) || s->first > on)
            continue;
        if (is_found && s->first > *to && p->who.status_at == STATUS_AT_START)
            break;
        if (!is_found || s->first > *to)
            *from = *to = s->first;
        *to = MAX(*to, s->after);
        is_found = true;
    }
    return is_found && (*to > on || p->who.status_at == STATUS_AT_START ||
                        (p->count.cuts & 1u << CUT_STATUS_END));
}

/* The year, and the days that may ever count. */
static void frame(struct eval *ev)
{
    const struct policy *p = ev->p;
    int32_t on, from, to;

    ev->d->year = ev->plan->is_yearly ? ev->year : 0;
    ev->limit = ev->plan->over;
    if (p->count.cross_year != CROSS_NONE || (p->count.cuts & 1u << CUT_YEAR_END))
        ev->limit = MIN(ev->limit, ev->days->year_after);
    ev->start = ev->plan->start;
    if (p->count.cross_year == CROSS_SPLIT || (p->count.starts & 1u << START_YEAR_START))
        ev->start = MAX(ev->start, ev->days->year_first);
    on = MIN(ev->as_of, ev->limit == DAY_NEVER ? DAY_NEVER : ev->limit - 1);
    if (!frame_status(ev, on, &from, &to))
        return;
    if (p->count.starts & 1u << START_STATUS_FROM)
        ev->start = MAX(ev->start, from);
    if (p->count.cuts & 1u << CUT_STATUS_END)
        ev->limit = MIN(ev->limit, to);
}

static void check_station(struct eval *ev)
{
    const struct policy *p = ev->p;
    const struct policy_station *s = ev->f->station;
    struct policy_outcome o = { .rule = RULE_STATION };

    if (!s || date_is_none(s->opened)) {
        o.result = RESULT_FAILED;
    } else {
        o.date = o.from = s->opened;
        o.until = s->closed;
        if (date_to_days(s->opened) > ev->as_of)
            o.result = RESULT_NOT_YET;
        else if (date_to_days(s->opened) < ev->plan->in_force ||
                 date_to_days(s->opened) >= ev->limit)
            o.result = RESULT_FAILED;
    }
    base_outcome(ev, &o);
    if (s && p->caps.beneficiaries)
        base_outcome(ev, &(struct policy_outcome){ .rule = RULE_QUOTA,
                                                   .result = s->ordinal <= p->caps.beneficiaries
                                                                 ? RESULT_MET
                                                                 : RESULT_FAILED,
                                                   .want = p->caps.beneficiaries,
                                                   .got = s->ordinal });
}

/* Conditions of all items; returns the run that speaks for the whole decision. */
static struct time_run *find_items(struct eval *ev)
{
    const struct policy *p = ev->p;
    struct time_run *main_run = NULL;

    for (int i = 0; i < p->item_count; i++) {
        struct item_state *st = &ev->items[i];

        st->next = DAY_NEVER;
        if (p->items[i].kind == AMOUNT_STEP) {
            find_steps(ev, i);
        } else if (p->beneficiary == BENEFICIARY_STATION) {
            st->met = ev->f->station ? date_to_days(ev->f->station->opened) : ev->as_of;
        } else {
            item_find_run(ev, i);
            if (p->items[i].kind == AMOUNT_PER_DAY)
                check_courses(ev, &p->items[i], st);
            if (st->next != DAY_NEVER)
                st->next_fen = item_worth(ev, &p->items[i]);
            if (p->items[i].kind == AMOUNT_PER_MONTH)
                find_next_months(ev, i);
            if (!main_run)
                main_run = st->run;
        }
    }
    return main_run;
}

/* Which items apply, after `combine`: a bit each. */
static unsigned choose_items(struct eval *ev)
{
    const struct policy *p = ev->p;
    unsigned chosen = 0;
    int best = -1;

    for (int i = 0; i < p->item_count; i++) {
        if (ev->items[i].result != RESULT_MET && ev->items[i].result != RESULT_MISSING)
            continue;
        chosen |= 1u << i;
        if (best < 0 || (p->combine == COMBINE_HIGHEST &&
                         item_worth(ev, &p->items[i]) > item_worth(ev, &p->items[best])))
            best = i;
    }
    return p->combine == COMBINE_ADD || best < 0 ? chosen : 1u << best;
}

static void trace_requires(struct eval *ev, struct time_run *main_run)
{
    const struct policy *p = ev->p;

    if (!ev->mem)
        return;
    check_require(ev, &(struct check){ .is_traced = true }, main_run, &ev->plan->whole);
    for (int i = 0; i < p->item_count; i++) {
        if (p->items[i].kind != AMOUNT_STEP)
            check_require(ev, &(struct check){ .is_traced = true, .item = p->items[i].id },
                          ev->items[i].run, &ev->plan->items[i]);
    }
}

/* The next day on which something (more) becomes payable, and how much then. */
static void set_next(struct eval *ev, unsigned chosen)
{
    struct policy_decision *d = ev->d;
    int32_t next = DAY_NEVER;

    for (int i = 0; i < ev->p->item_count; i++) {
        const struct item_state *st = &ev->items[i];

        if (st->result == RESULT_FAILED || st->next == DAY_NEVER || st->next <= ev->as_of ||
            (ev->p->combine != COMBINE_ADD && chosen && !(chosen & 1u << i)))
            continue;
        if (st->next < next)
            d->next_fen = 0;
        if (st->next <= next) {
            next = st->next;
            d->next_fen += st->next_fen;
        }
    }
    if (base_has(ev, RESULT_NOT_YET)) {
        if (next == DAY_NEVER && chosen)
            next = ev->base_next;
        else if (next != DAY_NEVER)
            next = MAX(next, ev->base_next);
    }
    if (next != DAY_NEVER && !has_status_by(ev, next))
        next = DAY_NEVER;
    d->earliest = date_on(ev->days, next);
    if (next == DAY_NEVER)
        d->next_fen = 0;
}

static enum policy_verdict verdict(const struct eval *ev, unsigned chosen)
{
    const struct policy_decision *d = ev->d;
    bool is_waiting = false, is_missing = base_has(ev, RESULT_MISSING), is_open = false;

    for (int i = 0; i < ev->p->item_count; i++) {
        is_waiting |= ev->items[i].result == RESULT_NOT_YET;
        if (chosen & 1u << i) {
            is_missing |= ev->items[i].result == RESULT_MISSING;
            is_open |= ev->p->items[i].kind == AMOUNT_OPEN;
            is_waiting |= ev->items[i].next != DAY_NEVER && ev->items[i].next > ev->as_of;
        }
    }
    if (base_has(ev, RESULT_FAILED))
        return VERDICT_NOT_ELIGIBLE;
    if (base_has(ev, RESULT_CLOSED) || ev->is_closed_for_more)
        return d->paid_fen ? VERDICT_EXHAUSTED : VERDICT_LAPSED;
    if (base_has(ev, RESULT_BARRED))
        return VERDICT_EXCLUDED;
    if (base_has(ev, RESULT_NOT_YET))
        return VERDICT_NOT_YET;
    if (d->amount_fen > 0)
        return is_missing ? VERDICT_EVIDENCE_MISSING : VERDICT_ENTITLED;
    if (is_open)
        return is_missing ? VERDICT_EVIDENCE_MISSING : VERDICT_AMOUNT_OPEN;
    if (is_waiting)
        return VERDICT_NOT_YET;
    if (d->paid_fen > 0 && (d->earned_fen > 0 || ev->is_capped))
        return VERDICT_EXHAUSTED;
    return ev->is_capped ? VERDICT_EXHAUSTED : VERDICT_NOT_ELIGIBLE;
}

/* Money is asked back when fewer months or tiers are earned than were paid. Not when a window
 * closed or somebody left work since, nor when a headcount fell or tickets came to less than the
 * fixed sum: what was right on the day of its payment stays. A review as of that day finds every
 * difference. */
static bool may_ask_back(const struct eval *ev, unsigned chosen)
{
    bool is_lasting = chosen != 0;

    for (int i = 0; i < ev->p->item_count; i++) {
        if (chosen & 1u << i)
            is_lasting &=
                ev->p->items[i].kind != AMOUNT_STEP && ev->p->items[i].kind != AMOUNT_REIMBURSE;
    }
    return is_lasting;
}

static void settle(struct eval *ev, unsigned chosen)
{
    struct policy_decision *d = ev->d;

    if (d->paid_fen)
        outcome_add(ev, &(struct policy_outcome){
                            .rule = RULE_PAID, .want = d->earned_fen, .got = d->paid_fen });
    if (ev->is_capped)
        outcome_add(ev, &(struct policy_outcome){ .rule = RULE_CAP, .want = d->earned_fen });
    set_next(ev, chosen);
    d->verdict = verdict(ev, chosen);
    if (d->verdict != VERDICT_ENTITLED && d->verdict != VERDICT_EVIDENCE_MISSING)
        d->amount_fen = 0;
    if (d->verdict == VERDICT_NOT_ELIGIBLE || d->verdict == VERDICT_LAPSED ||
        d->verdict == VERDICT_EXHAUSTED || d->verdict == VERDICT_EXCLUDED) {
        d->earliest = (struct date){ 0 };
        d->next_fen = 0;
    }
    if (ev->f->is_review || may_ask_back(ev, chosen))
        d->overpaid_fen = MAX(0, d->paid_fen - d->earned_fen);
    d->due = d->amount_fen ? date_on(ev->days, ev->due) : (struct date){ 0 };
    d->period_from = date_on(ev->days, ev->from);
    d->period_until = date_on(ev->days, ev->until);
}

/* `ret` is all zero. */
static void decide(struct fact_days *days, const struct policy_plan *plan, struct arena *mem,
                   struct policy_decision *ret)
{
    const struct policy *p = plan->policy;
    struct eval ev;
    struct time_run *run;
    unsigned chosen;

    /* By size, not as a value: that is one fast call instead of a slow loop of the processor. */
    memset(&ev, 0, offsetof(struct eval, items) + sizeof ev.items[0] * (size_t)p->item_count);
    ev.plan = plan;
    ev.p = p;
    ev.f = days->facts;
    ev.days = days;
    ev.d = ret;
    ev.mem = mem;
    ev.as_of = days->as_of;
    ev.year = days->year;
    ev.cap_room = INT64_MAX;
    ev.due = ev.until = INT32_MIN;
    ev.from = DAY_NEVER;
    ret->policy_id = p->id;
    ret->policy_version = p->version;
    ret->as_of = days->as_of_date;
    if (mem)
        ret->outcomes = NEW_ARRAY(mem, struct policy_outcome, plan->outcomes_most);
    frame(&ev);
    check_effective(&ev);
    if (p->window.from_month)
        check_window(&ev);
    ev.line = time_line_known(days, plan, ev.start, ev.limit);
    if (p->beneficiary == BENEFICIARY_STATION)
        check_station(&ev);
    if (plan->needs_person)
        check_person(&ev);
    run = find_items(&ev);
    if (plan->needs_person) {
        check_start_status(&ev, run);
        if (plan->needs_work)
            check_employment(&ev);
        if (p->who.first_time)
            check_first_time(&ev, run);
        if (p->supersedes)
            check_transition(&ev, run);
        trace_requires(&ev, run);
    }
    chosen = choose_items(&ev);
    payments_sort(&ev, run ? ev.f->spells[ev.line->segments[run->first].spell].employer_id : 0);
    if (!base_has(&ev, RESULT_FAILED)) {
        for (int i = 0; i < p->item_count; i++) {
            if (chosen & 1u << i)
                earn_item(&ev, i);
        }
    }
    if (p->exclusive_count)
        check_exclusive(&ev);
    if (!p->automatic && !days->facts->documents_ignored)
        check_evidence(&ev);
    if (mem)
        time_line_trace(days, ev.line, mem, ret);
    settle(&ev, chosen);
}

struct policy_set {
    struct calendar calendar;
    int n;
    struct policy_plan plans[];
};

const struct policy_set *policy_set_make(struct arena *mem, const struct policy *const *policies,
                                         int n)
{
    struct policy_set *ret = arena_alloc(mem, sizeof *ret + sizeof ret->plans[0] * (size_t)n);

    ret->calendar = calendar_make(mem);
    ret->n = n;
    for (int i = 0; i < n; i++)
        policy_plan_make(&ret->plans[i], policies[i]);
    return ret;
}

void policy_set_eval(const struct policy_set *set, const struct policy_facts *facts,
                     struct date as_of, struct arena *mem, struct policy_decision *ret)
{
    struct fact_days days; /* large, and set when read */

    memset(ret, 0, sizeof *ret * (size_t)set->n);
    fact_days_read(&days, facts, as_of, set->calendar);
    for (int i = 0; i < set->n; i++)
        decide(&days, &set->plans[i], mem, &ret[i]);
    fact_days_release(&days);
}

void policy_eval_all(const struct policy *const *policies, int n, const struct policy_facts *facts,
                     struct date as_of, struct arena *mem, struct policy_decision *ret)
{
    struct fact_days days;
    struct policy_plan plan;

    memset(ret, 0, sizeof *ret * (size_t)n);
    fact_days_read(&days, facts, as_of, (struct calendar){ 0 });
    for (int i = 0; i < n; i++) {
        policy_plan_make(&plan, policies[i]);
        decide(&days, &plan, mem, &ret[i]);
    }
    fact_days_release(&days);
}

void policy_eval(const struct policy *p, const struct policy_facts *facts, struct date as_of,
                 struct arena *mem, struct policy_decision *ret)
{
    policy_eval_all(&p, 1, facts, as_of, mem, ret);
}
