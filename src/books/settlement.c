/* settlement.c — batch, bank and ledger side by side (对账). What was ordered from the bank must be
 * what it paid, refused and has not answered yet; and the ledger must say the same of each. What
 * differs is a difference and somebody has to look; what merely waits is an open item (未达账项),
 * and both are listed with their cure. */
#include "books/books_int.h"

#include "policy/policies.h"
#include <stdlib.h>

const struct field settlement_fields[] = {
    PARAM(struct settlement_input, payer, FIELD_DIVISION, "付款单位", "Payer"),
    PARAM(struct settlement_input, fund, FIELD_CHOICE, "资金", "Fund",
          .choices = policy_fund_choices),
    PARAM(struct settlement_input, year, FIELD_INT, "年度", "Year", .min = 1996, .max = 2100),
    { 0 },
};

/* Sums of one batch, in fen. Gross is what the claims are worth; net is what the bank is told. */
enum sum {
    ORDERED,  /* the batch's own total, net */
    LINES,    /* of its lines, net */
    PAID,     /* of lines that the bank paid, net */
    REFUSED,  /* that it refused */
    WAITING,  /* that it has not answered */
    OFFSET,   /* kept back for recoveries */
    RECORDED, /* what the batch says was paid */
    BOOK_LOCKED,
    BOOK_PAID,
    BOOK_RETURNED,
    BOOK_OFFSET,
    BOOK_IN_PAYMENT, /* locked and neither paid, returned nor kept back: what waits, by the ledger
                      */
    SUMS
};
static const char *const sum_names[SUMS] = {
    "ordered_fen",   "lines_fen",         "paid_fen",        "refused_fen",
    "waiting_fen",   "offset_fen",        "recorded_fen",    "book_locked_fen",
    "book_paid_fen", "book_returned_fen", "book_offset_fen", "book_in_payment_fen"
};

/* Two sums that must be equal once the batch is as far as `from` says. */
static const struct pair {
    const char *code, *zh, *en, *cure_zh, *cure_en;
    enum sum is, must;
    bool with_offset; /* both net sums are meant gross: what was kept back is added to the second */
    bool when_sent;
} pairs[] = {
    { "BATCH_LINES", "批次总额与明细合计不符", "The batch's total is not the sum of its lines",
      "明细在锁定后被改动：运行 queqiao verify，与备份核对，不要送银行",
      "Lines were changed behind the system: run queqiao verify, compare with the backup, send nothing",
      ORDERED, LINES, false, false },
    { "LOCKED", "入批金额与资金账不符", "What was locked is not what the ledger says",
      "运行 queqiao verify 查明哪一笔，按更正程序补记，不改旧账",
      "Run queqiao verify to find the line; put it right by a correction, never by editing",
      BOOK_LOCKED, LINES, true, false },
    { "PAID", "银行已付与资金账不符", "What the bank paid is not what the ledger says",
      "核对银行流水；回盘文件应重新读入，同一文件读两次不会重复记账",
      "Compare with the bank's statement; read the return again, the same file is never entered twice",
      BOOK_PAID, PAID, false, true },
    { "RETURNED", "银行退回与资金账不符", "What the bank refused is not what the ledger says",
      "核对银行流水；回盘文件应重新读入，同一文件读两次不会重复记账",
      "Compare with the bank's statement; read the return again, the same file is never entered twice",
      BOOK_RETURNED, REFUSED, false, true },
    { "OFFSET", "抵扣金额与资金账不符", "What was kept back is not what the ledger says",
      "逐笔核对追回记录与抵扣明细", "Compare the recoveries with the lines they were set against",
      BOOK_OFFSET, OFFSET, false, true },
    { "RECORDED", "批次已付金额与明细不符", "The batch was not paid what its lines say",
      "运行 queqiao verify，与银行流水核对",
      "Run queqiao verify and compare with the bank's statement", RECORDED, PAID, false, true },
};

