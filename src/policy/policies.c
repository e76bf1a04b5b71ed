/* policies.c — policies as records, and decisions. */
#include "policy/policies.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "platform/asset.h"
#include "platform/journal.h"
#include "platform/temp.h"
#include "policy/policy_clauses.h"
#include "policy/policy_values.h"
#include "policy/policy_compare.h"
#include "policy/policy_explain.h"
#include "policy/policy_file.h"

#define CHOICE(prefix, code, zh, en) { #code, zh, en },
const struct choice policy_fund_choices[] = { POLICY_FUNDS(CHOICE, ){ 0 } };
static const struct choice beneficiaries[] = { POLICY_BENEFICIARIES(CHOICE, ){ 0 } };
static const struct choice verdicts[] = { POLICY_VERDICTS(CHOICE, ){ 0 } };
static const struct choice payer_sides[] = {
    { "HOME", "输出地", "Origin" },
    { "WORK", "输入地", "Destination" },
    { 0 },
};
static const struct choice states[] = {
    { "DRAFT", "草稿", "Draft" },
    { "PUBLISHED", "已发布", "Published" },
    { "SUPERSEDED", "已被取代", "Superseded" },
    { 0 },
};

struct policy_input {
    int64_t id;
    const char *policy_key;
    int64_t revision;
    const char *title_zh, *title_en, *doc_no, *payer_side;
    int64_t payer;
    const char *fund, *beneficiary, *from_on, *until_on;
    int64_t notice_days;
    const char *state, *file;
};

static enum err may_write(struct ctx *cx, const char *side, int64_t payer)
{
    bool by_work = str_eq(side, "WORK");
    const struct scope *s = &cx->who.scope;

    if (s->kind == SCOPE_ALL ||
        (s->kind == SCOPE_OFFICE && (by_work ? s->home_lo : s->work_lo) == NONE &&
         scope_covers(s, by_work ? NONE : payer, by_work ? payer : NONE, NONE, NONE)))
        return OK;
    return fail(cx, E_FORBIDDEN, "policy.payer", "%s",
                T("这项政策由别的地区出资，请由出资地区办理",
                  "another division pays by this policy and decides on it"));
}

static enum err may_change(struct ctx *cx, const struct rows *before, const char *reason)
{
    (void)reason;
    return may_write(cx, row_text(before, 0, "payer_side"), row_int(before, 0, "payer"));
}

/* The revision in force steps back; an older one is never published after a newer one. */
static enum err on_publish(struct ctx *cx, const struct rows *before, const char *reason)
{
    struct rows others;

    TRY(may_change(cx, before, reason));
    TRY(db_rows(
        cx, &others,
        "SELECT id, revision FROM policy WHERE policy_key = $1 AND id <> $2 AND state = 'PUBLISHED'",
        P(row_text(before, 0, "policy_key")), P(row_int(before, 0, "id"))));
    for (int i = 0; i < others.n; i++) {
        if (row_int(&others, i, "revision") > row_int(before, 0, "revision"))
            return fail(cx, E_CONFLICT, "policy.newer",
                        T("版本 %d 已经发布", "revision %d is already published"),
                        (int)row_int(&others, i, "revision"));
        TRY(record_move(cx, &policy_record, row_int(&others, i, "id"), "supersede",
                        T("由新版本取代", "by the new revision")));
    }
    return OK;
}

static const struct transition transitions[] = {
    { "publish", "DRAFT", "PUBLISHED", "发布", "Publish", .rule = on_publish },
    { "supersede", "PUBLISHED", "SUPERSEDED", "停用", "Supersede", .needs_reason = true,
      .rule = may_change },
    { 0 },
};

