/* bank_file.c — the bank's file, and the bank's answer. */
#include "payments/payments.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/amount.h"
#include "base/ids.h"
#include "claims/claims.h"
#include "payments/bank_format.h"
#include "platform/db_backend.h"
#include "platform/journal.h"

const struct choice payment_return_codes[] = {
    { "NO_ACCOUNT", "缺少账号", "No account" },
    { "ACCOUNT_CLOSED", "账户已销户或不存在", "Account closed or unknown",
      "销户|不存在|无此账|CLOSED" },
    { "NAME_MISMATCH", "户名与账号不符", "Name and account differ", "户名|姓名|NAME" },
    { "INACTIVE", "账户未激活或冻结", "Account inactive or frozen",
      "激活|睡眠|冻结|止付|INACTIVE|FROZEN" },
    { "OTHER", "其他", "Other" },
    { 0 },
};

/* --- to the bank --- */
enum err bank_file_write(struct ctx *cx, int64_t id, const char *format, const char *path)
{
    const struct bank_format *f = bank_format_find(format);
    struct rows batch;
    struct bank_line *lines;
    int n, unsettled;

    TRY(record_load(cx, &payment_batch_record, id, &batch));
    TRY(batch_expect(cx, &batch, "APPROVED|SENT|PARTLY_PAID|PAID|CLOSED", "生成银行文件",
                     "write the bank's file"));
    TRY(check_content(cx, &batch, &lines, &n));
    TRY(batch_changes(cx, id, false, &unsettled));
    TRY(bank_format_write(cx, f, row_text(&batch, 0, "number"), lines, n, path));
    return journal_append(
        cx, &(struct journal_entry){
                .kind = "payment_batch",
                .record_id = id,
                .action = "bank_file",
                .after = arena_printf(cx->mem,
                                      "{\"lines\":%d,\"format\":\"%s\",\"content_hash\":\"%s\","
                                      "\"account_changes\":%d}",
                                      n, f->code, row_text(&batch, 0, "content_hash"), unsettled),
                .home = row_int(&batch, 0, "home"),
                .work = row_int(&batch, 0, "work"),
                .employer_id = NONE,
                .person_id = NONE });
}

/* --- from the bank: what the file says --- */
enum { COLUMN_LINE, COLUMN_ACCOUNT, COLUMN_AMOUNT, COLUMN_RESULT, COLUMN_REASON, COLUMN_COUNT };
static const char *const headers[COLUMN_COUNT] = {
    [COLUMN_LINE] = "序号|行号|明细序号|编号|line_no",
    [COLUMN_ACCOUNT] = "账号|帐号|收款账号|收款人账号|卡号|account",
    [COLUMN_AMOUNT] = "金额|金额(元)|金额（元）|交易金额|交易金额(元)|实发金额|amount",
    [COLUMN_RESULT] = "结果|处理结果|交易结果|状态|交易状态|处理状态|result",
    [COLUMN_REASON] = "原因|失败原因|错误信息|备注|返回信息|说明|reason",
};
static const char successes[] = "成功|交易成功|处理成功|已入账|已支付|SUCCESS|S|OK|1|0000";
static const char failures[] = "失败|交易失败|处理失败|退回|退票|FAILED|FAIL|F|0|2";

enum { HEADER_ROWS_MAX = 20, RETURN_LINES_MAX = 100000 };

static bool in_list(const char *list, const char *word)
{
    size_t len = strlen(word);

    for (const char *at = list; len && *at; at += strcspn(at, "|"), at += *at == '|')
        if (strcspn(at, "|") == len && strncasecmp(at, word, len) == 0)
            return true;
    return false;
}

/* One row of the return. */
struct answer {
    int64_t row, line_no, amount_fen;
    const char *account; /* digits as written; NULL when the file has none */
    const char *reason;
    bool is_paid;
};
struct answers {
    int n;
    struct answer *at;
    int column[COLUMN_COUNT]; /* -1: absent */
    int64_t count[2], fen[2]; /* of lines so far: failed, paid */
};

