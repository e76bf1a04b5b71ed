/* account_changes.c — when a changed account is paid to, and who says so. */
#include "payees/payees.h"

#include "accounts/accounts.h"
#include "payments/payments_int.h"
#include "platform/seal.h"
#include "policy/policy_facts_load.h"

/* A card that was swapped shortly before payment is the commonest fraud of this kind: three days
 * leave time to notice. */
enum { COOLING_SECONDS = 72 * 3600 };

enum account_standing account_standing(const char *state, bool is_held, int64_t made_at,
                                       int64_t now)
{
    if (str_eq(state, "CONFIRMED"))
        return ACCOUNT_IN_EFFECT;
    if (str_eq(state, "REFUSED"))
        return ACCOUNT_REFUSED;
    if (is_held)
        return ACCOUNT_HELD;
    return now - made_at < COOLING_SECONDS ? ACCOUNT_COOLING : ACCOUNT_IN_EFFECT;
}

static const char *const standing_codes[] = {
    [ACCOUNT_IN_EFFECT] = "IN_EFFECT",
    [ACCOUNT_COOLING] = "COOLING",
    [ACCOUNT_HELD] = "HELD",
    [ACCOUNT_REFUSED] = "REFUSED",
};

/* Money of the payee was on its way when account_change `a` was made: from public notice (or, with
 * none, approval) until the bank has paid. Ids are unique over all kinds of payees. */
#define IS_HELD                                                                                         \
    "CASE WHEN EXISTS (SELECT 1 FROM claim c WHERE SCOPE_NOT(claim 'of the payee of the change')"       \
    " AND ((c.person_id = a.payee_id AND c.employer_id IS NULL AND c.org_id IS NULL)"                   \
    " OR c.employer_id = a.payee_id OR c.org_id = a.payee_id)"                                          \
    " AND (c.state IN ('NOTICE', 'OBJECTED', 'APPROVED', 'IN_PAYMENT', 'PAYMENT_FAILED')"               \
    " OR (c.state = 'PAID' AND c.updated_at >= a.created_at))"                                          \
    " AND COALESCE((SELECT n.created_at FROM public_notice n"                                           \
    " WHERE SCOPE_NOT(public_notice 'of the payee of the change') AND n.id = c.notice_id),"             \
    " (SELECT MIN(e.at) FROM ledger_entry e WHERE SCOPE_NOT(ledger_entry 'of the payee of the change')" \
    " AND e.claim_id = c.id), c.updated_at) <= a.created_at) THEN 1 ELSE 0 END"

/* --- of one payee --- */

enum err payee_changes(struct ctx *cx, int64_t payee_id, struct rows *ret)
{
    return db_rows(
        cx, ret,
        "SELECT a.id, a.created_at, a.former_mask, a.mask, a.state, " IS_HELD " AS is_held,"
        " (SELECT u.name FROM v_user_name u WHERE u.id = a.made_by) AS made_by_name,"
        " (SELECT u.name FROM v_user_name u WHERE u.id = a.settled_by) AS settled_by_name"
        " FROM account_change a"
        " WHERE SCOPE_NOT(account_change 'of a payee the caller answers for') AND a.payee_id = $1 ORDER BY a.id",
        P(payee_id));
}

/* Nobody settles a change that takes effect by itself, so its state alone does not tell. */
const char *payee_change_standing(struct ctx *cx, const struct rows *changes, int row)
{
    const char *state = row_text(changes, row, "state");
    enum account_standing standing = account_standing(state, row_int(changes, row, "is_held"),
                                                      row_int(changes, row, "created_at"), cx->now);

    if (!str_eq(state, "WAITING") || standing == ACCOUNT_HELD)
        return choice_label(account_change_record.states, state, cx->lang);
    return standing == ACCOUNT_COOLING ? T("72 小时内暂不生效", "not in effect within 72 hours")
                                       : T("已生效", "in effect");
}

