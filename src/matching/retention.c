/* retention.c — features of a pair, and what a fitted model makes of them. */
#include "matching/retention.h"

#include <math.h>
#include <stdlib.h>

enum {
    ONE = 1000,          /* a feature that holds once */
    WISH_USUAL = 350000, /* fen a month, where none is stated (A3 cause 1) */
    PAY_MOST = 1500,     /* pay far off the wish says no more than 1,500 yuan off */
    RATE_EVEN = 5000,    /* of ten-thousandths: half stay */
    ARREARS_MOST = 3,
    ALL = 10000,
};

const struct retention_feature_name retention_feature_names[RETENTION_FEATURE_COUNT] = {
#define X(field, zh, en) { #field, zh, en },
    RETENTION_FEATURES(X)
#undef X
};

static int32_t pay_above_wish(const struct match_person *person, int64_t pay_fen)
{
    int64_t wish = person->least_wage_fen != NONE ? person->least_wage_fen : WISH_USUAL;

    if (pay_fen == NONE)
        return 0;
    return (int32_t)MAX(-PAY_MOST, MIN(PAY_MOST, (pay_fen - wish) / 100));
}

static bool is_elsewhere(const struct match_person *person, int64_t work)
{
    for (int32_t i = 0; i < person->n_destinations; i++)
        if (work >= person->destinations[i].lo && work <= person->destinations[i].hi)
            return false;
    return person->n_destinations > 0;
}

static void features_of_post(const struct match_post *post, const struct match_record *record,
                             int32_t x[RETENTION_FEATURE_COUNT])
{
    x[RETENTION_board] = post->has_board * ONE;
    x[RETENTION_lodging] = post->has_lodging * ONE;
    x[RETENTION_record] = match_rate_before(post->employer, record) - RATE_EVEN;
    x[RETENTION_arrears] = MIN(ARREARS_MOST, post->employer->arrears) * ONE;
}

static void features_of_place(int64_t home, int64_t work, int32_t x[RETENTION_FEATURE_COUNT])
{
    int64_t km = match_distance_km(home, work);

    x[RETENTION_distance] = km == NONE ? 0 : (int32_t)km;
    x[RETENTION_climate] = match_climate_zones(home, work) * ONE;
}

static void features_of_food(int64_t home, int64_t work, bool has_western_food,
                             int32_t x[RETENTION_FEATURE_COUNT])
{
    x[RETENTION_food] = !has_western_food && match_staple_differs(home, work) ? ONE : 0;
}

static void features_of_habit(const struct match_person *person, int64_t work,
                              int32_t x[RETENTION_FEATURE_COUNT])
{
    enum match_habit habit = match_habit(person, work);

    x[RETENTION_back] = habit == MATCH_HABIT_CITY ? ONE : 0;
    x[RETENTION_province] = habit == MATCH_HABIT_PROVINCE ? ONE : 0;
}

static void features_of_trade(enum match_trade trade, int32_t x[RETENTION_FEATURE_COUNT])
{
    x[RETENTION_wanted] = trade == MATCH_TRADE_WANTED ? ONE : 0;
    x[RETENTION_other] = trade == MATCH_TRADE_RELATED || trade == MATCH_TRADE_OTHER ? ONE : 0;
}

void retention_features(const struct match_person *person, const struct match_post *post,
                        int32_t ret[RETENTION_FEATURE_COUNT])
{
    const struct match_neighbours *neighbours = match_neighbours_of(post->employer, person->home);

    features_of_post(post, match_record_of(post->employer, person->home), ret);
    features_of_place(person->home, post->work, ret);
    features_of_food(person->home, post->work, post->employer->has_western_food, ret);
    features_of_habit(person, post->work, ret);
    features_of_trade(match_trade(person, post->occupation, post->min_skill <= 0), ret);
    ret[RETENTION_pay] = pay_above_wish(person, match_newcomer_pay(post));
    ret[RETENTION_elsewhere] = is_elsewhere(person, post->work) ? ONE : 0;
    ret[RETENTION_trained] =
        match_trained(person, post->employer->id, post->occupation) != MATCH_UNTRAINED ? ONE : 0;
    ret[RETENTION_village] = neighbours && neighbours->n > 0 ? ONE : 0;
    ret[RETENTION_companion] = person->companion_id != NONE ? ONE : 0;
}

