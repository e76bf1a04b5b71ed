/* payments.c — the steps of a batch. */
#include "payments/payments.h"

#include "accounts/accounts.h"
#include "base/amount.h"
#include "base/ids.h"
#include "claims/claims.h"
#include "divisions/divisions.h"
#include "payments/payments_int.h"
#include "platform/db_backend.h"
#include "platform/journal.h"
#include "platform/seal.h"

const struct choice payment_batch_states[] = {
    { "DRAFT", "草稿", "Draft" },
    { "LOCKED", "已锁定待审批", "Locked" },
    { "APPROVED", "已审批", "Approved" },
    { "SENT", "已送银行", "Sent to the bank" },
    { "PARTLY_PAID", "部分支付", "Partly paid" },
    { "PAID", "已支付", "Paid" },
    { "CLOSED", "已办结", "Closed" },
    { 0 },
};

enum err batch_expect(struct ctx *cx, const struct rows *batch, const char *states, const char *zh,
                      const char *en)
{
    const char *state = row_text(batch, 0, "state");
    size_t len = strlen(state);

    for (const char *at = states; *at; at += strcspn(at, "|"), at += *at == '|')
        if (strcspn(at, "|") == len && memcmp(at, state, len) == 0)
            return OK;
    return fail(cx, E_CONFLICT, "state.wrong",
                T("当前状态为“%s”，不能%s", "the state is %s: cannot %s"),
                choice_label(payment_batch_states, state, cx->lang), T(zh, en));
}

enum err batch_move(struct ctx *cx, const struct rows *batch, const char *event, const char *state,
                    const char *note_json)
{
    int64_t id = row_int(batch, 0, "id");

    TRY(db_exec(cx,
                "UPDATE payment_batch AS b SET state = $1, version = version + 1, updated_at = $2"
                " WHERE b.id = $3 AND b.version = $4 AND SCOPE(payment_batch b)",
                P(state), P(cx->now), P(id), P(row_int(batch, 0, "version"))));
    if (cx->changed != 1)
        return fail(cx, E_BUSY, "record.raced", "%s",
                    T("记录正被别人修改，请重试", "the record is being changed; try again"));
    return journal_append(
        cx, &(struct journal_entry){
                .kind = "payment_batch",
                .record_id = id,
                .action = event,
                .before = arena_printf(cx->mem, "{\"state\":\"%s\"}", row_text(batch, 0, "state")),
                .after = note_json ? note_json : arena_printf(cx->mem, "{\"state\":\"%s\"}", state),
                .home = row_int(batch, 0, "home"),
                .work = row_int(batch, 0, "work"),
                .employer_id = NONE,
                .person_id = NONE });
}

struct journal_entry line_entry(const struct bank_line *line, const char *action,
                                const char *before, const char *after)
{
    return (struct journal_entry){ .kind = "payment_line",
                                   .record_id = line->id,
                                   .action = action,
                                   .before = before,
                                   .after = after,
                                   .home = line->home,
                                   .work = line->work,
                                   .employer_id = line->employer_id,
                                   .person_id = line->person_id };
}

enum err lines_raced(struct ctx *cx)
{
    return fail(cx, E_BUSY, "record.raced", "%s",
                T("记录正被别人修改，请重试", "the record is being changed; try again"));
}

/* --- content: what the bank will be told --- */
enum err lines_post(struct ctx *cx, int64_t batch_id, const struct line_money *all, int n)
{
    struct ledger_claim *charged = NEW_ARRAY(cx->mem, struct ledger_claim, n);
    struct ledger_post *posts = NEW_ARRAY(cx->mem, struct ledger_post, n);
    int64_t *claims = NEW_ARRAY(cx->mem, int64_t, n);

    for (int i = 0; i < n; i++)
        claims[i] = all[i].line->claim_id;
    TRY(claims_ledger(cx, claims, n, charged));
    for (int i = 0; i < n; i++)
        posts[i] = (struct ledger_post){
            charged[i], all[i].event, all[i].fen, { all[i].line->id, batch_id, NONE }
        };
    return ledger_post_all(cx, posts, n);
}

enum err bank_lines(struct ctx *cx, int64_t batch_id, struct bank_line **ret, int *ret_n)
{
    struct rows r;
    struct bank_line *lines;

