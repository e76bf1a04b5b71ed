/* Rules, parts of the score, and their sentences. One person and one post that fit perfectly; each
 * line of a table changes one thing. */
#include "harness.h"
#include "matching/score.h"

static const struct date today = { 2026, 3, 1 };
static const struct match_range fuzhou = { 350100000000, 350199999999 };
static const int64_t earlier_fuqing[] = { 350181000000 }, earlier_xiamen[] = { 350200000000 };
static const int32_t welder[] = { 6180204 }, metal_work[] = { 6180000 }, cook[] = { 4030201 };

struct pair {
    struct match_person person;
    struct match_post post;
    struct match_employer employer;
};

/* A person of Tongwei county and a post in Fuzhou; nothing stands between them. */
static struct pair pair_new(void)
{
    return (struct pair){
        .person = { .id = 1,
                    .home = 621121000000,
                    .birth = { 1990, 3, 7 },
                    .destinations = &fuzhou,
                    .n_destinations = 1,
                    .occupations = welder,
                    .n_occupations = 1,
                    .least_wage_fen = 350000,
                    .companion_id = NONE,
                    .skill_level = 2,
                    .is_willing = true },
        .post = { .id = 9,
                  .work = 350181000000,
                  .occupation = 6180204,
                  .seats = 3,
                  .pay_low_fen = 420000,
                  .pay_high_fen = 600000,
                  .newcomer_pay_fen = NONE,
                  .min_skill = 2 },
    };
}

/* --- rules --- */

static void unwilling(struct pair *p)
{
    p->person.is_willing = false;
}
static void child(struct pair *p)
{
    p->person.birth = (struct date){ 2010, 3, 2 };
}
static void sixteen_today(struct pair *p)
{
    p->person.birth = (struct date){ 2010, 3, 1 };
}
static void sixteen_at_start(struct pair *p)
{
    p->person.birth = (struct date){ 2010, 4, 1 };
    p->post.start_on = (struct date){ 2026, 4, 1 };
}
static void minor_heavy(struct pair *p)
{
    p->person.birth = (struct date){ 2009, 3, 1 };
    p->post.demands = MATCH_HEAVY;
}
static void adult_heavy(struct pair *p)
{
    p->person.birth = (struct date){ 2008, 3, 1 };
    p->post.demands = MATCH_HEAVY;
}
static void old(struct pair *p)
{
    p->person.birth = (struct date){ 1950, 1, 1 };
}
static void no_birth(struct pair *p)
{
    p->person.birth = (struct date){ 0 };
}
static void in_xiamen(struct pair *p)
{
    p->post.work = 350206000000;
}
static void just_outside(struct pair *p)
{
    p->post.work = 350200000000;
}
static void anywhere(struct pair *p)
{
    p->post.work = 440300000000;
    p->person.n_destinations = 0;
}
static void other_trade(struct pair *p)
{
    p->post.occupation = 4030201;
}
static void related_skilled(struct pair *p)
{
    p->post.occupation = 6189901;
}
static void related_taught(struct pair *p)
{
    p->post.occupation = 6189901;
    p->post.min_skill = 0;
}
static void whole_class(struct pair *p)
{
    p->person.occupations = metal_work;
}
static void any_trade(struct pair *p)
{
    p->person.n_occupations = 0;
    p->post.occupation = 4030201;
}
static void no_trade(struct pair *p)
{
    p->post.occupation = 0;
}
static void pay_exact(struct pair *p)
{
    p->post.pay_low_fen = 350000;
}
static void pay_less(struct pair *p)
{
    p->post.pay_low_fen = 349999;
}
static void pay_in_kind(struct pair *p)
{
    p->post.pay_low_fen = 349999;
    p->post.has_board = p->post.has_lodging = true;
}
static void piece_low(struct pair *p)
{
    p->post.pay_form = MATCH_PAY_PIECE;
    p->post.newcomer_pay_fen = 280000;
}
static void piece_good(struct pair *p)
{
    p->post.pay_form = MATCH_PAY_PIECE;
    p->post.pay_low_fen = 300000;
    p->post.newcomer_pay_fen = 360000;
}
static void time_newcomer(struct pair *p)
{
    p->post.newcomer_pay_fen = 280000;
}
static void pay_unknown(struct pair *p)
{
    p->post.pay_low_fen = NONE;
}
static void no_wish(struct pair *p)
{
    p->person.least_wage_fen = NONE;
    p->post.pay_low_fen = 180000;
}
static void one_level_short(struct pair *p)
{
    p->post.min_skill = 3;
}
static void two_levels_short(struct pair *p)
{
    p->post.min_skill = 4;
}
static void level_unknown(struct pair *p)
{
    p->person.skill_level = -1;
}
static void reserved(struct pair *p)
{
    p->post.is_reserved = true;
}
static void reserved_for(struct pair *p)
{
    p->post.is_reserved = p->person.is_registered = true;
}
static void night(struct pair *p)
{
    p->post.demands = MATCH_NIGHT;
}
static void no_night(struct pair *p)
{
    p->post.demands = MATCH_NIGHT | MATCH_HEAVY;
    p->person.cannot = MATCH_NIGHT;
}
static void no_heavy(struct pair *p)
{
    p->post.demands = MATCH_NIGHT;
    p->person.cannot = MATCH_HEAVY;
}
static void expires_today(struct pair *p)
{
    p->post.expires_on = today;
}
static void expired(struct pair *p)
{
    p->post.expires_on = (struct date){ 2026, 2, 28 };
}
static void free_too_late(struct pair *p)
{
    p->post.expires_on = (struct date){ 2026, 3, 31 };
    p->person.from = (struct date){ 2026, 4, 1 };
}
static void two_weeks_late(struct pair *p)
{
    p->post.start_on = (struct date){ 2026, 3, 10 };
    p->person.from = (struct date){ 2026, 3, 24 };
}
static void over_two_weeks_late(struct pair *p)
{
    p->post.start_on = (struct date){ 2026, 3, 10 };
    p->person.from = (struct date){ 2026, 3, 25 };
}
static void full(struct pair *p)
{
    p->post.seats = 0;
}

