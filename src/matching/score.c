/* score.c — the rules and the parts of the score, one function each, and their sentences.
 *
 * Every rule and part is a small inline function returning its reason, so that match_feasible()
 * and match_points(), which use only a number of it, compile to a few dozen instructions. */
#include "matching/retention.h"

#include <stdlib.h>

enum {
    AGE_LEAST = 16, /* 劳动法第十五条；禁止使用童工规定（国务院令第364号） */
    AGE_ADULT = 18,   /* 劳动法第六十四条: no heavy work of grade IV for minors */
    LATE_DAYS = 14,   /* an employer is taken to wait two weeks (our estimate) */
    CITY = 100000000, /* divides a 12-digit code into its first 4 digits */
    COUNTY = 1000000, /* and its first 6 */
};

#define VALUES(...) \
    {               \
        __VA_ARGS__ \
    }
#define REASON(reason_code, ...) ((struct match_reason){ .code = (reason_code), __VA_ARGS__ })

static const char *const code_names[MATCH_CODE_COUNT] = {
#define X(name, code) [MATCH_RULE_##name] = code,
    MATCH_RULES(X)
#undef X
#define X(name, code) [MATCH_PART_##name] = code,
        MATCH_PARTS(X)
#undef X
};

const char *match_code_name(enum match_code code)
{
    return code_names[code];
}

