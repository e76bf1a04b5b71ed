/* An estimate of retention says what the cases say, knows nothing of the future, and changes no
 * score while it is off. */
#include "harness.h"
#include "matching/retention_fit.h"

#include <math.h>
#include <stdlib.h>

static uint64_t dice;

static int64_t roll(int64_t lo, int64_t hi)
{
    dice ^= dice << 13;
    dice ^= dice >> 7;
    dice ^= dice << 17;
    return lo + (int64_t)(dice % (uint64_t)(hi - lo + 1));
}

static double uniform(void)
{
    return (double)roll(0, 999999) / 1e6;
}

/* Cases of ten a day in which pay alone decides: logit 0.4 + 1.2 for each 1,000 yuan. */
static struct retention_case *cases_by_pay(int32_t n)
{
    struct retention_case *cases = NEW_ARRAY(test_arena(), struct retention_case, n);

    dice = 11;
    for (int32_t i = 0; i < n; i++) {
        int32_t *x = cases[i].features;

        cases[i].start = 19000 + i / 10;
        x[RETENTION_pay] = (int32_t)roll(-1500, 1500);
        x[RETENTION_distance] = (int32_t)roll(0, 2500);
        x[RETENTION_record] = (int32_t)roll(-3000, 3000);
        for (int f = 0; f < RETENTION_FEATURE_COUNT; f++)
            if (f != RETENTION_pay && f != RETENTION_distance && f != RETENTION_record)
                x[f] = (int32_t)roll(0, 1) * 1000;
        cases[i].has_stayed = uniform() < 1 / (1 + exp(-0.4 - 1.2 * x[RETENTION_pay] / 1000.0));
    }
    return cases;
}

static void shuffle_outcomes(struct retention_case *cases, int32_t n)
{
    for (int32_t i = n - 1; i > 0; i--) {
        int32_t other = (int32_t)roll(0, i);
        bool stayed = cases[i].has_stayed;

        cases[i].has_stayed = cases[other].has_stayed;
        cases[other].has_stayed = stayed;
    }
}

TEST("where pay alone decides who stays, the model finds that and nothing else, and is calibrated")
{
    enum { N = 4000 };
    struct retention_model model = { .id = NONE };
    struct retention_report r;

    EXPECT_INT(retention_train(test_arena(), cases_by_pay(N), N, &model, &r), RETENTION_ENOUGH);
    EXPECT(llabs(model.coefficient[RETENTION_pay] - 1200000) < 200000);
    for (int f = 0; f < RETENTION_FEATURE_COUNT; f++)
        EXPECT(f == RETENTION_pay || abs(model.coefficient[f]) < 250000);
    EXPECT(r.is_better);
    EXPECT(r.brier < r.brier_base && r.log_loss < r.log_loss_base);
    EXPECT(r.auc > 7000 && r.auc < 8500);
    EXPECT(r.error < 600 && r.error == model.error);
    EXPECT_INT(model.cases, N);
    EXPECT_INT(r.fitted, 3200);
    EXPECT_INT(r.tested, 800);
    for (int g = 0; g < RETENTION_GROUPS; g++) {
        EXPECT_INT(r.groups[g].n, 80);
        EXPECT(abs(r.groups[g].predicted - r.groups[g].seen) < 1500);
        EXPECT(g == 0 || r.groups[g].predicted >= r.groups[g - 1].predicted);
    }
    EXPECT(r.groups[9].seen > r.groups[0].seen + 3000);
}

TEST("shuffled outcomes are told no better than by the base rate, in no order")
{
    enum { N = 4000 };
    struct retention_case *cases = cases_by_pay(N);
    struct retention_model model = { .id = NONE };
    struct retention_report r;

    shuffle_outcomes(cases, N);
    EXPECT_INT(retention_train(test_arena(), cases, N, &model, &r), RETENTION_ENOUGH);
    EXPECT(!r.is_better);
    EXPECT(abs(r.auc - 5000) < 500);
    EXPECT(abs(model.coefficient[RETENTION_pay]) < 150000);
}