static const struct {
    const char *what;
    void (*change)(struct pair *);
    enum match_code rule;
    enum match_outcome outcome;
} ruled[] = {
    { "has not agreed to go", unwilling, MATCH_RULE_UNWILLING, MATCH_FAIL },
    { "16 tomorrow", child, MATCH_RULE_AGE, MATCH_FAIL },
    { "16 today", sixteen_today, MATCH_RULE_AGE, MATCH_PASS },
    { "16 on the first day of work", sixteen_at_start, MATCH_RULE_AGE, MATCH_PASS },
    { "17 and heavy work", minor_heavy, MATCH_RULE_AGE, MATCH_CHECK },
    { "18 and heavy work", adult_heavy, MATCH_RULE_AGE, MATCH_PASS },
    { "76 years old", old, MATCH_RULE_AGE, MATCH_PASS },
    { "birth date unknown", no_birth, MATCH_RULE_AGE, MATCH_CHECK },
    { "another city", in_xiamen, MATCH_RULE_DESTINATION, MATCH_FAIL },
    { "just beyond the city", just_outside, MATCH_RULE_DESTINATION, MATCH_FAIL },
    { "goes anywhere", anywhere, MATCH_RULE_DESTINATION, MATCH_PASS },
    { "another trade", other_trade, MATCH_RULE_OCCUPATION, MATCH_FAIL },
    { "related, skill asked", related_skilled, MATCH_RULE_OCCUPATION, MATCH_FAIL },
    { "related, taught", related_taught, MATCH_RULE_OCCUPATION, MATCH_PASS },
    { "the class above is wanted", whole_class, MATCH_RULE_OCCUPATION, MATCH_PASS },
    { "any trade", any_trade, MATCH_RULE_OCCUPATION, MATCH_PASS },
    { "occupation unknown", no_trade, MATCH_RULE_OCCUPATION, MATCH_CHECK },
    { "exactly the wish", pay_exact, MATCH_RULE_PAY, MATCH_PASS },
    { "a cent less", pay_less, MATCH_RULE_PAY, MATCH_FAIL },
    { "less, with board", pay_in_kind, MATCH_RULE_PAY, MATCH_FAIL },
    { "piece rate, newcomers below", piece_low, MATCH_RULE_PAY, MATCH_FAIL },
    { "piece rate, newcomers above", piece_good, MATCH_RULE_PAY, MATCH_PASS },
    { "time rate looks at the range", time_newcomer, MATCH_RULE_PAY, MATCH_PASS },
    { "pay not stated", pay_unknown, MATCH_RULE_PAY, MATCH_CHECK },
    { "no wish, low pay", no_wish, MATCH_RULE_PAY, MATCH_PASS },
    { "one level short", one_level_short, MATCH_RULE_SKILL, MATCH_PASS },
    { "two levels short", two_levels_short, MATCH_RULE_SKILL, MATCH_FAIL },
    { "level unknown", level_unknown, MATCH_RULE_SKILL, MATCH_CHECK },
    { "reserved for others", reserved, MATCH_RULE_RESERVED, MATCH_FAIL },
    { "reserved for such", reserved_for, MATCH_RULE_RESERVED, MATCH_PASS },
    { "night, no objection", night, MATCH_RULE_HEALTH, MATCH_PASS },
    { "no night work", no_night, MATCH_RULE_HEALTH, MATCH_FAIL },
    { "no heavy work, only night", no_heavy, MATCH_RULE_HEALTH, MATCH_PASS },
    { "last day today", expires_today, MATCH_RULE_DATES, MATCH_PASS },
    { "expired yesterday", expired, MATCH_RULE_DATES, MATCH_FAIL },
    { "free after the last day", free_too_late, MATCH_RULE_DATES, MATCH_FAIL },
    { "two weeks late", two_weeks_late, MATCH_RULE_DATES, MATCH_PASS },
    { "15 days late", over_two_weeks_late, MATCH_RULE_DATES, MATCH_FAIL },
    { "no seat", full, MATCH_RULE_SEATS, MATCH_FAIL },
};

