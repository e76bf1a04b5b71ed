/* access_world.c — a road from household to payment, by the people of both sides. */
#include "access_input.h"
#include "access_world.h"

#include "base/ids.h"
#include "imports/imports.h"
#include "matching/matching.h"
#include "placements/placements.h"

#include <stdio.h>
#include <unistd.h>

enum { PEOPLE = 9, AT_WORK = 7, ALL = PEOPLE + AT_WORK };

struct making {
    const struct access_pair *p;
    struct caller *west, *east, *reviewer, *approver;
    int64_t employer, person[ALL], post[5], offer[PEOPLE], batch[2], placement[AT_WORK];
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
    static const char *const given[ALL] = { "甲", "乙", "丙", "丁", "戊", "己", "庚", "辛",
                                            "壬", "癸", "子", "丑", "寅", "卯", "辰", "巳" };

    for (int i = 0; i < ALL; i++) {
        const char *digits = words("%s1980%02d%02d1%02d", m->p->id_start, i % 9 + 1, i + 1, i);
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

/* Persons 1–7 have offers; 2–7 accept, of whom 3 and 4 travel, 5 waits on a planned batch, 6 on a
 * locked one, 7 in the coach. */
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
    id = make_batch(m, "专列", words("%lld", (long long)m->offer[7]));
    step(m->west, "batches.lock", id, "{}");
    step(m->reviewer, "batches.approve", id, "{}");
    step(m->west, "batches.board", id, "{'all':true}");
}

static void confirm(struct making *m, int n, const char *month, const char *source,
                    const char *status)
{
    struct str items = str_new(test_arena());

    for (int i = 0; i < n; i++)
        str_addf(&items, "%s{'placement_id':'%lld','status':'%s','wage_fen':400000,'note':'%s'}",
                 i ? "," : "", (long long)m->placement[i], status, m->p->mark);
    step(m->west, "months.confirm", NONE,
         words("{'month':'%s','source':'%s','items':[%s]}", month, source, items.s));
}

/* People at work since last spring, with months that are confirmed, contradicted and
 * still due.
 */
static void make_months(struct making *m)
{
    for (int i = 0; i < AT_WORK; i++)
        m->placement[i] = step(
            m->west, "placements.create", NONE,
            words(
                "{'person_id':'%lld','employer_id':'%lld','start_on':'2018-03-05','wage_fen':400000,'channel':'ORGANISED','is_reserved':true}",
                (long long)m->person[PEOPLE - 1 + i], (long long)m->employer));
    for (int i = 3; i <= 10; i++)
        confirm(m, AT_WORK, words("2018-%02d", i), "EMPLOYER", "AT_WORK");
    confirm(m, AT_WORK - 1, "2019-02", "EMPLOYER", "AT_WORK"); /* the last one is still due */
    confirm(m, AT_WORK - 1, "2019-02", "VILLAGE_PHONE", "NOT_WORKING");
}

static void approve(struct making *m, int64_t claim)
{
    set_clock("2019-03-15"); /* the notice has hung long enough */
    step(as(m->p->payer, "APPROVER"), "claims.approve", claim, "{}");
}

static int64_t make_payment(struct making *m, int64_t policy)
{
    int64_t batch;

    call(as(m->p->payer, "APPROVER"), "policies.get", policy, NULL);
    batch = step(as_system(), "payments.make", NONE,
                 words("{'payer':%lld,'fund':'%s'}", (long long)got_int("payer"), got("fund")));
    step(as_system(), "payments.lock", batch, "{}");
    return batch;
}

/* To the bank by two hands; its file with an answer behind each line. */
static const char *send_payment(struct making *m, int64_t batch, const char *verdict)
{
    struct str answer = str_new(test_arena());
    char line[1000];
    FILE *f;

    step(as(m->p->payer, "APPROVER#2"), "payments.approve", batch, "{}");
    step(as(m->p->payer, "PAYER"), "payments.approve", batch, "{}");
    step(as(m->p->payer, "PAYER"), "payments.send", batch, "{}");
    call(as(m->p->payer, "PAYER"), "payments.bank_file", batch, NULL);
    f = got_file() ? fopen(got_file(), "r") : NULL;
    for (int n = 0; f && fgets(line, sizeof line, f); n++)
        str_addf(&answer, "%.*s%s", (int)strcspn(line, "\r\n"), line,
                 n ? verdict : ",结果,原因\r\n");
    if (!f || fclose(f) != 0 || unlink(got_file()) != 0)
        test_fail(__FILE__, __LINE__, "no bank file: %.300s", got_text());
    return answer.s;
}

static void take_answer(struct making *m, int64_t batch, const char *answer)
{
    if (upload(as(m->p->payer, "PAYER"), "payments.return", batch, "回盘.csv", answer,
               strlen(answer), "%s", "") != OK)
        test_fail(__FILE__, __LINE__, "%.300s", got_text());
}

/* A batch at the bank, one paid, and one that came back and was put right. */
static const char *make_payments(struct making *m, const int64_t *claim, int64_t policy)
{
    static const char paid[] = ",成功,\r\n", closed[] = ",失败,账户已销户\r\n";
    const char *answer;
    int64_t batch;

    approve(m, claim[0]);
    answer = send_payment(m, make_payment(m, policy), paid);
    approve(m, claim[1]);
    batch = make_payment(m, policy);
    take_answer(m, batch, send_payment(m, batch, paid));
    approve(m, claim[2]);
    batch = make_payment(m, policy);
    take_answer(m, batch, send_payment(m, batch, closed));
    call(as(m->p->payer, "PAYER"), "payments.lines", batch, NULL);
    step(as(m->p->payer, "PAYER"), "payment_lines.correct", got_int("items.0.id"),
         "{'account':'6217001823456789021'}");
    return answer;
}

/* Some are drawn for audit and found right; the claims that come later stand in no draw yet. */
static void draw(struct making *m, int64_t policy)
{
    struct caller *reviewer = as(m->p->payer, "REVIEWER");
    char path[32];
    int64_t id[8];
    int n;

    step(reviewer, "audits.draw", NONE,
         words("{'policy_id':'%lld','seed':'0301'}", (long long)policy));
    call(reviewer, "audits.list", NONE, "state=OPEN&policy_id=%lld", (long long)policy);
    n = (int)MIN(got_count("items"), (int64_t)ARRAY_LEN(id));
    for (int i = 0; i < n; i++) {
        snprintf(path, sizeof path, "items.%d.id", i);
        id[i] = got_int(path);
    }
    for (int i = 0; i < n; i++)
        step(reviewer, "audits.pass", id[i], "{'reason':'电话核实在岗'}");
}

/* Claims of one policy in several states: paid or nearly, approved, on notice, reviewed. The
 * foreign pair's are paid by its province, whose office nobody plays. */
static const char *make_claims(struct making *m)
{
    enum { IN_PAYMENT = 4, APPROVED, REVIEWED };
    int64_t claim[REVIEWED + 1], policy;
    const char *answer = NULL;

    set_clock("2019-03-01");
    step(m->east, "claims.find", NONE, "{'as_of':'2018-11-20'}");
    call(m->east, "claims.list", NONE, "state=ELIGIBLE&limit=1");
    policy = got_int("items.0.id");
    call(m->east, "claims.get", policy, NULL);
    policy = got_int("policy_id");
    call(m->east, "claims.list", NONE, "state=ELIGIBLE&policy_id=%lld", (long long)policy);
    if (got_int("total") <= REVIEWED) {
        test_fail(__FILE__, __LINE__, "%s has too few claims: %.300s", m->p->mark, got_text());
        return NULL;
    }
    for (int i = 0; i <= REVIEWED; i++)
        claim[i] = got_int(words("items.%d.id", i));
    for (int i = 0; i <= REVIEWED; i++) {
        step(m->east, "claims.submit", claim[i], "{}");
        step(as(m->p->east, "CHECKER"), "claims.check", claim[i], "{}");
        step(as(m->p->payer, "REVIEWER"), "claims.review", claim[i], "{}");
        if (i == REVIEWED - 1) {
            step(as(m->p->payer, "REVIEWER"), "claims.notice", NONE,
                 words("{'policy_id':'%lld'}", (long long)policy));
            draw(m, policy);
        }
    }
    call(as_system(), "policies.get", policy, NULL);
    step(as_system(), "budgets.create", NONE,
         words("{'payer':%lld,'side':'%s','fund':'%s','year':2019,'amount_fen':100000000}",
               (long long)got_int("payer"), got("payer_side"), got("fund")));
    if (m->p->employer_id != NONE)
        answer = make_payments(m, claim, policy);
    approve(m, claim[IN_PAYMENT - 1]);
    make_payment(m, policy);
    approve(m, claim[IN_PAYMENT]);
    return answer;
}

static enum err lock_one(struct ctx *cx, void *arg)
{
    const int64_t *placement = arg;

