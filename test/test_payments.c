/* Payments: from approved claims to the bank and back; each claim is paid once. */
#include "base/ids.h"
#include "ops.h"
#include "payments/payments.h"

#include <iconv.h>
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

#define FUND "DESTINATION_BUDGET"

/* --- claims as the claims module leaves them: APPROVED --- */
struct approved {
    int64_t policy, first, person[4];
    int n;
};

static enum err save_claims(struct ctx *cx, void *arg)
{
    struct approved *a = arg;

    TRY(db_exec(
        cx,
        "INSERT INTO policy (id, policy_key, revision, title_zh, title_en, doc_no, payer_side, payer, fund, beneficiary, from_on, notice_days,"
        " state, file, created_at, updated_at) VALUES ($1, $3, 1, '稳定就业奖励', 'Stable work', '榕人社〔2019〕1号', 'WORK', 350100000000, $2,"
        " 'PERSON', '2019-01-01', 5, 'PUBLISHED', '', 0, 0)",
        P(a->policy), P(FUND), P(arena_printf(cx->mem, "stable%lld", (long long)a->policy))));
    TRY(db_exec(
        cx,
        "INSERT INTO policy_decision (id, policy_id, person_id, home, work, as_of, verdict, amount_fen, trace, created_at)"
        " SELECT $1, $1, $2, $3, $4, '2019-03-01', 'ENTITLED', 300000, '{}', 0 WHERE SCOPE(policy_decision home=$3, work=$4)",
        P(a->policy), P(a->person[0]), P(621121000000), P(350181000000)));
    for (int i = 0; i < a->n; i++)
        TRY(db_exec(
            cx,
            "INSERT INTO claim (id, policy_id, decision_id, person_id, home, work, instalment, amount_fen, due_on, once_key, state, created_at, updated_at)"
            " SELECT $1, $2, $2, $3, $4, $5, '3m', $6, '2019-03-01', $7, 'APPROVED', 0, 0"
            " WHERE SCOPE(claim home=$4, work=$5, person_id=$3)",
            P(a->first + i), P(a->policy), P(a->person[i]), P(621121000000), P(350181000000),
            P(300000 + 100 * i), P(arena_printf(cx->mem, "k%lld-%d", (long long)a->policy, i))));
    return OK;
}

/* n claims of people of Tongwei working in Fuqing: 3000, 3001, 3002 … yuan; the last has no account
 * when asked. */
static struct approved claims_of(int n, bool last_without)
{
    struct approved a = { .policy = 71, .first = 9001, .n = n };
    char digits[32];

    for (int i = 0; i < n; i++) {
        snprintf(digits, sizeof digits, "621125%04d0307%03d", 1970 + i, i);
        a.person[i] = created(
            as_system(), "people.create", "{'name':'%s','id_no':'%s%c','home':621121000000%s}",
            i == 1 ? "马·阿卜" : "王强", digits, id_no_check(digits),
            last_without && i == n - 1
                ? ""
                : arena_printf(test_arena(),
                               ",'account':'62284800000000%05d','account_bank':'农业银行通渭支行'",
                               i));
    }
    EXPECT_INT(db_write(unit(as_system()), save_claims, &a), OK);
    return a;
}

/* Two claims of two further people, under a policy of its own. */
static void claims_in(int64_t policy, int64_t first)
{
    struct approved a = { .policy = policy, .first = first, .n = 2 };
    char digits[32];

    for (int i = 0; i < 2; i++) {
        snprintf(digits, sizeof digits, "621125%04d0307%03d", (int)(1900 + policy), i);
        a.person[i] = created(
            as_system(), "people.create",
            "{'name':'王强','id_no':'%s%c','home':621121000000,'account':'62284800%04d0007%03d','account_bank':'农业银行'}",
            digits, id_no_check(digits), (int)policy, i + 1);
    }
    EXPECT_INT(db_write(unit(as_system()), save_claims, &a), OK);
}

static int64_t made(void)
{
    return created(as(FUZHOU, "PAYER"), "payments.make",
                   "{'payer':350100000000,'fund':'" FUND "'}");
}