TEST("each rule decides its cases and no other rule does")
{
    for (size_t i = 0; i < ARRAY_LEN(ruled); i++) {
        struct pair p = pair_new();
        struct match_verdict v;

        p.post.employer = &p.employer;
        ruled[i].change(&p);
        match_check(&p.person, &p.post, today, &v);
        for (int r = 0; r < MATCH_RULE_COUNT; r++) {
            enum match_outcome want =
                v.rules[r].code == ruled[i].rule ? ruled[i].outcome : MATCH_PASS;

            if (v.rules[r].outcome != want)
                test_fail(__FILE__, __LINE__, "%s: %s is %d", ruled[i].what,
                          match_code_name(v.rules[r].code), v.rules[r].outcome);
        }
        EXPECT_INT(v.is_feasible, ruled[i].outcome != MATCH_FAIL);
        EXPECT_INT(match_feasible(&p.person, &p.post, today), v.is_feasible);
    }
}

TEST("all broken rules are told, not the first alone")
{
    struct pair p = pair_new();
    struct match_verdict v;
    int failed = 0;

    p.post.employer = &p.employer;
    in_xiamen(&p), piece_low(&p), reserved(&p), full(&p);
    match_check(&p.person, &p.post, today, &v);
    for (int r = 0; r < MATCH_RULE_COUNT; r++)
        failed += v.rules[r].outcome == MATCH_FAIL;
    EXPECT_INT(failed, 4);
    EXPECT_STR(match_verdict_json(test_arena(), &v),
               "[[\"destination.not_wanted\",\"FAIL\",350206000000],"
               "[\"pay.below_wish\",\"FAIL\",280000,350000,1],[\"post.reserved\",\"FAIL\"],"
               "[\"post.full\",\"FAIL\"]]");
}

/* --- parts --- */

static const struct match_record records[] = { { 621102000000, { { 4, 4, 4 }, { 0 } } },
                                               { 621121000000, { { 10, 10, 10 }, { 9, 9, 9 } } } };

