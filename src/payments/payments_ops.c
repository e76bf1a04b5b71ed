/* payments_ops.c — the records and operations of payments. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "payments/bank_format.h"
#include "policy/policies.h"
#include "platform/temp.h"

extern const struct choice payment_batch_states[];
static const struct choice line_states[] = {
    { "PENDING", "待支付", "Pending" },       { "SUCCESS", "已支付", "Paid" },
    { "FAILED", "支付失败", "Failed" },       { "CORRECTED", "已更正", "Corrected" },
    { "REISSUED", "已重新发放", "Reissued" }, { 0 },
};

#define LISTED (USE_LIST | USE_EXPORT)
#define USER(column, name_, zh_, en_)                    \
    OUTPUT(name_, FIELD_TEXT, zh_, en_, .use = USE_LIST, \
           .sql = "(SELECT u.name FROM v_user_name u WHERE u.id = " column ")")
/* Which steps there are in which state; the rules are in payments.c. The first of the two approvals
 * leaves the batch LOCKED. */
static const struct transition steps[] = {
    { "lock", "DRAFT", "LOCKED", "锁定", "Lock" },
    { "approve", "LOCKED", "APPROVED", "审批", "Approve" },
    { "send", "APPROVED", "SENT", "送银行", "Send to the bank" },
    { "close", "PARTLY_PAID|PAID", "CLOSED", "办结", "Close" },
    { 0 },
};
struct batch_row {
    int64_t id;
};
static const struct field batch_fields[] = {
    OUTPUT("number", FIELD_TEXT, "批次号", "Number", .use = LISTED | USE_SEARCH, .sql = "b.number"),
    OUTPUT("payer", FIELD_DIVISION, "付款单位", "Payer", .use = USE_FILTER, .sql = "b.payer"),
    OUTPUT("payer_name", FIELD_TEXT, "付款单位名称", "Payer name", .use = LISTED,
           .sql = "(SELECT d.full_name FROM division d WHERE d.code = b.payer)"),
    OUTPUT("fund", FIELD_CHOICE, "资金", "Fund", .choices = policy_fund_choices,
           .use = LISTED | USE_FILTER, .sql = "b.fund"),
    OUTPUT("state", FIELD_CHOICE, "状态", "State", .choices = payment_batch_states,
           .use = LISTED | USE_FILTER, .sql = "b.state"),
    OUTPUT("lines", FIELD_INT, "笔数", "Lines", .use = LISTED, .sql = "b.lines"),
    OUTPUT("total_fen", FIELD_MONEY, "总金额", "Total", .use = LISTED, .sql = "b.total_fen"),
    OUTPUT("paid_fen", FIELD_MONEY, "已支付", "Paid", .use = LISTED, .sql = "b.paid_fen"),
    OUTPUT("content_hash", FIELD_TEXT, "内容校验", "Content hash", .sql = "b.content_hash"),
    OUTPUT("made_by", FIELD_ID, "制单人编号", "Made by (id)", .use = USE_FILTER,
           .sql = "b.made_by"),
    USER("b.made_by", "made_by_name", "制单人", "Made by"),
    OUTPUT("approved_by", FIELD_ID, "审批人编号", "Approved by (id)", .use = USE_FILTER,
           .sql = "b.approved_by"),
    USER("b.approved_by", "approved_by_name", "审批人", "Approved by"),
    USER("b.approved_by_2", "approved_by_2_name", "复核审批人", "Second approval by"),
    OUTPUT("sent_at", FIELD_INSTANT, "送银行时间", "Sent", .use = USE_LIST, .sql = "b.sent_at"),
    OUTPUT("created_at", FIELD_INSTANT, "制单时间", "Made", .use = USE_LIST, .sql = "b.created_at"),
    { 0 },
};
const struct record payment_batch_record = {
    .name = "payment_batch",
    .zh = "支付批次",
    .en = "payment batch",
    .table = "payment_batch",
    .alias = "b",
    .fields = batch_fields,
    .size = sizeof(struct batch_row),
    .order = "-id",
    .state = "state",
    .states = payment_batch_states,
    .transitions = steps,
};