static bool read_header(struct ctx *cx, const struct sheet_row *row, struct answers *a)
{
    for (int c = 0; c < COLUMN_COUNT; c++)
        a->column[c] = -1;
    for (int i = 0; i < row->n; i++)
        for (int c = 0; c < COLUMN_COUNT; c++)
            if (a->column[c] < 0 &&
                in_list(headers[c], str_clean(cx->mem, row->cells[i].text, false)))
                a->column[c] = i;
    return a->column[COLUMN_LINE] >= 0 && a->column[COLUMN_AMOUNT] >= 0 &&
           a->column[COLUMN_RESULT] >= 0;
}

static const char *cell_text(struct ctx *cx, const struct sheet_row *row, int column)
{
    return column < 0 || column >= row->n ? "" : str_clean(cx->mem, row->cells[column].text, false);
}

static enum err bad_row(struct ctx *cx, enum err err, const char *code, int64_t row, const char *zh,
                        const char *en)
{
    return hint(cx,
                fail(cx, err, code, T("第 %lld 行：%s", "row %lld: %s"), (long long)row, T(zh, en)),
                "%s",
                T("回盘文件整体未处理，请核对后重新上传",
                  "nothing of the file was taken; check it and upload it again"));
}

/* 合计 3 笔 … 9003.00: what it says of count and sum must be so of the lines above it, or, where it
 * says so, of those that were paid or failed. *ret_is: is it such a row? */
static enum err check_control(struct ctx *cx, const struct sheet_row *row, const struct answers *a,
                              bool *ret_is)
{
    const char *label = NULL, *digits;
    int64_t count, fen, said;

    for (int i = 0; i < row->n && !label; i++) {
        const char *text = cell_text(cx, row, i);
        if (str_starts(text, "合计") || str_starts(text, "总计") || str_starts(text, "TOTAL"))
            label = text;
    }
    *ret_is = label != NULL;
    if (!label)
        return OK;
    count = (strstr(label, "成功") ? 0 : a->count[0]) + (strstr(label, "失败") ? 0 : a->count[1]);
    fen = (strstr(label, "成功") ? 0 : a->fen[0]) + (strstr(label, "失败") ? 0 : a->fen[1]);
    digits = strpbrk(label, "0123456789");
    if (digits && strtoll(digits, NULL, 10) != count)
        return bad_row(cx, E_INVALID, "return.control", row->number, "合计笔数与明细不符",
                       "the count is not that of the lines");
    if (amount_read(cell_text(cx, row, a->column[COLUMN_AMOUNT]), &said) == AMOUNT_OK &&
        said != fen)
        return bad_row(cx, E_INVALID, "return.control", row->number, "合计金额与明细不符",
                       "the sum is not that of the lines");
    return OK;
}

static enum err read_answer(struct ctx *cx, const struct sheet_row *row, struct answers *a)
{
    struct answer *x = &a->at[a->n];
    const char *result = cell_text(cx, row, a->column[COLUMN_RESULT]),
               *line = cell_text(cx, row, a->column[COLUMN_LINE]);
    bool is_control;
    char digits[33];

    *x = (struct answer){ .row = row->number,
                          .reason = cell_text(cx, row, a->column[COLUMN_REASON]) };
    if (!str_int(line, &x->line_no)) {
        TRY(check_control(cx, row, a, &is_control));
        return is_control ? OK
                          : bad_row(cx, E_INVALID, "return.line_no", row->number, "序号不是整数",
                                    "the line number is no whole number");
    }
    if (amount_read(cell_text(cx, row, a->column[COLUMN_AMOUNT]), &x->amount_fen) != AMOUNT_OK)
        return bad_row(cx, E_INVALID, "return.amount", row->number, "金额无法识别",
                       "the amount cannot be read");
    if (in_list(successes, result))
        x->is_paid = true;
    else if (!in_list(failures, result))
        return bad_row(cx, E_INVALID, "return.result", row->number, "结果既不是成功也不是失败",
                       "the result is neither success nor failure");
    if (card_normalise(cell_text(cx, row, a->column[COLUMN_ACCOUNT]), digits) <= CARD_LUHN_WARN)
        x->account = arena_strdup(cx->mem, digits);
    a->count[x->is_paid]++;
    a->fen[x->is_paid] += x->amount_fen;
    a->n++;
    return OK;
}