static void nothing(struct pair *p)
{
    (void)p;
}
static void board(struct pair *p)
{
    p->post.has_board = true;
}
static void board_lodging(struct pair *p)
{
    p->post.has_board = p->post.has_lodging = true;
}
static void rich(struct pair *p)
{
    p->post.pay_low_fen = 9900000;
}
static void no_wage_wish(struct pair *p)
{
    p->person.least_wage_fen = NONE;
}
static void same_province(struct pair *p)
{
    p->person.home = 350925000000;
}
static void nowhere(struct pair *p)
{
    p->person.home = 990000000000;
}
static void been_in_city(struct pair *p)
{
    p->person.earlier = earlier_fuqing;
    p->person.n_earlier = 1;
}
static void been_in_province(struct pair *p)
{
    p->person.earlier = earlier_xiamen;
    p->person.n_earlier = 1;
}
static void from_chongqing(struct pair *p)
{
    p->person.home = 500237000000;
}
static void western_food(struct pair *p)
{
    p->employer.has_western_food = true;
}
static void food_wanted(struct pair *p)
{
    p->person.wants_western_food = true;
}
static void food_wanted_served(struct pair *p)
{
    p->person.wants_western_food = p->employer.has_western_food = true;
}
static void room(struct pair *p)
{
    p->person.wants_couple_room = p->employer.has_couple_rooms = true;
}
static void no_room(struct pair *p)
{
    p->person.wants_couple_room = true;
}
static void two_go(struct pair *p)
{
    p->person.companion_id = 77;
}
static void one_seat_for_two(struct pair *p)
{
    p->person.companion_id = 77;
    p->post.seats = 1;
}
static void no_trade_wish(struct pair *p)
{
    p->person.n_occupations = 0;
}
static void other_wish_first(struct pair *p)
{
    p->person.occupations = cook;
    p->post.occupation = 4030201;
}
static void stays(struct pair *p, int32_t placed, int32_t stayed)
{
    for (int h = 0; h < MATCH_HORIZONS; h++) {
        p->employer.stays.placed[h] = placed;
        p->employer.stays.stayed[h] = stayed;
    }
}
static void stayed_none(struct pair *p)
{
    stays(p, 10, 0);
}
static void stayed_all_one(struct pair *p)
{
    stays(p, 1, 1);
}
static void stayed_all_many(struct pair *p)
{
    stays(p, 990, 990);
}
static void county_stays(struct pair *p)
{
    stays(p, 14, 9);
    p->employer.records = records;
    p->employer.n_records = 2;
}
/* Ten of ten stayed a month, none of ten six; nobody could have stayed three yet. */
static void stayed_a_month(struct pair *p)
{
    p->employer.stays = (struct match_stays){ { 10, 0, 10 }, { 10, 0, 0 } };
}
static void neighbours_there(struct pair *p)
{
    static const struct match_neighbours villages[] = { { 621121101200, 3 }, { 621121101201, 2 } };

    p->person.home = 621121101201;
    p->employer.villages = villages;
    p->employer.n_villages = 2;
}
static void neighbours_of_others(struct pair *p)
{
    neighbours_there(p);
    p->person.home = 621121101202;
}
static void arrears_one(struct pair *p)
{
    p->employer.arrears = 1;
}
static void arrears_many(struct pair *p)
{
    p->employer.arrears = 40;
}

static void rights_two(struct pair *p)
{
    p->employer.rights = 2;
}
static void arrears_and_rights(struct pair *p)
{
    p->employer.arrears = 1;
    p->employer.rights = 2;
}
static void in_fuzhou(struct pair *p)
{
    p->post.work = 350102000000;
}
static void in_quanzhou(struct pair *p)
{
    p->post.work = 350502000000;
}
static void in_chongqing(struct pair *p)
{
    p->post.work = 500112000000;
}
static void work_nowhere(struct pair *p)
{
    p->post.work = 990102000000;
}
/* 12,000 yuan in a year, of which 3,000 to who has been there. */
static const struct match_grant some[] = {
    { 621102000000, true, false, 12, 1, 200000, 2400000, "别县补贴", "grant of another county" },
    { 621121000000, true, false, 12, 2, 100000, 1200000, "稳岗补贴", "stability grant" },
    { 621121000000, true, true, 12, 1, 25000, 300000, "交通补贴", "transport grant" },
};
static const struct match_grants grants = { some, ARRAY_LEN(some) };
static void granted_others(struct pair *p)
{
    p->post.grants = &grants;
}
static void granted(struct pair *p)
{
    granted_others(p);
    p->person.is_registered = true;
}
static void granted_back(struct pair *p)
{
    granted(p), been_in_city(p);
}
static void train(struct pair *p, const struct match_training *training)
{
    p->employer.id = 7;
    p->person.trainings = training;
    p->person.n_trainings = 1;
}
static void trained(struct pair *p)
{
    static const struct match_training training = { NONE, 6180200 };

    train(p, &training);
}
static void short_but_trained(struct pair *p)
{
    one_level_short(p), trained(p);
}
static void trained_cook(struct pair *p)
{
    static const struct match_training training = { NONE, 4030201 };

    train(p, &training);
}
static void trained_here(struct pair *p)
{
    static const struct match_training training = { 7, 6180204 };

    train(p, &training);
}
static void trained_cook_here(struct pair *p)
{
    static const struct match_training training = { 7, 4030201 };

    train(p, &training);
}
static void trained_any_here(struct pair *p)
{
    static const struct match_training training = { 7, 0 };

    train(p, &training);
}

