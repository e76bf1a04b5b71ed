/* Laws of counting time: policy_eval() against an oracle that walks every day (policy_oracle.h),
 * and what must hold between two decisions, on histories made from a seed.
 *
 * QUEQIAO_LAWS=1000000 makes so many histories instead of a few (then build with -O2);
 * QUEQIAO_LAWS_SEED=7 makes others. */
#include <stdio.h>
#include <stdlib.h>

#include "harness.h"
#include "policy_oracle.h"

enum { SPELLS = 6, MONTHS = 120, STATUSES = 3, FEW = 60000, TOLD = 3 };

/* A case by itself: policy, facts and day, without pointers to the outside. */
struct history {
    struct policy p;
    struct policy_spell spells[SPELLS];
    struct policy_month months[MONTHS];
    struct policy_status_row statuses[STATUSES];
    int spell_count, month_count, status_count;
    int16_t year;
    struct date as_of;
};

static uint64_t dice;

static int roll(int lo, int hi)
{
    uint64_t z = dice += 0x9e3779b97f4a7c15u;

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return lo + (int)((z ^ (z >> 31)) % (uint64_t)(hi - lo + 1));
}

static bool chance(int percent)
{
    return roll(1, 100) <= percent;
}

static struct policy_facts facts_of(const struct history *h)
{
    return (struct policy_facts){ .domicile = 621124000000,
                                  .statuses = h->statuses,
                                  .spells = h->spells,
                                  .months = h->months,
                                  .status_count = h->status_count,
                                  .spell_count = h->spell_count,
                                  .month_count = h->month_count,
                                  .documents_ignored = true,
                                  .year = h->year };
}

/* --- making histories --- */
static void make_count(struct policy *p)
{
    p->count.by = (enum policy_count_by)roll(0, 2);
    p->count.month = p->count.by == BY_MONTHS ? MODE_CALENDAR : (enum policy_month_mode)roll(0, 1);
    p->count.mode = (enum policy_count_mode)roll(0, 1);
    if (p->count.mode == COUNT_CONTINUOUS) {
        static const int gaps[] = { 0, 1, 15, 18, 28, 30, 31, 45, 61 };

        p->count.gap_days = gaps[roll(0, ARRAY_LEN(gaps) - 1)];
        p->count.idle_counted = chance(30);
    }
    p->count.same_employer = chance(30);
    p->count.last_day_free = chance(30);
    p->count.starts = (uint32_t)roll(0, 15) & (uint32_t)roll(0, 15);
    p->count.cuts = (uint32_t)roll(0, 15) & (uint32_t)roll(0, 15);
    if (chance(20))
        p->count.start_date = date_make(roll(2018, 2020), roll(1, 12), roll(1, 28));
    p->count.cross_year = chance(50) ? CROSS_NONE : (enum policy_cross_year)roll(1, 2);
}

static void make_policy(struct policy *p)
{
    *p = (struct policy){ .id = "law",
                          .version = 1,
                          .from = date_make(roll(2016, 2019), roll(1, 12), 1),
                          .once = chance(30) ? ONCE_YEAR : ONCE_LIFE };
    make_count(p);
    if (chance(20))
        p->until = date_make(roll(2020, 2021), roll(1, 12), 28);
    if (chance(50)) {
        p->spell.work[0] = policy_range(350100);
        p->spell.work_count = 1;
    }
    if (chance(50)) {
        p->who.status = 1u << STATUS_POVERTY_EXITED | (chance(50) ? 1u << STATUS_MONITORED : 0);
    } else { /* nothing to begin or end with */
        p->count.starts &= ~(1u << START_STATUS_FROM);
        p->count.cuts &= ~(1u << CUT_STATUS_END);
    }
    if (p->who.status && !(p->count.starts & 1u << START_STATUS_FROM) &&
        !(p->count.cuts & 1u << CUT_STATUS_END) && chance(30))
        p->who.status_at = STATUS_AT_START;
    if (chance(50) && p->count.cross_year != CROSS_COMPLETION) {
        p->require.months = roll(1, 4);
        p->items[0] = (struct policy_item){ .id = "monthly",
                                            .kind = AMOUNT_PER_MONTH,
                                            .fen = 60000,
                                            .months = roll(1, 6),
                                            .accrual = (enum policy_accrual)roll(0, 1) };
        p->item_count = 1;
        return;
    }
    p->items[0] =
        (struct policy_item){ .id = "short", .fen = 300000, .require.months = roll(1, 4) };
    p->items[1] = (struct policy_item){ .id = "long",
                                        .fen = 900000,
                                        .require.months = p->items[0].require.months + roll(0, 3) };
    p->item_count = roll(1, 2);
}

