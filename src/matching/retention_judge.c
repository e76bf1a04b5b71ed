/* retention_judge.c — earlier cases fit, later cases judge. */
#include "matching/retention_fit.h"

#include <math.h>
#include <stdlib.h>

enum { ALL = 10000, TESTED_LEAST = 20, GAIN_LEAST = 100 /* one part in so many */ };

/* A tested case: its chance in ten-thousandths, and what came of it. */
struct told {
    int32_t chance;
    bool has_stayed;
};

static int by_start(const void *a, const void *b)
{
    const struct retention_case *x = a, *y = b;

    if (x->start != y->start)
        return x->start < y->start ? -1 : 1;
    if (x->has_stayed != y->has_stayed)
        return x->has_stayed ? 1 : -1;
    return memcmp(x->features, y->features, sizeof x->features);
}

static int by_chance(const void *a, const void *b)
{
    const struct told *x = a, *y = b;

    if (x->chance != y->chance)
        return x->chance < y->chance ? -1 : 1;
    return x->has_stayed - y->has_stayed;
}

static int32_t stayed_of(const struct retention_case *cases, int32_t n)
{
    int32_t stayed = 0;

    for (int32_t i = 0; i < n; i++)
        stayed += cases[i].has_stayed;
    return stayed;
}

static int32_t share(double part, double whole)
{
    return whole > 0 ? (int32_t)lround(ALL * part / whole) : 0;
}

/* Chances in ten-thousandths are never taken as none or all: a surprise would be infinitely bad. */
static double surprise(int32_t chance, bool has_stayed)
{
    double p = fmax(1, fmin(ALL - 1, chance)) / ALL;

    return -log(has_stayed ? p : 1 - p);
}

static double square(double x)
{
    return x * x;
}

static void judge_scores(const struct told *told, int32_t n, int32_t base,
                         struct retention_report *r)
{
    double brier = 0, brier_base = 0, loss = 0, loss_base = 0, gain = 0, gain_squared = 0;

    for (int32_t i = 0; i < n; i++) {
        double mine = square((double)told[i].chance / ALL - told[i].has_stayed);
        double plain = square((double)base / ALL - told[i].has_stayed);

        brier += mine;
        brier_base += plain;
        gain += plain - mine;
        gain_squared += square(plain - mine);
        loss += surprise(told[i].chance, told[i].has_stayed);
        loss_base += surprise(base, told[i].has_stayed);
    }
    r->brier = share(brier, n);
    r->brier_base = share(brier_base, n);
    r->log_loss = share(loss, n);
    r->log_loss_base = share(loss_base, n);
    /* gain / n > 2 * sqrt(variance / n) */
    r->is_better =
        gain * GAIN_LEAST > brier_base && square(gain) > 4 * (gain_squared - square(gain) / n);
}

/* Told ascending by chance. */
static void judge_groups(const struct told *told, int32_t n, struct retention_report *r)
{
    double off = 0;

    for (int32_t g = 0; g < RETENTION_GROUPS; g++) {
        int32_t from = n * g / RETENTION_GROUPS, to = n * (g + 1) / RETENTION_GROUPS;
        double predicted = 0, seen = 0;

        for (int32_t i = from; i < to; i++) {
            predicted += (double)told[i].chance / ALL;
            seen += told[i].has_stayed;
        }
        off += fabs(predicted - seen);
        r->groups[g] = (struct retention_group){ to - from, share(predicted, to - from),
                                                 share(seen, to - from) };
    }
    r->error = share(off, n);
}

/* Of each pair of one who stayed and one who left; told ascending by chance. */
static int32_t judge_order(const struct told *told, int32_t n)
{
    double left_before = 0, in_order = 0, stayed = 0;

    for (int32_t i = 0, to; i < n; i = to) {
        double here_left = 0, here_stayed = 0;

        for (to = i; to < n && told[to].chance == told[i].chance; to++)
            *(told[to].has_stayed ? &here_stayed : &here_left) += 1;
        in_order += here_stayed * (left_before + here_left / 2);
        left_before += here_left;
        stayed += here_stayed;
    }
    return share(in_order, stayed * left_before);
}

static void judge(struct arena *mem, const struct retention_model *model,
                  const struct retention_case *cases, struct retention_report *r)
{
    struct told *told = NEW_ARRAY(mem, struct told, r->tested);

    for (int32_t i = 0; i < r->tested; i++)
        told[i] = (struct told){ retention_chance(retention_logit(model, cases[i].features)),
                                 cases[i].has_stayed };
    qsort(told, (size_t)r->tested, sizeof *told, by_chance);
    judge_scores(told, r->tested, share(r->fitted_stayed, r->fitted), r);
    judge_groups(told, r->tested, r);
    r->auc = judge_order(told, r->tested);
}

/* How many are fitted on: four fifths, less those who started on the day where that would cut; when
 * that is too few, all of that day. */
static int32_t cut_of(const struct retention_case *cases, int32_t n)
{
    int32_t at = n * 4 / 5, day = cases[at].start;

    while (at > 0 && cases[at - 1].start == day)
        at--;
    if (at < n / 2)
        while (at < n && cases[at].start == day)
            at++;
    return at;
}

static bool has_both(int32_t stayed, int32_t n)
{
    return stayed > 0 && stayed < n;
}

enum retention_lack retention_train(struct arena *mem, struct retention_case *cases, int32_t n,
                                    struct retention_model *ret, struct retention_report *report)
{
    struct retention_report r = { 0 };
    int32_t stayed = stayed_of(cases, n);

    if (n < RETENTION_CASES_LEAST)
        return RETENTION_FEW_CASES;
    if (stayed < RETENTION_OUTCOMES_LEAST)
        return RETENTION_FEW_STAYED;
    if (n - stayed < RETENTION_OUTCOMES_LEAST)
        return RETENTION_FEW_LEFT;
    qsort(cases, (size_t)n, sizeof *cases, by_start);
    r.fitted = cut_of(cases, n);
    r.tested = n - r.fitted;
    r.fitted_stayed = stayed_of(cases, r.fitted);
    r.tested_stayed = stayed - r.fitted_stayed;
    if (r.tested < TESTED_LEAST || !has_both(r.fitted_stayed, r.fitted))
        return RETENTION_FEW_DAYS;
    r.first = cases[0].start;
    r.cut = cases[r.fitted].start;
    r.last = cases[n - 1].start;
    retention_fit(mem, cases, r.fitted, ret);
    judge(mem, ret, cases + r.fitted, &r);
    ret->cases = n;
    ret->error = r.error;
    *report = r;
    return RETENTION_ENOUGH;
}