#define LISTED (USE_LIST | USE_EXPORT)
#define IN struct policy_input
static const struct field fields[] = {
    FIELD(IN, policy_key, FIELD_TEXT, "标识", "Key", .sql = "y.policy_key",
          .use = LISTED | USE_FILTER | USE_SORT | USE_FIXED | USE_SEARCH | USE_DERIVED),
    FIELD(IN, revision, FIELD_INT, "版本", "Revision", .sql = "y.revision",
          .use = LISTED | USE_FIXED | USE_DERIVED),
    FIELD(IN, title_zh, FIELD_TEXT, "名称", "Title (Chinese)", .sql = "y.title_zh",
          .use = LISTED | USE_SEARCH | USE_FIXED | USE_DERIVED),
    FIELD(IN, title_en, FIELD_TEXT, "英文名称", "Title", .sql = "y.title_en",
          .use = LISTED | USE_SEARCH | USE_FIXED | USE_DERIVED),
    FIELD(IN, doc_no, FIELD_TEXT, "文号", "Document no.", .sql = "y.doc_no",
          .use = LISTED | USE_SEARCH | USE_FIXED | USE_DERIVED),
    FIELD(IN, payer_side, FIELD_CHOICE, "出资方", "Paid by", .choices = payer_sides,
          .sql = "y.payer_side", .use = LISTED | USE_FILTER | USE_FIXED | USE_DERIVED),
    FIELD(IN, payer, FIELD_DIVISION, "出资地区代码", "Payer", .sql = "y.payer",
          .use = USE_FILTER | USE_FIXED | USE_DERIVED),
    OUTPUT("payer_name", FIELD_TEXT, "出资地区", "Payer name", .use = LISTED,
           .sql = "(SELECT d.full_name FROM division d WHERE d.code = y.payer)"),
    FIELD(IN, fund, FIELD_CHOICE, "资金", "Fund", .choices = policy_fund_choices, .sql = "y.fund",
          .use = LISTED | USE_FILTER | USE_FIXED | USE_DERIVED),
    FIELD(IN, beneficiary, FIELD_CHOICE, "补贴对象", "Beneficiary", .choices = beneficiaries,
          .sql = "y.beneficiary", .use = LISTED | USE_FILTER | USE_FIXED | USE_DERIVED),
    FIELD(IN, from_on, FIELD_DATE, "施行日", "From", .sql = "y.from_on",
          .use = LISTED | USE_FIXED | USE_DERIVED),
    FIELD(IN, until_on, FIELD_DATE, "截止日", "Until", .sql = "y.until_on",
          .use = LISTED | USE_FIXED | USE_DERIVED),
    FIELD(IN, notice_days, FIELD_INT, "公示工作日", "Working days of notice",
          .sql = "y.notice_days", .use = LISTED | USE_FIXED | USE_DERIVED),
    FIELD(IN, state, FIELD_CHOICE, "状态", "State", .choices = states, .sql = "y.state",
          .use = LISTED | USE_FILTER | USE_FIXED | USE_DERIVED),
    { .name = "file",
      .zh = "文件",
      .en = "File",
      .type = FIELD_TEXT,
      .offset = offsetof(IN, file),
      .column = "file",
      .use = USE_FIXED | USE_DERIVED },
    { 0 },
};

const struct record policy_record = {
    .name = "policy",
    .zh = "政策",
    .en = "policy",
    .table = "policy",
    .alias = "y",
    .fields = fields,
    .size = sizeof(IN),
    .order = "policy_key",
    .state = "state",
    .states = states,
    .transitions = transitions,
};

int64_t policy_payer(const struct policy *p)
{
    if (p->payer)
        return p->payer;
    if (p->side == SIDE_DESTINATION)
        return p->spell.work_count ? p->spell.work[0].lo : 0;
    return p->who.origin_count ? p->who.origin[0].lo : 0;
}

/* --- stored policies, read --- */
/* A policy's text never changes, so what was read from it holds as long as the program runs. The
 * pages of a bounded number are kept; others are read anew into the caller's arena. */
enum { KEPT_MAX = 256 };
static struct {
    pthread_mutex_t lock;
    struct arena *mem;
    int n;
    struct {
        int64_t id;
        const struct policy *policy;
    } at[KEPT_MAX];
} kept = { .lock = PTHREAD_MUTEX_INITIALIZER };

static const struct policy *find_kept(int64_t id)
{
    for (int i = 0; i < kept.n; i++)
        if (kept.at[i].id == id)
            return kept.at[i].policy;
    return NULL;
}

