/* payments_make.c — a batch and its lines: of approved claims, or of failed lines put right. What a
 * batch needs is asked for in sets and saved in sets: a line's share does not grow with the batch.
 */
#include "payments/payments.h"

#include <stdlib.h>

#include "base/ids.h"
#include "claims/claims.h"
#include "divisions/divisions.h"
#include "payments/payments_int.h"
#include "platform/db_backend.h"
#include "platform/journal.h"
#include "platform/seal.h"
#include "policy/policy_facts_load.h"

/* --- payees --- */
/* Where an account stands: with the employer or the organisation where one is named. */
static const struct payee_kind {
    const char *place, *sql;
} payee_kinds[] = {
    { "employer.account",
      "SELECT id, name, account_sealed, account_bank, account_name FROM employer"
      " WHERE SCOPE_NOT(employer 'the claim to be paid is in scope') AND id IN" },
    { "organisation.account",
      "SELECT id, name, account_sealed, account_bank, account_name FROM organisation"
      " WHERE SCOPE_NOT(organisation 'the claim to be paid is in scope') AND id IN" },
    { "person.account", "SELECT id, name, account_sealed, account_bank, account_name FROM person"
                        " WHERE SCOPE_NOT(person 'the claim to be paid is in scope') AND id IN" },
};

static const struct payee_kind *kind_of(const struct claim_due *due)
{
    return &payee_kinds[due->employer_id != NONE ? 0 : due->org_id != NONE ? 1 : 2];
}

static int64_t payee_id(const struct claim_due *due)
{
    return due->employer_id != NONE ? due->employer_id
           : due->org_id != NONE    ? due->org_id
                                    : due->person_id;
}

static enum err read_payee(struct ctx *cx, const struct rows *r, const char *place, int64_t id,
                           struct payee *ret)
{
    struct bytes sealed;
    int row = 0;

    while (row < r->n && row_int(r, row, "id") != id)
        row++;
    if (row == r->n)
        return fail(cx, E_NOT_FOUND, "row.not_found", "%s",
                    T("没有找到收款方", "there is no such payee"));
    ret->own_name = row_text(r, row, "name");
    ret->name = row_text(r, row, "account_name") ? row_text(r, row, "account_name") : ret->own_name;
    ret->bank = row_text(r, row, "account_bank");
    sealed = row_blob(r, row, "account_sealed");
    return sealed.data ? seal_open(cx, place, id, sealed, &ret->account) : OK;
}

/* At most FACTS_CHUNK of one kind; at[i] is where the i-th stands. */
static enum err payees_some(struct ctx *cx, const struct payee_kind *kind, const int64_t *ids,
                            struct payee **at, int n)
{
    struct params p;
    struct rows r;
    const char *in = facts_in_list(cx->mem, ids, n, 0, &p);

    TRY(db_rows_list(cx, &r, arena_printf(cx->mem, "%s %s", kind->sql, in), p));
    for (int i = 0; i < n; i++)
        TRY(read_payee(cx, &r, kind->place, ids[i], at[i]));
    return payees_in_force(cx, ids, n, kind->place, at);
}

enum err payees_find(struct ctx *cx, const struct claim_due *due, int n, struct payee *ret)
{
    int64_t ids[FACTS_CHUNK];
    struct payee *at[FACTS_CHUNK];

    memset(ret, 0, sizeof *ret * (size_t)n);
    for (size_t k = 0; k < ARRAY_LEN(payee_kinds); k++) {
        int some = 0;

        for (int i = 0; i < n; i++) {
            if (kind_of(&due[i]) == &payee_kinds[k]) {
                ids[some] = payee_id(&due[i]);
                at[some++] = &ret[i];
            }
            if (some && (some == FACTS_CHUNK || i + 1 == n)) {
                TRY(payees_some(cx, &payee_kinds[k], ids, at, some));
                some = 0;
            }
        }
    }
    return OK;
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

    TRY(recoveries_room(cx, &l->due, fund, &room));
    if (room == 0 || (!l->payee.account && room < l->due.amount_fen))
        return OK;
    return recoveries_take(cx, &l->due, fund, l->id, &l->offset_fen);
}

