/* claims_simulate.c — what a change of a policy would cost, and who would gain or lose by it: the
 * population is decided on by the policy as it is and as it would be, and nothing is written. */
#include "claims/claims_int.h"

#include "divisions/divisions.h"
#include "policy/policy_compare.h"
#include "policy/policy_file.h"

struct simulation {
    struct policy_row rows[2]; /* now, then */
    enum case_kind kind;
    struct arena *scratch;
    struct policy_comparison *c;
    enum err err; /* of the first beneficiary whose facts could not be read */
};

/* Households and headcounts are loaded as a policy asks for them; a person's facts are the same for
 * both. */
void simulation_take(struct ctx *cx, struct simulation *s, const struct case_facts *of)
{
    struct case_facts then = *of;
    int64_t id = of->who.employer_id != NONE ? of->who.employer_id
                 : of->who.org_id != NONE    ? of->who.org_id
                                             : of->who.person_id;

    if (s->err == OK && (s->kind == CASE_HOUSEHOLD || s->kind == CASE_EMPLOYER))
        s->err = case_load(cx, &s->rows[1], of->who, s->c->as_of, false, &then);
    if (s->err != OK)
        return;
    if (s->kind == CASE_EMPLOYED || s->kind == CASE_ORGANISED)
        id = of->who.person_id;
    policy_comparison_add(s->c, s->scratch, &of->facts, &then.facts, id, NULL,
                          of->home == NONE ? 0 : of->home);
    arena_reset(s->scratch);
}

/* --- names --- */
static enum err read_names(struct ctx *cx, void *arg)
{
    struct simulation *s = arg;

    for (int i = 0; i < s->c->turned_count; i++) {
        struct policy_turned *t = &s->c->turned[i];
        struct rows r = { 0 };

        if (s->kind == CASE_EMPLOYER)
            TRY(db_rows(cx, &r,
                        "SELECT e.name FROM employer e WHERE SCOPE(employer e) AND e.id = $1",
                        P(t->id)));
        else if (s->kind == CASE_STATION)
            TRY(db_rows(
                cx, &r,
                "SELECT o.name FROM organisation o WHERE SCOPE(organisation o) AND o.id = $1",
                P(t->id)));
        else
            TRY(db_rows(cx, &r, "SELECT p.name FROM person p WHERE SCOPE(person p) AND p.id = $1",
                        P(t->id)));
        t->label = r.n ? arena_strdup(s->c->mem, row_text(&r, 0, "name")) : NULL;
    }
    return OK;
}

enum err claims_simulate(struct ctx *cx, const struct policy *now, const struct policy *then,
                         struct date as_of, struct policy_comparison *ret)
{
    struct simulation s = { .kind = case_kind_of(now), .scratch = arena_new(), .c = ret };
    enum err err = OK;

    s.rows[0] = (struct policy_row){ .id = NONE,
                                     .payer = policy_payer(now),
                                     .by_work = now->side == SIDE_DESTINATION,
                                     .policy = now };
    s.rows[1] = (struct policy_row){ .id = NONE,
                                     .payer = policy_payer(then),
                                     .by_work = then->side == SIDE_DESTINATION,
                                     .policy = then };
    policy_comparison_start(ret, cx->mem, now, then, as_of);
    if (case_kind_of(then) != s.kind)
        err = fail(cx, E_INVALID, "policy.kinds", "%s",
                   T("两项政策的补贴对象不同，不能比较",
                     "the two policies pay different kinds of beneficiaries"));
    if (err == OK)
        err = claims_walk(cx, s.rows, as_of, &s);
    if (err == OK)
        err = s.err;
    if (err == OK)
        err = db_read(cx, read_names, &s);
    arena_free(s.scratch);
    return err;
}

/* --- the operation --- */
const struct field simulate_fields[] = {
    PARAM(struct simulate_input, changes, FIELD_JSON, "改动", "Changes",
          .help_zh = "位置与新值，如 amount.m3.fixed 与 3500",
          .help_en = "paths and new values, such as amount.m3.fixed and 3500"),
    PARAM(struct simulate_input, file, FIELD_JSON, "政策文件", "Policy file",
          .help_zh = "改后的全文；不写则在原文上改动",
          .help_en = "the text as it would be; absent, the policy's own"),
    PARAM(struct simulate_input, as_of, FIELD_DATE, "截至", "As of"),
    { 0 },
};

enum { CHANGES_MAX = 50 };

static enum err read_changes(struct ctx *cx, const struct json_value *v, struct policy_change *ret,
                             int *ret_n)
{
    size_t n = json_count(v);

    *ret_n = 0;
    for (size_t i = 0; i < n; i++) {
        const char *path = json_key_at(v, i), *value = json_as_str(json_at(v, i));

        if (!path || !value || i == CHANGES_MAX)
            return fail_field(cx, "changes", "policy.changes", "%s",
                              T("改动写作位置与文字的新值，至多50处",
                                "changes are paths with new values as texts, fifty at most"));
        ret[(*ret_n)++] = (struct policy_change){ path, value };
    }
    return OK;
}

struct both {
    struct policy_row row;
    const char *text;
};

static enum err load_policy(struct ctx *cx, void *arg)
{
    struct both *b = arg;

    TRY(policy_get(cx, cx->id, &b->row));
    return policy_file_text(cx, cx->id, &b->text);
}

static const char *county_name(void *arg, int64_t home)
{
    return home ? division_full_name(arg, home) : NULL;
}

/* For those who may write policies: conditions of one's own choosing tell facts about people that
 * no list shows, and they could have them by a draft. */
enum err claims_op_simulate(struct ctx *cx)
{
    const struct simulate_input *in = cx->in;
    struct date as_of = in->as_of ? date_of_text(in->as_of) : cx->today;
    struct policy_change changes[CHANGES_MAX];
    struct policy_problems problems;
    struct policy_comparison c;
    const struct policy *then;
    struct both b = { 0 };
    const char *text;
    int n;

    TRY(read_changes(cx, in->changes, changes, &n));
    TRY(db_read(cx, load_policy, &b));
    text = in->file ? json_as_str(in->file) : b.text;
    if (str_blank(text))
        return fail_field(cx, "file", "field.required", "%s",
                          T("请给出政策文件的全文", "give the text of the policy file"));
    if (policy_read_with(cx->mem, "policy.yaml", text, strlen(text), changes, n, &then,
                         &problems) != OK)
        return hint(
            cx,
            fail_field(cx, n && !in->file ? "changes" : "file", "policy.invalid",
                       T("改后的政策有 %d 处问题。%s", "the changed policy has %d problems. %s"),
                       problems.total, policy_problem_text(cx->mem, &problems, 0, cx->lang)),
            "%s", T("逐处改正后再测算", "correct each of them and try again"));
    TRY(claims_simulate(cx, b.row.policy, then, as_of, &c));
    json_object(cx->out);
    json_put_id(cx->out, "policy_id", b.row.id);
    policy_comparison_write(&c, cx->out, cx, county_name);
    json_end(cx->out);
    return OK;
}