/* The ends of months and the days around a limit are where mistakes live. */
static int some_gap(const struct policy *p)
{
    switch (roll(0, 5)) {
    case 0:
        return 0;
    case 1:
        return p->count.gap_days;
    case 2:
        return p->count.gap_days + 1;
    case 3:
        return -roll(1, 40); /* two jobs at once */
    case 4:
        return MAX(0, p->count.gap_days - 1);
    default:
        return roll(1, 70);
    }
}

static void make_spells(struct history *h)
{
    struct date at = date_make(roll(2018, 2020), roll(1, 12), roll(1, 28));

    if (chance(40))
        at = chance(50) ? date_last_of_month(at) : date_first_of_month(at);
    h->spell_count = roll(1, SPELLS - 1);
    for (int i = 0; i < h->spell_count; i++) {
        struct policy_spell *s = &h->spells[i];
        struct date end = chance(50) ? date_add_days(date_add_months(at, roll(1, 7)), roll(-2, 1))
                                     : date_add_days(at, roll(0, 150));

        *s = (struct policy_spell){ .id = i + 1,
                                    .employer_id = roll(1, 2),
                                    .work_division = chance(85) ? 350104000000 : 440300000000,
                                    .start = at,
                                    .end = end };
        at = date_add_days(end, 1 + some_gap(&h->p));
        if (date_compare(at, s->start) < 0)
            at = s->start;
    }
    if (chance(60))
        h->spells[roll(0, h->spell_count - 1)].end = (struct date){ 0 };
}

static void month_put(struct history *h, struct policy_month m)
{
    int at = h->month_count++;

    for (; at > 0 && month_compare(h->months[at - 1].month, m.month) > 0; at--)
        h->months[at] = h->months[at - 1];
    h->months[at] = m;
}

static void make_months(struct history *h)
{
    int good = chance(40) ? 100 : roll(60, 99);
    struct month known = month_of(chance(70) ? h->as_of : date_add_months(h->as_of, roll(-2, 8)));

    for (int i = 0; i < h->spell_count; i++) {
        struct date end = h->spells[i].end;
        struct month last = date_is_none(end) ? known : month_of(end);

        for (struct month m = month_of(h->spells[i].start);
             month_compare(m, last) <= 0 && month_compare(m, known) < 0 && h->month_count < MONTHS;
             m = month_add(m, 1)) {
            enum policy_month_state state =
                chance(good) ? MONTH_CONFIRMED : (enum policy_month_state)roll(0, 2);

            if (state != MONTH_UNKNOWN || chance(50))
                month_put(h, (struct policy_month){ m, i, state, NONE, false });
        }
    }
}

static void make_statuses(struct history *h)
{
    if (chance(80))
        h->statuses[h->status_count++] = (struct policy_status_row){
            STATUS_POVERTY_EXITED,
            date_make(roll(2016, 2019), roll(1, 12), roll(1, 28)),
            chance(60) ? (struct date){ 0 } : date_make(roll(2020, 2021), roll(1, 12), roll(1, 28)),
        };
    if (chance(50))
        h->statuses[h->status_count++] = (struct policy_status_row){
            STATUS_MONITORED,
            date_make(2020, roll(1, 12), roll(1, 28)),
            chance(60) ? (struct date){ 0 } : date_make(2021, roll(1, 12), roll(1, 28)),
        };
}

static void make_history(struct history *h)
{
    *h = (struct history){ 0 };
    make_policy(&h->p);
    make_spells(h);
    h->as_of = date_add_days(h->spells[roll(0, h->spell_count - 1)].start, roll(-3, 300));
    if (chance(50)) /* the day on which months are full, and the days around it */
        h->as_of =
            date_add_days(date_add_months(h->spells[roll(0, h->spell_count - 1)].start, roll(1, 6)),
                          roll(-2, 3));
    if (date_compare(h->as_of, h->p.from) < 0)
        h->as_of = h->p.from;
    if (date_compare(h->p.count.start_date, date_add_days(h->as_of, 60)) > 0)
        h->p.count.start_date = date_add_days(h->as_of, 60);
    if (chance(10))
        h->year = (int16_t)(h->as_of.year - 1);
    make_months(h);
    make_statuses(h);
}