static int by_id(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return (x > y) - (x < y);
}

/* Most payees owe nothing, and nothing more is asked for them. */
static enum err set_off_all(struct ctx *cx, const char *fund, struct new_line *lines, int n)
{
    const int64_t *owing;
    int owing_n;

    TRY(recoveries_owing(cx, fund, &owing, &owing_n));
    for (int i = 0; i < n; i++) {
        int64_t id = payee_id(&lines[i].due);

        lines[i].id = store_new_id(cx->store);
        if (owing_n && bsearch(&id, owing, (size_t)owing_n, sizeof *owing, by_id))
            TRY(set_off(cx, fund, &lines[i]));
    }
    return OK;
}

static struct params line_row(struct ctx *cx, int64_t batch_id, int64_t number,
                              const struct new_line *l)
{
    const struct claim_due *c = &l->due;
    bool is_unpayable = class_of(l) == LINE_NO_ACCOUNT;
    char mask[16];

    return PARAMS(cx, P(l->id), P(batch_id), P(number), P(c->claim_id), P(c->person_id),
                  P(c->employer_id), P(c->home), P(c->work), P(l->payee.name),
                  P(seal_text(cx->mem, ACCOUNT_PLACE, l->id, l->payee.account)),
                  P(l->payee.account ? arena_strdup(cx->mem, card_mask(l->payee.account, mask))
                                     : NULL),
                  P(l->payee.bank), P(c->amount_fen), P(l->offset_fen),
                  P(is_unpayable ? "FAILED" : "PENDING"), P(is_unpayable ? "NO_ACCOUNT" : NULL),
                  P(l->reissue_of), P(cx->now));
}

static struct journal_entry line_made(struct ctx *cx, int64_t batch_id, int64_t number,
                                      const struct new_line *l)
{
    const struct claim_due *c = &l->due;

    return (struct journal_entry){
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
        .person_id = c->person_id
    };
}

/* Numbered without gaps, class by class. */
static enum err add_lines(struct ctx *cx, int64_t batch_id, const struct new_line *lines, int n)
{
    struct params *rows = NEW_ARRAY(cx->mem, struct params, n);
    struct journal_entry *entries = NEW_ARRAY(cx->mem, struct journal_entry, n);
    int k = 0;

    for (int pass = 0; pass < LINE_CLASSES; pass++) {
        for (int i = 0; i < n; i++) {
            if ((int)class_of(&lines[i]) != pass)
                continue;
            rows[k] = line_row(cx, batch_id, k + 1, &lines[i]);
            entries[k] = line_made(cx, batch_id, k + 1, &lines[i]);
            k++;
        }
    }
    TRY(db_exec_all(
        cx,
        "INSERT INTO payment_line (id, batch_id, line_no, claim_id, person_id, employer_id, home, work, payee_name, account_sealed,"
        " account_mask, account_bank, amount_fen, offset_fen, state, return_code, reissue_of, created_at, updated_at)"
        " SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $18"
        " WHERE SCOPE(payment_line home=$7, work=$8, employer_id=$6, person_id=$5)",
        rows, n));
    if (cx->changed != n)
        return fail(cx, E_FORBIDDEN, "scope.outside", "%s",
                    T("有待付申领不在您的辖区内",
                      "a claim to be paid lies outside of your jurisdiction"));
    return journal_append_all(cx, entries, n);
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
    int64_t home = b->is_origin ? b->payer : NONE, work = b->is_origin ? NONE : b->payer;