/* The unchanged pair: about 1840 km, three climate zones, rice instead of wheat. */
static const struct {
    const char *what;
    void (*change)(struct pair *);
    enum match_code part;
    int32_t points;
} scored[] = {
    { "a post at all", nothing, MATCH_PART_BASE, 1500 },
    /* in a town meals cost 86% and lodging 95% of the usual 600 and 400 */
    { "4200 against 3500, living 104 cheaper", nothing, MATCH_PART_TAKE_HOME, 804 },
    { "as much in a province capital, 88 dearer", in_fuzhou, MATCH_PART_TAKE_HOME, 612 },
    { "as much in another city, 34 dearer", in_quanzhou, MATCH_PART_TAKE_HOME, 666 },
    { "as much in a municipality, 88 dearer", in_chongqing, MATCH_PART_TAKE_HOME, 612 },
    { "as much nobody knows where", work_nowhere, MATCH_PART_TAKE_HOME, 700 },
    { "with board", board, MATCH_PART_TAKE_HOME, 1320 },
    { "with board and lodging", board_lodging, MATCH_PART_TAKE_HOME, 1700 },
    { "board is worth but money", pay_in_kind, MATCH_PART_TAKE_HOME, 999 },
    { "piece rate counts what newcomers reach", piece_low, MATCH_PART_TAKE_HOME, -596 },
    { "pay has a limit", rich, MATCH_PART_TAKE_HOME, 2000 },
    { "no wish is taken as 3500", no_wage_wish, MATCH_PART_TAKE_HOME, 804 },
    { "pay unknown", pay_unknown, MATCH_PART_TAKE_HOME, 0 },
    { "no policy pays", nothing, MATCH_PART_SUBSIDY, 0 },
    { "a policy pays households that are not hers", granted_others, MATCH_PART_SUBSIDY, 0 },
    { "a policy pays her", granted, MATCH_PART_SUBSIDY, 1000 },
    { "a policy pays less to who comes back", granted_back, MATCH_PART_SUBSIDY, 250 },
    { "within the province", same_province, MATCH_PART_DISTANCE, 0 },
    { "an unknown home", nowhere, MATCH_PART_DISTANCE, 0 },
    { "never there", nothing, MATCH_PART_HABIT, 0 },
    { "been in the city", been_in_city, MATCH_PART_HABIT, 300 },
    { "been in the province", been_in_province, MATCH_PART_HABIT, 100 },
    { "dry and cold to hot and humid", nothing, MATCH_PART_CLIMATE, -300 },
    { "Chongqing to Fujian", from_chongqing, MATCH_PART_CLIMATE, -100 },
    { "same climate", same_province, MATCH_PART_CLIMATE, 0 },
    { "rice for wheat", nothing, MATCH_PART_FOOD, -200 },
    { "rice as at home", from_chongqing, MATCH_PART_FOOD, 0 },
    { "western food", western_food, MATCH_PART_FOOD, 0 },
    { "western food missed", food_wanted, MATCH_PART_FOOD, -400 },
    { "western food as asked", food_wanted_served, MATCH_PART_FOOD, 200 },
    { "goes alone", nothing, MATCH_PART_COMPANION, 0 },
    { "couple's room", room, MATCH_PART_COMPANION, 400 },
    { "no couple's room", no_room, MATCH_PART_COMPANION, -400 },
    { "two and three seats", two_go, MATCH_PART_COMPANION, 0 },
    { "two and one seat", one_seat_for_two, MATCH_PART_COMPANION, -200 },
    { "trade as wished", nothing, MATCH_PART_WISH, 200 },
    { "trade as wished too", other_wish_first, MATCH_PART_WISH, 200 },
    { "related trade", related_taught, MATCH_PART_WISH, -150 },
    { "no wish for a trade", no_trade_wish, MATCH_PART_WISH, 0 },
    { "skill as asked", nothing, MATCH_PART_FIT, 0 },
    { "one level short", one_level_short, MATCH_PART_FIT, -200 },
    { "level unknown", level_unknown, MATCH_PART_FIT, 0 },
    { "one level short, but trained", short_but_trained, MATCH_PART_FIT, 0 },
    { "not trained", nothing, MATCH_PART_TRAINED, 0 },
    { "trained for the trade", trained, MATCH_PART_TRAINED, 150 },
    { "trained for another trade", trained_cook, MATCH_PART_TRAINED, 0 },
    { "trained for this employer", trained_here, MATCH_PART_TRAINED, 300 },
    { "trained for this employer's kitchen", trained_cook_here, MATCH_PART_TRAINED, 0 },
    { "trained for whatever this employer needs", trained_any_here, MATCH_PART_TRAINED, 300 },
    { "unknown employer", nothing, MATCH_PART_RETENTION, 0 },
    { "none of ten stayed: 5 of 20, then as ten more", stayed_none, MATCH_PART_RETENTION, -500 },
    { "the one stayed", stayed_all_one, MATCH_PART_RETENTION, 90 },
    { "all of 990 stayed", stayed_all_many, MATCH_PART_RETENTION, 990 },
    /* others: (0 + 5) of 14 = 0.3571; county: (9 + 3.571) of 20 = 0.6285 */
    { "county better than the others", county_stays, MATCH_PART_RETENTION, 257 },
    /* 15 of 20 after a month, 5 of 20 after six: a quarter more and less of the same weight */
    { "a month is stayed, six are not", stayed_a_month, MATCH_PART_RETENTION, 0 },
    { "two of the village are there", neighbours_there, MATCH_PART_VILLAGE, 150 },
    { "of another village", neighbours_of_others, MATCH_PART_VILLAGE, 0 },
    { "one case of arrears", arrears_one, MATCH_PART_ARREARS, -300 },
    { "forty cases of arrears", arrears_many, MATCH_PART_ARREARS, -900 },
    { "two other cases", rights_two, MATCH_PART_ARREARS, -200 },
    { "one of arrears and two others", arrears_and_rights, MATCH_PART_ARREARS, -500 },
    { "reserved for her", reserved_for, MATCH_PART_RESERVED_FOR, 300 },
    { "not reserved", nothing, MATCH_PART_RESERVED_FOR, 0 },
};