/* --- a history in words --- */
static void print_history(struct str *s, const struct history *h)
{
    const struct policy *p = &h->p;
    char a[11], b[11];

    str_addf(s, "as of %s year %d; from %s until %s once %s\n", date_format(h->as_of, a), h->year,
             date_format(p->from, (char[11]){ 0 }), date_format(p->until, b),
             policy_onces[p->once].code);
    str_addf(s,
             "  by %s month %s mode %s gap %d%s%s%s starts %x date %s cuts %x cross %s; status %x "
             "at %s; places %d\n",
             policy_count_bys[p->count.by].code, policy_month_modes[p->count.month].code,
             policy_count_modes[p->count.mode].code, p->count.gap_days,
             p->count.idle_counted ? " idle_counted" : "",
             p->count.same_employer ? " same_employer" : "",
             p->count.last_day_free ? " last_day_free" : "", p->count.starts,
             date_format(p->count.start_date, a), p->count.cuts,
             policy_cross_years[p->count.cross_year].code, p->who.status,
             policy_status_ats[p->who.status_at].code, p->spell.work_count);
    for (int i = 0; i < p->item_count; i++)
        str_addf(s, "  pays %lld %s after %d months, at most %d %s\n", (long long)p->items[i].fen,
                 policy_amounts[p->items[i].kind].code,
                 MAX(p->require.months, p->items[i].require.months), p->items[i].months,
                 policy_accruals[p->items[i].accrual].code);
    for (int i = 0; i < h->status_count; i++)
        str_addf(s, "  %s %s to %s\n", policy_statuses[h->statuses[i].status].code,
                 date_format(h->statuses[i].from, a), date_format(h->statuses[i].until, b));
    for (int i = 0; i < h->spell_count; i++) {
        str_addf(s, "  spell %d: %s to %s employer %lld at %lld:", i,
                 date_format(h->spells[i].start, a), date_format(h->spells[i].end, b),
                 (long long)h->spells[i].employer_id, (long long)h->spells[i].work_division);
        for (int j = 0; p->count.by != BY_SPELLS && j < h->month_count; j++) {
            if (h->months[j].spell == i)
                str_addf(s, " %d-%d%s", h->months[j].month.year, h->months[j].month.month,
                         h->months[j].state == MONTH_CONFIRMED ? ""
                         : h->months[j].state == MONTH_UNKNOWN ? "?"
                                                               : "-");
        }
        str_addf(s, "\n");
    }
}

/* --- the engine against the oracle --- */
/* What differs, NULL if nothing. */
static const char *difference(const struct history *h, struct policy_decision *d,
                              struct oracle_answer *o)
{
    struct policy_facts f = facts_of(h);

    policy_eval(&h->p, &f, h->as_of, NULL, d);
    policy_oracle(&h->p, &f, h->as_of, o);
    if (o->is_shut_out)
        return d->verdict == VERDICT_NOT_ELIGIBLE ? NULL : "shut out";
    if (d->earned_fen != o->earned_fen)
        return "earned";
    if ((d->verdict == VERDICT_ENTITLED) != (o->earned_fen > 0))
        return "verdict";
    if (date_compare(d->due, o->due) != 0)
        return "due";
    if (date_compare(d->earliest, o->earliest) != 0)
        return "earliest";
    if (d->next_fen != o->next_fen)
        return "next sum";
    return NULL;
}

static void drop_spell(struct history *h, int spell)
{
    int n = 0;

    for (int i = spell; i + 1 < h->spell_count; i++)
        h->spells[i] = h->spells[i + 1];
    h->spell_count--;
    for (int i = 0; i < h->month_count; i++) {
        struct policy_month m = h->months[i];

        if (m.spell == spell)
            continue;
        m.spell -= m.spell > spell;
        h->months[n++] = m;
    }
    h->month_count = n;
}

/* The step-th way to make a history simpler; false when there are no more. */
static bool simpler(struct history *h, int step)
{
    int last = h->spell_count - 1;

    if (step < SPELLS) {
        if (step <= last && last > 0)
            drop_spell(h, step);
    } else if ((step -= SPELLS) < STATUSES) {
        if (step < h->status_count)
            h->statuses[step] = h->statuses[--h->status_count];
    } else if ((step -= STATUSES) < MONTHS) {
        if (step < h->month_count)
            h->months[step].state = MONTH_CONFIRMED;
    } else {
        switch (step - MONTHS) {
        case 0:
            h->p.count.starts = 0;
            break;
        case 1:
            h->p.count.cuts = 0;
            break;
        case 2:
            h->p.count.cross_year = CROSS_NONE;
            break;
        case 3:
            h->p.count.idle_counted = false;
            break;
        case 4:
            h->p.count.same_employer = false;
            break;
        case 5:
            h->p.count.last_day_free = false;
            break;
        case 6:
            h->p.count.start_date = (struct date){ 0 };
            break;
        case 7:
            h->p.until = (struct date){ 0 };
            break;
        case 8:
            h->p.item_count = 1;
            break;
        case 9:
            h->p.who.status_at = STATUS_AT_CUT;
            break;
        case 10:
            h->p.spell.work_count = 0;
            break;
        case 11:
            h->year = 0;
            break;
        case 12:
            h->p.who.status = 0;
            h->p.count.starts &= ~(1u << START_STATUS_FROM);
            h->p.count.cuts &= ~(1u << CUT_STATUS_END);
            break;
        case 13:
            h->p.once = ONCE_LIFE;
            break;
        default:
            return false;
        }
    }
    return true;
}

