/* statement.c — the statement (明细账) of a fund and year, a person, an employer or a station: what
 * stood at the beginning, each movement with its cause, the balance after it, and sums that are
 * those of the rows.
 *
 * Sums come from one grouping of the very rows that are listed; a page begins where the sum of the
 * rows before it ends, so that any page shows the balances of the whole. */
#include "books/books_int.h"

#include <unistd.h>

#include "platform/journal.h"
#include "platform/temp.h"
#include "policy/policies.h"
#include "sheet/sheet.h"

const struct field statement_fields[] = {
    PARAM(struct statement_input, payer, FIELD_DIVISION, "付款单位", "Payer"),
    PARAM(struct statement_input, fund, FIELD_CHOICE, "资金", "Fund",
          .choices = policy_fund_choices),
    PARAM(struct statement_input, year, FIELD_INT, "年度", "Year", .min = 1996, .max = 2100),
    PARAM(struct statement_input, person_id, FIELD_ID, "人员", "Person",
          .refers_not = "her movements are in scope by themselves, as those of one who has left"),
    PARAM(struct statement_input, employer_id, FIELD_ID, "企业", "Employer",
          .refers_not = "its movements are in scope by themselves"),
    PARAM(struct statement_input, org_id, FIELD_ID, "工作站", "Station",
          .refers_not = "its movements are in scope by themselves"),
    PARAM(struct statement_input, account, FIELD_CHOICE, "科目", "Account",
          .choices = ledger_accounts),
    PARAM(struct statement_input, from, FIELD_DATE, "从", "From"),
    PARAM(struct statement_input, until, FIELD_DATE, "到", "Until"),
    PARAM(struct statement_input, limit, FIELD_INT, "每页", "Rows", .min = 1, .max = 200),
    PARAM(struct statement_input, after, FIELD_TEXT, "翻页", "After"),
    { 0 },
};

/* --- balances --- */
static int account_index(const char *account)
{
    for (int i = 0; ledger_accounts[i].code; i++)
        if (str_eq(ledger_accounts[i].code, account))
            return i;
    assert(!"an account of the ledger");
    return -1;
}

void book_move(struct book_balance *b, const char *debit, const char *credit, int64_t fen)
{
    b->fen[account_index(debit)] += fen;
    b->fen[account_index(credit)] -= fen;
}

int64_t book_of(const struct book_balance *b, const char *account)
{
    return b->fen[account_index(account)];
}

struct book_standing book_standing(const struct book_balance *b)
{
    return (struct book_standing){ .owed_fen = -book_of(b, "OBLIGATION"),
                                   .in_payment_fen = -book_of(b, "IN_PAYMENT"),
                                   .paid_fen = -book_of(b, "CASH"),
                                   .to_recover_fen = book_of(b, "RECEIVABLE") };
}

void book_put_standing(struct ctx *cx, const struct book_standing *s)
{
    json_put_int(cx->out, "owed_fen", s->owed_fen);
    json_put_int(cx->out, "in_payment_fen", s->in_payment_fen);
    json_put_int(cx->out, "paid_fen", s->paid_fen);
    json_put_int(cx->out, "to_recover_fen", s->to_recover_fen);
}

/* --- what is asked --- */
enum { PAGE_DEFAULT = 100 };
struct statement {
    const struct statement_input *in;
    const char *subject;    /* condition on $4 and further */
    struct param params[9]; /* begin, end, after; then the subject */
    int params_n;
    int limit; /* of rows; < 0: all */

    struct book_balance opening, closing, brought;
    int64_t debit_fen[BOOK_ACCOUNTS_MAX], credit_fen[BOOK_ACCOUNTS_MAX];
    struct {
        int64_t n, fen;
    } events[LEDGER_EVENTS];
    int64_t n, fen;
};

static void narrow(struct ctx *cx, struct statement *s, const char *column, struct param p)
{
    s->subject = arena_printf(cx->mem, "%s AND %s = $%d", s->subject, column, s->params_n + 1);
    s->params[s->params_n++] = p;
}

/* A person's statement is of what is paid to her; what an employer or a station gets for her is
 * theirs. */
