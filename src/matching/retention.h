/* retention.h — how likely a person stays three months at a post: a logistic regression fitted to
 * what became of earlier people of the pairing. Pure: plain structs in, numbers out.
 *
 * Neither sex nor ethnic group is among its features, nor are age, health, household type, village
 * or county: an estimate must not make up a reason to leave somebody out that no rule allows. Only
 * what is known before the departure counts, and match_points() and the fitting both take it from
 * retention_features(), of the same structs.
 *
 * Off by default: it counts in the score only where the weight `retention_model` is above 0.
 *
 * All numbers are whole, so that every way of adding them up gives the same: features in
 * thousandths, coefficients in millionths, what they add up to (logits) in thousand millionths,
 * chances in ten-thousandths. */
#pragma once
#include "matching/score.h"

/* X(field, Chinese, English); each feature is 1000 for what its name says, once. */
#define RETENTION_FEATURES(X)                                                                     \
    X(pay, "收入比期望每高1000元", "each 1,000 yuan of pay above the wish")                       \
    X(board, "包吃", "free meals")                                                                \
    X(lodging, "包住", "free lodging")                                                            \
    X(distance, "离家每远1000公里", "each 1,000 km from home")                                    \
    X(climate, "气候每差一带", "each climate zone apart")                                         \
    X(food, "主食不同且无家乡菜", "another staple food and no home cooking")                      \
    X(elsewhere, "去的不是想去的地方", "another place than wished")                               \
    X(wanted, "工种合意愿", "occupation as wished")                                               \
    X(other, "不是想干的工种", "another occupation than wished")                                  \
    X(trained, "参加过对口的订单培训", "trained for it on order")                                 \
    X(back, "曾在该市务工", "worked in that city before")                                         \
    X(province, "曾在该省别市务工", "worked elsewhere in that province before")                   \
    X(village, "已有同村人在该单位", "people of the same village work there")                     \
    X(companion, "想与人同去", "wants to go with somebody")                                       \
    X(record, "该单位以往留存率每高10个百分点", "each 10 points more of those before who stayed") \
    X(arrears, "该单位每起欠薪（3年内，最多计3起）",                                              \
      "each case of unpaid wages (of 3 years, 3 at most)")

enum retention_feature {
#define X(field, zh, en) RETENTION_##field,
    RETENTION_FEATURES(X)
#undef X
        RETENTION_FEATURE_COUNT
};
struct retention_feature_name {
    const char *name, *zh, *en;
};
extern const struct retention_feature_name retention_feature_names[RETENTION_FEATURE_COUNT];

/* Features of a pair. The employer's record and neighbours, the earlier places, courses and wishes
 * are those in the structs: whoever fits on the past fills them in as they were then. Pay is what
 * newcomers earn (match_newcomer_pay()), 3,500 yuan the wish where none is stated; what is not
 * known is 0. */
void retention_features(const struct match_person *person, const struct match_post *post,
                        int32_t ret[RETENTION_FEATURE_COUNT]);

struct retention_model {
    int64_t id;                                   /* as stored; NONE = not */
    int32_t bias;                                 /* millionths, as are */
    int32_t coefficient[RETENTION_FEATURE_COUNT]; /* of size at most RETENTION_MOST */
    int32_t cases; /* stretches of work it was fitted to and tested on */
    int32_t error; /* mean distance of predicted from seen when tested, ten-thousandths */
};
enum { RETENTION_MOST = 20000000 };

/* Logits of these features, in thousand millionths. */
int64_t retention_logit(const struct retention_model *model,
                        const int32_t features[RETENTION_FEATURE_COUNT]);
/* The chance that logits mean, in ten-thousandths. */
int32_t retention_chance(int64_t logit);
/* Points of a chance: `retention_model` from none to all, 0 at the usual retention. */
int32_t retention_points(int32_t chance, const struct match_weights *weights);

/* --- in pieces, for searching without scoring every pair (blocks.c) ---
 *
 *     logits of a pair = of post + of record + of place + of food + of companion
 *                      + of habit + of trade + of training, + 1000 * coefficient of village
 *                      + of pay, which is at most retention_pay_most()
 *
 * for a pair that the rules allow. */
int64_t retention_of_post(const struct retention_model *model, const struct match_post *post);
int64_t retention_of_record(const struct retention_model *model,
                            const struct match_employer *employer,
                            const struct match_record *record);
int64_t retention_of_place(const struct retention_model *model, int64_t home, int64_t work);
int64_t retention_of_food(const struct retention_model *model, int64_t home, int64_t work,
                          bool has_western_food);
int64_t retention_of_companion(const struct retention_model *model, bool goes_along);
int64_t retention_of_habit(const struct retention_model *model, const struct match_person *person,
                           int64_t work);
int64_t retention_of_trade(const struct retention_model *model, enum match_trade trade);
int64_t retention_of_training(const struct retention_model *model, enum match_trained trained);
/* Pay as of match_newcomer_pay(). */
int64_t retention_of_pay(const struct retention_model *model, const struct match_person *person,
                         int64_t pay_fen);
int64_t retention_pay_most(const struct retention_model *model);
/* The most points that so many logits more can add to a pair's: the curve is nowhere steeper than a
 * quarter. 0 when the estimate is off. */
int32_t retention_points_more(int64_t logit, const struct match_weights *weights);
