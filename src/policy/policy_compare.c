/* policy_compare.c — policies beside each other. */
#include "policy/policy_compare.h"

#include "platform/json.h"
#include "policy/policy_clauses.h"
#include "policy/policy_int.h"
#include "policy/policy_read.h"

const struct policy_name policy_turns[] = {
    [TURN_SAME] = { "SAME", "不变", "the same" },
    [TURN_GAINED] = { "GAINED", "新增享受", "gains" },
    [TURN_LOST] = { "LOST", "不再享受", "loses" },
    [TURN_RAISED] = { "RAISED", "增加", "gets more" },
    [TURN_LOWERED] = { "LOWERED", "减少", "gets less" },
    { NULL, NULL, NULL },
};

/* --- what nobody reaches --- */
struct warnings {
    struct arena *mem;
    struct policy_text *list;
    int n, max;
};

#define WARN(w, zh_, en_, ...)                                                          \
    do {                                                                                \
        if ((w)->n < (w)->max)                                                          \
            (w)->list[(w)->n++] =                                                       \
                (struct policy_text){ .zh = arena_printf((w)->mem, zh_, __VA_ARGS__),   \
                                      .en = arena_printf((w)->mem, en_, __VA_ARGS__) }; \
    } while (0)

/* Most months that can ever be counted; 0 = no bound. */
static int32_t months_at_most(const struct policy *p)
{
    bool from_year = p->count.starts & 1u << START_YEAR_START,
         to_year = p->count.cuts & 1u << CUT_YEAR_END || p->count.cross_year == CROSS_SPLIT;
    int32_t most = from_year && to_year ? 12 : 0;
    struct date start = p->count.start_date;

    if (p->count.starts & 1u << START_EFFECTIVE_FROM &&
        (date_is_none(start) || date_compare(p->from, start) > 0))
        start = p->from;
    if (!date_is_none(start) && !date_is_none(p->until)) {
        int32_t months = date_compare(start, p->until) > 0
                             ? 0
                             : date_months_between(start, date_add_days(p->until, 1));
        most = most ? MIN(most, MAX(1, months)) : MAX(1, months);
    }
    return most;
}

static void warn_item(struct warnings *w, const struct policy *p, int i)
{
    const struct policy_item *it = &p->items[i];
    int32_t most = months_at_most(p), need = MAX(p->require.months, it->require.months);
    int64_t cap = p->caps.person_life ? p->caps.person_life : p->caps.person_year;

    if (most && need > most)
        WARN(w, "“%s”须满%d个月，但最多只能计入%d个月",
             "“%s” asks for %d months, but %d count at most", it->id, (int)need, (int)most);
    if (it->kind == AMOUNT_PER_MONTH && most &&
        it->months + (it->accrual == ACCRUAL_AFTER_THRESHOLD ? need : 0) > most)
        WARN(w, "“%s”至多发%d个月，但最多只能计入%d个月",
             "“%s” pays up to %d months, but %d count at most", it->id, (int)it->months, (int)most);
    if (it->kind == AMOUNT_FIXED && cap && it->fen > cap && p->beneficiary == BENEFICIARY_PERSON)
        WARN(w, "“%s”超过封顶，总是发不足", "“%s” is above the cap and is never paid in full",
             it->id);
    for (int j = 0; j < p->item_count && p->combine == COMBINE_HIGHEST; j++) {
        const struct policy_item *other = &p->items[j];

        if (j == i || it->kind != AMOUNT_FIXED || other->kind != AMOUNT_FIXED ||
            other->fen < it->fen || !policy_item_shadows(other, it) ||
            (other->fen == it->fen && j > i && policy_item_shadows(it, other)))
            continue;
        WARN(w, "“%s”永远不是最高项，“%s”条件更宽而不更低",
             "“%s” is never the highest: “%s” asks for less and pays no less", it->id, other->id);
        break;
    }
}

