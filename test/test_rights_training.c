/* What records say of employers, posts and people besides the road: rights cases, training on
 * order, demands that the law does not let a post make; who sees them, how they come in by a sheet,
 * and what matching makes of them. */
#include "base/ids.h"
#include "imports/imports.h"
#include "matching/matching.h"
#include "ops.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* The n-th willing person of Tongwei. */
static const char *number_of(int n)
{
    const char *digits = arena_printf(test_arena(), "621125%04d0307%03d", 1970 + n, n);

    return arena_printf(test_arena(), "%s%c", digits, id_no_check(digits));
}

static int64_t person(int n)
{
    return created(as(TONGWEI, "CLERK"), "people.create",
                   "{'name':'王强','id_no':'%s','home':621121000000,'willingness':'WILLING'}",
                   number_of(n));
}

static int64_t post(const char *more)
{
    int64_t id = created(as(FUQING, "CLERK"), "posts.create",
                         "{'title':'电焊工','occupation':'6-18-02-04','headcount':3,'pay':'4000元',"
                         "'employer_id':'%lld'%s}",
                         (long long)employer_of(FUYAO), more);

    EXPECT_INT(call(as(FUQING, "CLERK"), "posts.submit", id, "{}"), OK);
    EXPECT_INT(call(as(FUQING, "REVIEWER"), "posts.open", id, "{}"), OK);
    return id;
}

static int64_t case_of(struct caller *who, const char *kind, const char *more)
{
    return created(who, "rights_cases.create",
                   "{'employer_id':'%lld','kind':'%s','opened_on':'2019-02-01'%s}",
                   (long long)employer_of(FUYAO), kind, more);
}

/* Points and English sentence of a part of why this person gets that post; NULL without it. */
static const char *part_of(int64_t person_id, int64_t post_id, const char *code)
{
    struct ctx *cx = unit(as(TONGWEI, "CLERK"));
    int64_t run = NONE;

    EXPECT_INT(match_run_now(cx, 621121000000, 350181000000, NULL, &run), OK);
    call(as(TONGWEI, "CLERK"), "match_runs.why", run, "person_id=%lld&post_id=%lld",
         (long long)person_id, (long long)post_id);
    expect(200, NULL);
    for (int i = 0; i < got_count("parts"); i++)
        if (str_eq(got(arena_printf(test_arena(), "parts.%d.code", i)), code))
            return arena_printf(test_arena(), "%s: %s",
                                got(arena_printf(test_arena(), "parts.%d.points", i)),
                                got(arena_printf(test_arena(), "parts.%d.en", i)));
    return NULL;
}

static int64_t imported(struct caller *who, const char *kind, const char *text)
{
    struct import_outcome o = { 0 };
    struct ctx *cx = unit(who);
    const char *path = test_file(".csv");
    FILE *f = fopen(path, "wb");

    if (!f || fputs(text, f) == EOF || fclose(f) != 0)
        abort();
    if (import_run(cx, record_find_kind(kind), path, "x.csv", true, &o) != OK)
        test_fail(__FILE__, __LINE__, "%s %s", cx->failure.code, cx->failure.message);
    unlink(path);
    return o.created * 100 + o.changed * 10 + o.bad;
}

/* --- rights cases --- */

OPS_TEST(
    "both sides record rights cases and see their own side's; the employer and the foreign none")
{
    int64_t east = case_of(as(FUQING, "CLERK"), "WAGES", "");
    int64_t west = case_of(as(TONGWEI, "CLERK"), "INJURY", "");

    call(as(TONGWEI, "CLERK"), "rights_cases.get", west, NULL);
    EXPECT_INT(got_int("home"), 621121000000);
    EXPECT_INT(got_int("work"), 350181000000);
    call(as(FUQING, "CLERK"), "rights_cases.list", NONE, NULL);
    EXPECT_INT(got_int("total"), 2);
    call(as(TONGWEI, "CLERK"), "rights_cases.list", NONE, NULL);
    EXPECT_INT(got_int("total"), 1);
    call(as(TONGWEI, "CLERK"), "rights_cases.get", east, NULL);
    expect(404, "record.not_found");
    call(as(FUYAO, "EMPLOYER"), "rights_cases.list", NONE, NULL);
    EXPECT_INT(got_int("total"), 0);
    call(as(YANTAI, "CLERK"), "rights_cases.list", NONE, NULL);
    EXPECT_INT(got_int("total"), 0);
    call(as(YANTAI, "CLERK"), "rights_cases.create", NONE,
         "{'employer_id':'%lld','kind':'WAGES','opened_on':'2019-02-01'}",
         (long long)employer_of(FUYAO));
    EXPECT_STR(got("field"), "employer_id");
}