    TRY(db_rows(
        cx, &r,
        "SELECT id, line_no, claim_id, amount_fen - offset_fen AS net_fen, offset_fen, payee_name, account_sealed, account_bank, state,"
        " home, work, employer_id, person_id FROM payment_line l"
        " WHERE SCOPE_NOT(payment_line 'its batch is in scope') AND l.batch_id = $1 AND COALESCE(l.return_code, '') <> 'NO_ACCOUNT'"
        " ORDER BY l.line_no",
        P(batch_id)));
    lines = NEW_ARRAY(cx->mem, struct bank_line, r.n + 1);
    for (int i = 0; i < r.n; i++) {
        lines[i] = (struct bank_line){ .id = row_int(&r, i, "id"),
                                       .line_no = row_int(&r, i, "line_no"),
                                       .claim_id = row_int(&r, i, "claim_id"),
                                       .amount_fen = row_int(&r, i, "net_fen"),
                                       .offset_fen = row_int(&r, i, "offset_fen"),
                                       .name = row_text(&r, i, "payee_name"),
                                       .bank = row_text(&r, i, "account_bank"),
                                       .state = row_text(&r, i, "state"),
                                       .home = row_int(&r, i, "home"),
                                       .work = row_int(&r, i, "work"),
                                       .employer_id = row_int(&r, i, "employer_id"),
                                       .person_id = row_int(&r, i, "person_id") };
        TRY(seal_open(cx, ACCOUNT_PLACE, lines[i].id, row_blob(&r, i, "account_sealed"),
                      &lines[i].account));
    }
    *ret = lines;
    *ret_n = r.n;
    return OK;
}

/* Each text with its length before it, so that no two contents read alike. */
static void add_text(struct str *s, const char *text)
{
    str_addf(s, "%zu:%s;", text ? strlen(text) : 0, text ? text : "");
}

const char *bank_lines_hash(struct ctx *cx, const struct rows *batch, const struct bank_line *lines,
                            int n)
{
    struct str s = str_new(cx->mem);

    add_text(&s, row_text(batch, 0, "number"));
    add_text(&s, row_text(batch, 0, "fund"));
    str_addf(&s, "%lld;%d\n", (long long)row_int(batch, 0, "payer"), n);
    for (int i = 0; i < n; i++) {
        str_addf(&s, "%lld;%lld;%lld;", (long long)lines[i].line_no, (long long)lines[i].claim_id,
                 (long long)lines[i].amount_fen);
        add_text(&s, lines[i].name);
        add_text(&s, lines[i].account);
        add_text(&s, lines[i].bank);
        if (lines[i].offset_fen)
            str_addf(&s, "%lld;", (long long)lines[i].offset_fen);
        str_add_char(&s, '\n');
    }
    return hash_bytes(cx->mem, s.s, s.len);
}

/* They stand first. */
static int sent_count(const struct bank_line *lines, int n)
{
    int sent = 0;

    while (sent < n && lines[sent].amount_fen > 0)
        sent++;
    return sent;
}

enum err check_content(struct ctx *cx, const struct rows *batch, struct bank_line **ret, int *ret_n)
{
    struct bank_line *lines;
    int n;

    TRY(bank_lines(cx, row_int(batch, 0, "id"), &lines, &n));
    if (!str_eq(bank_lines_hash(cx, batch, lines, n), row_text(batch, 0, "content_hash")))
        return hint(cx,
                    fail(cx, E_CONFLICT, "payment.altered", "%s",
                         T("批次内容与锁定时不一致", "the batch is not what was locked")),
                    "%s",
                    T("请停止支付并查看变更记录", "stop the payment and look at its history"));
    if (ret)
        *ret = lines, *ret_n = sent_count(lines, n);
    return OK;
}

/* --- steps --- */
static const char *masked(struct ctx *cx, const char *account)
{
    char mask[16];

    return account ? arena_strdup(cx->mem, card_mask(account, mask)) : NULL;
}

static bool is_same_payee(const struct payee *payee, const struct bank_line *line)
{
    return str_eq(payee->account, line->account) && str_eq(payee->name, line->name) &&
           str_eq(payee->bank, line->bank);
}

static enum err fill_in_again(struct ctx *cx, const struct bank_line *is, const struct payee *payee)
{
    struct journal_entry entry =
        line_entry(is, "account",
                   arena_printf(cx->mem, "{\"account_mask\":\"%s\"}", masked(cx, is->account)),
                   arena_printf(cx->mem, "{\"account_mask\":\"%s\"}", masked(cx, payee->account)));