static void shrink(struct history *h, bool (*is_bad)(const struct history *h))
{
    for (int round = 0; round < 4; round++) {
        for (int step = 0;; step++) {
            struct history try = *h;

            if (!simpler(&try, step))
                break;
            if (is_bad(&try))
                *h = try;
        }
    }
}

static bool differs(const struct history *h)
{
    struct policy_decision d;
    struct oracle_answer o;

    return difference(h, &d, &o) != NULL;
}

static int histories_wanted(void)
{
    const char *n = getenv("QUEQIAO_LAWS"), *seed = getenv("QUEQIAO_LAWS_SEED");

    dice = seed ? strtoull(seed, NULL, 10) << 32 : 1;
    return n ? atoi(n) : FEW;
}

static void tell(const struct history *found, bool (*is_bad)(const struct history *h),
                 const char *what)
{
    struct str s = str_new(test_arena());
    struct history h = *found;

    shrink(&h, is_bad);
    print_history(&s, &h);
    test_fail(__FILE__, __LINE__, "%s: %s", what, s.s);
}

TEST("the engine decides like an oracle that walks every day")
{
    int n = histories_wanted(), entitled = 0, waiting = 0, bad = 0;

    for (int i = 0; i < n && bad < TOLD; i++) {
        struct history h;
        struct policy_decision d;
        struct oracle_answer o;
        const char *what;
        char a[11], b[11], e[11], g[11];

        make_history(&h);
        what = difference(&h, &d, &o);
        entitled += o.earned_fen > 0;
        waiting += o.earliest.year > 0;
        if (!what)
            continue;
        bad++;
        shrink(&h, differs);
        what = difference(&h, &d, &o);
        tell(&h, differs,
             arena_printf(test_arena(),
                          "history %d, %s: engine %s %lld due %s earliest %s %lld, oracle %lld due "
                          "%s earliest %s %lld",
                          i, what, policy_verdicts[d.verdict].code, (long long)d.earned_fen,
                          date_format(d.due, a), date_format(d.earliest, b), (long long)d.next_fen,
                          (long long)o.earned_fen, date_format(o.due, e),
                          date_format(o.earliest, g), (long long)o.next_fen));
    }
    printf("%d histories against the oracle: %d earn something, %d wait for more\n", n, entitled,
           waiting);
}

/* --- laws between two decisions --- */
static void decide(const struct history *h, const struct policy_payment *paid, int n,
                   struct policy_decision *d)
{
    struct policy_facts f = facts_of(h);

    f.payments = paid;
    f.payment_count = n;
    policy_eval(&h->p, &f, h->as_of, test_arena(), d);
}

/* Where time is cut, split or judged by years and statuses, a later day may see less. */
static bool is_monotone(const struct policy *p)
{
    return p->count.cross_year == CROSS_NONE && !p->who.status && p->once == ONCE_LIFE &&
           !(p->count.starts & 1u << START_YEAR_START) && !(p->count.cuts & 1u << CUT_YEAR_END);
}

static int64_t earned(const struct history *h)
{
    struct policy_facts f = facts_of(h);
    struct policy_decision d;

    policy_eval(&h->p, &f, h->as_of, NULL, &d);
    return d.verdict == VERDICT_NOT_ELIGIBLE ? 0 : d.earned_fen;
}

/* The first month that was not confirmed is; false when there is none. */
static bool confirm_one(struct history *h)
{
    for (int i = 0; i < h->month_count; i++) {
        if (h->months[i].state != MONTH_CONFIRMED) {
            h->months[i].state = MONTH_CONFIRMED;
            return true;
        }
    }
    return false;
}

/* Not with anniversary months: their length depends on the day on which they begin, three months
 * are 89 days from 1 February and 92 from 1 July. */
static bool is_lowered_by_a_month(const struct history *h)
{
    struct history more = *h;

    return h->p.count.mode == COUNT_CUMULATIVE && h->p.count.month != MODE_ANNIVERSARY &&
           h->p.who.status_at != STATUS_AT_START && h->p.count.cross_year != CROSS_COMPLETION &&
           confirm_one(&more) && earned(&more) < earned(h);
}

/* Rows of one month, and spells of one day, in another order, with other ids. */
static bool is_moved_by_order(const struct history *h)
{
    struct history other = *h;
    struct policy_decision a, b;

    for (int i = 1; i < other.month_count; i++) {
        struct policy_month m = other.months[i];

        if (month_compare(m.month, other.months[i - 1].month) == 0 &&
            m.spell != other.months[i - 1].spell) {
            other.months[i] = other.months[i - 1];
            other.months[i - 1] = m;
        }
    }
    for (int i = 1; i < other.spell_count; i++) {
        struct policy_spell s = other.spells[i];

        if (date_compare(s.start, other.spells[i - 1].start) != 0)
            continue;
        other.spells[i] = other.spells[i - 1];
        other.spells[i - 1] = s;
        for (int j = 0; j < other.month_count; j++) {
            if (other.months[j].spell == i || other.months[j].spell == i - 1)
                other.months[j].spell = 2 * i - 1 - other.months[j].spell;
        }
    }
    for (int i = 0; i < other.spell_count; i++)
        other.spells[i].id = 1000 - other.spells[i].id;
    decide(h, NULL, 0, &a);
    decide(&other, NULL, 0, &b);
    return a.verdict != b.verdict || a.earned_fen != b.earned_fen || a.next_fen != b.next_fen ||
           date_compare(a.due, b.due) != 0 || date_compare(a.earliest, b.earliest) != 0 ||
           a.instalment_count != b.instalment_count;
}