TEST("each part of the score gives its points, and the sum is the total")
{
    struct match_weights w = match_weights_default();

    for (size_t i = 0; i < ARRAY_LEN(scored); i++) {
        struct pair p = pair_new();
        struct match_score s;
        int32_t points = 0, total = 0;

        p.post.employer = &p.employer;
        scored[i].change(&p);
        match_score(&p.person, &p.post, &w, &s);
        for (int k = 0; k < s.n; k++) {
            total += s.parts[k].points;
            if (s.parts[k].code == scored[i].part)
                points = s.parts[k].points;
        }
        if (points != scored[i].points)
            test_fail(__FILE__, __LINE__, "%s: %d points, expected %d", scored[i].what, points,
                      scored[i].points);
        EXPECT_INT(s.total, total);
        EXPECT_INT(match_points(&p.person, &p.post, &w), total);
    }
}

TEST("every weight counts: without any of them all scores are 0, and each is found by name")
{
    struct pair p = pair_new();
    struct match_weights none = { 0 }, w = match_weights_default();

    p.post.employer = &p.employer;
    county_stays(&p), arrears_one(&p), board_lodging(&p), been_in_city(&p), no_room(&p);
    EXPECT_INT(match_points(&p.person, &p.post, &none), 0);
    EXPECT_INT(match_weight_count * sizeof(int32_t),
               offsetof(struct match_weights, reserved) + sizeof w.reserved); /* the last */
    for (int i = 0; i < match_weight_count; i++) {
        const struct match_weight_name *n = &match_weight_names[i];

        EXPECT_INT(*(int32_t *)((char *)&w + n->at), n->default_value);
        EXPECT(!str_blank(n->zh) && !str_blank(n->en));
    }
}