static void step(struct caller *who, const char *op, int64_t batch)
{
    call(who, op, batch, "{}");
    expect(200, NULL);
}

static void sent(int64_t batch)
{
    step(as(FUZHOU, "PAYER"), "payments.lock", batch);
    step(as(FUZHOU, "PAYER#2"), "payments.approve", batch);
    step(as(FUZHOU, "APPROVER"), "payments.approve", batch);
    step(as(FUZHOU, "PAYER#2"), "payments.send", batch);
}

static enum err answer(int64_t batch, const char *csv)
{
    return upload(as(FUZHOU, "PAYER"), "payments.return", batch, "回盘.csv", csv, strlen(csv),
                  NULL);
}

struct question {
    int64_t id;
    const char *state;
};
static enum err ask_claim(struct ctx *cx, void *arg)
{
    struct question *q = arg;
    struct rows r;

    TRY(db_one(cx, &r, "SELECT state FROM claim WHERE SCOPE_NOT(claim 'test') AND id = $1",
               P(q->id)));
    q->state = arena_strdup(test_arena(), row_text(&r, 0, "state"));
    return OK;
}
static const char *claim_state(int64_t id)
{
    struct question q = { id, NULL };

    EXPECT_INT(db_read(unit(as_system()), ask_claim, &q), OK);
    return q.state;
}

static const char *read_all(const char *path)
{
    FILE *f = path ? fopen(path, "rb") : NULL;
    char *out = arena_alloc(test_arena(), 65536);
    size_t n = f ? fread(out, 1, 65535, f) : 0;

    if (f)
        fclose(f);
    out[n] = '\0';
    return out;
}

#define HEAD "序号,户名,账号,金额,结果,原因\n"

OPS_TEST("three claims go to the bank, one comes back, is corrected and paid in a batch of its own")
{
    struct caller *payer = as(FUZHOU, "PAYER");
    struct approved a = claims_of(3, false);
    int64_t batch = made(), again, line;
    const char *file;

    EXPECT_INT(got_int("lines"), 3);
    EXPECT_INT(got_int("total_fen"), 900300);
    EXPECT_STR(claim_state(a.first), "IN_PAYMENT");
    sent(batch);
    call(as(FUZHOU, "PAYER#2"), "payments.bank_file", batch, NULL);
    expect(200, NULL);
    file = read_all(got_file());
    EXPECT(str_starts(
        file,
        "\xef\xbb\xbf\"序号\",\"户名\",\"账号\",\"开户行\",\"金额(元)\",\"附言\"\r\n1,\"王强\",\"6228480000000000000\",\"农业银行通渭支行\",3000.00,\"2019"));
    EXPECT(
        strstr(file, "\r\n2,\"马·阿卜\",\"6228480000000000001\",\"农业银行通渭支行\",3001.00,") !=
        NULL);
    call(as(FUZHOU, "PAYER#2"), "payments.bank_file", batch, NULL);
    EXPECT_STR(read_all(got_file()), file);

    EXPECT_INT(
        answer(
            batch, HEAD
            "1,王强,6228480000000000000,3000.00,成功,\n2,马·阿卜,,3001,失败,账户6228480000000000001已销户\n3,王强,,3002元,交易成功,\n"),
        OK);
    EXPECT_INT(got_int("lines"), 3);
    EXPECT_INT(got_int("failed"), 1);
    EXPECT_STR(claim_state(a.first), "PAID");
    EXPECT_STR(claim_state(a.first + 1), "PAYMENT_FAILED");
    call(payer, "payments.get", batch, NULL);
    EXPECT_STR(got("state"), "PARTLY_PAID");
    EXPECT_INT(got_int("paid_fen"), 600200);
    call(payer, "payments.lines", batch, "state=FAILED");
    EXPECT_INT(got_int("total"), 1);
    EXPECT_STR(got("sums.0.state"), "FAILED"); /* of the whole batch, whatever is asked for */
    EXPECT_INT(got_int("sums.0.net_fen"), 300100);
    EXPECT_INT(got_int("sums.1.lines"), 2);
    EXPECT_INT(got_int("sums.1.net_fen"), 600200);
    EXPECT_STR(got("items.0.return_code"), "ACCOUNT_CLOSED");
    EXPECT_STR(got("items.0.return_text"), "账户*******************已销户");
    EXPECT_STR(got("items.0.account_mask"), "****0001");
    line = got_int("items.0.id");

    call(payer, "payments.reissue", batch, "{}");
    expect(409, "payment.none_corrected");
    call(payer, "payment_lines.correct", line, "{'account':'6228480000000000999'}");
    expect(200, NULL);
    step(payer, "payments.reissue", batch);
    again = got_int("id");
    EXPECT_INT(got_int("lines"), 1);
    EXPECT_INT(got_int("total_fen"), 300100);
    call(payer, "payments.reissue", batch, "{}");
    expect(409, "payment.none_corrected");
    step(payer, "payments.close", batch);
    call(as(FUZHOU, "PAYER#2"), "payments.bank_file", batch, NULL);
    EXPECT_STR(read_all(got_file()), file); /* what was sent stays as it was */
    sent(again);
    EXPECT_INT(answer(again, HEAD "1,,,3001.00,成功,\n"), OK);
    EXPECT_STR(claim_state(a.first + 1), "PAID");
    step(payer, "payments.close", again);

    call(as(FUZHOU_AUDIT, "AUDITOR"), "payments.trace", a.first + 1, NULL);
    expect(200, NULL);
    EXPECT_STR(got("steps.0.kind"), "payment_line");
    EXPECT_STR(got("steps.0.state"), "SUCCESS");
    EXPECT_STR(got("steps.2.state"), "REISSUED");
    EXPECT_STR(got("steps.4.kind"), "claim");
    EXPECT_STR(got("steps.5.kind"), "policy");
    call(as(FUZHOU_AUDIT, "AUDITOR"), "payments.trace", line, NULL);
    EXPECT_INT(got_int("claim_id"), a.first + 1);
}