static int64_t logit_of(const struct retention_model *model,
                        const int32_t x[RETENTION_FEATURE_COUNT])
{
    int64_t sum = 0;

    for (int i = 0; i < RETENTION_FEATURE_COUNT; i++)
        sum += (int64_t)model->coefficient[i] * x[i];
    return sum;
}

int64_t retention_logit(const struct retention_model *model,
                        const int32_t features[RETENTION_FEATURE_COUNT])
{
    return (int64_t)model->bias * ONE + logit_of(model, features);
}

int32_t retention_chance(int64_t logit)
{
    return (int32_t)lround(ALL / (1 + exp(-(double)logit * 1e-9)));
}

int32_t retention_points(int32_t chance, const struct match_weights *weights)
{
    return (int32_t)((chance - 100LL * weights->retention_usual) * weights->retention_model / ALL);
}

/* --- in pieces --- */

int64_t retention_of_post(const struct retention_model *model, const struct match_post *post)
{
    int32_t x[RETENTION_FEATURE_COUNT] = { 0 };

    features_of_post(post, NULL, x);
    return retention_logit(model, x);
}

int64_t retention_of_record(const struct retention_model *model,
                            const struct match_employer *employer,
                            const struct match_record *record)
{
    return (int64_t)model->coefficient[RETENTION_record] *
           (match_rate_before(employer, record) - match_rate_before(employer, NULL));
}

int64_t retention_of_place(const struct retention_model *model, int64_t home, int64_t work)
{
    int32_t x[RETENTION_FEATURE_COUNT] = { 0 };

    features_of_place(home, work, x);
    return logit_of(model, x);
}

int64_t retention_of_food(const struct retention_model *model, int64_t home, int64_t work,
                          bool has_western_food)
{
    int32_t x[RETENTION_FEATURE_COUNT] = { 0 };

    features_of_food(home, work, has_western_food, x);
    return logit_of(model, x);
}

int64_t retention_of_companion(const struct retention_model *model, bool goes_along)
{
    return goes_along ? (int64_t)model->coefficient[RETENTION_companion] * ONE : 0;
}

int64_t retention_of_habit(const struct retention_model *model, const struct match_person *person,
                           int64_t work)
{
    int32_t x[RETENTION_FEATURE_COUNT] = { 0 };

    features_of_habit(person, work, x);
    return logit_of(model, x);
}

int64_t retention_of_trade(const struct retention_model *model, enum match_trade trade)
{
    int32_t x[RETENTION_FEATURE_COUNT] = { 0 };

    features_of_trade(trade, x);
    return logit_of(model, x);
}

int64_t retention_of_training(const struct retention_model *model, enum match_trained trained)
{
    return trained != MATCH_UNTRAINED ? (int64_t)model->coefficient[RETENTION_trained] * ONE : 0;
}

int64_t retention_of_pay(const struct retention_model *model, const struct match_person *person,
                         int64_t pay_fen)
{
    return (int64_t)model->coefficient[RETENTION_pay] * pay_above_wish(person, pay_fen);
}

int64_t retention_pay_most(const struct retention_model *model)
{
    return llabs((int64_t)model->coefficient[RETENTION_pay]) * PAY_MOST;
}

/* Chances and points are rounded: a unit of each more. */
int32_t retention_points_more(int64_t logit, const struct match_weights *weights)
{
    int64_t chance;

    if (!weights->estimate || weights->retention_model == 0 || logit <= 0)
        return 0;
    chance = MIN(ALL, logit / (4 * (1000000000 / ALL)) + 2);
    return (int32_t)(chance * weights->retention_model / ALL + 1);
}