static const struct {
    int64_t home, work;
    int64_t km_low, km_high; /* of a great circle between the capitals, give or take 5% */
} distances[] = {
    { 621121000000, 350181000000, 1750, 1930 }, /* Lanzhou–Fuzhou 1841 */
    { 500237000000, 370681000000, 1180, 1320 }, /* Chongqing–Jinan 1260 */
    { 511132000000, 330600000000, 1480, 1640 }, /* Chengdu–Hangzhou 1541 */
    { 650100000000, 460100000000, 3260, 3650 }, /* Ürümqi–Haikou 3380 */
    { 621121000000, 621102000000, 0, 0 },
};

TEST("distances are near those on the globe")
{
    for (size_t i = 0; i < ARRAY_LEN(distances); i++) {
        int64_t km = match_distance_km(distances[i].home, distances[i].work);

        if (km < distances[i].km_low || km > distances[i].km_high)
            test_fail(__FILE__, __LINE__, "%lld km for row %d", (long long)km, (int)i);
        EXPECT_INT(match_distance_km(distances[i].work, distances[i].home), km);
    }
    EXPECT(match_distance_km(0, 350100000000) == NONE);
    EXPECT(match_distance_km(NONE, -5) == NONE);
}

static const struct {
    const char *code;
    int32_t number;
} occupations[] = {
    { "6-18-02-04", 6180204 }, { "6-18-02", 6180200 }, { "6-18", 6180000 }, { "6", 6000000 },
    { "6180204", 6180204 },    { "welder", 0 },        { "", 0 },           { NULL, 0 },
};

TEST("occupation codes are read with or without hyphens, at any depth")
{
    for (size_t i = 0; i < ARRAY_LEN(occupations); i++)
        EXPECT_INT(match_occupation(occupations[i].code), occupations[i].number);
}

/* --- stored and told --- */

TEST("a stored score reads back as it was, in both languages")
{
    struct pair p = pair_new();
    struct match_weights w = match_weights_default();
    struct match_score s;
    struct match_reason back[MATCH_CODE_COUNT];
    const char *json;

    p.post.employer = &p.employer;
    p.post.pay_low_fen = 420050;
    board(&p), county_stays(&p), one_seat_for_two(&p), no_room(&p), granted(&p);
    arrears_and_rights(&p), trained_here(&p);
    match_score(&p.person, &p.post, &w, &s);
    json = match_score_json(test_arena(), &s);
    EXPECT_INT(match_reasons_read(json, back), s.n);
    for (int i = 0; i < s.n; i++) {
        EXPECT_INT(back[i].code, s.parts[i].code);
        EXPECT_INT(back[i].points, s.parts[i].points);
        EXPECT(!memcmp(back[i].v, s.parts[i].v, sizeof back[i].v));
        for (int k = 0; k < 2; k++) {
            const struct match_name *is = &back[i].name[k], *was = &s.parts[i].name[k];

            EXPECT_INT(is->n, was->n);
            EXPECT(is->n == 0 || !memcmp(is->text, was->text, (size_t)was->n));
        }
    }
    EXPECT_STR(
        match_reasons_text(test_arena(), LANG_ZH, json),
        "有岗位可去（+1500分）；预计月收入4200.50元（包吃，住宿约380元，估算，比通常省620元），"
        "比期望高1320.50元（+1320分）；估计补贴平均每月1000元（做满12个月共12000元，"
        "现行政策《稳岗补贴》等2项）；连同工资、除去自理食宿，每月到手约4820.50元（+1000分）；"
        "没有夫妻房；同伴在此没有名额（-600分）；"
        "该单位有1起欠薪、2起其他维权案件记录（-500分）；气候与家乡差别大（-300分）；"
        "参加过该单位的订单培训（+300分）；"
        "离家约1800公里（按省会直线距离）（-276分）；本县曾有10人到该单位，9人稳定满3个月"
        "，满1个月9/10人，满6个月9/10人（单位共14人，折算留存率63%）（+257分）；主食习惯不同，且无食堂（-200分）；"
        "工种合本人意愿（+200分）");
    EXPECT_STR(
        match_reasons_text(test_arena(), LANG_EN, json),
        "a post to go to (+1500); about 4200.50 yuan a month (meals are free, lodging costs about "
        "380, an estimate, 620 less than usual), 1320.50 more than wished (+1320); an "
        "estimated 1000 yuan of subsidies a month (12 months of work earn 12000 under the policies "
        "in force: “stability grant” and 1 more); with pay and after meals and lodging about "
        "4820.50 in hand (+1000); no couple's rooms; no second seat for the "
        "companion (-600); rights cases on record: 1 of unpaid wages, 2 others (-500); a "
        "very different climate from home (-300); trained on order of this employer (+300); about 1800 km from "
        "home (between province capitals) (-276); 10 people of this county came here, 9 "
        "stayed three months, a month 9 of 10, six months 9 of 10 (14 from all counties; retention taken as 63%) (+257); another "
        "staple food, and no canteen (-200); the occupation wished for (+200)");
}