    TRY(db_exec(
        cx,
        "UPDATE payment_line SET payee_name = $1, account_sealed = $2, account_mask = $3, account_bank = $4, version = version + 1,"
        " updated_at = $5 WHERE SCOPE_NOT(payment_line 'its batch is in scope') AND id = $6 AND state = 'PENDING'",
        P(payee->name), P(seal_text(cx->mem, ACCOUNT_PLACE, is->id, payee->account)),
        P(masked(cx, payee->account)), P(payee->bank), P(cx->now), P(is->id)));
    return journal_append(cx, &entry);
}

/* What is locked is what holds now: a change may have taken effect, or been refused, since the
 * batch was made. A payee that has no account any more keeps the one of the line, which the bank
 * will refuse. */
static enum err fill_in_accounts(struct ctx *cx, int64_t id)
{
    struct bank_line *lines;
    struct claim_due *due;
    struct payee *payees;
    struct rows r;
    int n;

    TRY(lines_changed(cx, id, &r));
    if (r.n == 0)
        return OK;
    TRY(bank_lines(cx, id, &lines, &n));
    due = NEW_ARRAY(cx->mem, struct claim_due, r.n);
    payees = NEW_ARRAY(cx->mem, struct payee, r.n);
    for (int i = 0; i < r.n; i++)
        due[i] = (struct claim_due){ .person_id = row_int(&r, i, "person_id"),
                                     .employer_id = row_int(&r, i, "employer_id"),
                                     .org_id = row_int(&r, i, "org_id") };
    TRY(payees_find(cx, due, r.n, payees));
    for (int i = 0; i < r.n; i++) {
        const struct bank_line *is = &lines[row_int(&r, i, "line_no") - 1];

        if (payees[i].account && !is_same_payee(&payees[i], is))
            TRY(fill_in_again(cx, is, &payees[i]));
    }
    return OK;
}

enum err payment_batch_lock(struct ctx *cx, int64_t id)
{
    struct rows batch;
    struct bank_line *lines;
    struct line_money *money;
    int64_t total = 0;
    int n;

    TRY(record_load(cx, &payment_batch_record, id, &batch));
    TRY(batch_expect(cx, &batch, "DRAFT", "锁定", "lock"));
    TRY(fill_in_accounts(cx, id));
    TRY(bank_lines(cx, id, &lines, &n));
    if (n == 0)
        return hint(cx,
                    fail(cx, E_CONFLICT, "payment.empty", "%s",
                         T("批次中没有可支付的明细", "no line of the batch can be paid")),
                    "%s", T("请补充账号后重新发放", "correct the accounts and reissue"));
    money = NEW_ARRAY(cx->mem, struct line_money, n);
    for (int i = 0; i < n; i++) {
        total += lines[i].amount_fen;
        money[i] = (struct line_money){ &lines[i], LEDGER_LOCKED,
                                        lines[i].amount_fen + lines[i].offset_fen };
    }
    TRY(lines_post(cx, id, money, n));
    if (sent_count(lines, n) != row_int(&batch, 0, "lines") ||
        total != row_int(&batch, 0, "total_fen"))
        return fail(cx, E_CONFLICT, "payment.altered", "%s",
                    T("明细与批次合计不一致", "the lines do not add up to the batch"));
    TRY(db_exec(
        cx,
        "UPDATE payment_batch AS b SET content_hash = $1 WHERE b.id = $2 AND SCOPE(payment_batch b)",
        P(bank_lines_hash(cx, &batch, lines, n)), P(id)));
    return batch_move(cx, &batch, "lock", "LOCKED", NULL);
}

/* An account that one person gave for a failed line is looked at by two others. */
static enum err check_own_correction(struct ctx *cx, int64_t batch_id, const struct hand *hand)
{
    struct rows r;

    TRY(db_rows(
        cx, &r,
        "SELECT f.corrected_by, MIN(l.line_no) AS line_no FROM payment_line l JOIN payment_line f ON f.id = l.reissue_of"
        " WHERE SCOPE_NOT(payment_line 'of the batch in scope, and what it replaces') AND l.batch_id = $1 GROUP BY f.corrected_by",
        P(batch_id)));
    for (int i = 0; i < r.n; i++)
        if (hand_has(hand, row_int(&r, i, "corrected_by")))
            return fail(cx, E_FORBIDDEN, "payment.own_correction",
                        T("第 %lld 笔的账号由您更正，须由他人审批",
                          "you corrected the account of line %lld: somebody else must approve"),
                        (long long)row_int(&r, i, "line_no"));
    return OK;
}

/* Nobody who has a hand in one of its claims, those that no money goes out for included. */
static enum err check_claims_hands(struct ctx *cx, int64_t batch_id)
{
    struct rows r;
    int64_t *claims;