static void read_subject(struct ctx *cx, struct statement *s)
{
    const struct statement_input *in = s->in;

    s->subject = "e.id > 0";
    if (in->payer != NONE)
        narrow(cx, s, "e.payer", P(in->payer));
    if (in->fund)
        narrow(cx, s, "e.fund", P(in->fund));
    if (in->year != NONE)
        narrow(cx, s, "e.year", P(in->year));
    if (in->employer_id != NONE)
        narrow(cx, s, "e.employer_id", P(in->employer_id));
    if (in->org_id != NONE)
        narrow(cx, s, "e.org_id", P(in->org_id));
    if (in->person_id == NONE)
        return;
    narrow(cx, s, "e.person_id", P(in->person_id));
    if (in->employer_id == NONE && in->org_id == NONE)
        s->subject =
            arena_printf(cx->mem, "%s AND e.employer_id IS NULL AND e.org_id IS NULL", s->subject);
}

static enum err read_statement(struct ctx *cx, struct statement *s)
{
    const struct statement_input *in = cx->in;
    struct date from = date_of_text(in->from), until = date_of_text(in->until);
    int64_t after = 0;

    *s = (struct statement){ .in = in, .limit = in->limit == NONE ? PAGE_DEFAULT : (int)in->limit };
    if (in->after && !str_int(in->after, &after))
        return fail_field(cx, "after", "cursor.malformed", "%s",
                          T("翻页位置无效", "the cursor is not valid"));
    if (in->from && in->until && date_compare(from, until) > 0)
        return fail_field(cx, "until", "date.order", "%s",
                          T("截止日期早于开始日期", "it ends before it begins"));
    s->params[0] = P(in->from ? instant_of_date(from) : INT64_MIN + 1);
    s->params[1] = P(in->until ? instant_of_date(date_add_days(until, 1)) : INT64_MAX);
    s->params[2] = P(after);
    s->params_n = 3;
    read_subject(cx, s);
    return OK;
}

/* Does the statement list it? Budgets move beside the money and are listed by their accounts alone.
 */
static bool lists(const struct statement *s, const char *debit, const char *credit)
{
    if (s->in->account)
        return str_eq(s->in->account, debit) || str_eq(s->in->account, credit);
    return strncmp(debit, "BUDGET", 6) != 0;
}

/* --- sums --- */
static void add_group(struct statement *s, const struct rows *r, int i)
{
    const char *debit = row_text(r, i, "debit"), *credit = row_text(r, i, "credit");
    int64_t moved = row_int(r, i, "moved_fen"), before = row_int(r, i, "before_fen");
    int event = ledger_event_find(row_text(r, i, "event"));

    book_move(&s->opening, debit, credit, row_int(r, i, "opening_fen"));
    book_move(&s->closing, debit, credit, row_int(r, i, "opening_fen") + moved);
    book_move(&s->brought, debit, credit, row_int(r, i, "opening_fen") + before);
    s->debit_fen[account_index(debit)] += moved;
    s->credit_fen[account_index(credit)] += moved;
    if (!lists(s, debit, credit))
        return;
    s->n += row_int(r, i, "n");
    s->fen += moved;
    s->events[event].n += row_int(r, i, "n");
    s->events[event].fen += moved;
}

static enum err sum_up(struct ctx *cx, struct statement *s)
{
    struct rows r;

    TRY(db_rows_list(
        cx, &r,
        arena_printf(
            cx->mem,
            "SELECT e.event, e.debit, e.credit, COUNT(CASE WHEN e.at >= $1 THEN 1 END) AS n,"
            " CAST(SUM(CASE WHEN e.at < $1 THEN e.amount_fen ELSE 0 END) AS BIGINT) AS opening_fen,"
            " CAST(SUM(CASE WHEN e.at >= $1 THEN e.amount_fen ELSE 0 END) AS BIGINT) AS moved_fen,"
            " CAST(SUM(CASE WHEN e.at >= $1 AND e.id <= $3 THEN e.amount_fen ELSE 0 END) AS BIGINT) AS before_fen"
            " FROM ledger_entry e WHERE SCOPE(ledger_entry e) AND e.at < $2 AND %s GROUP BY e.event, e.debit, e.credit",
            s->subject),
        (struct params){ s->params_n, s->params }));
    for (int i = 0; i < r.n; i++)
        add_group(s, &r, i);
    return OK;
}