const struct match_weight_name match_weight_names[] = {
#define X(field, default_value, zh, en) \
    { #field, zh, en, default_value, offsetof(struct match_weights, field) },
    MATCH_WEIGHTS(X)
#undef X
};
const int match_weight_count = ARRAY_LEN(match_weight_names);

struct match_weights match_weights_default(void)
{
    return (struct match_weights){
#define X(field, default_value, zh, en) .field = default_value,
        MATCH_WEIGHTS(X)
#undef X
    };
}

/* --- places and trades --- */

/* Capital of a province in hundredths of a degree; climate from dry and cold (0) over the northern
 * plain (1) and the Yangtze (2) to hot and humid (3); whether people live on wheat. Our estimate,
 * for the difference between north-west and south-east coast (A3 cause 3). */
static const struct province {
    int16_t north, east;
    int8_t climate;
    bool is_wheat;
} provinces[100] = {
    [11] = { 3990, 11641, 1, true },  [12] = { 3913, 11720, 1, true },
    [13] = { 3804, 11451, 1, true },  [14] = { 3787, 11255, 1, true },
    [15] = { 4084, 11175, 0, true },  [21] = { 4180, 12343, 1, false },
    [22] = { 4382, 12532, 1, false }, [23] = { 4580, 12653, 1, false },
    [31] = { 3123, 12147, 2, false }, [32] = { 3206, 11880, 2, false },
    [33] = { 3027, 12015, 2, false }, [34] = { 3182, 11723, 2, false },
    [35] = { 2607, 11930, 3, false }, [36] = { 2868, 11586, 2, false },
    [37] = { 3665, 11712, 1, true },  [41] = { 3475, 11363, 1, true },
    [42] = { 3059, 11431, 2, false }, [43] = { 2823, 11294, 2, false },
    [44] = { 2313, 11326, 3, false }, [45] = { 2282, 10832, 3, false },
    [46] = { 2004, 11032, 3, false }, [50] = { 2956, 10655, 2, false },
    [51] = { 3057, 10407, 2, false }, [52] = { 2665, 10663, 2, false },
    [53] = { 2504, 10271, 2, false }, [54] = { 2965, 9111, 0, true },
    [61] = { 3434, 10894, 1, true },  [62] = { 3606, 10383, 0, true },
    [63] = { 3662, 10178, 0, true },  [64] = { 3849, 10623, 0, true },
    [65] = { 4383, 8762, 0, true },   [71] = { 2503, 12157, 3, false },
    [81] = { 2232, 11417, 3, false }, [82] = { 2220, 11355, 3, false },
};

/* NULL when the code is not of a province we know. */
static inline const struct province *province_of(int64_t division)
{
    int64_t number = division / (100 * (int64_t)CITY);

    return number >= 0 && number < 100 && provinces[number].north ? &provinces[number] : NULL;
}

int64_t match_distance_km(int64_t home, int64_t work)
{
    const struct province *a = province_of(home), *b = province_of(work);
    double dy, dx, latitude, squared;

    if (!a || !b)
        return NONE;
    if (a == b)
        return 0;
    /* A plane at the mean latitude, cosine by its series: within a few per cent, far better than
     * a province's capital stands for the whole province. */
    latitude = (a->north + b->north) / 200.0 * 0.017453292519943295;
    squared = latitude * latitude;
    dy = (a->north - b->north) * 1.112;
    dx = (a->east - b->east) * 1.112 * (1 - squared / 2 + squared * squared / 24);
    squared = dx * dx + dy * dy;
    return (int64_t)__builtin_sqrt(squared);
}

/* Meals and lodging in hundredths of what they cost a migrant worker on average, by kind of place:
 * spending of those who work away from home in municipalities and province capitals, in other
 * cities, and in towns (2013年全国农民工监测调查报告: 972, 911 and 807 yuan a month, of that 500,
 * 432 and 430 for lodging; 892 and 453 on average). Older than any post, so an estimate; the
 * amounts themselves are weights. */
static const struct living {
    int8_t meals, lodging;
} in_capital = { 108, 110 }, in_city = { 109, 95 }, in_town = { 86, 95 }, anywhere = { 100, 100 };

/* GB/T 2260: the fifth and sixth digit are 01–20 for districts, 21 and more for counties and
 * county-level cities; the third and fourth 01 for the capital of a province and for a
 * municipality. */
static inline struct living living_of(int64_t division)
{
    int64_t city = division / CITY % 100, county = division / COUNTY % 100;

    if (!province_of(division))
        return anywhere;
    if (county > 20)
        return in_town;
    return city == 1 ? in_capital : in_city;
}

int32_t match_occupation(const char *code)
{
    int32_t number = 0, digits = 0;

    for (; code && *code && digits < 7; code++) {
        if (*code >= '0' && *code <= '9') {
            number = number * 10 + (*code - '0');
            digits++;
        } else if (*code != '-' && *code != '.') {
            return 0;
        }
    }
    for (; digits > 0 && digits < 7; digits++)
        number *= 10;
    return number;
}

/* 6180200 stands for everything below 6-18-02. */
static inline bool covers(int32_t wide, int32_t occupation)
{
    int32_t width = wide % 1000000 == 0 ? 1000000
                    : wide % 10000 == 0 ? 10000
                    : wide % 100 == 0   ? 100
                                        : 1;

    return occupation / width == wide / width;
}

enum match_trade match_trade(const struct match_person *person, int32_t occupation, bool is_taught)
{
    enum match_trade trade = person->n_occupations == 0 ? MATCH_TRADE_ANY : MATCH_TRADE_OTHER;

    if (trade == MATCH_TRADE_OTHER && occupation == 0)
        return MATCH_TRADE_UNKNOWN;
    for (int32_t i = 0; i < person->n_occupations; i++) {
        int32_t wanted = person->occupations[i];

        if (covers(wanted, occupation))
            return MATCH_TRADE_WANTED;
        if (is_taught && occupation / 10000 == wanted / 10000)
            trade = MATCH_TRADE_RELATED;
    }
    return trade;
}

static enum match_trade trade_of(const struct match_person *person, const struct match_post *post)
{
    return match_trade(person, post->occupation, post->min_skill <= 0);
}

enum match_trained match_trained(const struct match_person *person, int64_t employer_id,
                                 int32_t occupation)
{
    enum match_trained best = MATCH_UNTRAINED;

    for (int32_t i = 0; i < person->n_trainings; i++) {
        const struct match_training *t = &person->trainings[i];
        bool is_trade = t->occupation != 0 && covers(t->occupation, occupation);

        if (t->employer_id == employer_id && (is_trade || t->occupation == 0))
            return MATCH_TRAINED_HERE;
        if (is_trade)
            best = MATCH_TRAINED;
    }
    return best;
}

static inline enum match_trained trained_of(const struct match_person *person,
                                            const struct match_post *post)
{
    return person->n_trainings == 0 ? MATCH_UNTRAINED
                                    : match_trained(person, post->employer->id, post->occupation);
}

int64_t match_newcomer_pay(const struct match_post *post)
{
    if (post->pay_form == MATCH_PAY_PIECE && post->newcomer_pay_fen != NONE)
        return post->newcomer_pay_fen;
    return post->pay_low_fen != NONE ? post->pay_low_fen : post->newcomer_pay_fen;
}

/* --- rules --- */

static inline struct match_reason rule_unwilling(const struct match_person *person)
{
    return REASON(MATCH_RULE_UNWILLING, .outcome = person->is_willing ? MATCH_PASS : MATCH_FAIL);
}

/* v: age on the first day of work, whether the work is heavy */
static inline struct match_reason rule_age(const struct match_person *person,
                                           const struct match_post *post, struct date today)
{
    struct date on = date_compare(post->start_on, today) > 0 ? post->start_on : today;
    bool is_heavy = post->demands & MATCH_HEAVY;
    int age = date_age(person->birth, on);
    enum match_outcome outcome = MATCH_PASS;

    if (date_age(person->birth, today) < 0) /* unknown, or a birth still to come */
        return REASON(MATCH_RULE_AGE, .outcome = MATCH_CHECK, .v = VALUES(NONE, is_heavy));
    if (age < AGE_LEAST)
        outcome = MATCH_FAIL;
    else if (age < AGE_ADULT && is_heavy)
        outcome = MATCH_CHECK;
    return REASON(MATCH_RULE_AGE, .outcome = outcome, .v = VALUES(age, is_heavy));
}

/* v: where the post is */
static inline struct match_reason rule_destination(const struct match_person *person,
                                                   const struct match_post *post)
{
    enum match_outcome outcome = person->n_destinations == 0 ? MATCH_PASS : MATCH_FAIL;

    for (int32_t i = 0; i < person->n_destinations; i++)
        if (post->work >= person->destinations[i].lo && post->work <= person->destinations[i].hi)
            outcome = MATCH_PASS;
    return REASON(MATCH_RULE_DESTINATION, .outcome = outcome, .v = VALUES(post->work));
}

/* v: occupation of the post, 0 unknown */
static inline struct match_reason rule_occupation(const struct match_person *person,
                                                  const struct match_post *post)
{
    enum match_trade trade = trade_of(person, post);

    return REASON(MATCH_RULE_OCCUPATION,
                  .outcome = trade == MATCH_TRADE_OTHER     ? MATCH_FAIL
                             : trade == MATCH_TRADE_UNKNOWN ? MATCH_CHECK
                                                            : MATCH_PASS,
                  .v = VALUES(post->occupation));
}

/* v: what newcomers earn, the least wanted, 1 on piece rate. Money only: what is in kind counts in
 * the score, but a stated least wage is a wage. A3 cause 1. */
static inline struct match_reason rule_pay(const struct match_person *person,
                                           const struct match_post *post)
{
    int64_t pay = match_newcomer_pay(post);
    enum match_outcome outcome = MATCH_PASS;

    if (person->least_wage_fen != NONE && pay == NONE)
        outcome = MATCH_CHECK;
    else if (person->least_wage_fen != NONE && pay < person->least_wage_fen)
        outcome = MATCH_FAIL;
    return REASON(MATCH_RULE_PAY, .outcome = outcome,
                  .v = VALUES(pay, person->least_wage_fen, post->pay_form == MATCH_PAY_PIECE));
}

/* v: level of the person (-1 unknown), level asked. One level short can be made up (score). */
static inline struct match_reason rule_skill(const struct match_person *person,
                                             const struct match_post *post)
{
    enum match_outcome outcome = MATCH_PASS;

    if (person->skill_level < 0 && post->min_skill > 0)
        outcome = MATCH_CHECK;
    else if (person->skill_level >= 0 && person->skill_level < post->min_skill - 1)
        outcome = MATCH_FAIL;
    return REASON(MATCH_RULE_SKILL, .outcome = outcome,
                  .v = VALUES(person->skill_level, post->min_skill));
}

static inline struct match_reason rule_reserved(const struct match_person *person,
                                                const struct match_post *post)
{
    bool is_closed = post->is_reserved && !person->is_registered;

    return REASON(MATCH_RULE_RESERVED, .outcome = is_closed ? MATCH_FAIL : MATCH_PASS);
}

/* v: what the post demands and the person cannot, as bits */
static inline struct match_reason rule_health(const struct match_person *person,
                                              const struct match_post *post)
{
    int bits = person->cannot & post->demands;

    return REASON(MATCH_RULE_HEALTH, .outcome = bits ? MATCH_FAIL : MATCH_PASS, .v = VALUES(bits));
}

struct date match_age_from(const struct match_person *person, struct date today)
{
    struct date day = { (int16_t)(person->birth.year + AGE_LEAST), person->birth.month,
                        (int8_t)MIN(28, person->birth.day) };
    int age = date_age(person->birth, today);

    if (age < 0 || age >= AGE_LEAST)
        return (struct date){ 0 };
    while (date_age(person->birth, day) < AGE_LEAST)
        day = date_add_days(day, 1);
    return day;
}

static int64_t date_number(struct date d)
{
    return date_is_none(d) ? NONE : d.year * 10000 + d.month * 100 + d.day;
}

/* v: last day of the post, first day of work, first day the person is free, each YYYYMMDD */
static inline struct match_reason rule_dates(const struct match_person *person,
                                             const struct match_post *post, struct date today)
{
    struct date free_on = date_compare(person->from, today) > 0 ? person->from : today;
    bool is_over = !date_is_none(post->expires_on) && date_compare(post->expires_on, free_on) < 0;
    bool is_late = !date_is_none(post->start_on) && !date_is_none(person->from) &&
                   date_compare(date_add_days(post->start_on, LATE_DAYS), person->from) < 0;

    return REASON(MATCH_RULE_DATES, .outcome = is_over || is_late ? MATCH_FAIL : MATCH_PASS,
                  .v = VALUES(is_over ? date_number(post->expires_on) : NONE,
                              is_late ? date_number(post->start_on) : NONE, date_number(free_on)));
}

struct date match_latest_from(const struct match_post *post)
{
    struct date last = post->expires_on;

    if (!date_is_none(post->start_on)) {
        struct date late = date_add_days(post->start_on, LATE_DAYS);

        if (date_is_none(last) || date_compare(late, last) < 0)
            last = late;
    }
    return last;
}

static inline struct match_reason rule_seats(const struct match_post *post)
{
    return REASON(MATCH_RULE_SEATS, .outcome = post->seats > 0 ? MATCH_PASS : MATCH_FAIL);
}

void match_check(const struct match_person *person, const struct match_post *post,
                 struct date today, struct match_verdict *ret)
{
    *ret = (struct match_verdict){
        .is_feasible = true,
        .rules = { rule_unwilling(person), rule_age(person, post, today),
                   rule_destination(person, post), rule_occupation(person, post),
                   rule_pay(person, post), rule_skill(person, post), rule_reserved(person, post),
                   rule_health(person, post), rule_dates(person, post, today), rule_seats(post) },
    };
    for (int i = 0; i < MATCH_RULE_COUNT; i++) {
        assert(ret->rules[i].code == (enum match_code)i);
        ret->is_feasible &= ret->rules[i].outcome != MATCH_FAIL;
    }
}

/* The rules that most often fail come first. */
bool match_feasible(const struct match_person *person, const struct match_post *post,
                    struct date today)
{
    return rule_destination(person, post).outcome != MATCH_FAIL &&
           rule_pay(person, post).outcome != MATCH_FAIL &&
           rule_occupation(person, post).outcome != MATCH_FAIL &&
           rule_skill(person, post).outcome != MATCH_FAIL &&
           rule_health(person, post).outcome != MATCH_FAIL &&
           rule_reserved(person, post).outcome != MATCH_FAIL &&
           rule_seats(post).outcome != MATCH_FAIL && rule_unwilling(person).outcome != MATCH_FAIL &&
           rule_dates(person, post, today).outcome != MATCH_FAIL &&
           rule_age(person, post, today).outcome != MATCH_FAIL;
}

/* --- parts --- */

static inline int32_t clip(int64_t points, int64_t limit)
{
    return (int32_t)MAX(-limit, MIN(limit, points));
}

static inline struct match_reason part_base(const struct match_weights *w)
{
    return REASON(MATCH_PART_BASE, .points = w->base);
}

/* Points stay far from the ends of int32_t: no wage is worth more than a thousand million. */
static inline int32_t points_of_fen(int64_t fen, const struct match_weights *w)
{
    int64_t most = 1000000000000, fit = MAX(-most, MIN(most, fen));

    return clip(fit * w->pay_percent / 10000, 1000000000);
}

/* What she pays for meals and lodging there: nothing for what is free. */
static inline int64_t living_fen(const struct match_post *post, const struct match_weights *w)
{
    struct living there = living_of(post->work);
    int64_t meals = 100 + (there.meals - 100LL) * w->living_percent / 100;
    int64_t lodging = 100 + (there.lodging - 100LL) * w->living_percent / 100;

    return (post->has_board ? 0 : MAX(0, meals) * w->board_value) +
           (post->has_lodging ? 0 : MAX(0, lodging) * w->lodging_value);
}

/* Less than usual. A wish is said as a wage of which usual meals and lodging are paid. */
static inline int64_t saved_fen(const struct match_post *post, const struct match_weights *w)
{
    return 100LL * (w->board_value + w->lodging_value) - living_fen(post, w);
}

int32_t match_worth(const struct match_post *post, const struct match_weights *weights)
{
    int64_t pay = match_newcomer_pay(post);

    return pay == NONE ? INT32_MIN : points_of_fen(pay + saved_fen(post, weights), weights);
}

int32_t match_wish(const struct match_person *person, const struct match_weights *weights)
{
    return points_of_fen(person->least_wage_fen != NONE ? person->least_wage_fen
                                                        : 100LL * weights->wish_default,
                         weights);
}

/* v: newcomer's pay, the wish (NONE = not stated), what living there saves (below 0: costs more),
 * what it costs, 1 free meals + 2 free lodging. A3 cause 1. */
static inline struct match_reason part_take_home(const struct match_person *person,
                                                 const struct match_post *post,
                                                 const struct match_weights *w)
{
    int32_t worth = match_worth(post, w);
    int32_t points = worth == INT32_MIN ? 0 : clip(worth - match_wish(person, w), w->pay_limit);

    return REASON(MATCH_PART_TAKE_HOME, .points = points,
                  .v = VALUES(match_newcomer_pay(post), person->least_wage_fen, saved_fen(post, w),
                              living_fen(post, w), post->has_board + 2 * post->has_lodging));
}

bool match_is_back(const struct match_person *person, int64_t work)
{
    bool is_back = false;

    for (int32_t i = 0; i < person->n_earlier; i++)
        is_back |= person->earlier[i] / CITY == work / CITY;
    return is_back;
}

static const struct match_grant *grant_of(const struct match_grants *grants, int64_t county,
                                          bool is_registered, bool is_back)
{
    int32_t lo = 0, hi = grants ? grants->n : 0, end = hi;

    while (lo < hi) {
        int32_t mid = lo + (hi - lo) / 2;

        if (grants->at[mid].county < county)
            lo = mid + 1;
        else
            hi = mid;
    }
    for (; lo < end && grants->at[lo].county == county; lo++)
        if (grants->at[lo].is_registered == is_registered && grants->at[lo].is_back == is_back)
            return &grants->at[lo];
    return NULL;
}

static inline int32_t grant_points(const struct match_grant *grant, const struct match_weights *w)
{
    return grant ? clip(MIN(grant->fen, 1000000000) * w->subsidy_percent / 10000, 1000000) : 0;
}

int32_t match_points_of_grant(const struct match_grants *grants, int64_t county, bool is_registered,
                              bool is_back, const struct match_weights *weights)
{
    return grant_points(grant_of(grants, county, is_registered, is_back), weights);
}

static inline struct match_name name_of(const char *text)
{
    return (struct match_name){ text, text ? (int32_t)strlen(text) : 0 };
}

/* v: fen a month, months, fen in all, policies that pay, what is left with pay and less living cost
 * (NONE when the pay is not known). The name is of the policy that pays most. An estimate; beside
 * the part of the pay, whose limit would cut it off. */
static struct match_reason part_subsidy(const struct match_person *person,
                                        const struct match_post *post,
                                        const struct match_weights *w)
{
    const struct match_grant *g =
        post->grants ? grant_of(post->grants, person->home / COUNTY * COUNTY, person->is_registered,
                                match_is_back(person, post->work))
                     : NULL;
    int64_t pay = match_newcomer_pay(post);

    if (!g)
        return REASON(MATCH_PART_SUBSIDY);
    return REASON(MATCH_PART_SUBSIDY, .points = grant_points(g, w),
                  .v = VALUES(g->fen, g->months, g->total_fen, g->n_policies,
                              pay == NONE ? NONE : pay + g->fen - living_fen(post, w)),
                  .name = { name_of(g->zh), name_of(g->en) });
}

/* v: kilometres. A3 cause 2. */
static inline struct match_reason part_distance(const struct match_person *person,
                                                const struct match_post *post,
                                                const struct match_weights *w)
{
    int64_t km = match_distance_km(person->home, post->work);

    return REASON(MATCH_PART_DISTANCE,
                  .points = km == NONE ? 0 : (int32_t)(-km * w->distance / 1000), .v = VALUES(km));
}

enum match_habit match_habit(const struct match_person *person, int64_t work)
{
    enum match_habit habit = MATCH_HABIT_NONE;

    for (int32_t i = 0; i < person->n_earlier; i++) {
        int64_t earlier = person->earlier[i];

        if (earlier / CITY == work / CITY)
            habit = MATCH_HABIT_CITY;
        else if (earlier / CITY / 100 == work / CITY / 100)
            habit = MAX(habit, MATCH_HABIT_PROVINCE);
    }
    return habit;
}

/* v: 2 the same city, 1 the same province, 0 never there. A3 cause 2. */
static inline struct match_reason part_habit(const struct match_person *person,
                                             const struct match_post *post,
                                             const struct match_weights *w)
{
    enum match_habit habit = match_habit(person, post->work);

    return REASON(MATCH_PART_HABIT,
                  .points = habit == MATCH_HABIT_CITY       ? w->habit_city
                            : habit == MATCH_HABIT_PROVINCE ? w->habit_province
                                                            : 0,
                  .v = VALUES(habit));
}

int match_climate_zones(int64_t home, int64_t work)
{
    const struct province *a = province_of(home), *b = province_of(work);

    return a && b ? abs(a->climate - b->climate) : 0;
}

bool match_staple_differs(int64_t home, int64_t work)
{
    const struct province *a = province_of(home), *b = province_of(work);

    return a && b && a->is_wheat != b->is_wheat;
}

/* v: zones apart. A3 cause 3. */
static inline struct match_reason part_climate(const struct match_person *person,
                                               const struct match_post *post,
                                               const struct match_weights *w)
{
    int zones = match_climate_zones(person->home, post->work);

    return REASON(MATCH_PART_CLIMATE, .points = -zones * w->climate, .v = VALUES(zones));
}

/* v: 1 another staple food; 1 western food served; 1 asked for; 1 a canteen. A3 cause 3. */
static inline struct match_reason part_food(const struct match_person *person,
                                            const struct match_post *post,
                                            const struct match_weights *w)
{
    const struct match_employer *e = post->employer;
    bool is_other = match_staple_differs(person->home, post->work);
    int32_t points = is_other && !e->has_western_food ? -w->food : 0;

    if (person->wants_western_food)
        points += e->has_western_food ? w->food_asked : -w->food_asked;
    return REASON(MATCH_PART_FOOD, .points = points,
                  .v = VALUES(is_other, e->has_western_food, person->wants_western_food,
                              e->has_canteen));
}

/* v: couple's room 1 there, 0 not there, NONE not asked; free seats when someone goes along, else
 * NONE. Companions are not yet placed together: the assignment takes persons one by one. */
static inline struct match_reason part_companion(const struct match_person *person,
                                                 const struct match_post *post,
                                                 const struct match_weights *w)
{
    bool has_room = post->employer->has_couple_rooms, goes_along = person->companion_id != NONE;
    int32_t points = 0;

    if (person->wants_couple_room)
        points += has_room ? w->couple_room : -w->couple_room;
    if (goes_along && post->seats < 2)
        points -= w->companion;
    return REASON(MATCH_PART_COMPANION, .points = points,
                  .v = VALUES(person->wants_couple_room ? has_room : NONE,
                              goes_along ? post->seats : NONE));
}

int32_t match_points_of_trade(enum match_trade trade, const struct match_weights *weights)
{
    return trade == MATCH_TRADE_WANTED    ? weights->wanted
           : trade == MATCH_TRADE_RELATED ? -weights->taught
                                          : 0;
}

/* v: 1 as wished, 2 related, 0 no wish */
static inline struct match_reason part_wish(const struct match_person *person,
                                            const struct match_post *post,
                                            const struct match_weights *w)
{
    enum match_trade trade = trade_of(person, post);

    return REASON(MATCH_PART_WISH, .points = match_points_of_trade(trade, w),
                  .v = VALUES(trade == MATCH_TRADE_WANTED    ? 1
                              : trade == MATCH_TRADE_RELATED ? 2
                                                             : 0));
}

/* v: level of the person, level asked. What is taught on order makes up for a level. */
static inline struct match_reason part_fit(const struct match_person *person,
                                           const struct match_post *post,
                                           const struct match_weights *w)
{
    bool is_trained = trained_of(person, post) != MATCH_UNTRAINED;
    int missing =
        person->skill_level < 0 || is_trained ? 0 : MAX(0, post->min_skill - person->skill_level);

    return REASON(MATCH_PART_FIT, .points = -missing * w->skill_short,
                  .v = VALUES(person->skill_level, post->min_skill));
}

int32_t match_points_of_training(enum match_trained trained, const struct match_weights *weights)
{
    return trained == MATCH_TRAINED_HERE ? weights->trained_here
           : trained == MATCH_TRAINED    ? weights->trained
                                         : 0;
}

/* v: 1 for the trade, 2 for this employer */
static inline struct match_reason part_trained(const struct match_person *person,
                                               const struct match_post *post,
                                               const struct match_weights *w)
{
    enum match_trained trained = trained_of(person, post);

    return REASON(MATCH_PART_TRAINED, .points = match_points_of_training(trained, w),
                  .v = VALUES(trained));
}

/* How many stayed of how many, in ten-thousandths, when `cases` more behaved as `usual`. */
static inline int64_t rate_of(int64_t stayed, int64_t placed, int64_t usual, int64_t cases)
{
    return placed + cases == 0 ? usual : (stayed * 10000 + usual * cases) / (placed + cases);
}

/* The rate expected of people of one county. Few cases say little: the county's rate is drawn to
 * the employer's other people and theirs to the usual rate, each as if by `retention_cases` more
 * cases. A3: half left within a month. */
static inline int64_t retention_rate(const struct match_stays *all, const struct match_stays *own,
                                     enum match_horizon h, const struct match_weights *w)
{
    int64_t others =
        rate_of(MAX(0, all->stayed[h] - own->stayed[h]), MAX(0, all->placed[h] - own->placed[h]),
                100LL * w->retention_usual, w->retention_cases);

    return rate_of(own->stayed[h], own->placed[h], others, w->retention_cases);
}

static inline int32_t stays_points(const struct match_stays *all, const struct match_stays *own,
                                   const struct match_weights *w)
{
    const int32_t weights[] = { w->retention_1, w->retention, w->retention_6 };
    int64_t points = 0; /* in ten-thousandths */

    for (int h = 0; h < MATCH_HORIZONS; h++)
        points +=
            (retention_rate(all, own, (enum match_horizon)h, w) - 100LL * w->retention_usual) *
            weights[h];
    return (int32_t)(points / 10000);
}

static const struct match_stays nobody;

const struct match_record *match_record_of(const struct match_employer *e, int64_t home)
{
    int64_t county = home / COUNTY * COUNTY;

    for (int32_t lo = 0, hi = e->n_records; lo < hi;) {
        int32_t mid = lo + (hi - lo) / 2;

        if (e->records[mid].county == county)
            return &e->records[mid];
        if (e->records[mid].county < county)
            lo = mid + 1;
        else
            hi = mid;
    }
    return NULL;
}

int32_t match_rate_before(const struct match_employer *employer, const struct match_record *record)
{
    const struct match_weights usual = { .retention_usual = 50, .retention_cases = 10 };

    return (int32_t)retention_rate(&employer->stays, record ? &record->stays : &nobody,
                                   MATCH_MONTH_3, &usual);
}

/* v: placed and stayed from this county after three months, placed from anywhere, the rate of three
 * months in ten-thousandths; placed and stayed from this county after one month and after six. */
static inline struct match_reason part_retention(const struct match_person *person,
                                                 const struct match_post *post,
                                                 const struct match_weights *w)
{
    const struct match_stays *all = &post->employer->stays;
    const struct match_record *record = match_record_of(post->employer, person->home);
    const struct match_stays *own = record ? &record->stays : &nobody;

    return REASON(MATCH_PART_RETENTION, .points = stays_points(all, own, w),
                  .v =
                      VALUES(own->placed[MATCH_MONTH_3], own->stayed[MATCH_MONTH_3],
                             all->placed[MATCH_MONTH_3], retention_rate(all, own, MATCH_MONTH_3, w),
                             own->placed[MATCH_MONTH_1], own->stayed[MATCH_MONTH_1],
                             own->placed[MATCH_MONTH_6], own->stayed[MATCH_MONTH_6]));
}

/* v: the chance of three months in ten-thousandths, stretches of work it rests on, how far off it
 * was in the test, in ten-thousandths. */
static inline struct match_reason part_estimate(const struct match_person *person,
                                                const struct match_post *post,
                                                const struct match_weights *w)
{
    int32_t features[RETENTION_FEATURE_COUNT], chance;

    if (w->retention_model == 0 || !w->estimate)
        return REASON(MATCH_PART_ESTIMATE);
    retention_features(person, post, features);
    chance = retention_chance(retention_logit(w->estimate, features));
    return REASON(MATCH_PART_ESTIMATE, .points = retention_points(chance, w),
                  .v = VALUES(chance, w->estimate->cases, w->estimate->error));
}

int32_t match_points_of_village(const struct match_neighbours *neighbours,
                                const struct match_weights *weights)
{
    return neighbours && neighbours->n > 0 ? weights->village : 0;
}

const struct match_neighbours *match_neighbours_of(const struct match_employer *e, int64_t home)
{
    for (int32_t lo = 0, hi = e->n_villages; lo < hi;) {
        int32_t mid = lo + (hi - lo) / 2;

        if (e->villages[mid].village == home)
            return &e->villages[mid];
        if (e->villages[mid].village < home)
            lo = mid + 1;
        else
            hi = mid;
    }
    return NULL;
}

/* v: people of the same village who work there. Those who came with others of their village stayed
 * (A3, cause 2; 以老带新). */
static inline struct match_reason part_village(const struct match_person *person,
                                               const struct match_post *post,
                                               const struct match_weights *w)
{
    const struct match_neighbours *neighbours = match_neighbours_of(post->employer, person->home);

    return REASON(MATCH_PART_VILLAGE, .points = match_points_of_village(neighbours, w),
                  .v = VALUES(neighbours ? neighbours->n : 0));
}

/* v: cases of unpaid wages, other rights cases. A3: wages in arrears are among the reasons to
 * leave. */
static inline struct match_reason part_arrears(const struct match_post *post,
                                               const struct match_weights *w)
{
    const struct match_employer *e = post->employer;
    int64_t points = (int64_t)e->arrears * w->arrears + (int64_t)e->rights * w->rights;

    return REASON(MATCH_PART_ARREARS, .points = (int32_t)-MIN(w->arrears_limit, points),
                  .v = VALUES(e->arrears, e->rights));
}

/* Reserved posts should reach those they are for (S-R1). */
static inline struct match_reason part_reserved(const struct match_person *person,
                                                const struct match_post *post,
                                                const struct match_weights *w)
{
    return REASON(MATCH_PART_RESERVED_FOR,
                  .points = post->is_reserved && person->is_registered ? w->reserved : 0);
}

/* A part of 0 points is worth a sentence when it answers a question somebody asked. */
static bool part_speaks(const struct match_reason *part)
{
    switch (part->code) {
    case MATCH_PART_TAKE_HOME:
        return true;
    case MATCH_PART_COMPANION:
        return part->v[0] != NONE || part->v[1] != NONE;
    case MATCH_PART_RETENTION:
        return part->v[2] > 0;
    case MATCH_PART_ESTIMATE:
        return part->v[1] > 0;
    default:
        return part->points != 0;
    }
}

void match_score(const struct match_person *person, const struct match_post *post,
                 const struct match_weights *weights, struct match_score *ret)
{
    const struct match_reason parts[] = {
        part_base(weights),
        part_take_home(person, post, weights),
        part_subsidy(person, post, weights),
        part_distance(person, post, weights),
        part_habit(person, post, weights),
        part_climate(person, post, weights),
        part_food(person, post, weights),
        part_companion(person, post, weights),
        part_village(person, post, weights),
        part_wish(person, post, weights),
        part_fit(person, post, weights),
        part_trained(person, post, weights),
        part_retention(person, post, weights),
        part_estimate(person, post, weights),
        part_arrears(post, weights),
        part_reserved(person, post, weights),
    };
    _Static_assert(ARRAY_LEN(parts) == MATCH_PART_COUNT, "one function for each part");

    *ret = (struct match_score){ 0 };
    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        assert((size_t)parts[i].code == MATCH_PART_FIRST + i);
        ret->total += parts[i].points;
        if (part_speaks(&parts[i]))
            ret->parts[ret->n++] = parts[i];
    }
}