    TRY(db_rows(
        cx, &r,
        "SELECT l.claim_id FROM payment_line l WHERE SCOPE_NOT(payment_line 'of the batch in scope') AND l.batch_id = $1",
        P(batch_id)));
    claims = NEW_ARRAY(cx->mem, int64_t, r.n + 1);
    for (int i = 0; i < r.n; i++)
        claims[i] = row_int(&r, i, "claim_id");
    return claims_check_other_hand(cx, claims, r.n);
}

enum err payment_batch_approve(struct ctx *cx, int64_t id)
{
    struct rows batch;
    struct bank_line *lines;
    int64_t me = cx->who.user_id, first;
    struct hand hand;
    int n;

    TRY(record_load(cx, &payment_batch_record, id, &batch));
    TRY(batch_expect(cx, &batch, "LOCKED", "审批", "approve"));
    first = row_int(&batch, 0, "approved_by");
    TRY(account_hand(cx, me, &hand));
    if (me == NONE || hand_has(&hand, row_int(&batch, 0, "made_by")))
        return fail(cx, E_FORBIDDEN, "payment.own_batch", "%s",
                    T("制单人不能审批自己的批次", "who made a batch cannot approve it"));
    if (hand_has(&hand, first))
        return fail(cx, E_FORBIDDEN, "payment.approved_already", "%s",
                    T("须由另一人作第二次审批", "the second approval is another user's"));
    TRY(check_own_correction(cx, id, &hand));
    TRY(check_content(cx, &batch, &lines, &n));
    TRY(check_claims_hands(cx, id));
    TRY(db_exec(
        cx,
        first == NONE
            ? "UPDATE payment_batch AS b SET approved_by = $1 WHERE b.id = $2 AND SCOPE(payment_batch b)"
            : "UPDATE payment_batch AS b SET approved_by_2 = $1 WHERE b.id = $2 AND SCOPE(payment_batch b)",
        P(me), P(id)));
    return batch_move(cx, &batch, "approve", first == NONE ? "LOCKED" : "APPROVED",
                      arena_printf(cx->mem, "{\"approval\":%d,\"content_hash\":\"%s\"}",
                                   first == NONE ? 1 : 2, row_text(&batch, 0, "content_hash")));
}

/* Lines of which nothing is left are paid by what is kept back. */
static enum err settle_whole(struct ctx *cx, const struct bank_line *const *lines, int n)
{
    struct params *rows = NEW_ARRAY(cx->mem, struct params, n);
    struct journal_entry *entries = NEW_ARRAY(cx->mem, struct journal_entry, n);
    struct claim_said *said = NEW_ARRAY(cx->mem, struct claim_said, n);

    for (int i = 0; i < n; i++) {
        rows[i] = PARAMS(cx, P(cx->now), P(lines[i]->id));
        entries[i] =
            line_entry(lines[i], "set_off", "{\"state\":\"PENDING\"}", "{\"state\":\"SUCCESS\"}");
        said[i].claim_id = lines[i]->claim_id;
    }
    TRY(db_exec_all(
        cx,
        "UPDATE payment_line SET state = 'SUCCESS', version = version + 1, updated_at = $1"
        " WHERE SCOPE_NOT(payment_line 'its batch is in scope') AND id = $2 AND state = 'PENDING'",
        rows, n));
    if (cx->changed != n)
        return lines_raced(cx);
    TRY(journal_append_all(cx, entries, n));
    return claims_paid(cx, said, n);
}

/* What is kept back is settled now. */
static enum err settle_offsets(struct ctx *cx, int64_t batch_id)
{
    const struct bank_line **whole;
    struct bank_line *lines;
    int n, whole_n = 0;

    TRY(bank_lines(cx, batch_id, &lines, &n));
    whole = NEW_ARRAY(cx->mem, const struct bank_line *, n);
    for (int i = 0; i < n; i++) {
        if (lines[i].offset_fen == 0)
            continue;
        TRY(recoveries_sent(cx, lines[i].claim_id, lines[i].id, batch_id));
        if (lines[i].amount_fen == 0)
            whole[whole_n++] = &lines[i];
    }
    return whole_n ? settle_whole(cx, whole, whole_n) : OK;
}

enum err payment_batch_send(struct ctx *cx, int64_t id)
{
    struct rows batch;