    TRY(check_hand(cx, lines, n));
    TRY(set_off_all(cx, b->fund, lines, n));
    for (int i = 0; i < n; i++) {
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
    TRY(add_lines(cx, b->id, lines, n));
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

/* Their claims wait until the lines are put right. */
static enum err tell_unpayable(struct ctx *cx, const struct new_line *lines, int n)
{
    struct claim_said *said = NEW_ARRAY(cx->mem, struct claim_said, n);
    int k = 0;

    for (int i = 0; i < n; i++)
        if (class_of(&lines[i]) == LINE_NO_ACCOUNT)
            said[k++] =
                (struct claim_said){ lines[i].due.claim_id, T("缺少银行账号", "no bank account") };
    return claims_payment_failed(cx, said, k);
}

enum err payment_batch_make(struct ctx *cx, int64_t payer, const char *fund, int64_t policy_id,
                            struct payment_made *ret)
{
    struct new_batch b = { .id = store_new_id(cx->store), .payer = payer, .fund = fund };
    const struct claim_due *due;
    struct new_line *lines;
    struct payee *payees;
    int n;

    TRY(claims_collect_approved(cx, payer, fund, policy_id, b.id, &due, &n));
    if (n == 0)
        return fail(cx, E_CONFLICT, "payment.no_claim", "%s",
                    T("没有待支付的已审批申领", "there is no approved claim to pay"));
    b.is_origin = due[0].work == NONE || !division_within(due[0].work, payer);
    payees = NEW_ARRAY(cx->mem, struct payee, n);
    TRY(payees_find(cx, due, n, payees));
    lines = NEW_ARRAY(cx->mem, struct new_line, n);
    for (int i = 0; i < n; i++)
        lines[i] = (struct new_line){ .due = due[i], .reissue_of = NONE, .payee = payees[i] };
    TRY(save_batch(cx, &b, lines, n, ret));
    return tell_unpayable(cx, lines, n);
}

/* --- failed lines put right --- */
/* A corrected line as it goes into another batch; what was kept back of it stays settled. */
static enum err read_corrected(struct ctx *cx, const struct rows *r, int i, struct new_line *ret)
{
    *ret = (struct new_line){ .due = { row_int(r, i, "claim_id"), row_int(r, i, "person_id"),
                                       row_int(r, i, "employer_id"), row_int(r, i, "org_id"),
                                       row_int(r, i, "home"), row_int(r, i, "work"),
                                       row_int(r, i, "amount_fen") - row_int(r, i, "offset_fen"),
                                       row_int(r, i, "payer") },
                              .reissue_of = row_int(r, i, "id") };
    ret->payee.name = row_text(r, i, "corrected_name");
    ret->payee.bank = row_text(r, i, "corrected_bank");
    return seal_open(cx, CORRECTED_PLACE, ret->reissue_of, row_blob(r, i, "corrected_sealed"),
                     &ret->payee.account);
}

/* The lines themselves are done, and their claims are in payment again. */
static enum err tell_reissued(struct ctx *cx, const struct new_line *lines, int n)
{
    struct params *rows = NEW_ARRAY(cx->mem, struct params, n);
    struct journal_entry *entries = NEW_ARRAY(cx->mem, struct journal_entry, n);
    struct claim_said *said = NEW_ARRAY(cx->mem, struct claim_said, n);

    for (int i = 0; i < n; i++) {
        const struct claim_due *c = &lines[i].due;

        rows[i] = PARAMS(cx, P(cx->now), P(lines[i].reissue_of));
        entries[i] = (struct journal_entry){ .kind = "payment_line",
                                             .record_id = lines[i].reissue_of,
                                             .action = "reissue",
                                             .before = "{\"state\":\"CORRECTED\"}",
                                             .after = "{\"state\":\"REISSUED\"}",
                                             .home = c->home,
                                             .work = c->work,
                                             .employer_id = c->employer_id,
                                             .person_id = c->person_id };
        said[i].claim_id = c->claim_id;
    }
    TRY(db_exec_all(
        cx,
        "UPDATE payment_line AS l SET state = 'REISSUED', version = version + 1, updated_at = $1"
        " WHERE l.id = $2 AND l.state = 'CORRECTED' AND SCOPE(payment_line l)",
        rows, n));
    if (cx->changed != n)
        return lines_raced(cx);
    TRY(journal_append_all(cx, entries, n));
    return claims_payment_again(cx, said, n);
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
    for (int i = 0; i < r.n; i++)
        TRY(read_corrected(cx, &r, i, &lines[i]));
    TRY(tell_reissued(cx, lines, r.n));
    return save_batch(cx, &b, lines, r.n, ret);
}