OPS_TEST("found, approved and paid are sums of claims and lines, the same in both offices")
{
    static const char *const ids[] = { "claims_found", "claims_approved", "paid_yuan" };
    static const int64_t want[] = { 600100, 600100, 300000 };
    struct caller *offices[] = { as(FUZHOU, "LEADER"), as(DINGXI, "LEADER") };
    int64_t batch;

    claims_of(2, false);
    batch = made();
    sent(batch);
    EXPECT_INT(answer(batch, HEAD "1,,,3000,成功,\n2,,,3001,失败,冻结\n"), OK);
    for (size_t o = 0; o < ARRAY_LEN(offices); o++)
        for (size_t i = 0; i < ARRAY_LEN(ids); i++) {
            int64_t rows, sum = 0;

            call(offices[o], "stats.value", NONE, "id=%s&pairing_id=%lld", ids[i],
                 (long long)pairing_of(DINGXI));
            EXPECT_INT(got_int("value"), want[i]);
            EXPECT_INT(got_int("items.0.value"), want[i]);
            rows = got_int("rows");
            call(offices[o], "stats.rows", NONE, "id=%s&pairing_id=%lld", ids[i],
                 (long long)pairing_of(DINGXI));
            EXPECT_INT(got_count("items"), rows);
            for (int k = 0; k < (int)rows; k++)
                sum += got_int(arena_printf(test_arena(), "items.%d.amount_fen", k));
            EXPECT_INT(sum, want[i]);
        }
}

