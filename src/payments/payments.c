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

enum err line_journal(struct ctx *cx, const struct rows *line, int row, const char *action,
                      const char *before, const char *after)
{
    return journal_append(cx,
                          &(struct journal_entry){ .kind = "payment_line",
                                                   .record_id = row_int(line, row, "id"),
                                                   .action = action,
                                                   .before = before,
                                                   .after = after,
                                                   .home = row_int(line, row, "home"),
                                                   .work = row_int(line, row, "work"),
                                                   .employer_id = row_int(line, row, "employer_id"),
                                                   .person_id = row_int(line, row, "person_id") });
}

/* --- making --- */
/* Where the payee's account stands: the employer's or the organisation's where one is named. */
static enum err find_payee(struct ctx *cx, int64_t employer_id, int64_t org_id, int64_t person_id,
                           struct payee *ret)
{
    struct rows r;
    struct bytes sealed;
    const char *place;
    int64_t id;

    *ret = (struct payee){ 0 };
    if (employer_id != NONE) {
        place = "employer.account";
        id = employer_id;
        TRY(db_one(cx, &r,
                   "SELECT name, account_sealed, account_bank, account_name FROM employer"
                   " WHERE SCOPE_NOT(employer 'the claim to be paid is in scope') AND id = $1",
                   P(id)));
    } else if (org_id != NONE) {
        place = "organisation.account";
        id = org_id;
        TRY(db_one(cx, &r,
                   "SELECT name, account_sealed, account_bank, account_name FROM organisation"
                   " WHERE SCOPE_NOT(organisation 'the claim to be paid is in scope') AND id = $1",
                   P(id)));
    } else {
        place = "person.account";
        id = person_id;
        TRY(db_one(cx, &r,
                   "SELECT name, account_sealed, account_bank, account_name FROM person"
                   " WHERE SCOPE_NOT(person 'the claim to be paid is in scope') AND id = $1",
                   P(id)));
    }
    ret->own_name = row_text(&r, 0, "name");
    ret->name = row_text(&r, 0, "account_name") ? row_text(&r, 0, "account_name") : ret->own_name;
    ret->bank = row_text(&r, 0, "account_bank");
    sealed = row_blob(&r, 0, "account_sealed");
    if (sealed.data)
        TRY(seal_open(cx, place, id, sealed, &ret->account));
    return payee_in_force(cx, id, place, ret);
}

/* A line on its way into a batch. */
struct new_line {
    struct claim_due due;
    int64_t id, reissue_of, offset_fen;
    struct payee payee;
};

/* Lines that the bank is told of are numbered first; then those whose whole amount is set against
 * what the payee owes; then those that cannot be paid. */
enum line_class { LINE_SENT, LINE_SET_OFF, LINE_NO_ACCOUNT, LINE_CLASSES };
static enum line_class class_of(const struct new_line *l)
{
    return l->offset_fen == l->due.amount_fen ? LINE_SET_OFF
           : l->payee.account                 ? LINE_SENT
                                              : LINE_NO_ACCOUNT;
}

/* Keeps back what the payee owes; of a payment that cannot be made, only all of it. */
static enum err set_off(struct ctx *cx, const char *fund, struct new_line *l)
{
    int64_t room;

    l->id = store_new_id(cx->store);
    TRY(recoveries_room(cx, &l->due, fund, &room));
    if (room == 0 || (!l->payee.account && room < l->due.amount_fen))
        return OK;
    return recoveries_take(cx, &l->due, fund, l->id, &l->offset_fen);
}

static enum err add_line(struct ctx *cx, int64_t batch_id, int64_t number, const struct new_line *l)
{
    const struct claim_due *c = &l->due;
    bool is_unpayable = class_of(l) == LINE_NO_ACCOUNT;
    char mask[16];

    TRY(db_exec(
        cx,
        "INSERT INTO payment_line (id, batch_id, line_no, claim_id, person_id, employer_id, home, work, payee_name, account_sealed,"
        " account_mask, account_bank, amount_fen, offset_fen, state, return_code, reissue_of, created_at, updated_at)"
        " SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $18"
        " WHERE SCOPE(payment_line home=$7, work=$8, employer_id=$6, person_id=$5)",
        P(l->id), P(batch_id), P(number), P(c->claim_id), P(c->person_id), P(c->employer_id),
        P(c->home), P(c->work), P(l->payee.name),
        P(seal_text(cx->mem, ACCOUNT_PLACE, l->id, l->payee.account)),
        P(l->payee.account ? arena_strdup(cx->mem, card_mask(l->payee.account, mask)) : NULL),
        P(l->payee.bank), P(c->amount_fen), P(l->offset_fen),
        P(is_unpayable ? "FAILED" : "PENDING"), P(is_unpayable ? "NO_ACCOUNT" : NULL),
        P(l->reissue_of), P(cx->now)));
    if (cx->changed != 1)
        return fail(cx, E_FORBIDDEN, "scope.outside", "%s",
                    T("有待付申领不在您的辖区内",
                      "a claim to be paid lies outside of your jurisdiction"));
    return journal_append(
        cx,
        &(struct journal_entry){
            .kind = "payment_line",
            .record_id = l->id,
            .action = "create",
            .after = arena_printf(
                cx->mem,
                "{\"batch_id\":\"%lld\",\"line_no\":%lld,\"claim_id\":\"%lld\",\"amount_fen\":%lld,\"offset_fen\":%lld}",
                (long long)batch_id, (long long)number, (long long)c->claim_id,
                (long long)c->amount_fen, (long long)l->offset_fen),
            .home = c->home,
            .work = c->work,
            .employer_id = c->employer_id,
            .person_id = c->person_id });
}