int policy_warnings(struct arena *mem, const struct policy *p, struct policy_text *ret, int max)
{
    struct warnings w = { .mem = mem, .list = ret, .max = max };

    for (int i = 0; i < p->item_count; i++)
        warn_item(&w, p, i);
    return w.n;
}

/* --- where two meet --- */
static bool ranges_meet(const struct policy_range *a, int n, const struct policy_range *b, int m)
{
    for (int i = 0; i < n; i++)
        for (int j = 0; j < m; j++)
            if (a[i].lo <= b[j].hi && b[j].lo <= a[i].hi)
                return true;
    return n == 0 || m == 0;
}

static bool days_meet(const struct policy *a, const struct policy *b)
{
    return (date_is_none(a->until) || date_compare(b->from, a->until) <= 0) &&
           (date_is_none(b->until) || date_compare(a->from, b->until) <= 0);
}

static bool kept_apart(const struct policy *a, const struct policy *b)
{
    for (int i = 0; i < a->exclusive_count; i++)
        for (int j = 0; j < b->exclusive_count; j++)
            if (str_eq(a->exclusive[i].group, b->exclusive[j].group))
                return true;
    return str_eq(a->supersedes, b->id) || str_eq(b->supersedes, a->id) || is_offset(a, b->id) ||
           is_offset(b, a->id);
}

/* Whose work counts, and where. An award by headcount says it in its step; its enterprises lie with
 * the payer when the destination pays. */
static int origins_of(const struct policy *p, struct policy_range *ret)
{
    int n = p->who.origin_count;

    memcpy(ret, p->who.origin, sizeof *ret * (size_t)n);
    for (int i = 0; i < p->item_count && p->who.origin_count == 0; i++)
        if (p->items[i].kind == AMOUNT_STEP)
            ret[n++] = p->items[i].step.origin;
    return n;
}

static int places_of(const struct policy *p, struct policy_range *ret)
{
    int n = p->spell.work_count;

    memcpy(ret, p->spell.work, sizeof *ret * (size_t)n);
    if (n == 0 && p->items[0].kind == AMOUNT_STEP && p->side == SIDE_DESTINATION && p->payer)
        ret[n++] = policy_range(p->payer);
    return n;
}

static bool masks_meet(uint32_t a, uint32_t b)
{
    return !a || !b || (a & b);
}

bool policies_overlap(const struct policy *a, const struct policy *b)
{
    struct policy_range from_a[POLICY_RANGES_MAX], from_b[POLICY_RANGES_MAX];
    struct policy_range at_a[POLICY_RANGES_MAX], at_b[POLICY_RANGES_MAX];

    return a->benefit == b->benefit && a->beneficiary == b->beneficiary && !str_eq(a->id, b->id) &&
           ranges_meet(from_a, origins_of(a, from_a), from_b, origins_of(b, from_b)) &&
           ranges_meet(at_a, places_of(a, at_a), at_b, places_of(b, at_b)) &&
           masks_meet(a->spell.relations, b->spell.relations) && days_meet(a, b) &&
           !kept_apart(a, b);
}

/* --- clause by clause --- */
static int only_in(struct arena *mem, const struct policy_text *a, int n,
                   const struct policy_text *b, int m, const struct policy_text **ret)
{
    struct policy_text *list = NEW_ARRAY(mem, struct policy_text, n + 1);
    bool *used = NEW_ARRAY(mem, bool, m + 1);
    int count = 0;

    for (int i = 0; i < n; i++) {
        int j = 0;

        while (j < m && (used[j] || !str_eq(a[i].zh, b[j].zh)))
            j++;
        if (j < m)
            used[j] = true;
        else
            list[count++] = a[i];
    }
    *ret = list;
    return count;
}

void policy_difference_of(struct arena *mem, const struct policy *a, const struct policy *b,
                          struct policy_difference *ret)
{
    const struct policy_text *lines_a, *lines_b;
    int n = policy_clauses_list(mem, a, &lines_a), m = policy_clauses_list(mem, b, &lines_b);