static const struct policy *read_kept(struct arena *mem, int64_t id, const char *text)
{
    struct policy_problems problems;
    const struct policy *p;

    pthread_mutex_lock(&kept.lock);
    p = find_kept(id);
    if (!p && kept.n < KEPT_MAX) {
        if (!kept.mem)
            kept.mem = arena_new();
        mem = kept.mem;
    }
    if (!p && policy_read(mem, "policy", text, strlen(text), &p, &problems) != OK)
        p = NULL;
    else if (mem == kept.mem && kept.n < KEPT_MAX)
        kept.at[kept.n].id = id, kept.at[kept.n++].policy = p;
    pthread_mutex_unlock(&kept.lock);
    return p;
}

static enum err row_of(struct ctx *cx, const struct rows *r, int i, struct policy_row *ret)
{
    struct rows text;
    int64_t id = row_int(r, i, "id");

    pthread_mutex_lock(&kept.lock);
    ret->policy = find_kept(id);
    pthread_mutex_unlock(&kept.lock);
    if (!ret->policy) {
        TRY(db_one(cx, &text, "SELECT file FROM policy WHERE id = $1", P(id)));
        ret->policy = read_kept(cx->mem, id, row_text(&text, 0, "file"));
    }
    if (!ret->policy)
        return fail(cx, E_INTERNAL, "policy.unreadable", "%s",
                    T("库中的政策文件读不出来", "a stored policy cannot be read"));
    ret->id = id;
    ret->state = row_text(r, i, "state");
    ret->payer = row_int(r, i, "payer");
    ret->by_work = str_eq(row_text(r, i, "payer_side"), "WORK");
    return OK;
}

enum err policy_get(struct ctx *cx, int64_t id, struct policy_row *ret)
{
    struct rows r;

    TRY(db_rows(cx, &r, "SELECT id, state, payer, payer_side FROM policy WHERE id = $1", P(id)));
    if (r.n == 0)
        return fail(cx, E_NOT_FOUND, "record.not_found", "%s",
                    T("没有这项政策", "there is no such policy"));
    return row_of(cx, &r, 0, ret);
}

enum err policy_file_text(struct ctx *cx, int64_t id, const char **ret)
{
    struct rows r;

    TRY(db_rows(cx, &r, "SELECT file FROM policy WHERE id = $1", P(id)));
    if (r.n == 0)
        return fail(cx, E_NOT_FOUND, "record.not_found", "%s",
                    T("没有这项政策", "there is no such policy"));
    *ret = row_text(&r, 0, "file");
    return OK;
}

enum err policies_published(struct ctx *cx, struct policy_row **ret, int *ret_n)
{
    struct rows r;

    TRY(db_rows(
        cx, &r,
        "SELECT id, state, payer, payer_side FROM policy WHERE state = 'PUBLISHED' ORDER BY policy_key, revision"));
    *ret = NEW_ARRAY(cx->mem, struct policy_row, r.n + 1);
    for (int i = 0; i < r.n; i++)
        TRY(row_of(cx, &r, i, &(*ret)[i]));
    *ret_n = r.n;
    return OK;
}

/* --- storing --- */
static void fill(struct ctx *cx, const struct policy *p, const char *text, const char *state,
                 IN *in)
{
    fields_clear(fields, in);
    in->policy_key = p->id;
    in->revision = p->version;
    in->title_zh = p->title.zh;
    in->title_en = p->title.en;
    in->doc_no = p->doc_no ? p->doc_no : "";
    in->payer_side = p->side == SIDE_DESTINATION ? "WORK" : "HOME";
    in->payer = policy_payer(p);
    in->fund = policy_funds[p->fund].code;
    in->beneficiary = policy_beneficiaries[p->beneficiary].code;
    in->from_on = date_text(cx->mem, p->from);
    in->until_on = date_text(cx->mem, p->until);
    in->notice_days = p->notice_working_days;
    in->state = state;
    in->file = text;
}

