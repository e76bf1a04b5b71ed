/* Money under faults and races: every step is done whole or not at all, and what many do at once is
 * done once. */
#include "claims/claims_int.h"
#include "ops.h"
#include "payments/payments.h"
#include "road_money.h"

#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

#define RETURN_HEAD "序号,金额,结果,原因\n"
#define FUND "DESTINATION_BUDGET"

static enum err verify(struct ctx *cx, void *arg)
{
    return payments_verify(cx, arg);
}

static void agree(void)
{
    struct ctx *cx = unit(as_system());
    int64_t sums;

    EXPECT_INT(db_read(cx, verify, &sums), OK);
    EXPECT_STR(cx->failure.message, "");
}

/* --- every step broken off at any point --- */
struct broken {
    int64_t batch, placement, adjustment, line;
    const char *path;
    struct payment_made made;
    struct payment_return sum;
};

static enum err correct(struct ctx *cx, void *arg)
{
    const struct broken *b = arg;
    struct correct_input in = { .placement_id = b->placement,
                                .days = NONE,
                                .wage_fen = NONE,
                                .month = "2019-04",
                                .status = "NOT_WORKING",
                                .reason = "考勤" };

    cx->in = &in;
    cx->out = json_new(cx->mem);
    return claims_op_correct(cx);
}

static enum err make(struct ctx *cx, void *arg)
{
    struct broken *b = arg;

    return payment_batch_make(cx, 350100000000, FUND, NONE, &b->made);
}

static enum err lock(struct ctx *cx, void *arg)
{
    return payment_batch_lock(cx, ((struct broken *)arg)->batch);
}

static enum err approve(struct ctx *cx, void *arg)
{
    return payment_batch_approve(cx, ((struct broken *)arg)->batch);
}

static enum err send(struct ctx *cx, void *arg)
{
    return payment_batch_send(cx, ((struct broken *)arg)->batch);
}

static enum err write_file(struct ctx *cx, void *arg)
{
    const struct broken *b = arg;

    return bank_file_write(cx, b->batch, "FIXED_GB18030", b->path);
}

static enum err read_return(struct ctx *cx, void *arg)
{
    struct broken *b = arg;

    return return_file_read(cx, b->batch, b->path, &b->sum);
}

static enum err correct_line(struct ctx *cx, void *arg)
{
    return payment_line_correct(cx, ((struct broken *)arg)->line, "6228480000000000999", NULL,
                                NULL);
}

static enum err reissue(struct ctx *cx, void *arg)
{
    struct broken *b = arg;

    return payment_batch_reissue(cx, b->batch, &b->made);
}

OPS_TEST(
    "a correction, and each step of a batch that keeps money back, is done whole or not at all")
{
    int64_t person = money_person(1, true);
    struct broken b = { .path = test_file(".csv") };
    FILE *f;

    created(as(FUZHOU, "APPROVER"), "budgets.create",
            "{'payer':350100000000,'side':'WORK','fund':'" FUND
            "','year':2019,'amount_fen':5000000}");
    set_clock("2019-05-20");
    b.placement = money_at_work(person, "2019-02-11", "2019-05");
    money_approved(person, "2019-05-20", "2019-05-31");
    money_confirm(b.placement, "2019-06", "2019-08");
    set_clock("2019-08-20");
    money_approved(person, "2019-08-20", "2019-08-30");
    EXPECT(stores_fault_run(unit(as(FUZHOU, "REVIEWER")), correct, &b) > 8);
    agree();
    EXPECT(stores_fault_run(unit(as(FUZHOU, "PAYER")), make, &b) > 8);
    agree();
    b.batch = b.made.id;
    EXPECT_INT(b.made.offset_fen, 900000);
    EXPECT(stores_fault_run(unit(as(FUZHOU, "PAYER")), lock, &b) > 8);
    agree();
    EXPECT(stores_fault_run(unit(as(FUZHOU, "PAYER#2")), approve, &b) > 3);
    EXPECT(stores_fault_run(unit(as(FUZHOU, "APPROVER")), approve, &b) > 3);
    EXPECT(stores_fault_run(unit(as(FUZHOU, "PAYER#2")), send, &b) > 8);
    agree();
    EXPECT(stores_fault_run(unit(as(FUZHOU, "PAYER#2")), write_file, &b) > 2);
    f = fopen(b.path, "w");
    fputs(RETURN_HEAD "1,3000,失败,销户\n", f);
    fclose(f);
    EXPECT(stores_fault_run(unit(as(FUZHOU, "PAYER")), read_return, &b) > 8);
    agree();
    call(as(FUZHOU, "PAYER"), "payments.lines", b.batch, "state=FAILED");
    b.line = got_int("items.0.id");
    EXPECT(stores_fault_run(unit(as(FUZHOU, "PAYER")), correct_line, &b) > 2);
    EXPECT(stores_fault_run(unit(as(FUZHOU, "PAYER")), reissue, &b) > 8);
    money_send(b.made.id);
    EXPECT_INT(money_answer(b.made.id, RETURN_HEAD "1,3000,成功,\n"), OK);
    agree();
    unlink(b.path);
}