/* --- rows --- */
#define CAUSES                                                                                                        \
    "SELECT e.id, e.at, e.event, e.debit, e.credit, e.amount_fen, e.claim_id, e.line_id, e.batch_id,"                 \
    " e.adjustment_id, e.person_id, e.employer_id, c.policy_id, c.decision_id, c.instalment, y.title_zh,"             \
    " y.title_en, b.number AS batch_number, l.line_no, j.kind AS adjustment_kind, j.correction_id,"                   \
    " COALESCE(w.name, o.name, p.name) AS payee_name FROM ledger_entry e LEFT JOIN claim c ON c.id = e.claim_id"      \
    " LEFT JOIN policy y ON y.id = c.policy_id LEFT JOIN payment_batch b ON b.id = e.batch_id"                        \
    " LEFT JOIN payment_line l ON l.id = e.line_id LEFT JOIN adjustment j ON j.id = e.adjustment_id"                  \
    " LEFT JOIN person p ON p.id = e.person_id LEFT JOIN employer w ON w.id = e.employer_id"                          \
    " LEFT JOIN v_org_name o ON o.id = e.org_id WHERE SCOPE(ledger_entry e)"                                          \
    " AND SCOPE_NOT(claim 'its movement is in scope') AND SCOPE_NOT(payment_batch 'its movement is in scope')"        \
    " AND SCOPE_NOT(payment_line 'its movement is in scope') AND SCOPE_NOT(adjustment 'its movement is in scope')"    \
    " AND SCOPE_NOT(person 'a movement of hers is in scope') AND SCOPE_NOT(employer 'a movement of its is in scope')" \
    " AND e.at >= $1 AND e.at < $2 AND e.id > $3 AND "

static const char *rows_sql(struct ctx *cx, const struct statement *s)
{
    const char *listed = s->in->account ? arena_printf(cx->mem, "(e.debit = $%d OR e.credit = $%d)",
                                                       s->params_n + 1, s->params_n + 1)
                                        : "e.debit NOT LIKE 'BUDGET%'";

    return arena_printf(cx->mem, CAUSES "%s AND %s ORDER BY e.id%s", s->subject, listed,
                        s->limit < 0 ? "" : arena_printf(cx->mem, " LIMIT %d", s->limit + 1));
}

static struct params rows_params(struct ctx *cx, const struct statement *s)
{
    struct param *p = NEW_ARRAY(cx->mem, struct param, ARRAY_LEN(s->params) + 1);

    memcpy(p, s->params, sizeof(s->params));
    if (s->in->account)
        p[s->params_n] = P(s->in->account);
    return (struct params){ s->params_n + (s->in->account != NULL), p };
}

/* --- the reply --- */
static void put_accounts(struct ctx *cx, const struct statement *s)
{
    int64_t debit = 0, credit = 0;

    json_key(cx->out, "accounts");
    json_array(cx->out);
    for (int i = 0; ledger_accounts[i].code; i++) {
        if (!s->opening.fen[i] && !s->debit_fen[i] && !s->credit_fen[i])
            continue;
        json_object(cx->out);
        json_put_str(cx->out, "account", ledger_accounts[i].code);
        json_put_str(cx->out, "title", T(ledger_accounts[i].zh, ledger_accounts[i].en));
        json_put_bool(cx->out, "is_budget", strncmp(ledger_accounts[i].code, "BUDGET", 6) == 0);
        json_put_int(cx->out, "opening_fen", s->opening.fen[i]);
        json_put_int(cx->out, "debit_fen", s->debit_fen[i]);
        json_put_int(cx->out, "credit_fen", s->credit_fen[i]);
        json_put_int(cx->out, "closing_fen", s->closing.fen[i]);
        json_end(cx->out);
        debit += s->debit_fen[i];
        credit += s->credit_fen[i];
    }
    json_end(cx->out);
    json_put_int(cx->out, "debit_fen", debit);
    json_put_int(cx->out, "credit_fen", credit);
}

static void put_events(struct ctx *cx, const struct statement *s)
{
    json_key(cx->out, "events");
    json_array(cx->out);
    for (int i = 0; i < LEDGER_EVENTS; i++) {
        if (s->events[i].n == 0)
            continue;
        json_object(cx->out);
        json_put_str(cx->out, "event", ledger_events[i].code);
        json_put_str(cx->out, "title", T(ledger_events[i].zh, ledger_events[i].en));
        json_put_int(cx->out, "count", s->events[i].n);
        json_put_int(cx->out, "amount_fen", s->events[i].fen);
        json_end(cx->out);
    }
    json_end(cx->out);
}