/* What waits for somebody. */
static const struct open_item {
    const char *column, *code, *zh, *en, *cure_zh, *cure_en;
} open_items[] = {
    { "waiting", "NOT_ANSWERED", "银行未回盘", "Not answered by the bank",
      "取回银行回盘文件并读入；逾期未回的向银行查询",
      "Fetch the bank's return and read it; ask the bank when it is late" },
    { "failed", "FAILED", "支付失败，待更正账户", "Refused, the account is to be corrected",
      "联系本人或村干部更正账户", "Correct the account with the payee or the village" },
    { "corrected", "CORRECTED", "已更正，待重新发放", "Corrected, to be re-issued",
      "在批次页点“重新发放”，只发更正的明细",
      "Re-issue on the batch's page: corrected lines alone" },
    { "not_sent", "NOT_SENT", "已锁定，未送银行", "Locked, not sent to the bank",
      "等两人审批后送银行", "Two approvals, then send" },
};

#define NET "l.amount_fen - l.offset_fen"
#define IN_BANK "COALESCE(l.return_code, '') <> 'NO_ACCOUNT'"
/* A draft orders nothing yet. Of payer $1 or all, fund $2 or all, year $3 (of its making, in China)
 * or all. */
#define BATCHES                                                                                                          \
    "SELECT b.id, b.number, b.payer, d.full_name AS payer_name, b.fund, b.state, b.sent_at, b.total_fen AS ordered_fen," \
    " b.paid_fen AS recorded_fen, COUNT(CASE WHEN " IN_BANK " THEN l.id END) AS lines,"                                  \
    " COUNT(CASE WHEN l.state = 'PENDING' AND b.sent_at IS NOT NULL THEN 1 END) AS waiting,"                             \
    " COUNT(CASE WHEN l.state = 'PENDING' AND b.sent_at IS NULL THEN 1 END) AS not_sent,"                                \
    " COUNT(CASE WHEN l.state = 'FAILED' THEN 1 END) AS failed,"                                                         \
    " COUNT(CASE WHEN l.state = 'CORRECTED' THEN 1 END) AS corrected,"                                                   \
    " CAST(COALESCE(SUM(CASE WHEN l.state = 'FAILED' THEN " NET                                                          \
    " ELSE 0 END), 0) AS BIGINT) AS failed_fen,"                                                                         \
    " CAST(COALESCE(SUM(CASE WHEN l.state = 'CORRECTED' THEN " NET                                                       \
    " ELSE 0 END), 0) AS BIGINT) AS corrected_fen,"                                                                      \
    " CAST(COALESCE(SUM(CASE WHEN " IN_BANK " THEN " NET                                                                 \
    " ELSE 0 END), 0) AS BIGINT) AS lines_fen,"                                                                          \
    " CAST(COALESCE(SUM(CASE WHEN l.state = 'SUCCESS' THEN " NET                                                         \
    " ELSE 0 END), 0) AS BIGINT) AS paid_fen,"                                                                           \
    " CAST(COALESCE(SUM(CASE WHEN l.state IN ('FAILED', 'CORRECTED', 'REISSUED') AND " IN_BANK                           \
    " THEN " NET " ELSE 0 END), 0) AS BIGINT) AS refused_fen,"                                                           \
    " CAST(COALESCE(SUM(CASE WHEN l.state = 'PENDING' THEN " NET                                                         \
    " ELSE 0 END), 0) AS BIGINT) AS waiting_fen,"                                                                        \
    " CAST(COALESCE(SUM(CASE WHEN " IN_BANK                                                                              \
    " THEN l.offset_fen ELSE 0 END), 0) AS BIGINT) AS offset_fen"                                                        \
    " FROM payment_batch b LEFT JOIN payment_line l ON l.batch_id = b.id LEFT JOIN division d ON d.code = b.payer"       \
    " WHERE SCOPE(payment_batch b) AND SCOPE_NOT(payment_line 'its batch is in scope') AND b.state <> 'DRAFT'"           \
    " AND ($1 IS NULL OR b.payer = $1) AND ($2 IS NULL OR b.fund = $2) AND ($3 IS NULL OR (b.created_at >= $3 AND b.created_at < $4))"
