/* From the ledger to a model and to a run: what is known before a start and nothing later, whose
 * people, and what stands in the way. On both stores. */
#include "road.h"

#include "matching/load.h"
#include "matching/retention_fit.h"
#include "matching/run.h"

#include <math.h>

enum { DAY = 86400 };
static const int64_t tongwei = 621121000000, fuqing = 350181000000;

static uint64_t dice;

static int64_t roll(int64_t lo, int64_t hi)
{
    dice ^= dice << 13;
    dice ^= dice >> 7;
    dice ^= dice << 17;
    return lo + (int64_t)(dice % (uint64_t)(hi - lo + 1));
}

static void day_set(struct ctx *cx, const char *day)
{
    cx->today = date_of_text(day);
    cx->now = (int64_t)date_to_days(cx->today) * DAY;
}

/* --- stretches of work, as they would have come by the road --- */

struct spell {
    int64_t id, person_id, post_id, home, wage_fen;
    const char *start, *end;
};

static enum err put_spell(struct ctx *cx, void *arg)
{
    const struct spell *s = arg;
    struct rows post;

    TRY(db_one(cx, &post,
               "SELECT employer_id, work FROM job_post WHERE"
               " SCOPE_NOT(job_post 'of the test') AND id = $1",
               P(s->post_id)));
    TRY(db_exec(cx, "DELETE FROM placement WHERE SCOPE_NOT(placement 'of the test') AND id = $1",
                P(s->id)));
    TRY(db_exec(cx,
                "UPDATE person SET labour_status = 'EMPLOYED' WHERE"
                " SCOPE_NOT(person 'of the test') AND id = $1",
                P(s->person_id)));
    return db_exec(
        cx,
        "INSERT INTO placement (id, person_id, employer_id, post_id, home, work, channel,"
        " start_on, end_on, end_reason, wage_fen, state, created_at, updated_at)"
        " SELECT $1, $2, $3, $4, $5, $6, 'ORGANISED', $7, $8, $9, $10, $11, 0, 0 WHERE"
        " SCOPE(placement home=$5, work=$6, employer_id=$3, person_id=$2)",
        P(s->id), P(s->person_id), P(row_int(&post, 0, "employer_id")), P(s->post_id), P(s->home),
        P(row_int(&post, 0, "work")), P(s->start), P(s->end),
        P(s->end ? "PAY" : (const char *)NULL), P(s->wage_fen), P(s->end ? "ENDED" : "ACTIVE"));
}

static void spell_put(struct ctx *cx, struct spell s)
{
    if (db_write(cx, put_spell, &s) != OK)
        test_fail(__FILE__, __LINE__, "%s: %s", cx->failure.code, cx->failure.message);
}

struct asked {
    struct retention_case *cases;
    int32_t n;
};

static enum err load(struct ctx *cx, void *arg)
{
    struct asked *a = arg;

    return retention_load(cx, tongwei, fuqing, &a->cases, &a->n);
}

/* The case that started on this day; one without features when there is none. */
static struct retention_case case_of(struct ctx *cx, const char *start)
{
    struct asked a = { 0 };
    int32_t day = date_to_days(date_of_text(start));

    if (db_read(cx, load, &a) != OK)
        test_fail(__FILE__, __LINE__, "%s: %s", cx->failure.code, cx->failure.message);
    for (int32_t i = 0; i < a.n; i++)
        if (a.cases[i].start == day)
            return a.cases[i];
    test_fail(__FILE__, __LINE__, "no case began on %s", start);
    return (struct retention_case){ 0 };
}

/* Everything about person 1 that could be known: wishes, a course, earlier work, neighbours, how
 * others fared, unpaid wages; each on this day or just before. */
static void happen(struct ctx *cx, const int64_t person[3], const int64_t post[2], const char *day,
                   int64_t n)
{
    struct date on = date_of_text(day);
    const char *before = date_text(cx->mem, date_add_days(on, -1));
    const char *long_before = date_text(cx->mem, date_add_days(on, -150));
    int64_t employer;

    day_set(cx, day);
    EXPECT_INT(road_call(cx, "people.change", person[0],
                         arena_printf(cx->mem,
                                      "{\"least_wage_fen\":%lld,\"destinations\":\"%s\","
                                      "\"occupations\":\"6-18-02-04\",\"companion_id\":\"%lld\"}",
                                      300000 + 10000 * (long long)n, n % 2 ? "650000000000" : "",
                                      (long long)person[1])),
               OK);
    EXPECT_INT(road_call(cx, "posts.get", post[0], NULL), OK);
    employer = road_int(cx, "employer_id");
    road_create(cx, "trainings.create",
                arena_printf(cx->mem,
                             "{\"person_id\":\"%lld\",\"employer_id\":\"%lld\",\"course\":\"岗前\","
                             "\"completed_on\":\"%s\"}",
                             (long long)person[0], (long long)employer, before));
    road_create(cx, "rights_cases.create",
                arena_printf(cx->mem,
                             "{\"employer_id\":\"%lld\",\"kind\":\"WAGES\",\"opened_on\":\"%s\"}",
                             (long long)employer, before));
    spell_put(cx, (struct spell){ 100 + n, person[0], post[1], 621121104201, 300000, long_before,
                                  before });
    spell_put(cx, (struct spell){ 200 + n, person[1], post[0], 621121104201, 300000, long_before,
                                  day });
    spell_put(cx, (struct spell){ 300 + n, person[2], post[0], 621121104202, 300000, long_before,
                                  before });
}

