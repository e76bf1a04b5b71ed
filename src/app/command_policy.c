/* command_policy.c — policy files without the console: `check` finds what is wrong, and warns of
 * what nobody reaches and of files that meet; `explain` says a policy in words, or decides on facts
 * written as in an example; `diff` sets two beside each other, clause by clause and, on files of
 * facts or on a store, over people. */
#include <stdio.h>
#include <stdlib.h>

#include "app/commands.h"
#include "base/amount.h"
#include "claims/claims.h"
#include "divisions/divisions.h"
#include "platform/json.h"
#include "policy/policy_clauses.h"
#include "policy/policy_compare.h"
#include "policy/policy_explain.h"
#include "policy/policy_file.h"

/* Both languages take the same arguments in the same order. */
#define SAY(line, zh, en) ((line)->lang == LANG_EN ? (en) : (zh))

enum { WARNINGS_MAX = 32 };

static void print_problems(struct arena *mem, const struct policy_problems *pb, enum lang lang)
{
    for (int i = 0; i < pb->n; i++)
        fprintf(stderr, "%s\n", policy_problem_text(mem, pb, i, lang));
}

static const char *read_file(struct arena *mem, const char *path)
{
    char *text = arena_alloc(mem, POLICY_FILE_BYTES_MAX + 2);
    FILE *f = fopen(path, "r");

    if (!f)
        return NULL;
    text[fread(text, 1, POLICY_FILE_BYTES_MAX + 1, f)] = 0;
    fclose(f);
    return text;
}

/* NULL when the file is wrong, which was said. */
static const struct policy *read_policy(const struct command_line *line, struct arena *mem,
                                        const char *path)
{
    struct policy_problems *problems = NEW(mem, struct policy_problems);
    const char *text = read_file(mem, path);
    const struct policy *p;

    if (!text) {
        fprintf(stderr, SAY(line, "打不开 %s\n", "cannot open %s\n"), path);
        return NULL;
    }
    if (policy_read(mem, path, text, strlen(text), &p, problems) == OK)
        return p;
    print_problems(mem, problems, line->lang);
    return NULL;
}

/* The same, with its examples run. */
static const struct policy *load(const struct command_line *line, struct arena *mem,
                                 const char *path, int *ret_n)
{
    struct policy_problems *problems = NEW(mem, struct policy_problems);

    if (policy_check_file(mem, path, ret_n, problems) == OK)
        return read_policy(line, mem, path);
    print_problems(mem, problems, line->lang);
    return NULL;
}

/* --- check --- */
static void warn(const char *path, const char *text)
{
    fprintf(stderr, "%s: warning: %s\n", path, text);
}

static int check_all(const struct command_line *line)
{
    struct arena *mem = arena_new();
    const struct policy **all = NEW_ARRAY(mem, const struct policy *, line->argc + 1);
    struct policy_text warnings[WARNINGS_MAX];
    int status = 0, n;

    for (int i = 1; argument(line, i); i++) {
        const char *path = argument(line, i);

        all[i] = load(line, mem, path, &n);
        if (!all[i]) {
            status = 1;
            continue;
        }
        printf(SAY(line, "%s：无误，示例 %d 个\n", "%s: good, %d examples\n"), path, n);
        n = policy_warnings(mem, all[i], warnings, WARNINGS_MAX);
        for (int k = 0; k < n; k++)
            warn(path, SAY(line, warnings[k].zh, warnings[k].en));
        for (int j = 1; j < i; j++)
            if (all[j] && policies_overlap(all[j], all[i]))
                warn(
                    path,
                    arena_printf(
                        mem,
                        SAY(line,
                            "与 %s 补贴种类、对象、户籍地、工作地和时间都有重合，又没有互斥组或取代关系",
                            "meets %s in benefit, beneficiary, origin, place and time, and "
                            "neither excludes, supersedes nor offsets the other"),
                        argument(line, j)));
    }
    arena_free(mem);
    return status;
}