#define MOVED                                                                                                      \
    "SELECT e.batch_id, e.event, CAST(SUM(e.amount_fen) AS BIGINT) AS fen FROM ledger_entry e"                     \
    " WHERE SCOPE_NOT(ledger_entry 'its batch is in scope') AND e.debit NOT LIKE 'BUDGET%'"                        \
    " AND e.event IN ('LOCKED', 'PAID', 'RETURNED', 'OFFSET') AND e.batch_id IN (SELECT b.id FROM payment_batch b" \
    " WHERE SCOPE(payment_batch b) AND ($1 IS NULL OR b.payer = $1) AND ($2 IS NULL OR b.fund = $2)"               \
    " AND ($3 IS NULL OR (b.created_at >= $3 AND b.created_at < $4))) GROUP BY e.batch_id, e.event"

struct settlement {
    struct rows batches, moved, returns;
    int64_t sums[SUMS], counts[ARRAY_LEN(open_items)], difference_fen;
};

static enum err load(struct ctx *cx, struct settlement *s)
{
    const struct settlement_input *in = cx->in;
    int64_t from = NONE, until = NONE;

    if (in->year != NONE) {
        from = instant_of_date((struct date){ (short)in->year, 1, 1 });
        until = instant_of_date((struct date){ (short)(in->year + 1), 1, 1 });
    }
    TRY(db_rows(
        cx, &s->batches,
        BATCHES
        " GROUP BY b.id, b.number, b.payer, d.full_name, b.fund, b.state, b.sent_at, b.total_fen, b.paid_fen ORDER BY b.id DESC",
        P(in->payer), P(in->fund), P(from), P(until)));
    TRY(db_rows(cx, &s->moved, MOVED, P(in->payer), P(in->fund), P(from), P(until)));
    return db_rows(
        cx, &s->returns,
        "SELECT t.batch_id, COUNT(*) AS files, CAST(SUM(t.lines) AS BIGINT) AS lines, MAX(t.at) AS at FROM payment_return t"
        " WHERE SCOPE(payment_return t) GROUP BY t.batch_id");
}

static int64_t moved(const struct settlement *s, int64_t batch, const char *event)
{
    for (int i = 0; i < s->moved.n; i++)
        if (row_int(&s->moved, i, "batch_id") == batch &&
            str_eq(row_text(&s->moved, i, "event"), event))
            return row_int(&s->moved, i, "fen");
    return 0;
}

static void read_sums(const struct settlement *s, int row, int64_t sums[SUMS])
{
    static const char *const events[] = { "LOCKED", "PAID", "RETURNED", "OFFSET" };

    for (int i = 0; i < BOOK_LOCKED; i++)
        sums[i] = row_int(&s->batches, row, sum_names[i]);
    for (int i = BOOK_LOCKED; i < BOOK_IN_PAYMENT; i++)
        sums[i] = moved(s, row_int(&s->batches, row, "id"), events[i - BOOK_LOCKED]);
    sums[BOOK_IN_PAYMENT] =
        sums[BOOK_LOCKED] - sums[BOOK_PAID] - sums[BOOK_RETURNED] - sums[OFFSET];
}

static int64_t put_differences(struct ctx *cx, const int64_t sums[SUMS], bool is_sent)
{
    int64_t all = 0;

    json_key(cx->out, "differences");
    json_array(cx->out);
    for (size_t i = 0; i < ARRAY_LEN(pairs); i++) {
        const struct pair *p = &pairs[i];
        int64_t must = sums[p->must] + (p->with_offset ? sums[OFFSET] : 0);
        int64_t fen = sums[p->is] - must;
        if (fen == 0 || (p->when_sent && !is_sent))
            continue;
        json_object(cx->out);
        json_put_str(cx->out, "code", p->code);
        json_put_str(cx->out, "text", T(p->zh, p->en));
        json_put_str(cx->out, "cure", T(p->cure_zh, p->cure_en));
        json_put_int(cx->out, "is_fen", sums[p->is]);
        json_put_int(cx->out, "must_fen", must);
        json_put_int(cx->out, "difference_fen", fen);
        json_end(cx->out);
        all += llabs(fen);
    }
    json_end(cx->out);
    return all;
}