/* What stands: of one account its balance, else where the money is. */
static void put_standing(struct ctx *cx, const struct statement *s, const struct book_balance *b)
{
    struct book_standing now = book_standing(b);

    if (s->in->account)
        json_put_int(cx->out, "balance_fen", book_of(b, s->in->account));
    else
        book_put_standing(cx, &now);
}

static void put_standing_as(struct ctx *cx, const struct statement *s, const char *key,
                            const struct book_balance *b)
{
    json_key(cx->out, key);
    json_object(cx->out);
    put_standing(cx, s, b);
    json_end(cx->out);
}

static void put_row(struct ctx *cx, const struct statement *s, const struct rows *r, int i)
{
    static const char *const ids[] = { "id",           "claim_id",      "line_id",
                                       "batch_id",     "adjustment_id", "person_id",
                                       "employer_id",  "policy_id",     "decision_id",
                                       "correction_id" };
    static const char *const texts[] = { "event",      "debit",        "credit",
                                         "instalment", "batch_number", "adjustment_kind",
                                         "payee_name" };
    const char *event = row_text(r, i, "event");

    json_object(cx->out);
    for (size_t k = 0; k < ARRAY_LEN(ids); k++)
        json_put_id(cx->out, ids[k], row_int(r, i, ids[k]));
    for (size_t k = 0; k < ARRAY_LEN(texts); k++)
        json_put_str(cx->out, texts[k], row_text(r, i, texts[k]));
    json_put_int(cx->out, "at", row_int(r, i, "at"));
    json_put_int(cx->out, "line_no", row_int(r, i, "line_no"));
    json_put_int(cx->out, "amount_fen", row_int(r, i, "amount_fen"));
    json_put_str(cx->out, "event_title", choice_label(ledger_events, event, cx->lang));
    json_put_str(cx->out, "policy_title",
                 T(row_text(r, i, "title_zh"), row_text(r, i, "title_en")));
    put_standing(cx, s, &s->brought);
    json_end(cx->out);
}

static enum err put_rows(struct ctx *cx, struct statement *s)
{
    struct rows r;
    int n;

    TRY(db_rows_list(cx, &r, rows_sql(cx, s), rows_params(cx, s)));
    n = MIN(r.n, s->limit);
    put_standing_as(cx, s, "brought", &s->brought);
    json_key(cx->out, "items");
    json_array(cx->out);
    for (int i = 0; i < n; i++) {
        book_move(&s->brought, row_text(&r, i, "debit"), row_text(&r, i, "credit"),
                  row_int(&r, i, "amount_fen"));
        put_row(cx, s, &r, i);
    }
    json_end(cx->out);
    json_put_int(cx->out, "total", s->n);
    json_put_int(cx->out, "amount_fen", s->fen);
    json_put_id(cx->out, "next", r.n > n ? row_int(&r, n - 1, "id") : NONE);
    return OK;
}

/* A name only for whoever sees a movement. */
static enum err subject_name(struct ctx *cx, const struct statement *s, const char **ret)
{
    const struct statement_input *in = s->in;
    struct rows r;

    *ret = NULL;
    if (s->n == 0 && (in->person_id != NONE || in->employer_id != NONE || in->org_id != NONE))
        return OK;
    if (in->person_id != NONE)
        TRY(db_rows(
            cx, &r,
            "SELECT p.name FROM person p WHERE SCOPE_NOT(person 'a movement of hers is in scope') AND p.id = $1",
            P(in->person_id)));
    else if (in->employer_id != NONE)
        TRY(db_rows(
            cx, &r,
            "SELECT w.name FROM employer w WHERE SCOPE_NOT(employer 'a movement of its is in scope') AND w.id = $1",
            P(in->employer_id)));
    else if (in->org_id != NONE)
        TRY(db_rows(cx, &r, "SELECT o.name FROM v_org_name o WHERE o.id = $1", P(in->org_id)));
    else
        TRY(db_rows(cx, &r, "SELECT d.full_name AS name FROM division d WHERE d.code = $1",
                    P(in->payer)));
    if (r.n)
        *ret = row_text(&r, 0, "name");
    return OK;
}