OPS_TEST("a case is settled or rejected once, with a reason, and is closed on that day")
{
    struct caller *clerk = as(FUQING, "CLERK");
    int64_t a = case_of(clerk, "WAGES", ""), b = case_of(clerk, "CONTRACT", "");

    call(clerk, "stats.home", NONE, NULL);
    EXPECT(strstr(got_text(), "\"rights_cases_open\"") != NULL);
    call(clerk, "rights_cases.settle", a, "{}");
    EXPECT_STR(got("field"), "reason");
    call(clerk, "rights_cases.settle", a, "{'reason':'已补发'}");
    expect(200, NULL);
    EXPECT_STR(got("state"), "SETTLED");
    EXPECT_STR(got("closed_on"), "2019-03-15");
    call(clerk, "rights_cases.reject", a, "{'reason':'x'}");
    expect(409, "state.wrong");
    call(clerk, "rights_cases.reject", b, "{'reason':'查无实据'}");
    EXPECT_STR(got("state"), "REJECTED");
    call(clerk, "rights_cases.create", NONE,
         "{'employer_id':'%lld','kind':'WAGES','opened_on':'2019-04-01'}",
         (long long)employer_of(FUYAO));
    expect(400, "date.future");
    call(clerk, "rights_cases.create", NONE,
         "{'employer_id':'%lld','kind':'WAGES','opened_on':'2019-02-02','closed_on':'2019-02-01'}",
         (long long)employer_of(FUYAO));
    expect(400, "dates.order");
}

OPS_TEST(
    "matching shows how many cases an employer has, whoever recorded them, unfounded and old ones left out")
{
    int64_t who = person(1), at = post("");

    EXPECT_STR(part_of(who, at, "employer.arrears"), NULL);
    case_of(as(FUQING, "CLERK"), "WAGES", ",'closed_on':'2019-02-20'");
    case_of(as(FUQING, "CLERK"), "INJURY", "");
    call(as(FUQING, "CLERK"), "rights_cases.reject", case_of(as(FUQING, "CLERK"), "WAGES", ""),
         "{'reason':'查无实据'}");
    created(as(FUQING, "CLERK"), "rights_cases.create",
            "{'employer_id':'%lld','kind':'WAGES','opened_on':'2016-03-14'}",
            (long long)employer_of(FUYAO));
    created(as(FUZHOU, "CLERK"), "rights_cases.create",
            "{'employer_id':'%lld','kind':'WAGES','opened_on':'2019-02-01'}",
            (long long)employer_of(CANGSHAN));
    EXPECT_STR(part_of(who, at, "employer.arrears"),
               "-400: rights cases on record: 1 of unpaid wages, 1 others");
}

OPS_TEST("rights cases come in by a sheet, once, and an employer nobody knows is named")
{
    const char *sheet;

    call(as(FUQING, "CLERK"), "employers.get", employer_of(FUYAO), NULL);
    sheet = arena_printf(test_arena(),
                         "企业名称,案由,受理日期,办结日期,涉及人数,案号\n"
                         "%s,讨薪,2019-01-10,2019-02-01,12,榕劳监2019-1\n"
                         "没有的厂,工伤,2019-01-10,,1,榕劳监2019-2\n",
                         got("name"));
    EXPECT_INT(imported(as(FUQING, "CLERK"), "rights_case", sheet), 101);
    EXPECT_INT(imported(as(FUQING, "CLERK"), "rights_case", sheet), 1);
    call(as(FUQING, "CLERK"), "rights_cases.list", NONE, NULL);
    EXPECT_INT(got_int("total"), 1);
    EXPECT_STR(got("items.0.kind"), "WAGES");
    EXPECT_STR(got("items.0.state"), "SETTLED");
}