/* 20190620-1ABCDEF…: the day, and the id, which no other batch has. */
static const char *batch_number(struct ctx *cx, int64_t id)
{
    return arena_printf(cx->mem, "%04d%02d%02d-%llX", cx->today.year, cx->today.month,
                        cx->today.day, (unsigned long long)id);
}

/* Whoever decided on a claim does not pay it. */
static enum err check_hand(struct ctx *cx, const struct new_line *lines, int n)
{
    int64_t *ids = NEW_ARRAY(cx->mem, int64_t, n + 1);

    for (int i = 0; i < n; i++)
        ids[i] = lines[i].due.claim_id;
    return claims_check_other_hand(cx, ids, n);
}

struct new_batch {
    int64_t id, payer;
    bool is_origin; /* the payer is an origin of people, else a destination */
    const char *fund;
};

/* The batch with its lines, numbered without gaps. */
static enum err save_batch(struct ctx *cx, const struct new_batch *b, struct new_line *lines, int n,
                           struct payment_made *ret)
{
    struct payment_made made = { .id = b->id };
    int64_t home = b->is_origin ? b->payer : NONE, work = b->is_origin ? NONE : b->payer, next;

    TRY(check_hand(cx, lines, n));
    for (int i = 0; i < n; i++) {
        TRY(set_off(cx, b->fund, &lines[i]));
        made.offset_fen += lines[i].offset_fen;
        made.no_account += class_of(&lines[i]) == LINE_NO_ACCOUNT;
        if (class_of(&lines[i]) != LINE_SENT)
            continue;
        made.lines++;
        made.total_fen += lines[i].due.amount_fen - lines[i].offset_fen;
    }
    TRY(db_exec(
        cx,
        "INSERT INTO payment_batch (id, number, payer, home, work, fund, state, lines, total_fen, made_by, created_at, updated_at)"
        " SELECT $1, $2, $3, $4, $5, $6, 'DRAFT', $7, $8, $9, $10, $10 WHERE SCOPE(payment_batch home=$4, work=$5)",
        P(b->id), P(batch_number(cx, b->id)), P(b->payer), P(home), P(work), P(b->fund),
        P(made.lines), P(made.total_fen), P(cx->who.user_id), P(cx->now)));
    if (cx->changed != 1)
        return fail(cx, E_FORBIDDEN, "scope.outside", "%s",
                    T("付款单位不在您的辖区内", "the payer lies outside of your jurisdiction"));
    next = 1;
    for (int pass = 0; pass < LINE_CLASSES; pass++)
        for (int i = 0; i < n; i++)
            if ((int)class_of(&lines[i]) == pass)
                TRY(add_line(cx, b->id, next++, &lines[i]));
    *ret = made;
    return journal_append(
        cx, &(struct journal_entry){
                .kind = "payment_batch",
                .record_id = b->id,
                .action = "create",
                .after = arena_printf(
                    cx->mem,
                    "{\"state\":\"DRAFT\",\"lines\":%lld,\"total_fen\":%lld,\"no_account\":%lld}",
                    (long long)made.lines, (long long)made.total_fen, (long long)made.no_account),
                .home = home,
                .work = work,
                .employer_id = NONE,
                .person_id = NONE });
}

enum err payment_batch_make(struct ctx *cx, int64_t payer, const char *fund, int64_t policy_id,
                            struct payment_made *ret)
{
    struct new_batch b = { .id = store_new_id(cx->store), .payer = payer, .fund = fund };
    const struct claim_due *due;
    struct new_line *lines;
    int n;