static bool has_chinese(const char *text)
{
    for (uint32_t c; (c = utf8_next(&text));)
        if (c >= 0x3000)
            return true;
    return false;
}

TEST("every rule and part has a Chinese and an English sentence for each of its cases")
{
    struct match_weights w = match_weights_default();

    for (size_t i = 0; i < ARRAY_LEN(ruled) + ARRAY_LEN(scored); i++) {
        struct pair p = pair_new();
        struct match_verdict v;
        struct match_score s;

        p.post.employer = &p.employer;
        (i < ARRAY_LEN(ruled) ? ruled[i].change : scored[i - ARRAY_LEN(ruled)].change)(&p);
        match_check(&p.person, &p.post, today, &v);
        match_score(&p.person, &p.post, &w, &s);
        for (int r = 0; r < MATCH_RULE_COUNT + s.n; r++) {
            const struct match_reason *reason =
                r < MATCH_RULE_COUNT ? &v.rules[r] : &s.parts[r - MATCH_RULE_COUNT];
            const char *zh = match_reason_text(test_arena(), LANG_ZH, reason);
            const char *en = match_reason_text(test_arena(), LANG_EN, reason);

            if (!has_chinese(zh) || str_blank(en) || has_chinese(en))
                test_fail(__FILE__, __LINE__, "%s: \"%s\" / \"%s\"", match_code_name(reason->code),
                          zh, en);
        }
    }
}

TEST("pay stored before living costs were known is told as it was")
{
    EXPECT_STR(match_reasons_text(test_arena(), LANG_ZH,
                                  "[[\"pay.take_home\",1300,420000,350000,60000]]"),
               "预计月收入4200元（另包食宿折600元），比期望高1300元（+1300分）");
}

static const struct {
    const char *json;
    int n;
} stored[] = {
    { NULL, 0 },
    { "[]", 0 },
    { " [ [ \"base\" , 1500 ] ]\n", 1 },
    { "[[\"base\",1500],[\"pay.below_wish\",\"CHECK\",null,350000]]", 2 },
    { "", -1 },
    { "[", -1 },
    { "[[\"base\"]]", -1 },
    { "[[\"base\",1500]", -1 },
    { "[[\"base\",1500]]x", -1 },
    { "[[\"bas\",1500]]", -1 },
    { "[[\"base\",\"FAIL\"]]", -1 },
    { "[[\"post.full\",1]]", -1 },
    { "[[\"base\",1,2,3,4,5,6,7,8,9,10]]", -1 },
    { "[[\"pay.subsidy\",1,2,\"甲\",\"a\"]]", 1 },
    { "[[\"pay.subsidy\",1,2,\"甲\",\"a\",\"b\"]]", -1 },
    { "[[\"pay.subsidy\",1,2,\"甲\",3]]", -1 },
    { "[[\"pay.subsidy\",1,2,\"甲\\\"\"]]", -1 },
    { "[[\"pay.subsidy\",1,2,\"甲]]", -1 },
    { "[[\"base\",99999999999]]", -1 },
    { "{}", -1 },
};

TEST("a stored text that is not ours is refused")
{
    struct match_reason r[MATCH_CODE_COUNT];

    for (size_t i = 0; i < ARRAY_LEN(stored); i++)
        EXPECT_INT(match_reasons_read(stored[i].json, r), stored[i].n);
    EXPECT_STR(match_reasons_text(test_arena(), LANG_ZH, "{}"), "");
}