int32_t match_points(const struct match_person *person, const struct match_post *post,
                     const struct match_weights *weights)
{
    return part_base(weights).points + part_take_home(person, post, weights).points +
           part_subsidy(person, post, weights).points +
           part_distance(person, post, weights).points + part_habit(person, post, weights).points +
           part_climate(person, post, weights).points + part_food(person, post, weights).points +
           part_companion(person, post, weights).points +
           part_village(person, post, weights).points + part_wish(person, post, weights).points +
           part_fit(person, post, weights).points + part_trained(person, post, weights).points +
           part_retention(person, post, weights).points +
           part_estimate(person, post, weights).points + part_arrears(post, weights).points +
           part_reserved(person, post, weights).points;
}

/* --- in pieces --- */

int32_t match_points_of_post(const struct match_post *post, const struct match_weights *weights)
{
    return part_base(weights).points + part_arrears(post, weights).points +
           stays_points(&post->employer->stays, &nobody, weights);
}

int32_t match_points_of_record(const struct match_employer *employer,
                               const struct match_record *record,
                               const struct match_weights *weights)
{
    return stays_points(&employer->stays, &record->stays, weights) -
           stays_points(&employer->stays, &nobody, weights);
}

int32_t match_points_of_place(int64_t home, int64_t work, const struct match_weights *weights)
{
    const struct match_person person = { .home = home };
    const struct match_post post = { .work = work };

    return part_distance(&person, &post, weights).points +
           part_climate(&person, &post, weights).points;
}

int32_t match_points_of_comfort(const struct match_person *person, const struct match_post *post,
                                const struct match_weights *weights)
{
    return part_food(person, post, weights).points + part_companion(person, post, weights).points +
           part_reserved(person, post, weights).points;
}

int32_t match_points_of_habit(const struct match_person *person, int64_t work,
                              const struct match_weights *weights)
{
    const struct match_post post = { .work = work };

    return part_habit(person, &post, weights).points;
}