OPS_TEST("two users approve who did not make the batch, and nothing is sent before")
{
    struct caller *maker = as(FUZHOU, "PAYER"), *one = as(FUZHOU, "PAYER#2"),
                  *two = as(FUZHOU, "APPROVER");
    int64_t batch;

    claims_of(1, false);
    batch = made();
    call(one, "payments.approve", batch, "{}");
    expect(409, "state.wrong");
    step(maker, "payments.lock", batch);
    call(maker, "payments.approve", batch, "{}");
    expect(403, "payment.own_batch");
    call(as_system(), "payments.approve", batch, "{}");
    expect(403, "payment.own_batch");
    step(one, "payments.approve", batch);
    EXPECT_STR(got("state"), "LOCKED");
    EXPECT_INT(got_int("lines"), 1); /* the reply is the whole row */
    call(one, "payments.approve", batch, "{}");
    expect(403, "payment.approved_already");
    call(as_again(one, FUZHOU, "APPROVER"), "payments.approve", batch, "{}");
    expect(403, "payment.approved_already");
    call(one, "payments.send", batch, "{}");
    expect(409, "state.wrong");
    call(one, "payments.bank_file", batch, NULL);
    expect(409, "state.wrong");
    call(as(FUZHOU, "CLERK"), "payments.approve", batch, "{}");
    expect(403, NULL);
    step(two, "payments.approve", batch);
    EXPECT_STR(got("state"), "APPROVED");
    call(two, "payments.approve", batch, "{}");
    expect(409, "state.wrong");
    step(one, "payments.send", batch);
}

static enum err run_sql(struct ctx *cx, void *arg)
{
    return db_exec_list(cx, arg, (struct params){ 0 });
}

OPS_TEST("a batch altered by one byte after it was locked is neither approved nor sent nor written")
{
    static const char *const edits[][2] = {
        { "UPDATE payment_line SET payee_name = '王强1' WHERE SCOPE_NOT(payment_line 'test') AND line_no = 1",
          "UPDATE payment_line SET payee_name = '王强' WHERE SCOPE_NOT(payment_line 'test') AND line_no = 1" },
        { "UPDATE payment_line SET amount_fen = 300001 WHERE SCOPE_NOT(payment_line 'test') AND line_no = 1",
          "UPDATE payment_line SET amount_fen = 300000 WHERE SCOPE_NOT(payment_line 'test') AND line_no = 1" },
        { "UPDATE payment_line SET account_bank = '农业银行通渭支行 ' WHERE SCOPE_NOT(payment_line 'test') AND line_no = 1",
          "UPDATE payment_line SET account_bank = '农业银行通渭支行' WHERE SCOPE_NOT(payment_line 'test') AND line_no = 1" },
        { "UPDATE payment_line SET return_code = 'NO_ACCOUNT' WHERE SCOPE_NOT(payment_line 'test') AND line_no = 2",
          "UPDATE payment_line SET return_code = NULL WHERE SCOPE_NOT(payment_line 'test') AND line_no = 2" },
        { "UPDATE payment_line SET account_sealed = (SELECT x.account_sealed FROM payment_line x WHERE SCOPE_NOT(payment_line 'test') AND x.line_no = 2)"
          " WHERE SCOPE_NOT(payment_line 'test') AND line_no = 1",
          NULL },
    };
    struct caller *one = as(FUZHOU, "PAYER#2"), *two = as(FUZHOU, "APPROVER");
    int64_t batch;

    claims_of(2, false);
    batch = made();
    step(as(FUZHOU, "PAYER"), "payments.lock", batch);
    for (size_t i = 0; i + 1 < ARRAY_LEN(edits); i++) {
        EXPECT_INT(db_write(unit(as_system()), run_sql, (void *)edits[i][0]), OK);
        call(one, "payments.approve", batch, "{}");
        expect(409, "payment.altered");
        EXPECT_INT(db_write(unit(as_system()), run_sql, (void *)edits[i][1]), OK);
    }
    step(one, "payments.approve", batch);
    step(two, "payments.approve", batch);
    EXPECT_INT(db_write(unit(as_system()), run_sql, (void *)edits[ARRAY_LEN(edits) - 1][0]), OK);
    call(one, "payments.send", batch, "{}");
    expect(500, "seal.broken");
    call(one, "payments.bank_file", batch, NULL);
    expect(500, "seal.broken");
}