/* --- what is paid to --- */
/* What holds for one payee, whose changes are the rows of it, the newest first. */
static enum err payee_in_force(struct ctx *cx, const struct rows *changes, int64_t payee_id,
                               const char *place, struct payee *payee)
{
    const char *own_name = payee->own_name;

    for (int i = 0; i < changes->n; i++) {
        struct bytes former = row_blob(changes, i, "former_sealed");

        if (row_int(changes, i, "payee_id") != payee_id)
            continue;
        if (account_standing(row_text(changes, i, "state"), row_int(changes, i, "is_held"),
                             row_int(changes, i, "created_at"), cx->now) == ACCOUNT_IN_EFFECT)
            return OK;
        *payee = (struct payee){ .own_name = own_name,
                                 .name = row_text(changes, i, "former_name"),
                                 .bank = row_text(changes, i, "former_bank") };
        if (!payee->name)
            payee->name = own_name;
        if (former.data)
            TRY(seal_open(cx, place, payee_id, former, &payee->account));
    }
    return OK;
}

enum err payees_in_force(struct ctx *cx, const int64_t *ids, int n, const char *place,
                         struct payee *const *payees)
{
    struct params p;
    struct rows r;
    const char *in = facts_in_list(cx->mem, ids, n, 0, &p);

    TRY(db_rows_list(
        cx, &r,
        arena_printf(
            cx->mem,
            "SELECT a.payee_id, a.state, a.created_at, a.former_sealed, a.former_bank, a.former_name, " IS_HELD
            " AS is_held FROM account_change a WHERE SCOPE_NOT(account_change 'the claim to be paid is in scope')"
            " AND a.payee_id IN %s ORDER BY a.id DESC",
            in),
        p));
    for (int i = 0; i < n; i++)
        TRY(payee_in_force(cx, &r, ids[i], place, payees[i]));
    return OK;
}

/* --- as records --- */
static const struct choice states[] = {
    { "WAITING", "待他人复核", "To be confirmed by another" },
    { "CONFIRMED", "已复核生效", "Confirmed" },
    { "REFUSED", "已否决", "Refused" },
    { 0 },
};
static const struct choice kinds[] = {
    { "person", "人员", "Person" },
    { "employer", "企业", "Employer" },
    { "organisation", "单位", "Organisation" },
    { 0 },
};

#define PAYEE_NAME                                                                               \
    "COALESCE((SELECT p.name FROM person p WHERE SCOPE_NOT(person 'its change is in scope')"     \
    " AND p.id = a.payee_id), (SELECT m.name FROM employer m"                                    \
    " WHERE SCOPE_NOT(employer 'its change is in scope') AND m.id = a.payee_id),"                \
    " (SELECT o.name FROM organisation o WHERE SCOPE_NOT(organisation 'its change is in scope')" \
    " AND o.id = a.payee_id))"
#define EFFECTIVE_AT                                                                          \
    "CASE WHEN a.state = 'CONFIRMED' THEN a.updated_at WHEN a.state = 'WAITING' AND " IS_HELD \
    " = 0 THEN a.created_at + 259200 END"
_Static_assert(COOLING_SECONDS == 259200, "EFFECTIVE_AT says so in SQL");

#define LISTED (USE_LIST | USE_EXPORT)
struct change_row {
    int64_t id;
};
static const struct field fields[] = {
    OUTPUT("kind", FIELD_CHOICE, "收款方", "Payee is a", .choices = kinds, .sql = "a.kind",
           .use = LISTED | USE_FILTER),
    OUTPUT("payee_id", FIELD_ID, "收款方编号", "Payee (id)", .sql = "a.payee_id",
           .use = USE_FILTER),
    OUTPUT("payee_name", FIELD_NAME, "姓名或名称", "Payee", .sql = PAYEE_NAME, .use = LISTED),
    OUTPUT("former_mask", FIELD_TEXT, "原账号", "Former account", .sql = "a.former_mask",
           .use = LISTED),
    OUTPUT("mask", FIELD_TEXT, "新账号", "New account", .sql = "a.mask", .use = LISTED),
    OUTPUT("former_bank", FIELD_TEXT, "原开户行", "Former bank", .sql = "a.former_bank"),
    OUTPUT("bank", FIELD_TEXT, "新开户行", "New bank", .sql = "a.bank", .use = USE_LIST),
    OUTPUT("former_name", FIELD_NAME, "原户名", "Former account name", .sql = "a.former_name"),
    OUTPUT("name", FIELD_NAME, "新户名", "New account name", .sql = "a.name"),
    OUTPUT("state", FIELD_CHOICE, "状态", "State", .choices = states, .sql = "a.state",
           .use = LISTED | USE_FILTER),
    OUTPUT("is_held", FIELD_BOOL, "变更时款项在途", "Money was on its way", .sql = IS_HELD,
           .use = LISTED),
    OUTPUT("effective_at", FIELD_INSTANT, "生效时间", "In effect from", .sql = EFFECTIVE_AT,
           .use = LISTED),
    OUTPUT("made_by_name", FIELD_TEXT, "变更人", "Changed by", .use = LISTED,
           .sql = "(SELECT u.name FROM v_user_name u WHERE u.id = a.made_by)"),
    OUTPUT("created_at", FIELD_INSTANT, "变更时间", "Changed", .sql = "a.created_at",
           .use = LISTED),
    OUTPUT("settled_by_name", FIELD_TEXT, "复核人", "Confirmed or refused by", .use = USE_LIST,
           .sql = "(SELECT u.name FROM v_user_name u WHERE u.id = a.settled_by)"),
    { 0 },
};

