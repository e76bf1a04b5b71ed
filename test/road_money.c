/* road_money.c — a short way to money. */
#include "road_money.h"

#include <stdio.h>

#include "base/ids.h"

void step_ok(struct caller *who, const char *op, int64_t id)
{
    call(who, op, id, "{}");
    expect(200, NULL);
}

int64_t money_person(int n, bool has_account)
{
    char digits[32];

    snprintf(digits, sizeof digits, "%d%04d0307%03d", 621125, 1970 + n % 30, n % 1000);
    return created(
        as_system(), "people.create",
        "{'name':'王%s','id_no':'%s%c','home':621121000000,'willingness':'WILLING','household_type':'REGISTERED_POOR',"
        "'identified_on':'2014-01-01'%s}",
        n % 2 ? "强" : "芳", digits, id_no_check(digits),
        has_account
            ? arena_printf(test_arena(),
                           ",'account':'62284800000000%05d','account_bank':'农业银行通渭支行'", n)
            : "");
}

void money_confirm(int64_t placement, const char *from, const char *until)
{
    struct month m, last;
    char text[8];

    EXPECT(month_parse(from, &m) && month_parse(until, &last));
    if (date_compare(month_first_day(last), date_of_instant(clock_now())) > 0)
        set_clock(date_text(test_arena(), month_first_day(last)));
    for (; month_compare(m, last) <= 0; m = month_add(m, 1)) {
        call(
            as_system(), "months.confirm", NONE,
            "{'month':'%s','source':'EMPLOYER','items':[{'placement_id':'%lld','status':'AT_WORK','days':22,'wage_fen':400000}]}",
            month_format(m, text), (long long)placement);
        expect(200, NULL);
    }
}

int64_t money_at_work(int64_t person, const char *from, const char *months_until)
{
    int64_t placement = created(
        as_system(), "placements.create",
        "{'person_id':'%lld','employer_id':'%lld','start_on':'%s','channel':'ORGANISED','is_reserved':true}",
        (long long)person, (long long)employer_of(FUYAO), from);

    money_confirm(placement, arena_strndup(test_arena(), from, 7), months_until);
    return placement;
}

static int64_t policy(void)
{
    call(as_system(), "policies.list", NONE, "policy_key=fuzhou-post-wage-2019");
    expect(200, NULL);
    return got_int("items.0.id");
}

int64_t money_found(int64_t person, const char *as_of)
{
    (void)person;
    call(as_system(), "claims.find", NONE, "{'as_of':'%s','policy_id':'%lld'}", as_of,
         (long long)policy());
    expect(200, NULL);
    return got_int("made");
}

void money_through(int64_t claim, const char *approved_on)
{
    step_ok(as(FUQING, "CLERK"), "claims.submit", claim);
    step_ok(as(FUQING, "CHECKER"), "claims.check", claim);
    step_ok(as(FUZHOU, "REVIEWER"), "claims.review", claim);
    call(as(FUZHOU, "REVIEWER"), "claims.notice", NONE, "{'policy_id':'%lld'}",
         (long long)policy());
    expect(200, NULL);
    set_clock(approved_on);
    step_ok(as(FUZHOU, "APPROVER#2"), "claims.approve", claim);
}

int64_t money_approved(int64_t person, const char *as_of, const char *approved_on)
{
    int64_t claim;

    EXPECT_INT(money_found(person, as_of), 1);
    call(as_system(), "claims.list", NONE, "state=ELIGIBLE&person_id=%lld", (long long)person);
    claim = got_int("items.0.id");
    money_through(claim, approved_on);
    return claim;
}

int64_t money_batch(void)
{
    return created(as(FUZHOU, "PAYER"), "payments.make",
                   "{'payer':350100000000,'fund':'DESTINATION_BUDGET'}");
}

void money_send(int64_t batch)
{
    step_ok(as(FUZHOU, "PAYER"), "payments.lock", batch);
    step_ok(as(FUZHOU, "PAYER#2"), "payments.approve", batch);
    step_ok(as(FUZHOU, "APPROVER"), "payments.approve", batch);
    step_ok(as(FUZHOU, "PAYER#2"), "payments.send", batch);
}

enum err money_answer(int64_t batch, const char *csv)
{
    return upload(as(FUZHOU, "PAYER"), "payments.return", batch, "回盘.csv", csv, strlen(csv),
                  NULL);
}