static const struct field line_fields[] = {
    OUTPUT("batch_id", FIELD_ID, "批次", "Batch", .use = USE_FILTER, .sql = "l.batch_id"),
    OUTPUT("line_no", FIELD_INT, "序号", "Line", .use = LISTED, .sql = "l.line_no"),
    OUTPUT("claim_id", FIELD_ID, "申领", "Claim", .use = USE_FILTER, .sql = "l.claim_id"),
    OUTPUT("person_id", FIELD_ID, "人员", "Person", .use = USE_FILTER, .sql = "l.person_id"),
    OUTPUT("payee_name", FIELD_NAME, "户名", "Payee", .use = LISTED, .sql = "l.payee_name"),
    OUTPUT("account_mask", FIELD_TEXT, "账号", "Account", .use = LISTED, .sql = "l.account_mask"),
    OUTPUT("account_bank", FIELD_TEXT, "开户行", "Bank", .use = LISTED, .sql = "l.account_bank"),
    OUTPUT("amount_fen", FIELD_MONEY, "应付金额", "Gross amount", .use = LISTED,
           .sql = "l.amount_fen"),
    OUTPUT("offset_fen", FIELD_MONEY, "抵扣追回", "Kept back", .use = LISTED,
           .sql = "l.offset_fen"),
    OUTPUT("net_fen", FIELD_MONEY, "实付金额", "Net amount", .use = LISTED,
           .sql = "l.amount_fen - l.offset_fen"),
    OUTPUT("state", FIELD_CHOICE, "状态", "State", .choices = line_states,
           .use = LISTED | USE_FILTER, .sql = "l.state"),
    OUTPUT("return_code", FIELD_CHOICE, "失败原因", "Failed because",
           .choices = payment_return_codes, .use = LISTED | USE_FILTER, .sql = "l.return_code"),
    OUTPUT("return_text", FIELD_TEXT, "银行说明", "The bank's words", .use = LISTED,
           .sql = "l.return_text"),
    OUTPUT("corrected_mask", FIELD_TEXT, "更正账号", "Corrected account", .use = USE_LIST,
           .sql = "l.corrected_mask"),
    OUTPUT("reissue_of", FIELD_ID, "重发自", "Reissue of", .use = USE_FILTER,
           .sql = "l.reissue_of"),
    { 0 },
};
const struct record payment_line_record = {
    .name = "payment_line",
    .zh = "支付明细",
    .en = "payment line",
    .table = "payment_line",
    .alias = "l",
    .fields = line_fields,
    .size = sizeof(struct batch_row),
    .order = "id",
    .state = "state",
    .states = line_states,
};

/* --- steps --- */
struct make_input {
    int64_t payer, policy_id;
    const char *fund;
};
static const struct field make_fields[] = {
    PARAM(struct make_input, payer, FIELD_DIVISION, "付款单位", "Payer", .required = true),
    PARAM(struct make_input, fund, FIELD_CHOICE, "资金", "Fund", .choices = policy_fund_choices,
          .required = true),
    PARAM(struct make_input, policy_id, FIELD_ID, "政策", "Policy", .refers = "policy"),
    { 0 },
};

static enum err reply_made(struct ctx *cx, const struct payment_made *m)
{
    json_object(cx->out);
    json_put_id(cx->out, "id", m->id);
    json_put_int(cx->out, "lines", m->lines);
    json_put_int(cx->out, "total_fen", m->total_fen);
    json_put_int(cx->out, "offset_fen", m->offset_fen);
    json_put_int(cx->out, "no_account", m->no_account);
    json_end(cx->out);
    return OK;
}

static enum err op_make(struct ctx *cx)
{
    const struct make_input *in = cx->in;
    struct payment_made made;

    TRY(payment_batch_make(cx, in->payer, in->fund, in->policy_id, &made));
    return reply_made(cx, &made);
}

static enum err op_lock(struct ctx *cx)
{
    TRY(payment_batch_lock(cx, cx->id));
    return record_get(cx);
}

static enum err op_approve(struct ctx *cx)
{
    TRY(payment_batch_approve(cx, cx->id));
    return record_get(cx);
}