OPS_TEST("a return that does not fit is refused as a whole, with its row")
{
    static const struct {
        const char *csv, *code;
        int status;
    } bad[] = {
        { HEAD "1,,,3000,成功,\n3,,,3001,成功,\n", "return.unknown_line", 400 },
        { HEAD "1,,,3000,成功,\n1,,,3000,成功,\n", "return.double_line", 400 },
        { HEAD "1,,,3000,成功,\n2,,,3001.01,成功,\n", "return.amount", 400 },
        { HEAD "1,,6228480000000000001,3000,成功,\n", "return.account", 400 },
        { HEAD "1,,,3000,处理中,\n", "return.result", 400 },
        { HEAD "x1,,,3000,成功,\n", "return.line_no", 400 },
        { HEAD "1,,,三千,成功,\n", "return.amount", 400 },
        { HEAD "合计,,,,,\n", "return.empty", 400 },
        { HEAD "合计,,,6001,,\n", "return.control", 400 },
        { HEAD "1,,,3000,成功,\n2,,,3001,成功,\n合计,,,6000.99,,\n", "return.control", 400 },
        { HEAD "1,,,3000,成功,\n2,,,3001,成功,\n合计 3 笔,,,6001,,\n", "return.control", 400 },
        { HEAD "1,,,3000,成功,\n2,,,3001,失败,\n合计成功 1 笔,,,6001,,\n", "return.control", 400 },
        { "姓名,金额\n王强,3000\n", "return.header", 400 },
        { "", "sheet.empty", 400 },
    };
    struct approved a = claims_of(2, false);
    int64_t batch = made();

    answer(batch, HEAD "1,,,3000,成功,\n");
    expect(409, "state.wrong");
    sent(batch);
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        answer(batch, bad[i].csv);
        expect(bad[i].status, bad[i].code);
        EXPECT_STR(claim_state(a.first), "IN_PAYMENT");
    }
    EXPECT_INT(answer(batch, HEAD "1,,,3000,成功,\n"), OK);
    call(as(FUZHOU, "PAYER"), "payments.close", batch, "{}");
    expect(409, "payment.unsettled");
    answer(batch, HEAD "1,,,3000,失败,\n2,,,3001,成功,\n");
    expect(409, "return.contradicts");
    EXPECT_STR(claim_state(a.first + 1), "IN_PAYMENT");
    EXPECT_INT(answer(batch, HEAD "1,,,3000,成功,\n2,,,3001,成功,\n合计,,,6001,,\n"), OK);
    step(as(FUZHOU, "PAYER"), "payments.close", batch);
}

/* --- layouts --- */
static const char *to_gb(const char *text)
{
    iconv_t cd = iconv_open("GB18030", "UTF-8");
    size_t left = strlen(text), room = left * 2 + 4;
    char *out = arena_alloc(test_arena(), room + 1), *at = out,
         *in = arena_strdup(test_arena(), text);

    EXPECT(iconv(cd, &in, &left, &at, &room) != (size_t)-1);
    iconv_close(cd);
    *at = '\0';
    return out;
}

/* The bank's answer to its file: every line paid, the second refused. */
static const char *answered(const char *file, const char *const words[3])
{
    struct str out = str_new(test_arena());
    int n = 0;

    for (const char *at = file; *at; n++) {
        size_t len = strcspn(at, "\r\n");
        str_addf(&out, "%.*s%s\r\n", (int)len, at, words[n == 2 ? 1 : n == 0 && words[2] ? 2 : 0]);
        at += len;
        at += strspn(at, "\r\n");
    }
    return out.s;
}