static bool is_paid_twice_by(const struct history *h, bool names_item)
{
    struct policy_payment paid[16];
    struct policy_decision d, again;
    int n = 0;

    decide(h, NULL, 0, &d);
    for (int i = 0; i < d.instalment_count; i++) {
        const struct policy_instalment *x = &d.instalments[i];

        assert(n < (int)ARRAY_LEN(paid));
        paid[n++] = (struct policy_payment){ .policy_id = h->p.id,
                                             .item = names_item ? x->item : NULL,
                                             .on = h->as_of,
                                             .year = d.year,
                                             .fen = x->earned_fen };
    }
    decide(h, paid, n, &again);
    return again.amount_fen != 0 || again.overpaid_fen != 0 || again.earned_fen != d.earned_fen ||
           again.verdict == VERDICT_ENTITLED;
}

/* Whether the payments name their item or do not. */
static bool is_paid_twice(const struct history *h)
{
    return is_paid_twice_by(h, true) || is_paid_twice_by(h, false);
}

/* The first spell that is long enough becomes two, the second from the day after. */
static bool split(struct history *h, bool same_employer)
{
    for (int i = 0; i < h->spell_count && h->spell_count < SPELLS; i++) {
        struct policy_spell *s = &h->spells[i];
        struct date middle = date_first_of_month(date_add_months(s->start, 2));

        if (date_compare(middle, h->as_of) > 0 ||
            (!date_is_none(s->end) && date_compare(middle, s->end) >= 0))
            continue;
        h->spells[h->spell_count] = *s;
        h->spells[h->spell_count].start = middle;
        h->spells[h->spell_count].employer_id += same_employer ? 0 : 100;
        s->end = date_add_days(middle, -1);
        for (int j = 0; j < h->month_count; j++) {
            if (h->months[j].spell == i && month_compare(h->months[j].month, month_of(middle)) >= 0)
                h->months[j].spell = h->spell_count;
        }
        h->spell_count++;
        return true;
    }
    return false;
}

static void sort_spells(struct history *h)
{
    for (int i = 1; i < h->spell_count; i++) {
        for (int j = i; j > 0 && date_compare(h->spells[j - 1].start, h->spells[j].start) > 0;
             j--) {
            struct policy_spell s = h->spells[j];

            h->spells[j] = h->spells[j - 1];
            h->spells[j - 1] = s;
            for (int k = 0; k < h->month_count; k++) {
                if (h->months[k].spell == j || h->months[k].spell == j - 1)
                    h->months[k].spell = 2 * j - 1 - h->months[k].spell;
            }
        }
    }
}

static bool is_moved_by_split(const struct history *h)
{
    struct history two = *h;

    two.p.count.last_day_free = false; /* else the day of the change is lost, as it should be */
    if (!split(&two, h->p.count.same_employer))
        return false;
    sort_spells(&two);
    if (!h->p.count.last_day_free)
        return earned(&two) != earned(h);
    return false;
}

static bool is_lowered_by_time(const struct history *h)
{
    struct history later = *h;

    /* A running month counts before it is verified, and no longer when it is over and was not; and
     * with an idle gap between, what is paid may be for other days, but not less. */
    if (!is_monotone(&h->p) || h->p.count.by == BY_CONFIRMED_SPELLS)
        return false;
    later.as_of = date_add_days(h->as_of, 1 + (int)(h->spells[0].id * 37 + h->as_of.day) % 90);
    return earned(&later) < earned(h);
}

/* On the day announced more is payable, the day before not, provided that all went on: months that
 * were not over are verified by then. */