/* Without features: of those fitted 80 % stayed, of those tested every other one. */
TEST("the figures of the test are what their names say")
{
    enum { N = 250 };
    struct retention_case *cases = NEW_ARRAY(test_arena(), struct retention_case, N);
    struct retention_model model = { .id = NONE };
    struct retention_report r;
    double share;

    for (int i = 0; i < N; i++)
        cases[i] = (struct retention_case){ .start = i, .has_stayed = i < 200 ? i % 5 : i % 2 };
    EXPECT_INT(retention_train(test_arena(), cases, N, &model, &r), RETENTION_ENOUGH);
    share = retention_chance(retention_logit(&model, cases[0].features)) / 1e4;
    EXPECT(fabs(share - 0.8) < 0.001); /* L2 draws the constant to 0 a little */
    EXPECT_INT(r.fitted_stayed, 160);
    EXPECT_INT(r.tested_stayed, 25);
    EXPECT_INT(r.brier, lround(1e4 * (share * share + (1 - share) * (1 - share)) / 2));
    EXPECT_INT(r.brier_base, 3400); /* (0.64 + 0.04) / 2 */
    EXPECT_INT(r.log_loss_base, lround(-1e4 * (log(0.8) + log(0.2)) / 2));
    EXPECT_INT(r.auc, 5000);
    EXPECT_INT(r.first, 0);
    EXPECT_INT(r.cut, 200);
    EXPECT_INT(r.last, 249);
    EXPECT(!r.is_better);
}

TEST("too few cases, too few of an outcome, or all on one day: no estimate, and which of these")
{
    enum { N = 200 };
    struct retention_case *cases = cases_by_pay(N);
    struct retention_model model = { .id = NONE };
    struct retention_report r = { 0 };

    EXPECT_INT(retention_train(test_arena(), cases, N - 1, &model, &r), RETENTION_FEW_CASES);
    for (int i = 0; i < N; i++)
        cases[i].has_stayed = i % 7 == 0 && i / 7 < 29;
    EXPECT_INT(retention_train(test_arena(), cases, N, &model, &r), RETENTION_FEW_STAYED);
    for (int i = 0; i < N; i++)
        cases[i].has_stayed = !cases[i].has_stayed;
    EXPECT_INT(retention_train(test_arena(), cases, N, &model, &r), RETENTION_FEW_LEFT);
    for (int i = 0; i < N; i++) {
        cases[i].has_stayed = i % 2;
        cases[i].start = 5;
    }
    EXPECT_INT(retention_train(test_arena(), cases, N, &model, &r), RETENTION_FEW_DAYS);
    EXPECT_INT(model.cases, 0);
    EXPECT_INT(r.tested, 0);
}

TEST("a party that started on one day is fitted on or tested, never both")
{
    enum { N = 210, PARTY = 30 };
    struct retention_case *cases = cases_by_pay(N);
    struct retention_model model = { .id = NONE };
    struct retention_report r;

    for (int i = 0; i < N; i++)
        cases[i].start = i / PARTY;
    EXPECT_INT(retention_train(test_arena(), cases, N, &model, &r), RETENTION_ENOUGH);
    EXPECT_INT(r.fitted, 150); /* 168 would cut the sixth party */
    EXPECT_INT(r.cut, 5);
    for (int i = 0; i < N; i++)
        cases[i].start = i < 170; /* the first party is 40, the second all others */
    EXPECT_INT(retention_train(test_arena(), cases, N, &model, &r), RETENTION_FEW_DAYS);
}

TEST("the order of the cases makes no difference")
{
    enum { N = 600 };
    struct retention_model one = { .id = NONE }, other = { .id = NONE };
    struct retention_case *cases = cases_by_pay(N);
    struct retention_report a, b;

    EXPECT_INT(retention_train(test_arena(), cases, N, &one, &a), RETENTION_ENOUGH);
    for (int i = 0; i < N / 2; i++) {
        struct retention_case c = cases[i];

        cases[i] = cases[N - 1 - i];
        cases[N - 1 - i] = c;
    }
    EXPECT_INT(retention_train(test_arena(), cases, N, &other, &b), RETENTION_ENOUGH);
    EXPECT_INT(memcmp(&one, &other, sizeof one), 0);
    EXPECT_INT(memcmp(&a, &b, sizeof a), 0);
}

/* --- in the score --- */

static const struct match_record record = { 621121000000, { { 0 }, { 0 } } };
static const struct match_employer employer = { .id = 7, .records = &record, .n_records = 0 };
static const struct match_person person = { .home = 621121104000,
                                            .birth = { 1990, 1, 1 },
                                            .least_wage_fen = 300000,
                                            .companion_id = NONE,
                                            .is_willing = true };
static const struct match_post post = { .employer = &employer,
                                        .work = 350181000000,
                                        .occupation = 6180204,
                                        .seats = 1,
                                        .pay_low_fen = 370000,
                                        .newcomer_pay_fen = NONE,
                                        .has_board = true };

static const struct match_reason *part_of(const struct match_score *score, enum match_code code)
{
    for (int i = 0; i < score->n; i++)
        if (score->parts[i].code == code)
            return &score->parts[i];
    return NULL;
}