OPS_TEST("the bank's file and its answer go through every layout, and each is read for what it is")
{
    static const struct {
        const char *format, *suffix;
        const char *words[3]; /* behind a line that is paid, behind the second, behind the header */
        bool is_gb, is_fixed;
    } kinds[] = {
        { "CSV", ".csv", { ",成功,", ",失败,户名不符", ",结果,原因" }, false, false },
        { "CSV_GB18030", ".csv", { ",成功,", ",失败,户名不符", ",结果,原因" }, true, false },
        { "FIXED_GB18030", ".txt", { "成功    ", "失败    户名不符", NULL }, true, true },
    };
    struct caller *one = as(FUZHOU, "PAYER#2");

    for (size_t k = 0; k < ARRAY_LEN(kinds); k++) {
        const char *words[3], *file, *text;
        int64_t batch;

        claims_in(71 + (int64_t)k, 9001 + 100 * (int64_t)k);
        batch = made();
        sent(batch);
        call(one, "payments.bank_file", batch, "format=%s", kinds[k].format);
        expect(200, NULL);
        EXPECT(str_ends(got_file(), kinds[k].suffix));
        file = read_all(got_file());
        text = kinds[k].is_gb ? to_gb("合计 2 笔") : "合计 2 笔";
        EXPECT(strstr(file, text) != NULL);
        for (int w = 0; w < 3; w++) {
            words[w] = kinds[k].words[w];
            if (words[w] && kinds[k].is_fixed) /* 8 + 60 bytes */
                words[w] = arena_printf(test_arena(), "%s%*s", words[w], w == 1 ? 60 - 8 : 60, "");
            if (words[w] && kinds[k].is_gb)
                words[w] = to_gb(words[w]);
        }
        if (kinds[k].is_fixed) { /* no header: the second line is at 1 */
            const char *swap[3] = { words[0], words[0], NULL };
            text = answered(file, swap);
        } else {
            text = answered(file, words);
        }
        EXPECT_INT(answer(batch, text), OK);
        EXPECT_INT(got_int("lines"), 2);
        EXPECT_INT(got_int("failed"), kinds[k].is_fixed ? 0 : 1);
    }
    claims_in(90, 9900);
    {
        int64_t batch = made();
        sent(batch);
        call(one, "payments.bank_file", batch, "format=XLSX");
        expect(200, NULL);
        EXPECT(str_ends(got_file(), ".xlsx"));
        EXPECT(str_starts(read_all(got_file()), "PK"));
        call(one, "payments.bank_file", batch, "format=PDF");
        expect(400, NULL);
    }
}

OPS_TEST("a file of fixed width with a line too short is refused as a whole")
{
    struct caller *one = as(FUZHOU, "PAYER#2");
    const char *file, *words[3] = { NULL, NULL, NULL };
    int64_t batch;
    char *text;

    claims_in(71, 9001);
    batch = made();
    sent(batch);
    call(one, "payments.bank_file", batch, "format=FIXED_GB18030");
    file = read_all(got_file());
    words[0] = words[1] = to_gb(arena_printf(test_arena(), "成功    %60s", ""));
    text = arena_strdup(test_arena(), answered(file, words));
    text[strlen(text) - 3] = '\0';
    answer(batch, text);
    expect(400, "return.width");
    EXPECT_STR(claim_state(9001), "IN_PAYMENT");
}

OPS_TEST("the same batch and return sent a hundred times pay once")
{
    static const char csv[] = HEAD "1,,,3000,成功,\n2,,,3001,失败,户名不符\n";
    struct approved a = claims_of(2, false);
    int64_t batch = made(), line;

    sent(batch);
    EXPECT_INT(answer(batch, csv), OK);
    EXPECT_STR(got("is_known"), "false");
    call(as(FUZHOU, "PAYER"), "payments.lines", batch, NULL);
    line = got_int("items.0.id");
    for (int i = 0; i < 100; i++) {
        call(as(FUZHOU, "PAYER#2"), "payments.send", batch, "{}");
        expect(409, "state.wrong");
        EXPECT_INT(answer(batch, csv), OK);
        EXPECT_STR(got("is_known"), "true");
        call(as(FUZHOU, "PAYER"), "payments.make", NONE,
             "{'payer':350100000000,'fund':'" FUND "'}");
        expect(409, "payment.no_claim");
    }
    call(as(FUZHOU, "PAYER"), "payments.get", batch, NULL);
    EXPECT_INT(got_int("paid_fen"), 300000);
    EXPECT_STR(claim_state(a.first), "PAID");
    call(as(FUZHOU, "PAYER"), "payment_lines.history", line, NULL);
    EXPECT_INT(got_count("items"), 2);
    call(as(FUZHOU, "PAYER"), "payments.list", NONE, NULL);
    EXPECT_INT(got_int("total"), 1);
}