enum err books_statement(struct ctx *cx)
{
    struct statement s;
    const char *name;

    TRY(read_statement(cx, &s));
    TRY(sum_up(cx, &s));
    TRY(subject_name(cx, &s, &name));
    json_object(cx->out);
    json_put_str(cx->out, "name", name);
    json_put_str(cx->out, "fund", s.in->fund);
    json_put_str(cx->out, "fund_title",
                 s.in->fund ? choice_label(policy_fund_choices, s.in->fund, cx->lang) : NULL);
    put_accounts(cx, &s);
    put_events(cx, &s);
    put_standing_as(cx, &s, "opening", &s.opening);
    put_standing_as(cx, &s, "closing", &s.closing);
    TRY(put_rows(cx, &s));
    json_end(cx->out);
    return OK;
}

/* --- as a workbook --- */
struct book_file {
    struct statement s;
    struct sheet_writer *writer;
    const char *name;
};
enum { COLUMNS_MAX = 11, FIRST_SUM = 6 };

static const char *when_text(struct ctx *cx, int64_t at)
{
    struct date day = date_of_instant(at);
    int64_t seconds = at - instant_of_date(day);
    char text[11];

    return arena_printf(cx->mem, "%s %02d:%02d", date_format(day, text), (int)(seconds / 3600),
                        (int)(seconds / 60 % 60));
}

static enum err begin_sheet(struct ctx *cx, const struct book_file *f)
{
    struct sheet_column columns[COLUMNS_MAX] = {
        { .title = T("时间", "When") },
        { .title = T("事项", "Event") },
        { .title = T("收款人", "Payee") },
        { .title = T("政策", "Policy"), .width = 30 },
        { .title = T("批次", "Batch") },
        { .title = T("行号", "Line"), .kind = SHEET_INT },
        { .title = T("金额", "Amount") },
        { .title = T("应付", "Owed") },
        { .title = T("在途", "In payment") },
        { .title = T("已付", "Paid") },
        { .title = T("待追回", "To be recovered") },
    };
    const char *office = cx->who.org_name ? cx->who.org_name : "";
    const char *who = cx->who.user_name ? cx->who.user_name : T("系统", "the system");

    if (f->s.in->account) {
        columns[FIRST_SUM].title = T("借方", "Debit");
        columns[FIRST_SUM + 1].title = T("贷方", "Credit");
        columns[FIRST_SUM + 2].title = T("余额（借方为正）", "Balance, debit positive");
    }
    for (int i = FIRST_SUM; i < COLUMNS_MAX; i++)
        columns[i].kind = SHEET_MONEY;
    return sheet_writer_page(
        f->writer,
        &(struct sheet_page){
            .name = T("明细账", "Statement"),
            .title =
                arena_printf(cx->mem, "%s %s%s%s", T("明细账", "Statement"), f->name ? f->name : "",
                             f->s.in->fund ? " " : "",
                             f->s.in->fund ? arena_printf(cx->mem, "%s %lld",
                                                          choice_label(policy_fund_choices,
                                                                       f->s.in->fund, cx->lang),
                                                          (long long)f->s.in->year)
                                           : ""),
            .watermark = arena_printf(cx->mem,
                                      T("%s %s 于 %s 导出，仅限工作使用，不得外传",
                                        "Taken by %s, %s, on %s; for official use only"),
                                      T(office, who), T(who, office), when_text(cx, cx->now)),
            .columns = columns,
            .n = f->s.in->account ? FIRST_SUM + 3 : COLUMNS_MAX },
        &cx->failure);
}

/* A row of the sheet: what moved, if anything, and what stands after it. */
static enum err write_row(struct ctx *cx, const struct book_file *f, struct sheet_value *values,
                          const struct book_balance *after)
{
    struct book_standing now = book_standing(after);
    const char *account = f->s.in->account;

    if (account) {
        values[FIRST_SUM + 2].number = book_of(after, account);
        return sheet_writer_row(f->writer, values, FIRST_SUM + 3, &cx->failure);
    }
    values[FIRST_SUM + 1].number = now.owed_fen;
    values[FIRST_SUM + 2].number = now.in_payment_fen;
    values[FIRST_SUM + 3].number = now.paid_fen;
    values[FIRST_SUM + 4].number = now.to_recover_fen;
    return sheet_writer_row(f->writer, values, COLUMNS_MAX, &cx->failure);
}