STORE_TEST("a case knows what was known before its start, and nothing that happened later")
{
    int64_t person[3], post[2];
    struct retention_case bare, told, after;
    struct spell mine;

    day_set(cx, "2024-01-05");
    for (int i = 0; i < 3; i++)
        person[i] = road_person(cx, i + 1);
    post[0] = road_post(cx, "甲厂", 50);
    post[1] = road_post(cx, "乙厂", 50);
    mine = (struct spell){ 1, person[0], post[0], 621121104201, 350000, "2025-03-01", NULL };
    spell_put(cx, mine);
    day_set(cx, "2026-03-10");
    bare = case_of(cx, "2025-03-01");
    EXPECT(bare.has_stayed);
    EXPECT_INT(bare.features[RETENTION_pay], 0);
    EXPECT_INT(bare.features[RETENTION_record], 0);

    happen(cx, person, post, "2025-09-01", 2);
    mine.end = "2025-03-20";
    spell_put(cx, mine);
    day_set(cx, "2026-03-10");
    after = case_of(cx, "2025-03-01");
    EXPECT(!after.has_stayed);
    EXPECT_INT(memcmp(after.features, bare.features, sizeof bare.features), 0);

    happen(cx, person, post, "2025-03-01", 1);
    day_set(cx, "2026-03-10");
    told = case_of(cx, "2025-03-01");
    EXPECT_INT(told.features[RETENTION_pay], 400); /* 3,500 against 3,100 */
    EXPECT_INT(told.features[RETENTION_elsewhere], 1000);
    EXPECT_INT(told.features[RETENTION_companion], 1000);
    EXPECT_INT(told.features[RETENTION_trained], 1000);
    EXPECT_INT(told.features[RETENTION_back], 1000);
    EXPECT_INT(told.features[RETENTION_village], 1000);
    EXPECT_INT(told.features[RETENTION_arrears], 1000);
    EXPECT_INT(told.features[RETENTION_record], 833); /* both had stayed: (2 + 5) of 12 */
}

STORE_TEST("the record a case meets is of those who could have stayed by then, her county's first")
{
    int64_t post;
    const struct {
        int64_t home;
        const char *start, *end;
    } others[] = {
        { 621121000000, "2025-01-01", "2025-01-15" }, { 621121000000, "2025-01-01", "2025-01-15" },
        { 621124000000, "2025-01-01", NULL },         { 621124000000, "2025-01-01", NULL },
        { 621121000000, "2025-03-02", NULL },         { 621121000000, "2025-05-01", "2025-05-02" },
    };

    day_set(cx, "2024-12-01");
    post = road_post(cx, "甲厂", 50);
    for (size_t i = 0; i < ARRAY_LEN(others); i++)
        spell_put(cx, (struct spell){ 10 + (int64_t)i, road_person(cx, (int)i + 1), post,
                                      others[i].home, 350000, others[i].start, others[i].end });
    spell_put(cx,
              (struct spell){ 1, road_person(cx, 9), post, tongwei, 350000, "2025-05-31", NULL });
    spell_put(cx,
              (struct spell){ 2, road_person(cx, 10), post, tongwei, 350000, "2025-06-02", NULL });
    day_set(cx, "2026-03-10");
    /* Others (2 + half of 10) of 12 are 5833; own none of 2, as by ten more: 5833 * 10 / 12. */
    EXPECT_INT(case_of(cx, "2025-05-31").features[RETENTION_record], 4860 - 5000);
    /* Two days later the one of 2 March has stayed: (1 + 5.833) of 13. */
    EXPECT_INT(case_of(cx, "2025-06-02").features[RETENTION_record], 5256 - 5000);
}

/* --- a ledger in which pay decides --- */

enum { PEOPLE = 320 };