OPS_TEST("who has no account is not sent, and is paid once an account is given")
{
    struct caller *payer = as(FUZHOU, "PAYER");
    struct approved a = claims_of(2, true);
    int64_t batch = made(), again, line;

    EXPECT_INT(got_int("lines"), 1);
    EXPECT_INT(got_int("no_account"), 1);
    EXPECT_STR(claim_state(a.first + 1), "PAYMENT_FAILED");
    sent(batch);
    call(as(FUZHOU, "PAYER#2"), "payments.bank_file", batch, NULL);
    EXPECT(strstr(read_all(got_file()), "\r\n2,") == NULL);
    answer(batch, HEAD "2,,,3001,成功,\n");
    expect(400, "return.unknown_line");
    EXPECT_INT(answer(batch, HEAD "1,,,3000,成功,\n"), OK);
    call(payer, "payments.get", batch, NULL);
    EXPECT_STR(got("state"), "PAID");
    call(payer, "payments.lines", batch, "state=FAILED");
    EXPECT_STR(got("items.0.return_code"), "NO_ACCOUNT");
    line = got_int("items.0.id");
    call(payer, "payment_lines.correct", line, "{'account':'12ab'}");
    expect(400, NULL);
    call(payer, "payment_lines.correct", line,
         "{'account':'6228480000000000777','account_bank':'农业银行'}");
    expect(200, NULL);
    step(payer, "payments.reissue", batch);
    again = got_int("id");
    EXPECT_STR(claim_state(a.first + 1), "IN_PAYMENT");
    sent(again);
    EXPECT_INT(answer(again, HEAD "1,,6228480000000000777,3001,成功,\n"), OK);
    EXPECT_STR(claim_state(a.first + 1), "PAID");
}

/* A claim of the employer Fuyao and one of the labour station, both approved. */
static enum err save_payees(struct ctx *cx, void *arg)
{
    static const char *const columns[] = { "employer_id", "org_id" };
    const int64_t *ids = arg;

    for (int i = 0; i < 2; i++) {
        int64_t decision = store_new_id(cx->store);
        TRY(db_exec(
            cx,
            "INSERT INTO policy_decision (id, policy_id, home, work, as_of, verdict, amount_fen, trace, created_at)"
            " SELECT $1, $2, $4, $5, '2019-03-01', 'ENTITLED', 100, '{}', $3 WHERE SCOPE(policy_decision home=$4, work=$5)",
            P(decision), P(ids[2]), P(cx->now), P(621100000000), P(350181000000)));
        TRY(db_exec_list(
            cx,
            arena_printf(
                cx->mem,
                "INSERT INTO claim (id, policy_id, decision_id, %s, home, work, instalment, amount_fen, due_on, once_key,"
                " state, created_at, updated_at) SELECT $1, $2, $3, $4, $7, $8, 'award', 10000000,"
                " '2019-03-01', $5, 'APPROVED', $6, $6 WHERE SCOPE(claim home=$7, work=$8)",
                columns[i]),
            PARAMS_(P(store_new_id(cx->store)), P(ids[2]), P(decision), P(ids[i]), P(columns[i]),
                    P(cx->now), P(621100000000), P(350181000000))));
    }
    return OK;
}

OPS_TEST("an enterprise and a station are paid to the accounts that are on their records")
{
    int64_t ids[3] = { employer_of(FUYAO), org_id(STATION) }, batch;

    call(as_system(), "policies.list", NONE, "policy_key=fuzhou-base-enterprise-award");
    ids[2] = got_int("items.0.id");
    call(as(FUZHOU, "CLERK"), "employers.change", ids[0],
         "{'account':'3500 1010 0010 5000 8888','account_bank':'建设银行福清支行'}");
    expect(200, NULL);
    call(as(DINGXI, "ADMIN"), "organisations.change", ids[1],
         "{'account':'62284800000000000019','account_bank':'农业银行福州分行'}");
    expect(200, NULL);
    call(as(FUZHOU, "CLERK"), "employers.get", ids[0], NULL);
    EXPECT(got("account") && strstr(got("account"), "*"));
    set_clock("2019-03-19"); /* changed accounts are paid to after 72 hours */
    EXPECT_INT(db_write(unit(as_system()), save_payees, ids), OK);
    batch = created(as(FUZHOU, "PAYER"), "payments.make",
                    "{'payer':350100000000,'fund':'DESTINATION_BUDGET'}");
    EXPECT_INT(got_int("lines"), 2);
    EXPECT_INT(got_int("no_account"), 0);
    sent(batch);
    call(as(FUZHOU, "PAYER#2"), "payments.bank_file", batch, NULL);
    EXPECT(strstr(read_all(got_file()), "35001010001050008888"));
    EXPECT(strstr(read_all(got_file()), "62284800000000000019"));
}