    TRY(record_load(cx, &payment_batch_record, id, &batch));
    TRY(batch_expect(cx, &batch, "APPROVED", "送银行", "send"));
    TRY(check_content(cx, &batch, NULL, NULL));
    TRY(db_exec(
        cx, "UPDATE payment_batch AS b SET sent_at = $1 WHERE b.id = $2 AND SCOPE(payment_batch b)",
        P(cx->now), P(id)));
    TRY(settle_offsets(cx, id));
    return batch_move(cx, &batch, "send", row_int(&batch, 0, "lines") ? "SENT" : "PAID", NULL);
}

enum err payment_batch_close(struct ctx *cx, int64_t id)
{
    struct rows batch, sums;

    TRY(record_load(cx, &payment_batch_record, id, &batch));
    TRY(batch_expect(cx, &batch, "PARTLY_PAID|PAID", "办结", "close"));
    TRY(db_one(
        cx, &sums,
        "SELECT COUNT(CASE WHEN l.state = 'PENDING' THEN 1 END) AS waiting,"
        " CAST(COALESCE(SUM(CASE WHEN l.state = 'SUCCESS' THEN l.amount_fen - l.offset_fen ELSE 0 END), 0) AS BIGINT) AS paid,"
        " CAST(COALESCE(SUM(CASE WHEN l.state IN ('FAILED', 'CORRECTED', 'REISSUED') THEN l.amount_fen - l.offset_fen ELSE 0 END), 0) AS BIGINT) AS failed"
        " FROM payment_line l WHERE SCOPE_NOT(payment_line 'its batch is in scope') AND l.batch_id = $1"
        " AND COALESCE(l.return_code, '') <> 'NO_ACCOUNT'",
        P(id)));
    if (row_int(&sums, 0, "waiting") ||
        row_int(&sums, 0, "paid") != row_int(&batch, 0, "paid_fen") ||
        row_int(&sums, 0, "paid") + row_int(&sums, 0, "failed") != row_int(&batch, 0, "total_fen"))
        return fail(cx, E_CONFLICT, "payment.unsettled",
                    T("还有 %d 笔没有回盘结果，或金额不平",
                      "%d lines have no return yet, or the sums differ"),
                    (int)row_int(&sums, 0, "waiting"));
    return batch_move(cx, &batch, "close", "CLOSED", NULL);
}

/* --- failed lines put right --- */
enum err payment_line_correct(struct ctx *cx, int64_t line_id, const char *account,
                              const char *bank, const char *name)
{
    struct rows line;
    char digits[33], mask[16];
    enum card_reason reason = card_normalise(account, digits);

    if (reason != CARD_OK && reason != CARD_LUHN_WARN)
        return fail_field(cx, "account", "account.invalid", "%s",
                          T("银行账号应为 8 至 32 位数字", "an account number has 8 to 32 digits"));
    TRY(record_load(cx, &payment_line_record, line_id, &line));
    if (!str_eq(row_text(&line, 0, "state"), "FAILED") &&
        !str_eq(row_text(&line, 0, "state"), "CORRECTED"))
        return fail(cx, E_CONFLICT, "payment.not_failed", "%s",
                    T("只有支付失败的明细可以更正", "only a failed line can be corrected"));
    TRY(db_exec(
        cx,
        "UPDATE payment_line AS l SET state = 'CORRECTED', corrected_sealed = $1, corrected_mask = $2, corrected_bank = $3,"
        " corrected_name = $4, corrected_by = $5, version = version + 1, updated_at = $6"
        " WHERE l.id = $7 AND l.state IN ('FAILED', 'CORRECTED') AND SCOPE(payment_line l)",
        P(seal_text(cx->mem, CORRECTED_PLACE, line_id, digits)),
        P(arena_strdup(cx->mem, card_mask(digits, mask))),
        P(bank ? bank : row_text(&line, 0, "account_bank")),
        P(name ? name : row_text(&line, 0, "payee_name")), P(cx->who.user_id), P(cx->now),
        P(line_id)));
    if (cx->changed != 1)
        return lines_raced(cx);
    return journal_append(
        cx, &(struct journal_entry){
                .kind = "payment_line",
                .record_id = line_id,
                .action = "correct",
                .before = arena_printf(cx->mem, "{\"state\":\"%s\"}", row_text(&line, 0, "state")),
                .after = arena_printf(cx->mem, "{\"state\":\"CORRECTED\",\"account\":\"%s\"}",
                                      card_mask(digits, mask)),
                .home = row_int(&line, 0, "home"),
                .work = row_int(&line, 0, "work"),
                .employer_id = row_int(&line, 0, "employer_id"),
                .person_id = row_int(&line, 0, "person_id") });
}