static enum err store_draft(struct ctx *cx, const struct policy *p, const char *text,
                            int64_t *ret_id)
{
    IN *in = NEW(cx->mem, IN);
    struct rows r;

    TRY(db_rows(cx, &r, "SELECT id FROM policy WHERE policy_key = $1 AND revision = $2", P(p->id),
                P(p->version)));
    if (r.n)
        return hint(cx,
                    fail(cx, E_CONFLICT, "policy.exists",
                         T("%s 的版本 %d 已经存在", "%s, version %d, is already stored"), p->id,
                         (int)p->version),
                    "%s", T("改了内容，请把 version 加 1", "raise its version after a change"));
    fill(cx, p, text, "DRAFT", in);
    return record_insert(cx, &policy_record, in, ret_id);
}

/* Shipped files are in force from the first start; a newer revision of a later program takes over.
 */
static enum err seed_one(struct ctx *cx, const struct asset *a)
{
    const char *text = arena_strndup(cx->mem, (const char *)a->start, (size_t)(a->end - a->start));
    struct policy_problems problems;
    const struct policy *p;
    IN *in = NEW(cx->mem, IN);
    struct rows r;

    if (policy_read(cx->mem, a->path, text, strlen(text), &p, &problems) != OK)
        return fail(cx, E_INTERNAL, "policy.shipped", "%s: %s", a->path,
                    policy_problem_text(cx->mem, &problems, 0, cx->lang));
    TRY(db_rows(
        cx, &r,
        "SELECT id, revision FROM policy WHERE policy_key = $1 AND (revision = $2 OR state = 'PUBLISHED') ORDER BY revision DESC",
        P(p->id), P(p->version)));
    for (int i = 0; i < r.n; i++) {
        if (row_int(&r, i, "revision") >= p->version)
            return OK;
        TRY(record_move(cx, &policy_record, row_int(&r, i, "id"), "supersede", "由新版本取代"));
    }
    fill(cx, p, text, "PUBLISHED", in);
    /* comes with the program, not from a person: no journal entry */
    return db_exec(
        cx,
        "INSERT INTO policy (id, policy_key, revision, title_zh, title_en, doc_no, payer_side, payer, fund, beneficiary, from_on, until_on,"
        " notice_days, state, file, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $16)",
        P(store_new_id(cx->store)), P(in->policy_key), P(in->revision), P(in->title_zh),
        P(in->title_en), P(in->doc_no), P(in->payer_side), P(in->payer), P(in->fund),
        P(in->beneficiary), P(in->from_on), P(in->until_on), P(in->notice_days), P(in->state),
        P(in->file), P(cx->now));
}

static enum err seed(struct ctx *cx)
{
    for (const struct asset *a = policies_assets; a->path; a++)
        TRY(seed_one(cx, a));
    return OK;
}

/* Every problem with line, column and cure, in both languages. */
static const char *problems_json(struct ctx *cx, const struct policy_problems *pb)
{
    struct json *j = json_new(cx->mem);

    json_object(j);
    json_put_int(j, "total", pb->total);
    json_key(j, "problems");
    json_array(j);
    for (int i = 0; i < pb->n; i++) {
        const struct policy_problem *x = &pb->at[i];
        json_object(j);
        json_put_int(j, "line", x->line);
        json_put_int(j, "column", x->column);
        json_put_str(j, "zh", x->message.zh);
        json_put_str(j, "en", x->message.en);
        json_put_str(j, "cure_zh", x->cure.zh);
        json_put_str(j, "cure_en", x->cure.en);
        json_end(j);
    }
    json_end(j);
    json_end(j);
    return json_text(j);
}

/* What is no mistake and yet worth knowing before it is published: amounts nobody reaches, and
 * policies in force that it meets with nothing to keep them apart. */
static enum err put_warnings(struct ctx *cx, const struct policy *p)
{
    struct policy_text texts[16];
    struct policy_row *rows;
    int n = policy_warnings(cx->mem, p, texts, ARRAY_LEN(texts)), row_count;