OPS_TEST(
    "another county sees no batch, no line and no trace; the origin sees the lines of its people")
{
    struct approved a = claims_of(1, false);
    int64_t batch = made(), line;

    call(as(FUZHOU, "PAYER"), "payments.lines", batch, NULL);
    line = got_int("items.0.id");
    for (int i = 0; i < 2; i++) {
        struct caller *other = as(i ? YANTAI : WUSHAN, "PAYER");
        call(other, "payments.list", NONE, NULL);
        EXPECT_INT(got_int("total"), 0);
        call(other, "payments.get", batch, NULL);
        expect(404, "record.not_found");
        call(other, "payments.lock", batch, "{}");
        expect(404, "record.not_found");
        call(other, "payments.bank_file", batch, NULL);
        expect(404, "record.not_found");
        call(other, "payments.trace", a.first, NULL);
        expect(404, "record.not_found");
        call(other, "payment_lines.correct", line, "{'account':'6228480000000000777'}");
        expect(404, "record.not_found");
    }
    call(as(TONGWEI, "LEADER"), "payment_lines.get", line, NULL);
    expect(200, NULL);
    EXPECT_STR(got("account_mask"), "****0000");
}

/* --- all or nothing --- */
struct work {
    int64_t batch;
    const char *path;
    struct payment_made made;
    struct payment_return sum;
};

static enum err make_work(struct ctx *cx, void *arg)
{
    struct work *w = arg;

    return payment_batch_make(cx, 350100000000, FUND, NONE, &w->made);
}

static enum err return_work(struct ctx *cx, void *arg)
{
    struct work *w = arg;

    return return_file_read(cx, w->batch, w->path, &w->sum);
}

OPS_TEST("a batch broken off at any point was never made, and a return broken off was never read")
{
    struct work w = { .path = test_file(".csv") };
    FILE *f = fopen(w.path, "w");

    fputs(HEAD "1,,,3000,成功,\n2,,,3001,失败,冻结\n", f);
    fclose(f);
    claims_of(2, false);
    EXPECT(stores_fault_run(unit(as(FUZHOU, "PAYER")), make_work, &w) > 8);
    sent(w.made.id);
    w.batch = w.made.id;
    EXPECT(stores_fault_run(unit(as(FUZHOU, "PAYER")), return_work, &w) > 8);
    EXPECT_INT(w.sum.failed, 1);
    unlink(w.path);
}

struct racer {
    struct ctx *cx;
    struct work w;
    enum err err;
};

static void *race(void *arg)
{
    struct racer *r = arg;

    r->err = db_write(r->cx, make_work, &r->w);
    return NULL;
}

OPS_TEST("batches made at the same time never share a claim")
{
    struct racer racers[4];
    pthread_t threads[ARRAY_LEN(racers)];
    int64_t lines = 0;
    int done = 0;

    claims_of(3, false);
    for (size_t i = 0; i < ARRAY_LEN(racers); i++)
        racers[i] = (struct racer){ .cx = unit(as(FUZHOU, i % 2 ? "PAYER" : "PAYER#2")) };
    for (size_t i = 0; i < ARRAY_LEN(racers); i++)
        pthread_create(&threads[i], NULL, race, &racers[i]);
    for (size_t i = 0; i < ARRAY_LEN(racers); i++) {
        pthread_join(threads[i], NULL);
        done += racers[i].err == OK;
        lines += racers[i].err == OK ? racers[i].w.made.lines : 0;
    }
    EXPECT_INT(done, 1);
    EXPECT_INT(lines, 3);
}