/* --- many at once --- */
enum { FINDERS = 8, PEOPLE = 125, RIGHTS = 2 * PEOPLE }; /* 2,000 claims are tried */
struct finder {
    struct ctx *cx;
    int64_t policy;
    struct claims_found found;
    enum err err;
};

static void *find_in_thread(void *arg)
{
    struct finder *f = arg;

    f->err = claims_find(f->cx, f->policy, date_make(2019, 9, 1), &f->found);
    return NULL;
}

OPS_TEST("two thousand claims made at the same time leave one for each right")
{
    struct finder finders[FINDERS];
    pthread_t threads[FINDERS];
    struct str items = str_new(test_arena());
    int64_t policy, made = 0;
    char month[24];

    set_clock("2019-09-01");
    for (int i = 0; i < PEOPLE; i++) {
        int64_t person = money_person(i + 1, false);
        int64_t placement = created(
            as_system(), "placements.create",
            "{'person_id':'%lld','employer_id':'%lld','start_on':'2019-02-11','channel':'ORGANISED','is_reserved':true}",
            (long long)person, (long long)employer_of(FUYAO));
        str_addf(&items, "%s{'placement_id':'%lld','status':'AT_WORK','wage_fen':400000}",
                 i ? "," : "", (long long)placement);
    }
    for (int m = 2; m <= 8; m++) {
        snprintf(month, sizeof month, "2019-%02d", m);
        call(as_system(), "months.confirm", NONE, "{'month':'%s','source':'EMPLOYER','items':[%s]}",
             month, items.s);
        expect(200, NULL);
    }
    call(as_system(), "policies.list", NONE, "policy_key=fuzhou-post-wage-2019");
    policy = got_int("items.0.id");
    for (int i = 0; i < FINDERS; i++)
        finders[i] =
            (struct finder){ .cx = unit(i % 2 ? as(TONGWEI, "CLERK") : as(FUZHOU, "CLERK")),
                             .policy = policy };
    for (int i = 0; i < FINDERS; i++)
        EXPECT_INT(pthread_create(&threads[i], NULL, find_in_thread, &finders[i]), 0);
    for (int i = 0; i < FINDERS; i++) {
        pthread_join(threads[i], NULL);
        EXPECT_INT(finders[i].err, OK);
        made += finders[i].found.made;
    }
    EXPECT_INT(made, RIGHTS);
    call(as_system(), "claims.list", NONE, "state=ELIGIBLE&limit=1");
    EXPECT_INT(got_int("total"), RIGHTS);
}

struct approver {
    struct ctx *cx;
    int64_t claim;
    enum err err;
};

static enum err approve_claim(struct ctx *cx, void *arg)
{
    return claim_event(cx, *(int64_t *)arg, "approve", NULL);
}

static void *approve_in_thread(void *arg)
{
    struct approver *a = arg;

    a->err = db_write(a->cx, approve_claim, &a->claim);
    return NULL;
}

OPS_TEST("approvals at the same time never take more than the budget")
{
    enum { CLAIMS = 4 };
    struct approver approvers[CLAIMS];
    pthread_t threads[CLAIMS];
    int done = 0;

    created(as(FUZHOU, "APPROVER"), "budgets.create",
            "{'payer':350100000000,'side':'WORK','fund':'" FUND
            "','year':2019,'amount_fen':600000}");
    set_clock("2019-05-20");
    for (int i = 0; i < CLAIMS; i++)
        money_at_work(money_person(i + 1, true), "2019-02-11", "2019-05");
    EXPECT_INT(money_found(NONE, "2019-05-20"), CLAIMS);
    call(as(FUQING, "CLERK"), "claims.bulk", NONE, "{'event':'submit'}");
    call(as(FUQING, "CHECKER"), "claims.bulk", NONE, "{'event':'check'}");
    call(as(FUZHOU, "REVIEWER"), "claims.bulk", NONE, "{'event':'review'}");
    EXPECT_INT(got_int("done"), CLAIMS);
    call(as_system(), "claims.list", NONE, "state=REVIEWED");
    for (int i = 0; i < CLAIMS; i++)
        approvers[i].claim = got_int(arena_printf(test_arena(), "items.%d.id", i));
    call(as(FUZHOU, "REVIEWER"), "claims.notice", NONE, "{'policy_id':'%lld'}",
         (long long)got_int("items.0.policy_id"));
    expect(200, NULL);
    set_clock("2019-05-31");
    for (int i = 0; i < CLAIMS; i++)
        approvers[i].cx = unit(as(FUZHOU, "APPROVER"));
    for (int i = 0; i < CLAIMS; i++)
        EXPECT_INT(pthread_create(&threads[i], NULL, approve_in_thread, &approvers[i]), 0);
    for (int i = 0; i < CLAIMS; i++) {
        pthread_join(threads[i], NULL);
        done += approvers[i].err == OK;
    }
    EXPECT_INT(done, 2);
    agree();
}