    ret->only_a_count = only_in(mem, lines_a, n, lines_b, m, &ret->only_a);
    ret->only_b_count = only_in(mem, lines_b, m, lines_a, n, &ret->only_b);
}

/* --- who gains, who loses --- */
void policy_comparison_start(struct policy_comparison *c, struct arena *mem,
                             const struct policy *now, const struct policy *then, struct date as_of)
{
    *c = (struct policy_comparison){ .mem = mem,
                                     .now = now,
                                     .then = then,
                                     .now_ready = policy_set_make(mem, &now, 1),
                                     .then_ready = policy_set_make(mem, &then, 1),
                                     .as_of = as_of };
}

static struct policy_tally *county_of(struct policy_comparison *c, int64_t home)
{
    int64_t county = home > 0 ? home / 1000000 * 1000000 : 0;
    size_t n = (size_t)c->county_count;
    int i = 0;

    while (i < c->county_count && c->counties[i].home < county)
        i++;
    if (i < c->county_count && c->counties[i].home == county)
        return &c->counties[i].tally;
    (void)ARENA_PUSH(c->mem, c->counties, n, c->counties_cap);
    c->county_count = (int)n;
    memmove(&c->counties[i + 1], &c->counties[i],
            sizeof *c->counties * (size_t)(c->county_count - 1 - i));
    c->counties[i] = (struct policy_county){ .home = county };
    return &c->counties[i].tally;
}

static struct policy_cost_month *month_at(struct policy_comparison *c, struct month m)
{
    size_t n = (size_t)c->month_count;
    int i = 0;

    while (i < c->month_count && month_compare(c->months[i].month, m) < 0)
        i++;
    if (i < c->month_count && month_compare(c->months[i].month, m) == 0)
        return &c->months[i];
    (void)ARENA_PUSH(c->mem, c->months, n, c->months_cap);
    c->month_count = (int)n;
    memmove(&c->months[i + 1], &c->months[i], sizeof *c->months * (size_t)(c->month_count - 1 - i));
    c->months[i] = (struct policy_cost_month){ .month = m };
    return &c->months[i];
}

enum side { NOW, THEN };

/* What is payable by the policy for the facts' year, had neither of the two paid anything yet;
 * months get their share. */
static int64_t worth_of_year(struct policy_comparison *c, struct arena *scratch, enum side side,
                             const struct policy_facts *facts)
{
    struct policy_payment *paid =
        NEW_ARRAY(scratch, struct policy_payment, facts->payment_count + 1);
    struct policy_facts f = *facts;
    struct policy_decision d;

    f.payments = paid;
    f.payment_count = 0;
    for (int i = 0; i < facts->payment_count; i++)
        if (!str_eq(facts->payments[i].policy_id, c->now->id) &&
            !str_eq(facts->payments[i].policy_id, c->then->id))
            paid[f.payment_count++] = facts->payments[i];
    policy_set_eval(side == THEN ? c->then_ready : c->now_ready, &f, c->as_of, scratch, &d);
    if (d.verdict != VERDICT_ENTITLED && d.verdict != VERDICT_EVIDENCE_MISSING)
        return 0;
    for (int i = 0; i < d.instalment_count; i++) {
        struct policy_cost_month *m = month_at(c, month_of(d.instalments[i].due));

        *(side == THEN ? &m->then_fen : &m->now_fen) +=
            d.instalments[i].earned_fen - d.instalments[i].paid_fen;
    }
    return d.amount_fen;
}

/* Last year's right as well, as long as its late window is open. */
static int64_t worth(struct policy_comparison *c, struct arena *scratch, enum side side,
                     const struct policy_facts *facts)
{
    struct policy_facts last = *facts;
    int64_t fen = worth_of_year(c, scratch, side, facts);

    if (facts->year || !(side == THEN ? c->then : c->now)->window.late_month)
        return fen;
    last.year = (int16_t)(c->as_of.year - 1);
    return fen + worth_of_year(c, scratch, side, &last);
}