    TRY(policies_published(cx, &rows, &row_count));
    for (int i = 0; i < row_count && n < (int)ARRAY_LEN(texts); i++)
        if (policies_overlap(p, rows[i].policy))
            texts[n++] = (struct policy_text){
                arena_printf(cx->mem, "与已发布的“%s”有重合，又没有互斥组或取代关系",
                             rows[i].policy->title.zh),
                arena_printf(cx->mem,
                             "it meets “%s”, which is in force, and nothing keeps them apart",
                             rows[i].policy->title.en)
            };
    json_key(cx->out, "warnings");
    json_array(cx->out);
    for (int i = 0; i < n; i++) {
        json_object(cx->out);
        json_put_str(cx->out, "zh", texts[i].zh);
        json_put_str(cx->out, "en", texts[i].en);
        json_end(cx->out);
    }
    json_end(cx->out);
    return OK;
}

struct upload_input {
    const struct json_value *file; /* a long text: FIELD_TEXT is cleaned and cut */
};
static const struct field file_fields[] = {
    PARAM(struct upload_input, file, FIELD_JSON, "政策文件", "Policy file", .required = true,
          .help_zh = "docs/policies.md"),
    { 0 },
};
static enum err op_create(struct ctx *cx)
{
    const struct upload_input *in = cx->in;
    const char *text = json_as_str(in->file);
    struct policy_problems problems;
    const struct policy *p;
    int64_t id;
    int n;

    if (str_blank(text))
        return fail_field(cx, "file", "field.required", "%s",
                          T("请给出政策文件的全文", "give the text of the policy file"));
    if (policy_run_examples(cx->mem, "policy.yaml", text, strlen(text), &n, &problems) != OK) {
        cx->failure_detail = problems_json(cx, &problems);
        return hint(cx,
                    fail_field(cx, "file", "policy.invalid",
                               T("政策文件有 %d 处问题。%s", "the policy file has %d problems. %s"),
                               problems.total,
                               policy_problem_text(cx->mem, &problems, 0, cx->lang)),
                    "%s", T("逐处改正后再提交", "correct each of them and submit again"));
    }
    TRY(policy_read(cx->mem, "policy.yaml", text, strlen(text), &p, &problems));
    if (!policy_payer(p))
        return fail_field(cx, "file", "policy.no_payer", "%s",
                          T("看不出由哪个地区出资，请写 payer.division",
                            "it does not say which division pays: write payer.division"));
    TRY(may_write(cx, p->side == SIDE_DESTINATION ? "WORK" : "HOME", policy_payer(p)));
    TRY(store_draft(cx, p, text, &id));
    json_object(cx->out);
    json_put_id(cx->out, "id", id);
    json_put_str(cx->out, "policy_key", p->id);
    json_put_int(cx->out, "revision", p->version);
    json_put_str(cx->out, "state", "DRAFT");
    json_put_int(cx->out, "examples", n);
    TRY(put_warnings(cx, p));
    json_end(cx->out);
    return OK;
}

/* What may be tried otherwise in a simulation. */
static enum err put_values(struct ctx *cx)
{
    enum { VALUES_MAX = 60 };
    struct policy_value values[VALUES_MAX];
    struct policy_problems problems = { .mem = cx->mem };
    const struct policy_node *root;
    const char *text;
    int n = 0;

    TRY(policy_file_text(cx, cx->id, &text));
    root = policy_yaml_read(text, strlen(text), &problems);
    if (root)
        n = policy_values(cx->mem, root, values, VALUES_MAX);
    json_key(cx->out, "values");
    json_array(cx->out);
    for (int i = 0; i < n; i++) {
        json_object(cx->out);
        json_put_str(cx->out, "path", values[i].path);
        json_put_str(cx->out, "value", values[i].value);
        json_put_str(cx->out, "of_zh", values[i].of.zh);
        json_put_str(cx->out, "of_en", values[i].of.en);
        json_put_str(cx->out, "zh", values[i].label.zh);
        json_put_str(cx->out, "en", values[i].label.en);
        json_end(cx->out);
    }
    json_end(cx->out);
    return OK;
}

static enum err op_text(struct ctx *cx)
{
    struct policy_row row;

    TRY(policy_get(cx, cx->id, &row));
    json_object(cx->out);
    json_put_id(cx->out, "id", row.id);
    json_key(cx->out, "clauses");
    policy_clauses_write(cx->mem, cx->out, row.policy);
    TRY(put_values(cx));
    json_end(cx->out);
    return OK;
}