/* --- training --- */

OPS_TEST("training on order counts for the employer who ordered it, else for the occupation")
{
    int64_t who = person(1), other = person(2), at = post("");
    struct caller *clerk = as(TONGWEI, "CLERK");

    EXPECT_STR(part_of(who, at, "skill.trained"), NULL);
    created(clerk, "trainings.create",
            "{'person_id':'%lld','course':'电焊班','occupation':'6-18-02-04','completed_on':"
            "'2019-02-28','days':20}",
            (long long)who);
    EXPECT_STR(part_of(who, at, "skill.trained"), "150: trained for the occupation on order");
    created(clerk, "trainings.create",
            "{'person_id':'%lld','course':'福耀订单班','employer_id':'%lld','completed_on':"
            "'2019-03-01'}",
            (long long)who, (long long)employer_of(FUYAO));
    EXPECT_STR(part_of(who, at, "skill.trained"), "300: trained on order of this employer");
    EXPECT_STR(part_of(other, at, "skill.trained"), NULL);
    call(clerk, "trainings.list", NONE, "person_id=%lld", (long long)who);
    EXPECT_INT(got_int("total"), 2);
}

OPS_TEST(
    "training is its home's to see and the worker's; it needs a trade or an employer, and an end")
{
    int64_t who = person(1);
    struct caller *clerk = as(TONGWEI, "CLERK");

    created(clerk, "trainings.create",
            "{'person_id':'%lld','course':'电焊班','occupation':'6-18-02-04','completed_on':"
            "'2019-02-28'}",
            (long long)who);
    call(as_worker(who), "trainings.list", NONE, NULL);
    EXPECT_INT(got_int("total"), 1);
    call(as(FUQING, "CLERK"), "trainings.list", NONE, NULL);
    EXPECT_INT(got_int("total"), 0);
    call(as(LINTAO, "CLERK"), "trainings.list", NONE, NULL);
    EXPECT_INT(got_int("total"), 0);
    call(as(LINTAO, "CLERK"), "trainings.create", NONE,
         "{'person_id':'%lld','course':'x','occupation':'6-18-02-04','completed_on':'2019-02-28'}",
         (long long)who);
    expect(400, "person.unknown");
    call(clerk, "trainings.create", NONE,
         "{'person_id':'%lld','course':'x','completed_on':'2019-02-28'}", (long long)who);
    expect(400, "training.for_nothing");
    call(clerk, "trainings.create", NONE,
         "{'person_id':'%lld','course':'x','occupation':'6-18-02-04','completed_on':'2019-03-16'}",
         (long long)who);
    expect(400, "date.future");
}

OPS_TEST("training comes in by a sheet of names and numbers, once")
{
    const char *sheet;

    person(1);
    sheet = arena_printf(test_arena(),
                         "姓名,身份证号,培训班名称,工种,结业日期,培训天数\n"
                         "王强,%s,电焊班,电焊工,2019-02-28,20\n"
                         "王芳,%s,电焊班,电焊工,2019-02-28,20\n",
                         number_of(1), number_of(2));
    EXPECT_INT(imported(as(TONGWEI, "CLERK"), "training", sheet), 101);
    EXPECT_INT(imported(as(TONGWEI, "CLERK"), "training", sheet), 1);
    call(as(TONGWEI, "CLERK"), "trainings.list", NONE, NULL);
    EXPECT_INT(got_int("total"), 1);
    EXPECT_STR(got("items.0.occupation"), "6-18-02-04");
}

/* --- demands --- */

static const struct {
    const char *asked, *demand;
} demands[] = {
    { "", NULL },
    { ",'sex_asked':'ANY','age_low':18,'age_high':60", NULL },
    { ",'age_low':16", NULL },
    { ",'sex_asked':'MALE'", "SEX" },
    { ",'sex_asked':'FEMALE'", "SEX" },
    { ",'age_low':19", "AGE" },
    { ",'age_high':59", "AGE" },
    { ",'sex_asked':'FEMALE','age_low':18,'age_high':45", "SEX_AGE" },
};