    TRY(claims_collect_approved(cx, payer, fund, policy_id, b.id, &due, &n));
    if (n == 0)
        return fail(cx, E_CONFLICT, "payment.no_claim", "%s",
                    T("没有待支付的已审批申领", "there is no approved claim to pay"));
    b.is_origin = due[0].work == NONE || !division_within(due[0].work, payer);
    lines = NEW_ARRAY(cx->mem, struct new_line, n);
    for (int i = 0; i < n; i++) {
        lines[i] = (struct new_line){ .due = due[i], .reissue_of = NONE };
        TRY(find_payee(cx, due[i].employer_id, due[i].org_id, due[i].person_id, &lines[i].payee));
    }
    TRY(save_batch(cx, &b, lines, n, ret));
    for (int i = 0; i < n; i++)
        if (class_of(&lines[i]) == LINE_NO_ACCOUNT)
            TRY(claim_payment_failed(cx, lines[i].due.claim_id,
                                     T("缺少银行账号", "no bank account")));
    return OK;
}

/* --- content: what the bank will be told --- */
enum err line_post(struct ctx *cx, int64_t batch_id, const struct bank_line *line,
                   enum ledger_event event, int64_t fen)
{
    struct ledger_claim charged;

    TRY(claim_ledger(cx, line->claim_id, &charged));
    return ledger_post(cx, &charged, event, fen, (struct ledger_cause){ line->id, batch_id, NONE });
}

enum err bank_lines(struct ctx *cx, int64_t batch_id, struct bank_line **ret, int *ret_n)
{
    struct rows r;
    struct bank_line *lines;