/* Not by who made the change, by whatever account of hers; the program itself, which has no user,
 * confirms nothing. */
static enum err settle(struct ctx *cx, const struct rows *before, const char *action,
                       const char *reason)
{
    int64_t me = cx->who.user_id;
    struct hand hand;

    TRY(account_hand(cx, me, &hand));
    if (me == NONE || hand_has(&hand, row_int(before, 0, "made_by")))
        return fail(cx, E_FORBIDDEN, "account_change.own", "%s",
                    T("账号变更须由变更人以外的人复核",
                      "a change of account is confirmed by somebody other than who made it"));
    TRY(db_exec(
        cx,
        "UPDATE account_change AS a SET settled_by = $1 WHERE a.id = $2 AND SCOPE(account_change a)",
        P(me), P(row_int(before, 0, "id"))));
    return payee_journal(
        cx, before, action,
        arena_printf(cx->mem, "{\"account\":\"%s\"}",
                     row_text(before, 0, "former_mask") ? row_text(before, 0, "former_mask") : ""),
        arena_printf(cx->mem, "{\"account\":\"%s\"}",
                     row_text(before, 0, "mask") ? row_text(before, 0, "mask") : ""),
        reason);
}

static enum err on_confirm(struct ctx *cx, const struct rows *before, const char *reason)
{
    return settle(cx, before, "account_confirm", reason);
}

static enum err on_refuse(struct ctx *cx, const struct rows *before, const char *reason)
{
    TRY(settle(cx, before, "account_refuse", reason));
    return payee_restore(cx, before);
}

static const struct transition transitions[] = {
    { "confirm", "WAITING", "CONFIRMED", "复核通过", "Confirm", .rule = on_confirm },
    { "refuse", "WAITING", "REFUSED", "否决并恢复原账号", "Refuse and restore",
      .needs_reason = true, .rule = on_refuse },
    { 0 },
};
const struct record account_change_record = {
    .name = "account_change",
    .zh = "收款账号变更",
    .en = "change of account",
    .table = "account_change",
    .alias = "a",
    .fields = fields,
    .size = sizeof(struct change_row),
    .order = "-id",
    .state = "state",
    .states = states,
    .transitions = transitions,
};

/* --- of one batch --- */
#define PAYEE_OF_LINE "a.payee_id = COALESCE(c.employer_id, c.org_id, c.person_id)"

/* Corrected ones go where they were corrected to. */
enum err lines_changed(struct ctx *cx, int64_t batch_id, struct rows *ret)
{
    return db_rows(
        cx, ret,
        "SELECT DISTINCT l.id, l.line_no, l.home, l.work, l.person_id, l.employer_id, c.org_id, l.payee_name, l.account_mask, l.account_bank"
        " FROM payment_line l JOIN claim c ON c.id = l.claim_id JOIN account_change a ON " PAYEE_OF_LINE
        " WHERE SCOPE_NOT(payment_line 'its batch is in scope') AND SCOPE_NOT(claim 'its batch is in scope')"
        " AND SCOPE_NOT(account_change 'its batch is in scope') AND l.batch_id = $1 AND l.state = 'PENDING'"
        " AND l.reissue_of IS NULL ORDER BY l.line_no",
        P(batch_id));
}