static enum err op_send(struct ctx *cx)
{
    TRY(payment_batch_send(cx, cx->id));
    return record_get(cx);
}

static enum err op_close(struct ctx *cx)
{
    TRY(payment_batch_close(cx, cx->id));
    return record_get(cx);
}

static enum err op_reissue(struct ctx *cx)
{
    struct payment_made made;

    TRY(payment_batch_reissue(cx, cx->id, &made));
    return reply_made(cx, &made);
}

struct correct_input {
    const char *account, *account_bank, *account_name;
};
static const struct field correct_fields[] = {
    PARAM(struct correct_input, account, FIELD_ACCOUNT, "账号", "Account", .required = true),
    PARAM(struct correct_input, account_bank, FIELD_TEXT, "开户行", "Bank", .max = 60),
    PARAM(struct correct_input, account_name, FIELD_NAME, "户名", "Payee", .max = 60),
    { 0 },
};

static enum err op_correct(struct ctx *cx)
{
    const struct correct_input *in = cx->in;

    TRY(payment_line_correct(cx, cx->id, in->account, in->account_bank, in->account_name));
    json_object(cx->out);
    json_put_id(cx->out, "id", cx->id);
    json_put_str(cx->out, "state", "CORRECTED");
    json_end(cx->out);
    return OK;
}

/* --- lines of one batch --- */
enum { LINES_DEFAULT = 50, LINES_MAX = 200 };
struct lines_input {
    int64_t limit;
    const char *after, *state;
};
static const struct field lines_fields[] = {
    PARAM(struct lines_input, limit, FIELD_INT, "每页", "Rows", .min = 1, .max = LINES_MAX),
    PARAM(struct lines_input, after, FIELD_TEXT, "翻页", "After"),
    PARAM(struct lines_input, state, FIELD_CHOICE, "状态", "State", .choices = line_states),
    { 0 },
};

/* Control sums of the whole batch, by state; what was never sent by itself. */
static enum err put_sums(struct ctx *cx)
{
    struct rows r;

    TRY(db_rows(
        cx, &r,
        "SELECT l.state, CASE WHEN COALESCE(l.return_code, '') = 'NO_ACCOUNT' THEN 1 ELSE 0 END AS is_unsent, COUNT(*) AS lines,"
        " CAST(SUM(l.amount_fen - l.offset_fen) AS BIGINT) AS net_fen, CAST(SUM(l.offset_fen) AS BIGINT) AS offset_fen"
        " FROM payment_line l WHERE SCOPE(payment_line l) AND l.batch_id = $1 GROUP BY 1, 2 ORDER BY 1, 2",
        P(cx->id)));
    json_key(cx->out, "sums");
    json_array(cx->out);
    for (int i = 0; i < r.n; i++)
        json_row(cx->out, &r, i);
    json_end(cx->out);
    return OK;
}

static enum err op_lines(struct ctx *cx)
{
    const struct lines_input *in = cx->in;
    int64_t after = 0;
    int limit = in->limit == NONE ? LINES_DEFAULT : (int)in->limit;
    struct rows batch, r, total;

    if (in->after && !str_int(in->after, &after))
        return fail_field(cx, "after", "cursor.malformed", "%s",
                          T("翻页位置无效", "the cursor is not valid"));
    TRY(record_load(cx, &payment_batch_record, cx->id, &batch));
    TRY(db_rows(
        cx, &r,
        "SELECT l.id, l.line_no, l.claim_id, l.person_id, l.employer_id, l.payee_name, l.account_mask, l.account_bank, l.amount_fen,"
        " l.offset_fen, l.amount_fen - l.offset_fen AS net_fen,"
        " l.state, l.return_code, l.return_text, l.corrected_mask, l.reissue_of AS reissue_of_id, l.version FROM payment_line l"
        " WHERE SCOPE(payment_line l) AND l.batch_id = $1 AND l.line_no > $2 AND ($3 IS NULL OR l.state = $3) ORDER BY l.line_no LIMIT $4",
        P(cx->id), P(after), P(in->state), P(limit + 1)));
    TRY(db_one(
        cx, &total,
        "SELECT COUNT(*) AS n FROM payment_line l WHERE SCOPE(payment_line l) AND l.batch_id = $1 AND ($2 IS NULL OR l.state = $2)",
        P(cx->id), P(in->state)));
    json_object(cx->out);
    json_key(cx->out, "items");
    json_array(cx->out);
    for (int i = 0; i < MIN(r.n, limit); i++)
        json_row(cx->out, &r, i);
    json_end(cx->out);
    json_put_int(cx->out, "total", row_int(&total, 0, "n"));
    json_put_id(cx->out, "next", r.n > limit ? row_int(&r, limit - 1, "line_no") : NONE);
    TRY(put_sums(cx));
    json_end(cx->out);
    return OK;
}