TEST("features of a pair are those of the pair")
{
    static const int64_t earlier[] = { 350206000000 };
    static const int32_t welder[] = { 6180200 };
    static const struct match_range xinjiang = { 650000000000, 659999999999 };
    static const struct match_neighbours neighbours = { 621121104000, 2 };
    struct match_record county = { 621121000000, { { 0, 10 }, { 0, 9 } } };
    struct match_employer e = { .id = 7,
                                .stays = { { 0, 10 }, { 0, 9 } },
                                .records = &county,
                                .n_records = 1,
                                .villages = &neighbours,
                                .n_villages = 1,
                                .arrears = 5 };
    struct match_person p = person;
    struct match_post at = post;
    int32_t x[RETENTION_FEATURE_COUNT];

    retention_features(&person, &post, x);
    EXPECT_INT(x[RETENTION_pay], 700);
    EXPECT_INT(x[RETENTION_board], 1000);
    EXPECT_INT(x[RETENTION_lodging], 0);
    EXPECT_INT(x[RETENTION_distance], match_distance_km(person.home, post.work));
    EXPECT_INT(x[RETENTION_climate], 3000);
    EXPECT_INT(x[RETENTION_food], 1000);
    EXPECT_INT(x[RETENTION_record], 0);
    EXPECT_INT(x[RETENTION_wanted] + x[RETENTION_other] + x[RETENTION_elsewhere] +
                   x[RETENTION_back] + x[RETENTION_province] + x[RETENTION_village] +
                   x[RETENTION_companion] + x[RETENTION_trained] + x[RETENTION_arrears],
               0);
    e.has_western_food = true;
    at.employer = &e;
    at.pay_low_fen = 900000;
    p.earlier = earlier;
    p.occupations = welder;
    p.destinations = &xinjiang;
    p.n_earlier = p.n_occupations = p.n_destinations = 1;
    p.companion_id = 3;
    retention_features(&p, &at, x);
    EXPECT_INT(x[RETENTION_pay], 1500);
    EXPECT_INT(x[RETENTION_food], 0);
    EXPECT_INT(x[RETENTION_record], 2000); /* (9 + half of 10) of 20 */
    EXPECT_INT(x[RETENTION_wanted], 1000);
    EXPECT_INT(x[RETENTION_elsewhere], 1000);
    EXPECT_INT(x[RETENTION_province], 1000);
    EXPECT_INT(x[RETENTION_back], 0);
    EXPECT_INT(x[RETENTION_village], 1000);
    EXPECT_INT(x[RETENTION_companion], 1000);
    EXPECT_INT(x[RETENTION_arrears], 3000);
}

TEST("an estimate gives its weight from none to all, 0 at the usual retention, and says so")
{
    struct retention_model model = { .cases = 1240, .error = 312 };
    struct match_weights w = match_weights_default();
    struct match_score score;
    const struct match_reason *part;

    w.estimate = &model;
    w.retention_model = 1000;
    match_score(&person, &post, &w, &score);
    part = part_of(&score, MATCH_PART_ESTIMATE);
    EXPECT(part != NULL && part->points == 0 && part->v[0] == 5000);
    model.bias = 895384; /* log(0.71 / 0.29) */
    match_score(&person, &post, &w, &score);
    part = part_of(&score, MATCH_PART_ESTIMATE);
    EXPECT_INT(part ? part->points : NONE, 210);
    EXPECT_STR(part ? match_reason_text(test_arena(), LANG_ZH, part) : NULL,
               "预计满3个月留存71%（依据1240段，校准误差3%）");
    EXPECT_STR(part ? match_reason_text(test_arena(), LANG_EN, part) : NULL,
               "an estimated 71% stay three months (from 1240 earlier stretches of work,"
               " calibration error 3%)");
    w.retention_usual = 80;
    EXPECT_INT(match_points(&person, &post, &w) - score.total, -300);
    model.bias = -RETENTION_MOST;
    w.retention_usual = 50;
    EXPECT_INT(match_points(&person, &post, &w) - score.total, -710);
}

TEST("while the estimate is off no score and no reason is any different")
{
    struct retention_model model = { .bias = 3000000, .coefficient = { 1000000 }, .cases = 300 };
    struct match_weights off = match_weights_default(), none = off;
    struct match_score plain, score;

    EXPECT_INT(off.retention_model, 0);
    EXPECT(off.estimate == NULL);
    match_score(&person, &post, &off, &plain);
    off.estimate = &model;
    none.retention_model = 700; /* a weight without a model */
    for (int i = 0; i < 2; i++) {
        const struct match_weights *w = i ? &none : &off;

        match_score(&person, &post, w, &score);
        EXPECT_INT(score.total, plain.total);
        EXPECT_STR(match_score_json(test_arena(), &score), match_score_json(test_arena(), &plain));
        EXPECT_INT(match_points(&person, &post, w), plain.total);
    }
}