static void clear_values(struct sheet_value values[COLUMNS_MAX])
{
    for (int i = 0; i < COLUMNS_MAX; i++)
        values[i] = (struct sheet_value){ .number = NONE };
}

static enum err write_movement(struct ctx *cx, const struct rows *r, void *arg)
{
    struct book_file *f = arg;
    struct sheet_value values[COLUMNS_MAX];
    const char *debit = row_text(r, 0, "debit"), *credit = row_text(r, 0, "credit");
    int64_t fen = row_int(r, 0, "amount_fen");
    bool is_credit = f->s.in->account && !str_eq(f->s.in->account, debit);

    clear_values(values);
    book_move(&f->s.brought, debit, credit, fen);
    values[0].text = when_text(cx, row_int(r, 0, "at"));
    values[1].text = choice_label(ledger_events, row_text(r, 0, "event"), cx->lang);
    values[2].text = row_text(r, 0, "payee_name");
    values[3].text = T(row_text(r, 0, "title_zh"), row_text(r, 0, "title_en"));
    values[4].text = row_text(r, 0, "batch_number");
    values[5].number = row_int(r, 0, "line_no");
    values[FIRST_SUM + is_credit].number = fen;
    return write_row(cx, f, values, &f->s.brought);
}

static enum err write_sheet(struct ctx *cx, void *arg)
{
    struct book_file *f = arg;
    struct statement *s = &f->s;
    struct sheet_value values[COLUMNS_MAX];

    TRY(sum_up(cx, s));
    TRY(subject_name(cx, s, &f->name));
    TRY(begin_sheet(cx, f));
    clear_values(values);
    values[1].text = T("期初余额", "Opening balance");
    TRY(write_row(cx, f, values, &s->opening));
    TRY(db_each_list(cx, write_movement, f, rows_sql(cx, s), rows_params(cx, s)));
    clear_values(values);
    values[1].text = T("合计及期末余额", "Sums and closing balance");
    values[FIRST_SUM].number = s->fen;
    if (s->in->account)
        for (int i = 0; i < 2; i++)
            values[FIRST_SUM + i].number =
                (i ? s->credit_fen : s->debit_fen)[account_index(s->in->account)];
    return write_row(cx, f, values, &s->closing);
}

static enum err journal_statement(struct ctx *cx, void *arg)
{
    const struct book_file *f = arg;
    const struct scope *at = &cx->who.scope;
    bool office = at->kind == SCOPE_OFFICE;

    return journal_append(cx,
                          &(struct journal_entry){
                              .kind = "ledger_entry",
                              .record_id = 0,
                              .action = "export",
                              .after = arena_printf(cx->mem, "{\"rows\":%lld}", (long long)f->s.n),
                              .home = office ? at->home_lo : NONE,
                              .work = office ? at->work_lo : NONE,
                              .employer_id = at->kind == SCOPE_EMPLOYER ? at->employer_id : NONE,
                              .person_id = NONE });
}

enum err books_statement_export(struct ctx *cx)
{
    struct book_file *f = NEW(cx->mem, struct book_file);
    const char *path;
    enum err err;

    TRY(read_statement(cx, &f->s));
    f->s.limit = -1;
    f->s.params[2] = P(0); /* from the first row on */
    TRY(temp_file(cx, ".xlsx", &path));
    TRY(sheet_writer_open(path, SHEET_XLSX, cx->lang, &cx->failure, &f->writer));
    err = db_read(cx, write_sheet, f);
    if (err != OK) {
        sheet_writer_abort(f->writer);
        return err;
    }
    TRY(sheet_writer_close(f->writer, &cx->failure));
    err = db_write(cx, journal_statement, f);
    if (err != OK) {
        unlink(path);
        return err;
    }
    cx->reply_file =
        (struct reply_file){ path,
                             arena_printf(cx->mem, "%s-%s.xlsx", T("明细账", "statement"),
                                          date_text(cx->mem, cx->today)),
                             "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                             true };
    return OK;
}