/* --- explain --- */
static int explain_people(const struct command_line *line, struct arena *mem,
                          const struct policy *p, const char *path)
{
    const char *text = read_file(mem, path);
    struct policy_problems problems;
    const struct policy_case *cases;
    int n;

    if (!text) {
        fprintf(stderr, SAY(line, "打不开 %s\n", "cannot open %s\n"), path);
        return 1;
    }
    if (policy_facts_read(mem, path, text, strlen(text), p, date_of_text(option(line, "on")),
                          &cases, &n, &problems) != OK) {
        print_problems(mem, &problems, line->lang);
        return 1;
    }
    for (int i = 0; i < n; i++) {
        struct policy_stored stored;
        struct policy_decision d;

        policy_eval(p, &cases[i].facts, cases[i].as_of, mem, &d);
        policy_stored_of(p, &d, &stored);
        if (line->json) {
            puts(policy_stored_json(mem, &stored));
            continue;
        }
        if (n > 1)
            printf("%s\n", cases[i].name);
        fputs(policy_explain(mem, &stored, line->lang), stdout);
    }
    return 0;
}

static int explain_all(const struct command_line *line)
{
    const char *people = option(line, "person");
    int status = 0, n;

    for (int i = 1; argument(line, i); i++) {
        struct arena *mem = arena_new();
        const struct policy *p = load(line, mem, argument(line, i), &n);
        struct str out = str_new(mem);

        if (!p) {
            status = 1;
        } else if (people) {
            status |= explain_people(line, mem, p, people);
        } else {
            policy_clauses_text(mem, &out, p, line->lang);
            fputs(out.s, stdout);
        }
        arena_free(mem);
    }
    return status;
}

/* --- diff --- */
struct diff {
    const struct command_line *line;
    struct arena *mem;
    const struct policy *a, *b;
    struct policy_difference clauses;
    struct policy_comparison people;
    bool has_people;
    struct ctx *cx; /* of the store, for the names of counties; or NULL */
};

static const char *county_name(void *arg, int64_t home)
{
    struct diff *d = arg;

    return d->cx && home ? division_full_name(d->cx, home) : NULL;
}

/* The facts are read once for each policy: what was paid without a name was paid by it. */
static int add_facts(struct diff *d, const char *path, struct date on)
{
    const char *text = read_file(d->mem, path);
    const struct policy_case *now, *then;
    struct policy_problems problems;
    struct arena *scratch = arena_new();
    int n;

    if (!text) {
        fprintf(stderr, SAY(d->line, "打不开 %s\n", "cannot open %s\n"), path);
        return 1;
    }
    if (policy_facts_read(d->mem, path, text, strlen(text), d->a, on, &now, &n, &problems) != OK ||
        policy_facts_read(d->mem, path, text, strlen(text), d->b, on, &then, &n, &problems) != OK) {
        print_problems(d->mem, &problems, d->line->lang);
        arena_free(scratch);
        return 1;
    }
    for (int i = 0; i < n; i++) {
        d->people.as_of = now[i].as_of;
        policy_comparison_add(&d->people, scratch, &now[i].facts, &then[i].facts, i + 1,
                              now[i].name, now[i].facts.domicile);
        arena_reset(scratch);
    }
    arena_free(scratch);
    return 0;
}

static void print_sums(const struct diff *d, const char *name, const struct policy_tally *t)
{
    char now[32], then[32];

    printf(SAY(d->line, "%s：%lld人 %s元 → %lld人 %s元；新增%lld、失去%lld、增加%lld、减少%lld人\n",
               "%s: %lld with %s yuan -> %lld with %s yuan; %lld gain, %lld lose, %lld get more, "
               "%lld get less\n"),
           name, (long long)t->now_n, amount_format(t->now_fen, now), (long long)t->then_n,
           amount_format(t->then_fen, then), (long long)t->turns[TURN_GAINED],
           (long long)t->turns[TURN_LOST], (long long)t->turns[TURN_RAISED],
           (long long)t->turns[TURN_LOWERED]);
}