static void put_open(struct ctx *cx, struct settlement *s, int row)
{
    static const char *const sums[] = { "waiting_fen", "failed_fen", "corrected_fen",
                                        "waiting_fen" };

    json_key(cx->out, "open");
    json_array(cx->out);
    for (size_t i = 0; i < ARRAY_LEN(open_items); i++) {
        const struct open_item *o = &open_items[i];
        int64_t n = row_int(&s->batches, row, o->column);
        if (n == 0)
            continue;
        json_object(cx->out);
        json_put_str(cx->out, "code", o->code);
        json_put_str(cx->out, "text", T(o->zh, o->en));
        json_put_str(cx->out, "cure", T(o->cure_zh, o->cure_en));
        json_put_int(cx->out, "count", n);
        json_put_int(cx->out, "amount_fen", row_int(&s->batches, row, sums[i]));
        json_end(cx->out);
        s->counts[i] += n;
    }
    json_end(cx->out);
}

static void put_return(struct ctx *cx, const struct settlement *s, int64_t batch)
{
    for (int i = 0; i < s->returns.n; i++) {
        if (row_int(&s->returns, i, "batch_id") != batch)
            continue;
        json_put_int(cx->out, "return_files", row_int(&s->returns, i, "files"));
        json_put_int(cx->out, "return_lines", row_int(&s->returns, i, "lines"));
        json_put_int(cx->out, "returned_at", row_int(&s->returns, i, "at"));
        return;
    }
    json_put_int(cx->out, "return_files", 0);
}

static void put_batch(struct ctx *cx, struct settlement *s, int row)
{
    const struct rows *r = &s->batches;
    int64_t sums[SUMS], difference;

    read_sums(s, row, sums);
    json_object(cx->out);
    json_put_id(cx->out, "id", row_int(r, row, "id"));
    json_put_str(cx->out, "number", row_text(r, row, "number"));
    json_put_str(cx->out, "state", row_text(r, row, "state"));
    json_put_str(cx->out, "payer_name", row_text(r, row, "payer_name"));
    json_put_str(cx->out, "fund_title",
                 choice_label(policy_fund_choices, row_text(r, row, "fund"), cx->lang));
    json_put_int(cx->out, "lines", row_int(r, row, "lines"));
    json_put_int(cx->out, "sent_at", row_int(r, row, "sent_at"));
    put_return(cx, s, row_int(r, row, "id"));
    for (int i = 0; i < SUMS; i++) {
        json_put_int(cx->out, sum_names[i], sums[i]);
        s->sums[i] += sums[i];
    }
    difference = put_differences(cx, sums, row_int(r, row, "sent_at") != NONE);
    put_open(cx, s, row);
    json_put_int(cx->out, "difference_fen", difference);
    json_end(cx->out);
    s->difference_fen += difference;
}

enum err books_settlement(struct ctx *cx)
{
    struct settlement s = { 0 };
    int64_t open = 0;

    TRY(load(cx, &s));
    json_object(cx->out);
    json_key(cx->out, "items");
    json_array(cx->out);
    for (int i = 0; i < s.batches.n; i++)
        put_batch(cx, &s, i);
    json_end(cx->out);
    for (int i = 0; i < SUMS; i++)
        json_put_int(cx->out, sum_names[i], s.sums[i]);
    for (size_t i = 0; i < ARRAY_LEN(open_items); i++) {
        json_put_int(cx->out, open_items[i].column, s.counts[i]);
        open += s.counts[i];
    }
    json_put_int(cx->out, "difference_fen", s.difference_fen);
    json_put_bool(cx->out, "is_settled", s.difference_fen == 0 && open == 0);
    json_end(cx->out);
    return OK;
}