    return month_lock(cx, *placement, "2019-02");
}

/* Months that money rests on were not worked after all: that money is asked back. */
static void make_corrections(struct making *m)
{
    int64_t back = 0;

    for (int i = 0; i < AT_WORK; i++)
        for (int month = 3; month <= 10 && back == 0; month++)
            if (call(
                    m->reviewer, "months.correct", NONE,
                    "{'placement_id':'%lld','month':'2018-%02d','status':'NOT_WORKING','reason':'%s'}",
                    (long long)m->placement[i], month, m->p->mark) == OK)
                back += got_int("recovery_fen");
    EXPECT(back > 0 || m->p->employer_id == NONE);
    /* the walk asks for February: one of its months takes a correction, the others a decision */
    EXPECT_INT(db_write(unit(as_system()), lock_one, &m->placement[0]), OK);
}

/* A policy that is drafted, and one who may not sign in any more. */
static void make_drafts(struct making *m)
{
    int64_t user;

    if (m->p->employer_id != NONE) /* drafts are open to all: one is enough */
        step(m->approver, "policies.create", NONE,
             words("{'file':'%s'}", access_policy_file(m->p->id_start)));
    call(
        as(m->p->west, "ADMIN"), "users.create", NONE,
        "{'login':'gone%s','name':'%s庚','org_id':'%lld','roles':'CLERK','id_no':'110101197501018997'}",
        m->p->id_start, m->p->mark, (long long)org_id(m->p->west));
    user = got_int("id");
    step(as(m->p->west, "ADMIN"), "users.disable", user, "{}");
}

/* An officer away, and who takes her steps meanwhile. */
static void make_stand_in(struct making *m)
{
    step(
        as(m->p->west, "CHECKER"), "stand_ins.create", NONE,
        words("{'user_id':'%lld','from_on':'2019-03-01','until_on':'2030-12-31','reason':'%s出差'}",
              (long long)user_of(as(m->p->west, "LEADER#2")), m->p->mark));
}

/* Cards that people changed, waiting for a second pair of eyes. */
static void make_account_changes(struct making *m)
{
    for (int i = 0; i < 3; i++)
        step(m->west, "people.change", m->person[i],
             words("{'account':'62284800000001234%02d','account_bank':'%s银行'}", i, m->p->mark));
}

static void make_target(struct making *m)
{
    step(
        m->approver, "targets.create", NONE,
        words(
            "{'pairing_id':'%lld','year':2019,'indicator':'transferred_east','division':%lld,'goal':%d}",
            (long long)pairing_of(m->p->west), (long long)org_division(m->p->west), m->p->goal));
}

/* Fitting one takes hundreds of stretches of work; this one only has a place. */
static enum err put_estimate(struct ctx *cx, void *arg)
{
    const struct making *m = arg;
    int64_t home = org_division(m->p->west), work = org_division(m->p->east);