static enum policy_turn turn_of(int64_t now, int64_t then)
{
    if (now == then)
        return TURN_SAME;
    if (now == 0)
        return TURN_GAINED;
    if (then == 0)
        return TURN_LOST;
    return then > now ? TURN_RAISED : TURN_LOWERED;
}

static void tally_add(struct policy_tally *t, int64_t now, int64_t then)
{
    t->now_fen += now;
    t->then_fen += then;
    t->now_n += now > 0;
    t->then_n += then > 0;
    t->turns[turn_of(now, then)]++;
}

void policy_comparison_add(struct policy_comparison *c, struct arena *scratch,
                           const struct policy_facts *now, const struct policy_facts *then,
                           int64_t id, const char *label, int64_t home)
{
    int64_t now_fen = worth(c, scratch, NOW, now), then_fen = worth(c, scratch, THEN, then);
    enum policy_turn turn = turn_of(now_fen, then_fen);
    size_t n = (size_t)c->turned_count;

    if (now_fen == 0 && then_fen == 0)
        return;
    tally_add(&c->total, now_fen, then_fen);
    tally_add(county_of(c, home), now_fen, then_fen);
    if (turn == TURN_SAME || c->turned_count == POLICY_TURNED_MAX)
        return;
    *ARENA_PUSH(c->mem, c->turned, n, c->turned_cap) =
        (struct policy_turned){ turn, id,      label ? arena_strdup(c->mem, label) : NULL,
                                home, now_fen, then_fen };
    c->turned_count = (int)n;
}

static void write_tally(struct json *j, const struct policy_tally *t)
{
    json_put_int(j, "now_fen", t->now_fen);
    json_put_int(j, "then_fen", t->then_fen);
    json_put_int(j, "difference_fen", t->then_fen - t->now_fen);
    json_put_int(j, "now_count", t->now_n);
    json_put_int(j, "then_count", t->then_n);
    json_put_int(j, "gained", t->turns[TURN_GAINED]);
    json_put_int(j, "lost", t->turns[TURN_LOST]);
    json_put_int(j, "raised", t->turns[TURN_RAISED]);
    json_put_int(j, "lowered", t->turns[TURN_LOWERED]);
}

static void write_months(const struct policy_comparison *c, struct json *j)
{
    char month[8];

    json_key(j, "months");
    json_array(j);
    for (int i = 0; i < c->month_count; i++) {
        json_object(j);
        json_put_str(j, "month", month_format(c->months[i].month, month));
        json_put_int(j, "now_fen", c->months[i].now_fen);
        json_put_int(j, "then_fen", c->months[i].then_fen);
        json_end(j);
    }
    json_end(j);
}

void policy_comparison_write(const struct policy_comparison *c, struct json *j, void *arg,
                             const char *(*name_of)(void *arg, int64_t home))
{
    char day[11];

    json_put_str(j, "as_of", date_format(c->as_of, day));
    write_tally(j, &c->total);
    json_key(j, "counties");
    json_array(j);
    for (int i = 0; i < c->county_count; i++) {
        json_object(j);
        json_put_int(j, "home", c->counties[i].home);
        json_put_str(j, "name", name_of(arg, c->counties[i].home));
        write_tally(j, &c->counties[i].tally);
        json_end(j);
    }
    json_end(j);
    write_months(c, j);
    json_put_int(j, "changed",
                 c->total.turns[TURN_GAINED] + c->total.turns[TURN_LOST] +
                     c->total.turns[TURN_RAISED] + c->total.turns[TURN_LOWERED]);
    json_key(j, "rows");
    json_array(j);
    for (int i = 0; i < c->turned_count; i++) {
        const struct policy_turned *t = &c->turned[i];

        json_object(j);
        json_put_str(j, "turn", policy_turns[t->turn].code);
        json_put_id(j, "id", t->id);
        json_put_str(j, "name", t->label);
        json_put_int(j, "home", t->home);
        json_put_int(j, "now_fen", t->now_fen);
        json_put_int(j, "then_fen", t->then_fen);
        json_end(j);
    }
    json_end(j);
}