static void print_people(struct diff *d)
{
    const struct policy_comparison *c = &d->people;
    char day[11], month[8], now[32], then[32];

    printf(SAY(d->line, "截至%s\n", "As of %s\n"), date_format(c->as_of, day));
    print_sums(d, SAY(d->line, "合计", "total"), &c->total);
    for (int i = 0; i < c->county_count; i++) {
        const char *name = county_name(d, c->counties[i].home);
        print_sums(d,
                   name ? name
                        : arena_printf(d->mem, "%lld", (long long)(c->counties[i].home / 1000000)),
                   &c->counties[i].tally);
    }
    for (int i = 0; i < c->month_count; i++)
        printf("%s  %s → %s\n", month_format(c->months[i].month, month),
               amount_format(c->months[i].now_fen, now),
               amount_format(c->months[i].then_fen, then));
    for (int i = 0; i < c->turned_count; i++) {
        const struct policy_turned *t = &c->turned[i];
        printf("  %s %s %s → %s\n", policy_name_label(policy_turns, t->turn, d->line->lang),
               t->label ? t->label : arena_printf(d->mem, "%lld", (long long)t->id),
               amount_format(t->now_fen, now), amount_format(t->then_fen, then));
    }
}

static void print_diff(struct diff *d)
{
    const struct policy_difference *c = &d->clauses;

    for (int i = 0; i < c->only_a_count; i++)
        printf("- %s\n", SAY(d->line, c->only_a[i].zh, c->only_a[i].en));
    for (int i = 0; i < c->only_b_count; i++)
        printf("+ %s\n", SAY(d->line, c->only_b[i].zh, c->only_b[i].en));
    if (d->has_people)
        print_people(d);
}

static void put_clauses(struct json *j, const char *key, const struct policy_text *list, int n)
{
    json_key(j, key);
    json_array(j);
    for (int i = 0; i < n; i++) {
        json_object(j);
        json_put_str(j, "zh", list[i].zh);
        json_put_str(j, "en", list[i].en);
        json_end(j);
    }
    json_end(j);
}

static void print_json(struct diff *d)
{
    struct json *j = json_new(d->mem);

    json_object(j);
    put_clauses(j, "only_a", d->clauses.only_a, d->clauses.only_a_count);
    put_clauses(j, "only_b", d->clauses.only_b, d->clauses.only_b_count);
    if (d->has_people)
        policy_comparison_write(&d->people, j, d, county_name);
    json_end(j);
    puts(json_text(j));
}

static void print(struct diff *d)
{
    if (d->line->json)
        print_json(d);
    else
        print_diff(d);
}

/* All beneficiaries of the store whom one of the two may serve. */
static int diff_store(struct diff *d, struct date on)
{
    struct store *store;
    int status = command_open(d->line, &store);

    if (status)
        return status;
    d->cx = ctx_new(store, store_now(store));
    d->cx->lang = d->line->lang;
    ctx_as_system(d->cx);
    if (claims_simulate(d->cx, d->a, d->b, date_is_none(on) ? d->cx->today : on, &d->people) != OK)
        status = command_fail(d->line, &d->cx->failure);
    else
        print(d);
    ctx_free(d->cx);
    store_close(store);
    return status;
}

static int diff_two(const struct command_line *line)
{
    struct diff d = { .line = line, .mem = arena_new() };
    struct date on = date_of_text(option(line, "on"));
    int status = 0;

    /* A draft whose examples still say the old sums can be compared. */
    d.a = read_policy(line, d.mem, argument(line, 1));
    d.b = read_policy(line, d.mem, argument(line, 2));
    if (!d.a || !d.b) {
        arena_free(d.mem);
        return 1;
    }
    policy_difference_of(d.mem, d.a, d.b, &d.clauses);
    policy_comparison_start(&d.people, d.mem, d.a, d.b, on);
    for (int i = 3; argument(line, i); i++) {
        d.has_people = true;
        status |= add_facts(&d, argument(line, i), on);
    }
    if (status == 0 && !d.has_people && (option(line, "store") || option(line, "on"))) {
        d.has_people = true;
        status = diff_store(&d, on);
    } else if (status == 0) {
        print(&d);
    }
    arena_free(d.mem);
    return status;
}

int command_policy(const struct command_line *line)
{
    const char *what = argument(line, 0), *on = option(line, "on");

    if (!what || !argument(line, 1) || (on && date_is_none(date_of_text(on))))
        return command_usage(line);
    if (str_eq(what, "check"))
        return check_all(line);
    if (str_eq(what, "explain"))
        return explain_all(line);
    return str_eq(what, "diff") && argument(line, 2) ? diff_two(line) : command_usage(line);
}