static bool know_columns(const struct bank_reader *r, struct answers *a)
{
    static const enum bank_column_id ids[COLUMN_COUNT] = { BANK_LINE, BANK_ACCOUNT, BANK_AMOUNT,
                                                           BANK_RESULT, BANK_REASON };

    for (int c = 0; c < COLUMN_COUNT; c++)
        a->column[c] = bank_reader_column(r, ids[c]);
    return a->column[COLUMN_LINE] >= 0;
}

static enum err read_rows(struct ctx *cx, struct bank_reader *r, struct answers *a)
{
    struct sheet_row row;
    bool more = true, has_header = know_columns(r, a);

    for (;;) {
        TRY(bank_reader_next(cx, r, &row, &more));
        if (!more)
            break;
        if (!has_header) {
            has_header = read_header(cx, &row, a);
            if (!has_header && row.number > HEADER_ROWS_MAX)
                break;
            continue;
        }
        if (a->n == RETURN_LINES_MAX)
            return fail(cx, E_LIMIT, "return.too_long", "%s",
                        T("回盘文件行数过多", "the return has too many lines"));
        TRY(read_answer(cx, &row, a));
    }
    if (!has_header)
        return fail(cx, E_INVALID, "return.header", "%s",
                    T("找不到表头：序号、金额、结果", "no header with 序号, 金额, 结果 was found"));
    return OK;
}

/* --- against the lines that were sent --- */
static enum err check_answer(struct ctx *cx, const struct answer *x, const struct bank_line *line)
{
    if (x->amount_fen != line->amount_fen)
        return bad_row(cx, E_INVALID, "return.amount", x->row, "金额与送盘不一致",
                       "the amount is not what was sent");
    if (x->account && !str_eq(x->account, line->account))
        return bad_row(cx, E_INVALID, "return.account", x->row, "账号与送盘不一致",
                       "the account is not what was sent");
    if (!str_eq(line->state, "PENDING") && str_eq(line->state, "SUCCESS") != x->is_paid)
        return bad_row(cx, E_CONFLICT, "return.contradicts", x->row, "与此前回盘结果相反",
                       "an earlier return said otherwise");
    return OK;
}

/* All answers against all lines, before anything is changed. ret_of[i] is the line of answer i. */
static enum err match_answers(struct ctx *cx, const struct answers *a,
                              const struct bank_line *lines, int n, int *ret_of)
{
    bool *seen = NEW_ARRAY(cx->mem, bool, n + 1);

    for (int i = 0; i < a->n; i++) {
        const struct answer *x = &a->at[i];
        int k = (int)(x->line_no - 1); /* lines that are sent are numbered from 1 without gaps */

        if (x->line_no < 1 || x->line_no > n || lines[k].line_no != x->line_no)
            return bad_row(cx, E_INVALID, "return.unknown_line", x->row, "批次中没有这个序号",
                           "the batch has no such line");
        if (seen[k])
            return bad_row(cx, E_INVALID, "return.double_line", x->row, "序号重复",
                           "the line stands in the file twice");
        seen[k] = true;
        TRY(check_answer(cx, x, &lines[k]));
        ret_of[i] = k;
    }
    return OK;
}

static const char *code_of(const char *reason)
{
    for (const struct choice *c = payment_return_codes; c->code; c++)
        for (const char *at = c->synonyms; at && *at; at += strcspn(at, "|"), at += *at == '|') {
            char word[40];
            snprintf(word, sizeof word, "%.*s", (int)strcspn(at, "|"), at);
            if (strcasestr(reason, word))
                return c->code;
        }
    return "OTHER";
}