static bool is_announced_wrongly(const struct history *h)
{
    struct policy_facts f;
    struct policy_decision d, on, before;
    struct history then = *h;
    struct month running = month_of(h->as_of);

    decide(h, NULL, 0, &d);
    if (date_is_none(d.earliest))
        return false;
    then.year = h->year ? h->year : h->as_of.year;
    for (int i = 0; i < h->spell_count; i++) {
        const struct policy_spell *s = &h->spells[i];

        if (date_compare(s->start, h->as_of) > 0)
            continue;
        for (struct month m = running; month_compare(m, month_of(d.earliest)) <= 0;
             m = month_add(m, 1)) {
            bool is_known = false;

            for (int j = 0; j < then.month_count; j++)
                is_known |=
                    then.months[j].spell == i && month_compare(then.months[j].month, m) == 0;
            if (is_known || then.month_count == MONTHS ||
                (h->p.count.by == BY_MONTHS && !date_is_none(s->end) &&
                 date_compare(s->end, h->as_of) < (h->p.count.last_day_free ? 1 : 0)))
                continue;
            month_put(&then, (struct policy_month){ m, i, MONTH_CONFIRMED, NONE, false });
        }
    }
    for (int i = then.spell_count - 1; i >= 0; i--) { /* what begins later was not known */
        if (date_compare(then.spells[i].start, h->as_of) > 0)
            drop_spell(&then, i);
    }
    for (int i = 0; i < then.month_count; i++) {
        if (then.months[i].state == MONTH_UNKNOWN &&
            month_compare(then.months[i].month, running) >= 0)
            then.months[i].state = MONTH_CONFIRMED;
    }
    f = facts_of(&then);
    policy_eval(&then.p, &f, d.earliest, NULL, &on);
    policy_eval(&then.p, &f, date_add_days(d.earliest, -1), NULL, &before);
    return on.verdict != VERDICT_ENTITLED || on.earned_fen != before.earned_fen + d.next_fen ||
           before.earned_fen != d.earned_fen;
}

static bool is_same_trace(const struct policy_decision *a, const struct policy_decision *b)
{
    if (a->outcome_count != b->outcome_count || a->stretch_count != b->stretch_count)
        return false;
    for (int i = 0; i < a->outcome_count; i++) {
        const struct policy_outcome *x = &a->outcomes[i], *y = &b->outcomes[i];

        if (x->rule != y->rule || x->result != y->result || x->want != y->want ||
            x->got != y->got || date_compare(x->date, y->date) != 0 ||
            date_compare(x->from, y->from) != 0 || date_compare(x->until, y->until) != 0)
            return false;
    }
    for (int i = 0; i < a->stretch_count; i++) {
        const struct policy_stretch *x = &a->stretches[i], *y = &b->stretches[i];

        if (x->kind != y->kind || x->spell != y->spell || date_compare(x->from, y->from) != 0 ||
            date_compare(x->until, y->until) != 0)
            return false;
    }
    return true;
}

/* Policies that differ in one word of how they count share what they can, and nothing else. */
static bool is_moved_by_company(const struct history *h)
{
    enum { KINDS = 10 };
    static struct policy kinds[KINDS];
    const struct policy *policies[KINDS];
    struct policy_decision alone, together[KINDS];
    struct policy_facts f = facts_of(h);

    for (int i = 0; i < KINDS; i++) {
        kinds[i] = h->p;
        policies[i] = &kinds[i];
    }
    kinds[1].count.last_day_free ^= true;
    kinds[2].count.same_employer ^= true;
    kinds[3].count.gap_days += 30;
    kinds[4].count.mode = COUNT_CUMULATIVE;
    kinds[5].count.by = h->p.count.month == MODE_CALENDAR ? BY_MONTHS : BY_SPELLS;
    kinds[6].spell.work[0] = policy_range(440300);
    kinds[6].spell.work_count = 1;
    kinds[7].count.starts |= 1u << START_YEAR_START;
    kinds[8].until = date_make(2020, 6, 30);
    policy_set_eval(policy_set_make(test_arena(), policies, KINDS), &f, h->as_of, test_arena(),
                    together);
    for (int i = 0; i < KINDS; i++) {
        policy_eval(policies[i], &f, h->as_of, test_arena(), &alone);
        if (alone.verdict != together[i].verdict || alone.earned_fen != together[i].earned_fen ||
            alone.next_fen != together[i].next_fen ||
            date_compare(alone.due, together[i].due) != 0 ||
            date_compare(alone.earliest, together[i].earliest) != 0 ||
            !is_same_trace(&alone, &together[i]))
            return true;
    }
    return false;
}

static void check_law(const char *law, bool (*is_broken)(const struct history *h))
{
    int n = histories_wanted() / 3, bad = 0;

    dice += 1000;
    for (int i = 0; i < n && bad < TOLD; i++) {
        struct history h;

        make_history(&h);
        if (i % 1000 == 999)
            arena_reset(test_arena());
        if (!is_broken(&h))
            continue;
        bad++;
        tell(&h, is_broken, law);
    }
}

TEST("a month confirmed never lowers what cumulative time earned")
{
    check_law("lowered by a confirmed month", is_lowered_by_a_month);
}

TEST("neither the order of equal facts nor their ids move a decision")
{
    check_law("moved by order", is_moved_by_order);
}

TEST("a policy decides the same among others as by itself")
{
    check_law("moved by company", is_moved_by_company);
}