    return db_exec(cx,
                   "INSERT INTO match_retention (id, home, work, number, cases, stayed, is_better,"
                   " model, report, created_at, updated_at) SELECT $1, $2, $3, 1, 200, 100, 1,"
                   " '{}', '{}', 0, 0 WHERE SCOPE(match_retention home=$2, work=$3)",
                   P(store_new_id(cx->store)), P(home), P(work));
}

static void make_run(struct making *m)
{
    int64_t run;

    EXPECT_INT(db_write(unit(as_system()), put_estimate, m), OK);

    step(m->west, "match_weights.create", NONE,
         words("{'home':%lld,'work':%lld,'reason':'%s试行','weights':{'distance':100}}",
               (long long)org_division(m->p->west), (long long)org_division(m->p->east),
               m->p->mark));
    run = step(m->west, "match_runs.create", NONE,
               words("{'home':%lld,'work':%lld}", (long long)org_division(m->p->west),
                     (long long)org_division(m->p->east)));

    if (run != NONE && match_run_execute(unit(as_system()), run) != OK)
        test_fail(__FILE__, __LINE__, "the run was not done");
}

/* Courses of people, and cases against the employer: some to be settled, some to be rejected. */
static void make_records(struct making *m)
{
    for (int i = 0; i < 4; i++) {
        step(m->west, "trainings.create", NONE,
             words(
                 "{'person_id':'%lld','course':'%s焊工班','occupation':'6-18-02-04','completed_on':"
                 "'2019-01-3%d'}",
                 (long long)m->person[i], m->p->mark, i % 2));
        step(m->east, "rights_cases.create", NONE,
             words("{'employer_id':'%lld','kind':'WAGES','opened_on':'2019-02-0%d','home':%lld,"
                   "'case_no':'%s%d'}",
                   (long long)m->employer, i + 1, (long long)org_division(m->p->west), m->p->mark,
                   i));
    }
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
    const char *answer;

    make_employer(&m);
    make_posts(&m);
    make_people(&m);
    make_offers(&m);
    make_batches(&m);
    make_months(&m);
    make_run(&m);
    answer = make_claims(&m);
    make_corrections(&m);
    make_account_changes(&m);
    make_target(&m);
    make_drafts(&m);
    make_stand_in(&m);
    make_records(&m);
    make_import(&m);
    return (struct access_road){ m.employer, m.person[PEOPLE - 1], answer };
}