/* The bank's words without the numbers that may stand in them. */
static const char *words_of(struct ctx *cx, const char *reason)
{
    char *out = arena_strdup(cx->mem, reason);

    for (char *p = out; *p;) {
        size_t digits = strspn(p, "0123456789*");
        if (digits > 4)
            memset(p, '*', digits);
        p += digits ? digits : 1;
    }
    return out;
}

/* A line that waited, and what the bank said of it. */
struct settled {
    const struct bank_line *line;
    const struct answer *answer;
    const char *code; /* why it was refused; NULL: paid */
};

static enum err save_lines(struct ctx *cx, const struct settled *all, int n)
{
    struct params *rows = NEW_ARRAY(cx->mem, struct params, n);
    struct journal_entry *entries = NEW_ARRAY(cx->mem, struct journal_entry, n);

    for (int i = 0; i < n; i++) {
        const struct settled *x = &all[i];
        const char *after =
            x->code
                ? arena_printf(cx->mem, "{\"state\":\"FAILED\",\"return_code\":\"%s\"}", x->code)
                : "{\"state\":\"SUCCESS\"}";

        rows[i] =
            PARAMS(cx, P(x->code ? "FAILED" : "SUCCESS"), P(x->code),
                   P(x->code ? words_of(cx, x->answer->reason) : NULL), P(cx->now), P(x->line->id));
        entries[i] = line_entry(x->line, "return", "{\"state\":\"PENDING\"}", after);
    }
    TRY(db_exec_all(
        cx,
        "UPDATE payment_line SET state = $1, return_code = $2, return_text = $3, version = version + 1, updated_at = $4"
        " WHERE SCOPE_NOT(payment_line 'its batch is in scope') AND id = $5 AND state = 'PENDING'",
        rows, n));
    return cx->changed == n ? journal_append_all(cx, entries, n) : lines_raced(cx);
}

static enum err tell_claims(struct ctx *cx, const struct settled *all, int n)
{
    struct claim_said *paid = NEW_ARRAY(cx->mem, struct claim_said, n);
    struct claim_said *failed = NEW_ARRAY(cx->mem, struct claim_said, n);
    int paid_n = 0, failed_n = 0;

    for (int i = 0; i < n; i++) {
        int64_t claim_id = all[i].line->claim_id;

        if (all[i].code)
            failed[failed_n++] =
                (struct claim_said){ claim_id,
                                     choice_label(payment_return_codes, all[i].code, cx->lang) };
        else
            paid[paid_n++] = (struct claim_said){ claim_id, NULL };
    }
    TRY(claims_paid(cx, paid, paid_n));
    return claims_payment_failed(cx, failed, failed_n);
}

static enum err settle_lines(struct ctx *cx, int64_t batch_id, const struct settled *all, int n)
{
    struct line_money *money = NEW_ARRAY(cx->mem, struct line_money, n);

    for (int i = 0; i < n; i++)
        money[i] = (struct line_money){ all[i].line, all[i].code ? LEDGER_RETURNED : LEDGER_PAID,
                                        all[i].line->amount_fen };
    TRY(save_lines(cx, all, n));
    TRY(lines_post(cx, batch_id, money, n));
    return tell_claims(cx, all, n);
}