TEST("what was paid is not paid again, nor asked back")
{
    check_law("paid twice", is_paid_twice);
}

TEST("a stay split at one employer, or at two where that does not matter, earns the same")
{
    check_law("moved by a split", is_moved_by_split);
}

TEST("a later day never takes away what was earned")
{
    check_law("lowered by time", is_lowered_by_time);
}

TEST("the day announced is the first on which more is payable, and by the sum announced")
{
    check_law("announced wrongly", is_announced_wrongly);
}

/* --- what the comparison found, each by itself --- */
static struct date D(const char *text) {
    struct date d = { 0 };

    EXPECT(date_parse_iso(text, &d));
    return d;
}

/* 3,000 yuan after `months`, all that is not said below being plain. */
static struct history
plain(int months)
{
    return (struct history){
        .p = { .id = "law",
               .version = 1,
               .from = D("2017-01-01"),
               .count = { .gap_days = 30 },
               .items = { { .id = "sum", .fen = 300000, .require.months = months } },
               .item_count = 1 },
    };
}

static void work(struct history *h, int64_t employer, const char *start, const char *end)
{
    h->spells[h->spell_count++] = (struct policy_spell){ .employer_id = employer,
                                                         .work_division = 350104000000,
                                                         .start = D(start),
                                                         .end = end ? D(end) : (struct date){ 0 } };
}

static void confirm(struct history *h, int spell, int year, int from, int until)
{
    for (int m = from; m <= until; m++)
        month_put(h, (struct policy_month){
                         { (int16_t)year, (int8_t)m }, spell, MONTH_CONFIRMED, NONE, false });
}

/* By whatever day; `next` NULL = none. */
static void expect(const struct history *h, const char *as_of, enum policy_verdict verdict,
                   int64_t fen, const char *next, int64_t next_fen)
{
    struct policy_facts f = facts_of(h);
    struct policy_decision d;
    char earliest[11];

    policy_eval(&h->p, &f, D(as_of), NULL, &d);
    EXPECT_STR(policy_verdicts[d.verdict].code, policy_verdicts[verdict].code);
    EXPECT_INT(d.amount_fen, fen);
    EXPECT_STR(date_format(d.earliest, earliest), next ? next : "");
    EXPECT_INT(d.next_fen, next_fen);
}

TEST("who lost the status is not paid unless the policy looks at the day counting starts")
{
    struct history h = plain(3);

    h.p.who.status = 1u << STATUS_POVERTY_EXITED;
    h.statuses[h.status_count++] =
        (struct policy_status_row){ STATUS_POVERTY_EXITED, D("2018-01-01"), D("2019-06-30") };
    work(&h, 1, "2019-02-01", NULL);
    expect(&h, "2019-06-01", VERDICT_ENTITLED, 300000, NULL, 0);
    expect(&h, "2019-07-01", VERDICT_NOT_ELIGIBLE, 0, NULL, 0);
    h.p.who.status_at = STATUS_AT_START;
    expect(&h, "2019-07-01", VERDICT_ENTITLED, 300000, NULL, 0);
}

TEST("what was earned before the status ended stays when counting ends with it")
{
    struct history h = plain(3);

    h.p.who.status = 1u << STATUS_POVERTY_EXITED;
    h.p.count.cuts = 1u << CUT_STATUS_END;
    h.statuses[h.status_count++] =
        (struct policy_status_row){ STATUS_POVERTY_EXITED, D("2018-01-01"), D("2019-04-30") };
    work(&h, 1, "2019-02-01", NULL);
    expect(&h, "2019-12-01", VERDICT_ENTITLED, 300000, NULL, 0);
    h.spells[0].start = D("2019-02-02");
    expect(&h, "2019-12-01", VERDICT_NOT_ELIGIBLE, 0, NULL, 0);
}

TEST("the status on the day counting starts is asked of the stay that is paid")
{
    struct history h = plain(3);

    h.p.who.status = 1u << STATUS_MONITORED;
    h.p.who.status_at = STATUS_AT_START;
    h.statuses[h.status_count++] =
        (struct policy_status_row){ STATUS_MONITORED, D("2019-05-01"), { 0 } };
    work(&h, 1, "2019-01-10", "2019-02-20");
    work(&h, 1, "2019-06-01", NULL);
    expect(&h, "2019-08-31", VERDICT_NOT_YET, 0, "2019-09-01", 300000);
    expect(&h, "2019-09-01", VERDICT_ENTITLED, 300000, NULL, 0);
    h.statuses[0].until = D("2019-05-31");
    expect(&h, "2019-09-01", VERDICT_NOT_ELIGIBLE, 0, NULL, 0);
}