/* People of Tongwei who wish for 2,500 to 4,500 and get 3,500 in Fuqing, ten a day. */
static void fill(struct ctx *cx, bool is_by_pay)
{
    int64_t post;

    day_set(cx, "2024-01-05");
    post = road_post(cx, "甲厂", 1000);
    dice = 7;
    for (int i = 0; i < PEOPLE; i++) {
        int64_t wish = roll(250, 450) * 1000, person = road_person(cx, i + 1);
        double logit = is_by_pay ? 4.0 * (double)(350000 - wish) / 1e5 : 0;
        bool is_gone = (double)roll(0, 999) / 1e3 > 1 / (1 + exp(-logit));
        struct date start = date_add_days(cx->today, 30 + i / 10);

        EXPECT_INT(road_call(cx, "people.change", person,
                             arena_printf(cx->mem, "{\"least_wage_fen\":%lld}", (long long)wish)),
                   OK);
        spell_put(cx, (struct spell){
                          1000 + i, person, post, tongwei, 350000, date_text(cx->mem, start),
                          is_gone ? date_text(cx->mem, date_add_days(start, roll(5, 80))) : NULL });
    }
    day_set(cx, "2025-03-10");
}

static enum err train(struct ctx *cx)
{
    return road_call(cx, "match_retentions.train", NONE,
                     "{\"home\":621121000000,\"work\":350181000000}");
}

static int64_t run_with(struct ctx *cx, const char *weights)
{
    int64_t id = NONE;

    if (match_run_now(cx, tongwei, fuqing, weights, &id) != OK)
        test_fail(__FILE__, __LINE__, "%s: %s", cx->failure.code, cx->failure.message);
    return id;
}

/* Score of the only person in a run. */
static int64_t score_in(struct ctx *cx, int64_t run)
{
    EXPECT_INT(road_call(cx, "match_runs.results", run, NULL), OK);
    return road_int(cx, "items.0.score");
}

STORE_TEST("a ledger is fitted, the model says what decides, and a run counts it when asked to")
{
    int64_t before, off, on, model;

    fill(cx, true);
    road_post(cx, "甲厂", 5);
    road_person(cx, PEOPLE + 1);
    before = score_in(cx, run_with(cx, NULL));
    EXPECT_INT(match_run_now(cx, tongwei, fuqing, "{\"retention_model\":1000}", &on), E_INVALID);
    EXPECT_STR(cx->failure.code, "retention.none");

    EXPECT_INT(train(cx), OK);
    model = road_int(cx, "id");
    EXPECT_INT(road_call(cx, "match_retentions.get", model, NULL), OK);
    EXPECT_INT(road_int(cx, "number"), 1);
    EXPECT_INT(road_int(cx, "cases"), PEOPLE);
    EXPECT(json_as_bool(road_member(cx, "is_better")));
    EXPECT_STR(road_str(cx, "coefficients.0.name"), "pay");
    EXPECT(road_int(cx, "coefficients.0.value") > 1500000);
    EXPECT(road_str(cx, "coefficients.0.zh") != NULL && road_str(cx, "coefficients.0.en") != NULL);
    EXPECT_INT(road_int(cx, "test.fitted"), 250); /* the day that 256 cut is tested whole */
    EXPECT_INT(road_int(cx, "test.tested"), 70);
    EXPECT_STR(road_str(cx, "test.cut"), "2024-02-29");
    EXPECT(road_int(cx, "test.brier") < road_int(cx, "test.brier_base"));
    EXPECT_INT((int64_t)json_count(road_member(cx, "test.groups")), RETENTION_GROUPS);

    off = run_with(cx, NULL);
    EXPECT_INT(score_in(cx, off), before);
    on = run_with(cx, "{\"retention_model\":1000}");
    EXPECT(score_in(cx, on) != before);
    EXPECT(strstr(road_reply(cx), "预计满3个月留存") != NULL);
    EXPECT_INT(road_call(cx, "match_runs.get", on, NULL), OK);
    EXPECT_INT(road_int(cx, "weights_used.estimate.id"), model);
    EXPECT_INT(road_call(cx, "match_runs.get", off, NULL), OK);
    EXPECT(road_member(cx, "weights_used.estimate") == NULL);

    EXPECT_INT(train(cx), OK);
    EXPECT_INT(road_call(cx, "match_retentions.list", NONE, "home=621121000000"), OK);
    EXPECT_INT(road_int(cx, "total"), 2);
    EXPECT_INT(road_int(cx, "items.0.number"), 2);
}

/* Points of the estimate in the last reply; NONE without any. */
static int64_t estimated(struct ctx *cx, const char *list)
{
    const struct json_value *parts = road_member(cx, list);

    for (size_t i = 0; i < json_count(parts); i++)
        if (str_eq(json_as_str(json_get(json_at(parts, i), "code")), "retention.estimate"))
            return json_as_int(json_get(json_at(parts, i), "points"));
    return NONE;
}