/* Sums of the batch after the return, and its state. */
static enum err settle_batch(struct ctx *cx, const struct rows *batch,
                             const struct payment_return *sum, const char *hash)
{
    int64_t id = row_int(batch, 0, "id");
    struct rows r;

    TRY(db_exec(
        cx,
        "INSERT INTO payment_return (batch_id, file_hash, home, work, lines, failed, at) SELECT $1, $2, $3, $4, $5, $6, $7"
        " WHERE SCOPE(payment_return home=$3, work=$4)",
        P(id), P(hash), P(row_int(batch, 0, "home")), P(row_int(batch, 0, "work")), P(sum->lines),
        P(sum->failed), P(cx->now)));
    TRY(db_one(
        cx, &r,
        "SELECT COUNT(CASE WHEN l.state <> 'SUCCESS' THEN 1 END) AS unpaid,"
        " CAST(COALESCE(SUM(CASE WHEN l.state = 'SUCCESS' THEN l.amount_fen - l.offset_fen ELSE 0 END), 0) AS BIGINT) AS paid"
        " FROM payment_line l WHERE SCOPE_NOT(payment_line 'its batch is in scope') AND l.batch_id = $1"
        " AND COALESCE(l.return_code, '') <> 'NO_ACCOUNT'",
        P(id)));
    TRY(db_exec(
        cx,
        "UPDATE payment_batch AS b SET paid_fen = $1 WHERE b.id = $2 AND SCOPE(payment_batch b)",
        P(row_int(&r, 0, "paid")), P(id)));
    return batch_move(
        cx, batch, "return", row_int(&r, 0, "unpaid") ? "PARTLY_PAID" : "PAID",
        arena_printf(cx->mem,
                     "{\"lines\":%lld,\"failed\":%lld,\"paid_fen\":%lld,\"file_hash\":\"%s\"}",
                     (long long)sum->lines, (long long)sum->failed,
                     (long long)row_int(&r, 0, "paid"), hash));
}

static enum err hash_file(struct ctx *cx, const char *path, const char **ret)
{
    FILE *f = fopen(path, "rb");
    struct str s = str_new(cx->mem);
    char block[4096];
    size_t n;

    if (!f)
        return fail(cx, E_NOT_FOUND, "sheet.missing", "%s",
                    T("读不到上传的文件", "the uploaded file cannot be read"));
    while ((n = fread(block, 1, sizeof block, f)) > 0)
        str_add_len(&s, block, n);
    fclose(f);
    *ret = hash_bytes(cx->mem, s.s, s.len);
    return OK;
}

static enum err read_file(struct ctx *cx, const char *path, struct answers *a)
{
    struct bank_reader *r;
    enum err err;

    a->at = NEW_ARRAY(cx->mem, struct answer, RETURN_LINES_MAX + 1);
    TRY(bank_reader_open(cx, path, &r));
    err = read_rows(cx, r, a);
    bank_reader_close(r);
    return err;
}

enum err return_file_read(struct ctx *cx, int64_t id, const char *path, struct payment_return *ret)
{
    struct payment_return sum = { 0 };
    struct answers a = { 0 };
    struct rows batch, known;
    struct bank_line *lines;
    struct settled *settled;
    const char *hash;
    int n, *of, settled_n = 0;

    TRY(record_load(cx, &payment_batch_record, id, &batch));
    TRY(hash_file(cx, path, &hash));
    TRY(db_rows(
        cx, &known,
        "SELECT lines, failed FROM payment_return r WHERE SCOPE(payment_return r) AND r.batch_id = $1 AND r.file_hash = $2",
        P(id), P(hash)));
    if (known.n) {
        *ret = (struct payment_return){ row_int(&known, 0, "lines"), row_int(&known, 0, "failed"),
                                        true };
        return OK;
    }
    TRY(batch_expect(cx, &batch, "SENT|PARTLY_PAID", "读取回盘", "read a return"));
    TRY(check_content(cx, &batch, &lines, &n));
    TRY(read_file(cx, path, &a));
    if (a.n == 0)
        return fail(cx, E_INVALID, "return.empty", "%s",
                    T("回盘文件中没有明细", "there is no line in the file"));
    of = NEW_ARRAY(cx->mem, int, a.n);
    TRY(match_answers(cx, &a, lines, n, of));
    settled = NEW_ARRAY(cx->mem, struct settled, a.n);
    for (int i = 0; i < a.n; i++) {
        const struct answer *x = &a.at[i];

        sum.lines++;
        sum.failed += !x->is_paid;
        if (str_eq(lines[of[i]].state, "PENDING"))
            settled[settled_n++] =
                (struct settled){ &lines[of[i]], x, x->is_paid ? NULL : code_of(x->reason) };
    }
    TRY(settle_lines(cx, id, settled, settled_n));
    TRY(settle_batch(cx, &batch, &sum, hash));
    *ret = sum;
    return OK;
}