/* --- files --- */
struct bank_file_input {
    const char *format;
};
static const struct field bank_file_fields[] = {
    PARAM(struct bank_file_input, format, FIELD_CHOICE, "格式", "Format", .choices = bank_formats),
    { 0 },
};

struct bank_file {
    const char *path;
    const char *number;
};

static enum err write_bank_file(struct ctx *cx, void *arg)
{
    const struct bank_file_input *in = cx->in;
    struct bank_file *f = arg;
    struct rows batch;

    TRY(record_load(cx, &payment_batch_record, cx->id, &batch));
    f->number = row_text(&batch, 0, "number");
    return bank_file_write(cx, cx->id, in->format, f->path);
}

static enum err op_bank_file(struct ctx *cx)
{
    const struct bank_file_input *in = cx->in;
    const struct bank_format *format = bank_format_find(in->format);
    struct bank_file f = { 0 };
    enum err err;

    TRY(temp_file(cx, format->suffix, &f.path));
    err = db_write(cx, write_bank_file, &f);
    if (err != OK) {
        unlink(f.path);
        return err;
    }
    cx->reply_file =
        (struct reply_file){ f.path, arena_printf(cx->mem, "%s%s", f.number, format->suffix),
                             format->content_type, true };
    return OK;
}

static enum err take_return(struct ctx *cx, void *arg)
{
    return return_file_read(cx, cx->id, cx->upload_path, arg);
}

static enum err op_return(struct ctx *cx)
{
    struct payment_return sum;
    enum err err = db_write(cx, take_return, &sum);

    unlink(cx->upload_path);
    TRY(err);
    json_object(cx->out);
    json_put_int(cx->out, "lines", sum.lines);
    json_put_int(cx->out, "failed", sum.failed);
    json_put_bool(cx->out, "is_known", sum.is_known);
    json_end(cx->out);
    return OK;
}

static const struct scoped tables[] = {
    { "payment_batch", .home = "home", .work = "work" },
    { "payment_line", .home = "home", .work = "work", .employer = "employer_id",
      .person = "person_id" },
    { "payment_return", .home = "home", .work = "work" },
    { 0 },
};