STORE_TEST("why, a change by hand and a run from it count a run's model, whatever was fitted since")
{
    int64_t run, result, post, other, person, points, bias;

    fill(cx, true);
    post = road_post(cx, "乙厂", 5);
    other = road_post(cx, "丙厂", 5);
    person = road_person(cx, PEOPLE + 1);
    EXPECT_INT(train(cx), OK);
    run = run_with(cx, "{\"retention_model\":5000}");
    EXPECT_INT(road_call(cx, "match_runs.results", run, NULL), OK);
    result = road_int(cx, "items.0.id");
    other = road_int(cx, "items.0.post_id") == other ? post : other;
    points = estimated(cx, "items.0.reasons");
    EXPECT(points != NONE);
    for (int i = 0; i < PEOPLE; i++) { /* now few have stayed, whatever they were paid */
        struct date start = date_add_days(cx->today, i / 10 - 300);

        spell_put(cx, (struct spell){ 1000 + i, 5000 + i, post, tongwei, 350000,
                                      date_text(cx->mem, start),
                                      i % 5 ? date_text(cx->mem, date_add_days(start, 9)) : NULL });
    }
    EXPECT_INT(train(cx), OK);
    EXPECT_INT(road_call(cx, "match_runs.why", run,
                         arena_printf(cx->mem, "person_id=%lld&post_id=%lld", (long long)person,
                                      (long long)other)),
               OK);
    EXPECT_INT(estimated(cx, "parts"), points);
    EXPECT_INT(road_call(cx, "match_results.override", result,
                         arena_printf(cx->mem, "{\"post_id\":\"%lld\",\"reason\":\"同乡\"}",
                                      (long long)other)),
               OK);
    EXPECT_INT(estimated(cx, "reasons"), points);
    EXPECT_INT(road_call(cx, "match_runs.get", run, NULL), OK);
    bias = road_int(cx, "weights_used.estimate.bias");
    EXPECT(bias != NONE);
    EXPECT_INT(road_call(cx, "match_runs.create", NONE,
                         arena_printf(cx->mem,
                                      "{\"home\":\"%lld\",\"work\":\"%lld\","
                                      "\"previous_id\":\"%lld\"}",
                                      (long long)tongwei, (long long)fuqing, (long long)run)),
               OK);
    EXPECT_INT(road_int(cx, "weights_used.estimate.bias"), bias);
}

STORE_TEST("an estimate no better than the base rate is kept and shown, but counts for nothing")
{
    int64_t run = NONE;

    fill(cx, false);
    EXPECT_INT(train(cx), OK);
    EXPECT_INT(road_call(cx, "match_retentions.get", road_int(cx, "id"), NULL), OK);
    EXPECT(!json_as_bool(road_member(cx, "is_better")));
    EXPECT_INT(match_run_now(cx, tongwei, fuqing, "{\"retention_model\":1}", &run), E_INVALID);
    EXPECT_STR(cx->failure.code, "retention.no_better");
    EXPECT_INT(match_run_now(cx, tongwei, fuqing, "{\"retention_model\":0}", &run), OK);
}

STORE_TEST(
    "both sides read an estimate, others do not; who did not bring it cannot name one in a run")
{
    int64_t id, run = NONE;

    fill(cx, true);
    EXPECT_INT(train(cx), OK);
    id = road_int(cx, "id");
    EXPECT_INT(match_run_now(cx, tongwei, fuqing,
                             "{\"retention_model\":9,\"estimate\":{\"bias\":20000000}}", &run),
               E_INVALID);
    EXPECT_STR(cx->failure.code, "weights.invalid");
    cx->who.scope = road_east;
    EXPECT_INT(road_call(cx, "match_retentions.get", id, NULL), OK);
    cx->who.scope = road_west;
    EXPECT_INT(road_call(cx, "match_retentions.get", id, NULL), OK);
    cx->who.scope.home_lo = 621124000000;
    cx->who.scope.home_hi = 621124999999;
    EXPECT_INT(road_call(cx, "match_retentions.get", id, NULL), E_NOT_FOUND);
    EXPECT_INT(road_call(cx, "match_retentions.list", NONE, ""), OK);
    EXPECT_INT(road_int(cx, "total"), 0);
}

STORE_TEST("too few cases are refused with their number; other people's are not to be had")
{
    cx->lang = LANG_ZH;
    EXPECT_INT(train(cx), E_CONFLICT);
    EXPECT_STR(cx->failure.code, "retention.too_few");
    EXPECT(strstr(cx->failure.message, "只有0段，至少要200段") != NULL);
    cx->who.scope = road_east;
    EXPECT_INT(train(cx), E_INVALID);
    EXPECT_STR(cx->failure.code, "match.home");
    cx->who.scope = road_west;
    EXPECT_INT(train(cx), E_CONFLICT);
    EXPECT_INT(road_call(cx, "match_retentions.train", NONE,
                         "{\"home\":621124000000,\"work\":350181000000}"),
               E_INVALID);
    EXPECT_STR(cx->failure.code, "match.home");
}