    TRY(db_rows(
        cx, &r,
        "SELECT id, line_no, claim_id, amount_fen - offset_fen AS net_fen, offset_fen, payee_name, account_sealed, account_bank, state FROM payment_line l"
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
                                       .state = row_text(&r, i, "state") };
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

static enum err fill_in_again(struct ctx *cx, const struct rows *r, int i,
                              const struct bank_line *is, const struct payee *payee)
{
    int64_t id = row_int(r, i, "id");

    if (str_eq(payee->account, is->account) && str_eq(payee->name, is->name) &&
        str_eq(payee->bank, is->bank))
        return OK;
    TRY(db_exec(
        cx,
        "UPDATE payment_line SET payee_name = $1, account_sealed = $2, account_mask = $3, account_bank = $4, version = version + 1,"
        " updated_at = $5 WHERE SCOPE_NOT(payment_line 'its batch is in scope') AND id = $6 AND state = 'PENDING'",
        P(payee->name), P(seal_text(cx->mem, ACCOUNT_PLACE, id, payee->account)),
        P(masked(cx, payee->account)), P(payee->bank), P(cx->now), P(id)));
    return line_journal(cx, r, i, "account",
                        arena_printf(cx->mem, "{\"account_mask\":\"%s\"}", masked(cx, is->account)),
                        arena_printf(cx->mem, "{\"account_mask\":\"%s\"}",
                                     masked(cx, payee->account)));
}

/* What is locked is what holds now: a change may have taken effect, or been refused, since the
 * batch was made. A payee that has no account any more keeps the one of the line, which the bank
 * will refuse. */
static enum err fill_in_accounts(struct ctx *cx, int64_t id)
{
    struct bank_line *lines;
    struct payee payee;
    struct rows r;
    int n;

    TRY(lines_changed(cx, id, &r));
    if (r.n == 0)
        return OK;
    TRY(bank_lines(cx, id, &lines, &n));
    for (int i = 0; i < r.n; i++) {
        const struct bank_line *is = &lines[row_int(&r, i, "line_no") - 1];
        TRY(find_payee(cx, row_int(&r, i, "employer_id"), row_int(&r, i, "org_id"),
                       row_int(&r, i, "person_id"), &payee));
        if (payee.account)
            TRY(fill_in_again(cx, &r, i, is, &payee));
    }
    return OK;
}

enum err payment_batch_lock(struct ctx *cx, int64_t id)
{
    struct rows batch;
    struct bank_line *lines;
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
    for (int i = 0; i < n; i++) {
        total += lines[i].amount_fen;
        TRY(line_post(cx, id, &lines[i], LEDGER_LOCKED, lines[i].amount_fen + lines[i].offset_fen));
    }
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

enum err payment_batch_approve(struct ctx *cx, int64_t id)
{
    struct rows batch;
    struct bank_line *lines;
    int64_t me = cx->who.user_id, first, *claims;
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
    claims = NEW_ARRAY(cx->mem, int64_t, n + 1);
    for (int i = 0; i < n; i++)
        claims[i] = lines[i].claim_id;
    TRY(claims_check_other_hand(cx, claims, n));
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

/* What is kept back is settled now; a line of which nothing is left is paid thereby. */
static enum err settle_offsets(struct ctx *cx, int64_t batch_id)
{
    struct rows r;

    TRY(db_rows(
        cx, &r,
        "SELECT id, claim_id, amount_fen, offset_fen, home, work, employer_id, person_id FROM payment_line l"
        " WHERE SCOPE_NOT(payment_line 'its batch is in scope') AND l.batch_id = $1 AND l.offset_fen > 0 ORDER BY l.line_no",
        P(batch_id)));
    for (int i = 0; i < r.n; i++) {
        int64_t id = row_int(&r, i, "id");
        TRY(recoveries_sent(cx, row_int(&r, i, "claim_id"), id, batch_id));
        if (row_int(&r, i, "offset_fen") < row_int(&r, i, "amount_fen"))
            continue;
        TRY(db_exec(
            cx,
            "UPDATE payment_line SET state = 'SUCCESS', version = version + 1, updated_at = $1"
            " WHERE SCOPE_NOT(payment_line 'its batch is in scope') AND id = $2 AND state = 'PENDING'",
            P(cx->now), P(id)));
        if (cx->changed != 1)
            return fail(cx, E_BUSY, "record.raced", "%s",
                        T("记录正被别人修改，请重试", "the record is being changed; try again"));
        TRY(line_journal(cx, &r, i, "set_off", "{\"state\":\"PENDING\"}",
                         "{\"state\":\"SUCCESS\"}"));
        TRY(claim_paid(cx, row_int(&r, i, "claim_id")));
    }
    return OK;
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
        return fail(cx, E_BUSY, "record.raced", "%s",
                    T("记录正被别人修改，请重试", "the record is being changed; try again"));
    return line_journal(cx, &line, 0, "correct",
                        arena_printf(cx->mem, "{\"state\":\"%s\"}", row_text(&line, 0, "state")),
                        arena_printf(cx->mem, "{\"state\":\"CORRECTED\",\"account\":\"%s\"}",
                                     card_mask(digits, mask)));
}

enum err payment_batch_reissue(struct ctx *cx, int64_t id, struct payment_made *ret)
{
    struct rows batch, r;
    struct new_line *lines;
    struct new_batch b = { .id = store_new_id(cx->store) };

    TRY(record_load(cx, &payment_batch_record, id, &batch));
    TRY(db_rows(
        cx, &r,
        "SELECT l.*, c.org_id, y.payer FROM payment_line l JOIN claim c ON c.id = l.claim_id JOIN policy y ON y.id = c.policy_id"
        " WHERE SCOPE(payment_line l) AND SCOPE_NOT(claim 'its line is in scope') AND l.batch_id = $1 AND l.state = 'CORRECTED' ORDER BY l.line_no",
        P(id)));
    if (r.n == 0)
        return hint(cx,
                    fail(cx, E_CONFLICT, "payment.none_corrected", "%s",
                         T("没有已更正的失败明细", "no failed line has been corrected")),
                    "%s",
                    T("请先更正失败明细的账号", "correct the accounts of failed lines first"));
    b.payer = row_int(&batch, 0, "payer");
    b.is_origin = row_int(&batch, 0, "home") != NONE;
    b.fund = row_text(&batch, 0, "fund");
    lines = NEW_ARRAY(cx->mem, struct new_line, r.n);
    for (int i = 0; i < r.n; i++) {
        /* what was kept back of the failed line stays settled */
        lines[i] =
            (struct new_line){ .due = { row_int(&r, i, "claim_id"), row_int(&r, i, "person_id"),
                                        row_int(&r, i, "employer_id"), row_int(&r, i, "org_id"),
                                        row_int(&r, i, "home"), row_int(&r, i, "work"),
                                        row_int(&r, i, "amount_fen") - row_int(&r, i, "offset_fen"),
                                        row_int(&r, i, "payer") },
                               .reissue_of = row_int(&r, i, "id") };
        lines[i].payee.name = row_text(&r, i, "corrected_name");
        lines[i].payee.bank = row_text(&r, i, "corrected_bank");
        TRY(seal_open(cx, CORRECTED_PLACE, lines[i].reissue_of, row_blob(&r, i, "corrected_sealed"),
                      &lines[i].payee.account));
        TRY(db_exec(
            cx,
            "UPDATE payment_line AS l SET state = 'REISSUED', version = version + 1, updated_at = $1"
            " WHERE l.id = $2 AND l.state = 'CORRECTED' AND SCOPE(payment_line l)",
            P(cx->now), P(row_int(&r, i, "id"))));
        if (cx->changed != 1)
            return fail(cx, E_BUSY, "record.raced", "%s",
                        T("记录正被别人修改，请重试", "the record is being changed; try again"));
        TRY(line_journal(cx, &r, i, "reissue", "{\"state\":\"CORRECTED\"}",
                         "{\"state\":\"REISSUED\"}"));
        TRY(claim_payment_again(cx, lines[i].due.claim_id));
    }
    return save_batch(cx, &b, lines, r.n, ret);
}
