/* access_world.c — a road from household to payment, by the people of both sides. */
#include "access_world.h"

#include "base/ids.h"
#include "imports/imports.h"
#include "matching/matching.h"

#include <stdio.h>

enum { PEOPLE = 8 };

struct making {
    const struct access_pair *p;
    struct caller *west, *east, *reviewer, *approver;
    int64_t employer, person[PEOPLE], post[5], offer[PEOPLE], batch[2], placement;
};

static const char *words(const char *format, ...)
{
    va_list args;
    char *text = arena_alloc(test_arena(), 4096);

    va_start(args, format);
    vsnprintf(text, 4096, format, args);
    va_end(args);
    return text;
}

/* Call and expect success; NONE when there is no such operation (yet), else the reply's id. */
static int64_t step(struct caller *who, const char *op, int64_t id, const char *body)
{
    if (!op_find(op))
        return NONE;
    if (call(who, op, id, "%s", body) != OK)
        test_fail(__FILE__, __LINE__, "%s: %.300s", op, got_text());
    return got_int("id");
}

static void make_employer(struct making *m)
{
    m->employer = m->p->employer_id;
    if (m->employer == NONE)
        m->employer = step(
            m->east, "employers.create", NONE,
            words("{'name':'%s电子厂','work':%lld,'contact_name':'%s经理','phone':'13905910001'}",
                  m->p->mark, (long long)org_division(m->p->east), m->p->mark));
}

/* Posts in several states: draft, submitted, open, open, suspended. */
static void make_posts(struct making *m)
{
    static const char *const events[][3] = { { 0 },
                                             { "posts.submit" },
                                             { "posts.submit", "posts.open" },
                                             { "posts.submit", "posts.open" },
                                             { "posts.submit", "posts.open", "posts.suspend" } };
    struct caller *checker = as(m->p->east, "CHECKER");

    for (size_t i = 0; i < ARRAY_LEN(events); i++) {
        m->post[i] = step(
            m->east, "posts.create", NONE,
            words(
                "{'title':'%s工%d','employer_id':'%lld','headcount':9,'pay':'3500-4500元','requirements':'%s'}",
                m->p->mark, (int)i, (long long)m->employer, m->p->mark));
        for (int e = 0; e < 3 && events[i][e]; e++)
            step(e == 0 ? m->east : checker, events[i][e], m->post[i], "{'reason':'停产'}");
    }
}

static void make_people(struct making *m)
{
    static const char *const given[PEOPLE] = { "甲", "乙", "丙", "丁", "戊", "己", "庚", "辛" };

    for (int i = 0; i < PEOPLE; i++) {
        const char *digits = words("%s19800%d0%d10%d", m->p->id_start, i + 1, i + 1, i);
        m->person[i] = step(
            m->west, "people.create", NONE,
            words(
                "{'name':'%s%s','id_no':'%s%c','home':%lld,'willingness':'WILLING','phone':'1390591%04d','household_no':'%s%d',"
                "'head_name':'%s户主','household_type':'REGISTERED_POOR','identified_on':'2014-01-01','least_wage_fen':300000,"
                "'destinations':'%lld','account':'6217001823456789%03d','remark':'%s'}",
                m->p->mark, given[i], digits, id_no_check(digits),
                (long long)(i % 2 ? m->p->village : org_division(m->p->west)), i + 1,
                m->p->id_start, i / 2, m->p->mark, (long long)org_division(m->p->east), i,
                m->p->mark));
    }
}

/* Persons 1–6 have offers; 2–6 accept, of whom 3 and 4 travel, 5 waits on a planned batch, 6 on a
 * locked one. */
static void make_offers(struct making *m)
{
    for (int i = 1; i < PEOPLE - 1; i++) {
        m->offer[i] = step(m->west, "offers.create", NONE,
                           words("{'person_id':'%lld','post_id':'%lld'}", (long long)m->person[i],
                                 (long long)m->post[2 + i % 2]));
        if (i >= 2)
            step(m->west, "offers.accept", m->offer[i], "{}");
    }
}

static int64_t make_batch(struct making *m, const char *name, const char *offers)
{
    int64_t id = step(
        m->west, "batches.create", NONE,
        words(
            "{'name':'%s%s','home':%lld,'work':%lld,'mode':'COACH','depart_on':'2019-03-10','escort':'%s'}",
            m->p->mark, name, (long long)org_division(m->p->west),
            (long long)org_division(m->p->east), m->p->mark));

    step(m->west, "batches.add_passengers", id, words("{'offer_ids':'%s'}", offers));
    step(m->west, "batches.add_vehicle", id, words("{'label':'%s车','seats':45}", m->p->mark));
    step(m->west, "batches.set_leader", id,
         words("{'township':%lld,'name':'%s队长','phone':'13905910002'}", (long long)m->p->village,
               m->p->mark));
    step(m->west, "batches.seats", id, "{}");
    return id;
}