TEST("a missing calendar month that is allowed counts where idle time counts")
{
    struct history h = plain(4);

    h.p.count.by = BY_MONTHS;
    h.p.count.month = MODE_CALENDAR;
    h.p.count.gap_days = 31;
    work(&h, 1, "2019-01-01", NULL);
    confirm(&h, 0, 2019, 1, 2);
    confirm(&h, 0, 2019, 4, 4);
    expect(&h, "2019-05-01", VERDICT_NOT_YET, 0, "2019-06-01", 300000);
    h.p.count.idle_counted = true;
    expect(&h, "2019-05-01", VERDICT_ENTITLED, 300000, NULL, 0);
}

TEST("a day at two employers is paid once where each employer is counted by itself")
{
    struct history h = plain(3);

    h.p.count.same_employer = true;
    h.p.items[0] = (struct policy_item){
        .id = "monthly", .kind = AMOUNT_PER_MONTH, .fen = 60000, .months = 6, .require.months = 3
    };
    work(&h, 1, "2019-01-01", "2019-03-31");
    work(&h, 2, "2019-01-01", "2019-04-30");
    expect(&h, "2019-12-01", VERDICT_ENTITLED, 240000, NULL, 0);
    h.spells[1].start = D("2019-03-01");
    h.spells[1].end = D("2019-06-30");
    expect(&h, "2019-12-01", VERDICT_ENTITLED, 360000, NULL, 0);
}

TEST("the next payment is announced for the day and with the sum that then come")
{
    struct history h = plain(3);

    h.p.items[0] = (struct policy_item){
        .id = "monthly", .kind = AMOUNT_PER_MONTH, .fen = 60000, .months = 6, .require.months = 3
    };
    work(&h, 1, "2019-01-10", NULL);
    expect(&h, "2019-02-01", VERDICT_NOT_YET, 0, "2019-04-10", 180000);
    expect(&h, "2019-04-10", VERDICT_ENTITLED, 180000, "2019-05-10", 60000);
    h.p.items[0].accrual = ACCRUAL_AFTER_THRESHOLD;
    expect(&h, "2019-02-01", VERDICT_NOT_YET, 0, "2019-05-10", 60000);
    h.spells[0].end = D("2019-05-08"); /* it is known to end a day short */
    expect(&h, "2019-02-01", VERDICT_NOT_YET, 0, NULL, 0);
}

TEST("a day on which nobody worked makes no month")
{
    struct history h = plain(1);

    h.p.count.by = BY_MONTHS;
    h.p.count.month = MODE_CALENDAR;
    work(&h, 1, "2019-01-31", "2019-01-31");
    confirm(&h, 0, 2019, 1, 1);
    expect(&h, "2019-03-01", VERDICT_ENTITLED, 300000, NULL, 0);
    h.p.count.last_day_free = true;
    expect(&h, "2019-03-01", VERDICT_NOT_ELIGIBLE, 0, NULL, 0);
}

TEST("one status following another without a gap is one, and what will be lost is not announced")
{
    struct history h = plain(3);

    h.p.who.status = 1u << STATUS_REGISTERED_POOR | 1u << STATUS_POVERTY_EXITED;
    h.p.count.starts = 1u << START_STATUS_FROM;
    h.statuses[0] =
        (struct policy_status_row){ STATUS_REGISTERED_POOR, D("2014-01-01"), D("2019-03-31") };
    h.statuses[1] = (struct policy_status_row){ STATUS_POVERTY_EXITED, D("2019-04-01"), { 0 } };
    h.status_count = 2;
    work(&h, 1, "2019-02-01", NULL);
    expect(&h, "2019-05-01", VERDICT_ENTITLED, 300000, NULL, 0);
    h.statuses[1].from = D("2019-04-02");
    expect(&h, "2019-05-01", VERDICT_NOT_YET, 0, "2019-07-02", 300000);
    h.statuses[1].until = D("2019-07-01");
    expect(&h, "2019-05-01", VERDICT_NOT_YET, 0, NULL, 0);
}

/* Policies made ready look up dates from 2000 to 2049 in a table (policy_days.h). */
TEST("years before and after the table of dates are decided on as those in it")
{
    static const char *const days[][3] = {
        { "1999-10-31", "2000-02-10", "2000-03-31" }, { "1995-02-28", "1998-05-01", "1999-06-10" },
        { "2049-09-30", "2050-03-31", "2050-05-01" }, { "2060-01-31", NULL, "2060-05-15" },
        { "1999-12-31", NULL, "2050-01-01" },
    };

    for (size_t i = 0; i < ARRAY_LEN(days); i++) {
        struct history h = plain(3);
        struct policy_decision d;
        struct policy_facts f;

        h.p.from = D("1990-01-01");
        h.as_of = D(days[i][2]);
        work(&h, 1, days[i][0], days[i][1]);
        f = facts_of(&h);
        policy_eval(&h.p, &f, h.as_of, test_arena(), &d);
        EXPECT_INT(d.verdict, VERDICT_ENTITLED);
        EXPECT_INT(is_moved_by_company(&h), false);
    }
}