static enum err op_file(struct ctx *cx)
{
    struct str text = str_new(cx->mem);
    struct rows r;

    TRY(db_rows(cx, &r, "SELECT policy_key, file FROM policy WHERE id = $1", P(cx->id)));
    if (r.n == 0)
        return fail(cx, E_NOT_FOUND, "record.not_found", "%s",
                    T("没有这项政策", "there is no such policy"));
    str_add(&text, row_text(&r, 0, "file"));
    return temp_reply(cx, &text, arena_printf(cx->mem, "%s.yaml", row_text(&r, 0, "policy_key")),
                      "application/yaml; charset=utf-8");
}

/* --- decisions --- */
struct decision_input {
    int64_t id;
};
#define DECISION struct decision_input
static const struct field decision_fields[] = {
    OUTPUT("policy_id", FIELD_ID, "政策", "Policy", .sql = "q.policy_id", .use = USE_FILTER),
    OUTPUT("policy_title", FIELD_TEXT, "政策名称", "Policy title",
           .sql = "(SELECT y.title_zh FROM policy y WHERE y.id = q.policy_id)", .use = LISTED),
    OUTPUT("policy_title_en", FIELD_TEXT, "政策名称（英文）", "Policy title",
           .sql = "(SELECT y.title_en FROM policy y WHERE y.id = q.policy_id)", .use = USE_LIST),
    OUTPUT("person_id", FIELD_ID, "人员", "Person", .sql = "q.person_id", .use = USE_FILTER),
    OUTPUT(
        "person_name", FIELD_NAME, "姓名", "Name", .use = LISTED,
        .sql =
            "(SELECT p.name FROM person p WHERE SCOPE_NOT(person 'the decision is in scope') AND p.id = q.person_id)"),
    OUTPUT("employer_id", FIELD_ID, "企业", "Employer", .sql = "q.employer_id", .use = USE_FILTER),
    OUTPUT("as_of", FIELD_DATE, "截至", "As of", .sql = "q.as_of", .use = LISTED),
    OUTPUT("verdict", FIELD_CHOICE, "结论", "Verdict", .choices = verdicts, .sql = "q.verdict",
           .use = LISTED | USE_FILTER),
    OUTPUT("amount_fen", FIELD_MONEY, "金额", "Amount", .sql = "q.amount_fen", .use = LISTED),
    { 0 },
};
const struct record decision_record = {
    .name = "decision",
    .zh = "政策认定",
    .en = "decision",
    .table = "policy_decision",
    .alias = "q",
    .fields = decision_fields,
    .size = sizeof(DECISION),
    .order = "-id",
    .has_no_version = true,
};

enum err decision_save(struct ctx *cx, const struct policy_row *p, const struct policy_decision *d,
                       struct decision_place at, int64_t *ret_id)
{
    struct policy_stored stored;
    int64_t id = store_new_id(cx->store);

    policy_stored_of(p->policy, d, &stored);
    TRY(db_exec(
        cx,
        "INSERT INTO policy_decision (id, policy_id, person_id, employer_id, org_id, home, work, as_of, verdict, amount_fen, trace, created_at)"
        " SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12"
        " WHERE SCOPE(policy_decision home=$6, work=$7, employer_id=$4, person_id=$3)",
        P(id), P(p->id), P(at.person_id), P(at.employer_id), P(at.org_id), P(at.home), P(at.work),
        P(date_text(cx->mem, d->as_of)), P(policy_verdicts[d->verdict].code), P(d->amount_fen),
        P(policy_stored_json(cx->mem, &stored)), P(cx->now)));
    if (cx->changed == 0)
        return fail(cx, E_FORBIDDEN, "scope.outside", "%s",
                    T("不在您的辖区内", "it lies outside your jurisdiction"));
    *ret_id = id;
    return OK;
}

static void put_words(struct json *j, struct arena *mem, const struct policy_stored *s)
{
    json_put_str(j, "text_zh", policy_explain(mem, s, LANG_ZH));
    json_put_str(j, "text_en", policy_explain(mem, s, LANG_EN));
}