static void make_batches(struct making *m)
{
    int64_t id =
        make_batch(m, "专车", words("%lld,%lld", (long long)m->offer[3], (long long)m->offer[4]));

    step(m->west, "batches.lock", id, "{}");
    step(m->reviewer, "batches.approve", id, "{}");
    step(m->west, "batches.board", id, "{'all':true}");
    step(m->west, "batches.depart", id, "{}");
    step(m->east, "batches.arrive", id, "{}");
    step(m->east, "batches.arrivals", id, "{'all':true}");
    step(m->east, "batches.hand_over", id, "{'all':true,'on':'2019-03-12'}");
    m->batch[0] = id;
    m->batch[1] = make_batch(m, "包机", words("%lld", (long long)m->offer[5]));
    id = make_batch(m, "班列", words("%lld", (long long)m->offer[6]));
    step(m->west, "batches.lock", id, "{}");
}

static void confirm(struct making *m, const char *month, const char *source, const char *status)
{
    step(
        m->west, "months.confirm", NONE,
        words(
            "{'month':'%s','source':'%s','items':[{'placement_id':'%lld','status':'%s','wage_fen':400000,'note':'%s'}]}",
            month, source, (long long)m->placement, status, m->p->mark));
}

/* A person at work since last spring, with months that are confirmed and one that is contradicted.
 */
static void make_months(struct making *m)
{
    m->placement = step(
        m->west, "placements.create", NONE,
        words(
            "{'person_id':'%lld','employer_id':'%lld','start_on':'2018-03-05','wage_fen':400000,'channel':'ORGANISED','is_reserved':true}",
            (long long)m->person[PEOPLE - 1], (long long)m->employer));
    for (int i = 3; i <= 10; i++)
        confirm(m, words("2018-%02d", i), "EMPLOYER", "AT_WORK");
    confirm(m, "2019-02", "EMPLOYER", "AT_WORK");
    confirm(m, "2019-02", "VILLAGE_PHONE", "NOT_WORKING");
}

/* Her claims, one of which goes through four hands and on notice to the bank. */
static void make_claims(struct making *m)
{
    int64_t claim, policy, batch;

    step(m->east, "claims.find", NONE, "{'as_of':'2018-11-20'}");
    if (!op_find("claims.find") || call(m->east, "claims.list", NONE, "state=ELIGIBLE") != OK ||
        got_int("total") < 1) {
        test_fail(__FILE__, __LINE__, "%s has no claims: %.300s", m->p->mark, got_text());
        return;
    }
    claim = got_int("items.0.id");
    call(m->east, "claims.get", claim, NULL);
    policy = got_int("policy_id");
    step(m->east, "claims.submit", claim, "{}");
    step(as(m->p->east, "CHECKER"), "claims.check", claim, "{}");
    step(as(m->p->payer, "REVIEWER"), "claims.review", claim, "{}");
    step(as(m->p->payer, "REVIEWER"), "claims.notice", NONE,
         words("{'policy_id':'%lld'}", (long long)policy));
    set_clock("2019-04-15");
    step(as(m->p->payer, "APPROVER"), "claims.approve", claim, "{}");
    call(as(m->p->payer, "APPROVER"), "policies.get", policy, NULL);
    batch = step(as_system(), "payments.make", NONE,
                 words("{'payer':%lld,'fund':'%s'}", (long long)got_int("payer"), got("fund")));
    step(as_system(), "payments.lock", batch, "{}");
    set_clock("2019-03-15");
}

static void make_target(struct making *m)
{
    step(
        m->approver, "targets.create", NONE,
        words(
            "{'pairing_id':'%lld','year':2019,'indicator':'transferred_east','division':%lld,'goal':%d}",
            (long long)pairing_of(m->p->west), (long long)org_division(m->p->west), m->p->goal));
}

static void make_run(struct making *m)
{
    int64_t run = step(m->west, "match_runs.create", NONE,
                       words("{'home':%lld,'work':%lld}", (long long)org_division(m->p->west),
                             (long long)org_division(m->p->east)));

    if (run != NONE && match_run_execute(unit(as_system()), run) != OK)
        test_fail(__FILE__, __LINE__, "the run was not done");
}

static void make_import(struct making *m)
{
    const char *file = words("姓名,身份证号,户籍地\r\n%s壬,%s,甘肃\r\n%s癸,1234,甘肃省定西市\r\n",
                             m->p->mark, "622424196811010041", m->p->mark);

    if (!op_find("imports.upload"))
        return;
    if (upload(m->west, "imports.upload", NONE, words("%s花名册.csv", m->p->mark), file,
               strlen(file), "record=person") != OK)
        test_fail(__FILE__, __LINE__, "%.300s", got_text());
    EXPECT(imports_work_once(unit(as_system())));
}

struct access_road access_road_make(const struct access_pair *p)
{
    struct making m = { .p = p,
                        .west = as(p->west, "CLERK"),
                        .east = as(p->east, "CLERK"),
                        .reviewer = as(p->west, "REVIEWER"),
                        .approver = as(p->west, "APPROVER") };

    make_employer(&m);
    make_posts(&m);
    make_people(&m);
    make_offers(&m);
    make_batches(&m);
    make_months(&m);
    make_run(&m);
    make_claims(&m);
    make_target(&m);
    make_import(&m);
    return (struct access_road){ m.employer, m.person[PEOPLE - 1] };
}