/* The count of a task of the day's work. */
static int64_t task(struct caller *who, const char *code)
{
    call(who, "stats.home", NONE, NULL);
    for (int i = 0; i < got_count("tasks"); i++)
        if (str_eq(got(arena_printf(test_arena(), "tasks.%d.code", i)), code))
            return got_int(arena_printf(test_arena(), "tasks.%d.count", i));
    return NONE;
}

OPS_TEST(
    "a post that asks for a sex or an age is flagged to the bureau that keeps it, until it is mended")
{
    struct caller *reviewer = as(FUQING, "REVIEWER");
    int64_t id = NONE;

    for (size_t i = 0; i < ARRAY_LEN(demands); i++) {
        id = post(demands[i].asked);
        call(reviewer, "posts.get", id, NULL);
        EXPECT_STR(got("demand"), demands[i].demand);
    }
    EXPECT_INT(task(reviewer, "posts_with_demands"), 5);
    call(reviewer, "posts.list", NONE, "state=SUBMITTED,OPEN,FILLED&demand=SEX,AGE,SEX_AGE");
    EXPECT_INT(got_int("total"), 5);
    EXPECT_INT(task(as(CANGSHAN, "EMPLOYER"), "posts_with_demands"), NONE);
    EXPECT_INT(task(as(YANTAI, "REVIEWER"), "posts_with_demands"), 0);
    call(as(FUQING, "CLERK"), "posts.change", id,
         "{'sex_asked':'ANY','age_low':null,'age_high':null}");
    expect(200, NULL);
    EXPECT_INT(task(reviewer, "posts_with_demands"), 4);
}

OPS_TEST(
    "what a post asks for by sex or age changes no score and forbids nobody; the run shows the flag")
{
    struct ctx *cx = unit(as(TONGWEI, "CLERK"));
    int64_t man = person(1), woman, lawful = post(""), run = NONE, first = NONE;
    int64_t unlawful = post(",'sex_asked':'MALE','age_low':30,'age_high':31");

    woman = created(as(TONGWEI, "CLERK"), "people.create",
                    "{'name':'李芳','id_no':'%s','home':621121000000,'willingness':'WILLING'}",
                    arena_printf(test_arena(), "62112519600307002%c",
                                 id_no_check("62112519600307002")));
    EXPECT_INT(match_run_now(cx, 621121000000, 350181000000, NULL, &run), OK);
    for (int i = 0; i < 4; i++) {
        call(as(TONGWEI, "CLERK"), "match_runs.why", run, "person_id=%lld&post_id=%lld",
             (long long)(i % 2 ? man : woman), (long long)(i < 2 ? lawful : unlawful));
        expect(200, NULL);
        EXPECT_INT(got_count("rules"), 0);
        first = i == 0 ? got_int("score") : first;
        EXPECT_INT(got_int("score"), first);
    }
    call(as(TONGWEI, "CLERK"), "match_runs.posts", run, "post_id=%lld", (long long)unlawful);
    EXPECT_STR(got("items.0.demand"), "SEX_AGE");
    call(as(TONGWEI, "CLERK"), "match_runs.posts", run, "post_id=%lld", (long long)lawful);
    EXPECT_STR(got("items.0.demand"), NULL);
}

OPS_TEST("a sheet of posts that asks for a sex is taken with a warning that names the law")
{
    const char *sheet;

    call(as(FUQING, "CLERK"), "employers.get", employer_of(FUYAO), NULL);
    sheet = arena_printf(test_arena(), "企业名称,岗位名称,招聘人数,性别\n%s,普工,3,限男\n",
                         got("name"));
    EXPECT_INT(imported(as(FUQING, "CLERK"), "job_post", sheet), 100);
    call(as(FUQING, "CLERK"), "imports.list", NONE, NULL);
    call(as(FUQING, "CLERK"), "imports.problems", got_int("items.0.id"), NULL);
    EXPECT_STR(got("items.0.code"), "post.demand");
    EXPECT(strstr(got("items.0.message"), "art. 27") != NULL);
}