#define BATCH &payment_batch_record
#define LINE &payment_line_record
#define ACCOUNT &account_change_record
static const struct op ops[] = {
    { "payments.list", "GET /payment-batches", PERM_PAYMENT_READ, record_list, "支付批次列表",
      "Payment batches", BATCH },
    { "payments.export", "GET /payment-batches/export", PERM_EXPORT, record_export, "导出支付批次",
      "Export payment batches", BATCH, .flags = OP_FILE | OP_DETACHED },
    { "payments.get", "GET /payment-batches/{id}", PERM_PAYMENT_READ, record_get, "支付批次详情",
      "One payment batch", BATCH },
    { "payments.history", "GET /payment-batches/{id}/history", PERM_PAYMENT_READ, record_history,
      "变更记录", "Its history", BATCH },
    { "payments.make", "POST /payment-batches", PERM_PAYMENT_MAKE, op_make, "生成支付批次",
      "Make a payment batch", .in = make_fields, .in_size = sizeof(struct make_input) },
    { "payments.lock", "POST /payment-batches/{id}/lock", PERM_PAYMENT_MAKE, op_lock, "锁定",
      "Lock", BATCH, .flags = OP_REAUTH },
    { "payments.approve", "POST /payment-batches/{id}/approve", PERM_PAYMENT_APPROVE, op_approve,
      "审批", "Approve", BATCH, .flags = OP_REAUTH },
    { "payments.send", "POST /payment-batches/{id}/send", PERM_PAYMENT_APPROVE, op_send, "送银行",
      "Send to the bank", BATCH, .flags = OP_REAUTH },
    { "payments.close", "POST /payment-batches/{id}/close", PERM_PAYMENT_MAKE, op_close, "办结",
      "Close", BATCH },
    { "payments.lines", "GET /payment-batches/{id}/lines", PERM_PAYMENT_READ, op_lines, "批次明细",
      "Lines of the batch", .in = lines_fields, .in_size = sizeof(struct lines_input) },
    { "payments.account_changes", "GET /payment-batches/{id}/account-changes", PERM_PAYMENT_READ,
      payments_account_changes, "批次内账号变更", "Changes of accounts in the batch" },
    { "payments.bank_file", "GET /payment-batches/{id}/bank-file", PERM_PAYMENT_APPROVE,
      op_bank_file, "银行代发文件", "The bank's file", .in = bank_file_fields,
      .in_size = sizeof(struct bank_file_input), .flags = OP_FILE | OP_DETACHED | OP_REAUTH,
      .when = "state=APPROVED|SENT|PARTLY_PAID|PAID|CLOSED" },
    { "payments.return", "PUT /payment-batches/{id}/return", PERM_PAYMENT_MAKE, op_return,
      "读取银行回盘", "Read the bank's return", .flags = OP_UPLOAD | OP_DETACHED,
      .when = "state=SENT|PARTLY_PAID" },
    { "payments.reissue", "POST /payment-batches/{id}/reissue", PERM_PAYMENT_MAKE, op_reissue,
      "重新发放已更正明细", "Reissue corrected lines" },
    { "payment_lines.list", "GET /payment-lines", PERM_PAYMENT_READ, record_list, "支付明细列表",
      "Payment lines", LINE },
    { "payment_lines.get", "GET /payment-lines/{id}", PERM_PAYMENT_READ, record_get, "支付明细",
      "One payment line", LINE },
    { "payment_lines.history", "GET /payment-lines/{id}/history", PERM_PAYMENT_READ, record_history,
      "变更记录", "Its history", LINE },
    { "payment_lines.correct", "POST /payment-lines/{id}/correct", PERM_PAYMENT_MAKE, op_correct,
      "更正收款账号", "Correct the account", .in = correct_fields,
      .in_size = sizeof(struct correct_input), .flags = OP_REAUTH, .when = "state=FAILED" },
    { "account_changes.list", "GET /account-changes", PERM_PAYMENT_READ, record_list,
      "收款账号变更列表", "Changes of accounts", ACCOUNT },
    { "account_changes.get", "GET /account-changes/{id}", PERM_PAYMENT_READ, record_get,
      "收款账号变更", "One change of account", ACCOUNT },
    { "account_changes.history", "GET /account-changes/{id}/history", PERM_PAYMENT_READ,
      record_history, "变更记录", "Its history", ACCOUNT },
    { "account_changes.confirm", "POST /account-changes/{id}/confirm", PERM_PAYMENT_APPROVE,
      record_event, "复核通过", "Confirm", ACCOUNT, .flags = OP_REAUTH },
    { "account_changes.refuse", "POST /account-changes/{id}/refuse", PERM_PAYMENT_APPROVE,
      record_event, "否决并恢复原账号", "Refuse and restore", ACCOUNT, .flags = OP_REAUTH },
    { "payments.reconcile", "GET /reconciliation", PERM_PAYMENT_READ, payments_reconcile, "对账",
      "Claims, payments and the ledger side by side", .in = reconcile_fields,
      .in_size = sizeof(struct reconcile_input) },
    { "payments.trace", "GET /payments/trace/{id}", PERM_PAYMENT_READ, payments_trace, "资金溯源",
      "Trace a payment" },
    { 0 },
};

static const struct record *const records[] = { BATCH, LINE, ACCOUNT, NULL };

const struct module payments_module = { "payments", "资金支付", "Payments",           ops,
                                        tables,     records,    .seed = payments_seed };