static void put_change(struct ctx *cx, const struct rows *r, int i, enum account_standing standing)
{
    static const char *const texts[] = { "payee_name", "account_mask", "former_mask", "mask",
                                         "bank",       "former_bank",  "made_by_name" };
    int64_t made_at = row_int(r, i, "created_at");

    json_object(cx->out);
    json_put_id(cx->out, "id", row_int(r, i, "id"));
    json_put_int(cx->out, "line_no", row_int(r, i, "line_no"));
    json_put_id(cx->out, "line_id", row_int(r, i, "line_id"));
    json_put_str(cx->out, "kind", row_text(r, i, "kind"));
    json_put_id(cx->out, "payee_id", row_int(r, i, "payee_id"));
    for (size_t k = 0; k < ARRAY_LEN(texts); k++)
        json_put_str(cx->out, texts[k], row_text(r, i, texts[k]));
    json_put_int(cx->out, "created_at", made_at);
    json_put_str(cx->out, "state", row_text(r, i, "state"));
    json_put_str(cx->out, "standing", standing_codes[standing]);
    if (standing == ACCOUNT_COOLING)
        json_put_int(cx->out, "effective_at", made_at + COOLING_SECONDS);
    json_end(cx->out);
}

enum err batch_changes(struct ctx *cx, int64_t batch_id, bool is_put, int *ret_n)
{
    struct rows r;

    TRY(db_rows(
        cx, &r,
        "SELECT a.id, l.id AS line_id, l.line_no, l.payee_name, l.account_mask, a.kind, a.payee_id, a.former_mask, a.mask, a.bank,"
        " a.former_bank, a.created_at, a.state, " IS_HELD
        " AS is_held, (SELECT u.name FROM v_user_name u WHERE u.id = a.made_by) AS made_by_name"
        " FROM payment_line l JOIN claim c ON c.id = l.claim_id JOIN account_change a ON " PAYEE_OF_LINE
        " WHERE SCOPE_NOT(payment_line 'its batch is in scope') AND SCOPE_NOT(claim 'its batch is in scope')"
        " AND SCOPE_NOT(account_change 'its batch is in scope') AND l.batch_id = $1 AND a.state = 'WAITING'"
        " ORDER BY l.line_no, a.id",
        P(batch_id)));
    *ret_n = 0;
    for (int i = 0; i < r.n; i++) {
        enum account_standing standing =
            account_standing(row_text(&r, i, "state"), row_int(&r, i, "is_held"),
                             row_int(&r, i, "created_at"), cx->now);
        if (standing == ACCOUNT_IN_EFFECT)
            continue;
        ++*ret_n;
        if (is_put)
            put_change(cx, &r, i, standing);
    }
    return OK;
}

/* Lines sent anew to an account that somebody gave for the failed one. */
static enum err put_corrected(struct ctx *cx, int64_t batch_id)
{
    struct rows r;

    TRY(db_rows(
        cx, &r,
        "SELECT l.id, l.line_no, l.payee_name, l.account_mask, f.account_mask AS former_mask, f.corrected_by,"
        " (SELECT u.name FROM v_user_name u WHERE u.id = f.corrected_by) AS made_by_name, f.updated_at FROM payment_line l"
        " JOIN payment_line f ON f.id = l.reissue_of WHERE SCOPE_NOT(payment_line 'of the batch in scope, and what it replaces')"
        " AND l.batch_id = $1 ORDER BY l.line_no",
        P(batch_id)));
    json_key(cx->out, "corrected");
    json_array(cx->out);
    for (int i = 0; i < r.n; i++)
        json_row(cx->out, &r, i);
    json_end(cx->out);
    return OK;
}

enum err payments_account_changes(struct ctx *cx)
{
    struct rows batch;
    int n;

    TRY(record_load(cx, &payment_batch_record, cx->id, &batch));
    json_object(cx->out);
    json_key(cx->out, "items");
    json_array(cx->out);
    TRY(batch_changes(cx, cx->id, true, &n));
    json_end(cx->out);
    TRY(put_corrected(cx, cx->id));
    json_put_int(cx->out, "total", n);
    json_end(cx->out);
    return OK;
}