void decision_write(struct json *j, const struct policy_row *p, const struct policy_decision *d)
{
    struct arena *mem = arena_new();
    struct policy_stored stored;
    char day[11];

    policy_stored_of(p->policy, d, &stored);
    json_object(j);
    json_put_id(j, "policy_id", p->id);
    json_put_str(j, "policy_title", p->policy->title.zh);
    json_put_str(j, "as_of", date_format(d->as_of, day));
    json_put_str(j, "verdict", policy_verdicts[d->verdict].code);
    json_put_int(j, "amount_fen", d->amount_fen);
    json_put_raw(j, "trace", policy_stored_json(mem, &stored));
    put_words(j, mem, &stored);
    json_end(j);
    arena_free(mem);
}

static enum err op_decision(struct ctx *cx)
{
    const struct json_value *v;
    struct policy_stored stored;
    struct rows r;
    const char *trace;

    TRY(record_load(cx, &decision_record, cx->id, &r));
    trace = row_text(&r, 0, "trace");
    TRY(json_parse(cx, trace, strlen(trace), &v));
    json_object(cx->out);
    json_put_id(cx->out, "id", cx->id);
    json_put_id(cx->out, "policy_id", row_int(&r, 0, "policy_id"));
    json_put_id(cx->out, "person_id", row_int(&r, 0, "person_id"));
    json_put_id(cx->out, "employer_id", row_int(&r, 0, "employer_id"));
    json_put_str(cx->out, "as_of", row_text(&r, 0, "as_of"));
    json_put_str(cx->out, "verdict", row_text(&r, 0, "verdict"));
    json_put_int(cx->out, "amount_fen", row_int(&r, 0, "amount_fen"));
    json_put_int(cx->out, "created_at", row_int(&r, 0, "created_at"));
    json_put_raw(cx->out, "trace", trace);
    if (policy_stored_read(cx->mem, v, &stored)) {
        json_put_str(cx->out, "policy_title", T(stored.title.zh, stored.title.en));
        put_words(cx->out, cx->mem, &stored);
    }
    json_end(cx->out);
    return OK;
}

static const struct scoped tables[] = {
    OPEN_TABLE("policy"),
    { "policy_decision", .home = "home", .work = "work", .employer = "employer_id",
      .person = "person_id" },
    { 0 },
};

static const struct op ops[] = {
    { "policies.list", "GET /policies", PERM_POLICY_READ, record_list, "政策列表", "Policies",
      &policy_record },
    { "policies.get", "GET /policies/{id}", PERM_POLICY_READ, record_get, "政策详情", "One policy",
      &policy_record },
    { "policies.history", "GET /policies/{id}/history", PERM_POLICY_READ, record_history,
      "变更记录", "Its history", &policy_record },
    { "policies.text", "GET /policies/{id}/text", PERM_POLICY_READ, op_text, "政策条款",
      "The policy in words" },
    { "policies.file", "GET /policies/{id}/file", PERM_POLICY_READ, op_file, "政策文件",
      "The policy file", .flags = OP_FILE },
    { "policies.create", "POST /policies", PERM_POLICY_WRITE, op_create, "提交政策文件",
      "Add a policy file", .in = file_fields, .in_size = sizeof(struct upload_input) },
    { "policies.publish", "POST /policies/{id}/publish", PERM_POLICY_WRITE, record_event,
      "发布政策", "Publish", &policy_record },
    { "policies.supersede", "POST /policies/{id}/supersede", PERM_POLICY_WRITE, record_event,
      "停用政策", "Supersede", &policy_record },
    { "decisions.list", "GET /decisions", PERM_CLAIM_READ, record_list, "政策认定", "Decisions",
      &decision_record },
    { "decisions.get", "GET /decisions/{id}", PERM_CLAIM_READ, op_decision, "认定依据",
      "One decision with its reasons" },
    { 0 },
};

static const struct record *const records[] = { &policy_record, &decision_record, NULL };

const struct module policy_module = { "policy", "政策", "Policies", ops, tables, records, seed };
