/* match_files.c — from spreadsheets to a match: reading people, posts and weights. */
#include "app/match_files.h"

#include "app/match_before.h"
#include "app/match_columns.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "app/progress.h"
#include "base/ids.h"
#include "employers/employers.h"
#include "matching/load.h"
#include "people/people.h"
#include "posts/posts.h"

/* --- weights --- */

static enum err wrong_line(struct ctx *cx, const char *path, int line)
{
    return hint(
        cx,
        fail_field(cx, "weights", "weights.line", T("权重文件 %s 第 %d 行读不懂", "%s, line %d"),
                   path, line),
        "%s",
        T("每行写“名称: 分值”，分值为 0–100000 的整数；# 之后为说明",
          "write \"name: points\" on each line, points from 0 to 100000; # begins a comment"));
}

/* "name: points" lines as the JSON object that match_weights_read() takes. */
static enum err lines_as_json(struct ctx *cx, const char *path, FILE *f, const char **ret)
{
    struct json *j = json_new(cx->mem);
    char line[400];

    json_object(j);
    for (int n = 1; fgets(line, sizeof line, f); n++) {
        char *colon;
        int64_t points;

        line[strcspn(line, "#\r\n")] = 0;
        if (str_blank(line))
            continue;
        colon = strchr(line, ':');
        if (!colon)
            return wrong_line(cx, path, n);
        *colon = 0;
        if (!str_int(str_clean(cx->mem, colon + 1, false), &points))
            return wrong_line(cx, path, n);
        json_put_int(j, str_clean(cx->mem, line, false), points);
    }
    json_end(j);
    *ret = json_text(j);
    return OK;
}

enum err match_weights_given(struct ctx *cx, const char *text, struct match_weights *ret)
{
    enum err err;
    FILE *f;

    if (!text || *text == '{')
        return match_weights_read(cx, text, ret);
    f = fopen(text, "re");
    if (!f)
        return fail(cx, E_NOT_FOUND, "weights.missing",
                    T("无法读取权重文件 %s", "the weights file %s cannot be read"), text);
    err = lines_as_json(cx, text, f, &text);
    fclose(f);
    TRY(err);
    return match_weights_read(cx, text, ret);
}

/* --- rows as the store would give them --- */

/* One row whose columns are the input fields of its record, and a few besides: what
 * match_read_person() and match_read_post() read. */
struct form {
    const struct field *fields;
    int n_fields, n;
    const char *names[FIELDS_MAX + 8];
    struct value cells[FIELDS_MAX + 8];
};

static void form_begin(struct form *f, const struct field *fields)
{
    *f = (struct form){ .fields = fields, .n_fields = field_count(fields) };
    for (int i = 0; i < f->n_fields; i++)
        f->names[i] = fields[i].name;
}

static void form_fill(struct form *f, const void *in)
{
    f->n = f->n_fields;
    for (int i = 0; i < f->n_fields; i++) {
        struct param p = { .type = PARAM_INT, .integer = NONE };

        if (f->fields[i].offset != FIELD_NO_INPUT && f->fields[i].type != FIELD_JSON)
            p = field_param(&f->fields[i], in);
        if (p.type == PARAM_TEXT && p.text)
            f->cells[i] =
                (struct value){ .type = VALUE_TEXT, .text = p.text, .len = strlen(p.text) };
        else if (p.type == PARAM_INT && p.integer != NONE)
            f->cells[i] = (struct value){ .type = VALUE_INT, .integer = p.integer };
        else
            f->cells[i] = (struct value){ .type = VALUE_NULL };
    }
}

/* A column that the input does not have, or does not fill. */
static void form_set(struct form *f, const char *name, int64_t number)
{
    int at = field_index(f->fields, name);

    if (at < 0)
        at = f->n++;
    f->names[at] = name;
    f->cells[at] =
        (struct value){ .type = number == NONE ? VALUE_NULL : VALUE_INT, .integer = number };
}

static struct rows form_rows(struct form *f)
{
    return (struct rows){ 1, f->n, f->names, f->cells };
}

/* --- reading --- */

/* An employer of the list of employers, under its credit code and under its name. */
struct employer_entry {
    const char *key;
    int64_t work, has_canteen, has_western_food, has_couple_rooms, has_lodging;
    int64_t cases[MATCH_CASE_KINDS];
};

struct reading {
    struct ctx *cx;
    struct match_files_result *r;
    const char *file;
    struct form form;
    size_t employers_n, employers_cap;
    struct employer_entry *employers;
};

void match_files_note(struct ctx *cx, struct match_files_result *r, const char *file,
                      const struct import_problem *problem)
{
    struct arena *mem = cx->mem;
    struct match_file_problem *p = ARENA_PUSH(mem, r->problems, r->problems_n, r->problems_cap);

    *p = (struct match_file_problem){ file, *problem };
    p->problem.sheet = arena_strdup(mem, problem->sheet);
    p->problem.header = arena_strdup(mem, problem->header);
    p->problem.code = arena_strdup(mem, problem->code);
    p->problem.value = arena_strdup(mem, problem->value);
    p->problem.message = arena_strdup(mem, problem->message);
    p->problem.cure = arena_strdup(mem, problem->cure);
}

static void note(const struct import_problem *problem, void *arg)
{
    const struct reading *reading = arg;

    match_files_note(reading->cx, reading->r, reading->file, problem);
}

static const char *text_of(const struct reading *reading, const char *name)
{
    int i = field_index(reading->form.fields, name);

    assert(i >= 0);
    return arena_strdup(reading->cx->mem, reading->form.cells[i].text);
}

static int64_t number_of(const struct reading *reading, const char *name)
{
    int i = field_index(reading->form.fields, name);

    assert(i >= 0);
    return reading->form.cells[i].type == VALUE_INT ? reading->form.cells[i].integer : NONE;
}

static enum err add_person(struct ctx *cx, const struct import_row *row, void *arg)
{
    struct reading *reading = arg;
    struct match_files_result *r = reading->r;
    struct match_file_person *p = ARENA_PUSH(cx->mem, r->persons, r->persons_n, r->persons_cap);
    struct rows rows;
    char mask[24];

    form_fill(&reading->form, row->in);
    form_set(&reading->form, "id", 0);
    form_set(&reading->form, "from_on", NONE);
    rows = form_rows(&reading->form);
    match_read_person(cx, &rows, &p->person);
    p->file = reading->file;
    p->row = row->row;
    p->ordinal = (int64_t)r->persons_n - 1;
    p->sheet = arena_strdup(cx->mem, row->sheet);
    p->name = text_of(reading, "name");
    p->id_no = text_of(reading, "id_no");
    p->mask = arena_strdup(cx->mem, id_no_mask(p->id_no, mask));
    p->trained = text_of(reading, "trained");
    p->trained_by = text_of(reading, "trained_by");
    p->label = (struct match_label){ .home = p->person.home,
                                     .birth = p->person.birth,
                                     .sex = text_of(reading, "sex"),
                                     .household_type = text_of(reading, "household_type"),
                                     .monitored_type = text_of(reading, "monitored_type") };
    progress_set((int64_t)r->persons_n, NONE);
    return OK;
}

static void add_entry(struct reading *reading, const char *key)
{
    if (!key)
        return;
    *ARENA_PUSH(reading->cx->mem, reading->employers, reading->employers_n,
                reading->employers_cap) =
        (struct employer_entry){ .key = key,
                                 .work = number_of(reading, "work"),
                                 .has_canteen = number_of(reading, "has_canteen"),
                                 .has_western_food = number_of(reading, "has_western_food"),
                                 .has_couple_rooms = number_of(reading, "has_couple_rooms"),
                                 .has_lodging = number_of(reading, "has_lodging"),
                                 .cases = { number_of(reading, "arrears"),
                                            number_of(reading, "rights") } };
}

static enum err add_employer(struct ctx *cx, const struct import_row *row, void *arg)
{
    struct reading *reading = arg;

    (void)cx;
    form_fill(&reading->form, row->in);
    add_entry(reading, text_of(reading, "credit_code"));
    add_entry(reading, text_of(reading, "name"));
    return OK;
}

static int by_key(const void *a, const void *b)
{
    return strcmp(((const struct employer_entry *)a)->key, ((const struct employer_entry *)b)->key);
}

static const struct employer_entry *find_employer(const struct reading *reading, const char *key)
{
    struct employer_entry wanted = { .key = key };

    return key && reading->employers_n
               ? bsearch(&wanted, reading->employers, reading->employers_n, sizeof wanted, by_key)
               : NULL;
}

static void without_place(struct reading *reading, const struct import_row *row)
{
    struct ctx *cx = reading->cx;

    note(&(struct import_problem){ .sheet = row->sheet,
                                   .row = row->row,
                                   .header = T("工作地点", "Workplace"),
                                   .field = "work",
                                   .code = "field.required",
                                   .message = T("缺少工作地点", "the workplace is missing"),
                                   .cure = T("请补填，或用 --employers 给出企业名录",
                                             "fill it in, or name the list of employers with "
                                             "--employers") },
         reading);
    reading->r->bad++;
}

/* What is said of nobody in particular holds for registered households as well. */
static struct match_stated subsidy_of(const struct reading *reading)
{
    int64_t all = MAX(0, number_of(reading, "subsidy_fen")),
            registered = number_of(reading, "registered_subsidy_fen");

    return (struct match_stated){ registered == NONE ? all : registered, all };
}

static enum err add_post(struct ctx *cx, const struct import_row *row, void *arg)
{
    static const struct employer_entry unknown = { NULL, NONE, NONE,          NONE,
                                                   NONE, NONE, { NONE, NONE } };
    struct reading *reading = arg;
    struct match_files_result *r = reading->r;
    struct match_file_post *p;
    const struct employer_entry *e;
    const char *code, *name;
    struct rows rows;

    form_fill(&reading->form, row->in);
    code = text_of(reading, "credit_code");
    name = text_of(reading, "employer_name");
    e = find_employer(reading, code);
    e = e ? e : find_employer(reading, name);
    e = e ? e : &unknown;
    if (number_of(reading, "work") == NONE && e->work == NONE) {
        without_place(reading, row);
        return OK;
    }
    form_set(&reading->form, "id", 0);
    form_set(&reading->form, "taken", 0);
    form_set(&reading->form, "has_canteen", e->has_canteen);
    form_set(&reading->form, "has_western_food", e->has_western_food);
    form_set(&reading->form, "has_couple_rooms", e->has_couple_rooms);
    form_set(&reading->form, "employer_lodging", e->has_lodging);
    form_set(&reading->form, "base_from", NONE);
    form_set(&reading->form, "base_until", NONE);
    rows = form_rows(&reading->form);
    p = ARENA_PUSH(cx->mem, r->posts, r->posts_n, r->posts_cap);
    match_read_post(cx, &rows, &p->post);
    if (p->post.work == NONE)
        p->post.work = e->work;
    p->file = reading->file;
    p->row = row->row;
    p->ordinal = (int64_t)r->posts_n - 1;
    p->sheet = arena_strdup(cx->mem, row->sheet);
    p->title = text_of(reading, "title");
    p->number = text_of(reading, "external_no");
    p->employer = name ? name : code ? code : "";
    p->employer_key = code ? code : p->employer;
    p->key = arena_printf(cx->mem, "%s\n%s\n%s\n%s/%08lld", p->employer_key,
                          p->number ? p->number : "", p->title, p->sheet, (long long)p->row);
    p->cases[MATCH_CASES_ARREARS] = number_of(reading, "arrears");
    p->cases[MATCH_CASES_RIGHTS] = number_of(reading, "rights");
    memcpy(p->listed_cases, e->cases, sizeof p->listed_cases);
    p->subsidy = subsidy_of(reading);
    r->seats += p->post.seats;
    return OK;
}

/* A post of a file needs no employer in a ledger. */
static enum err check_post(struct ctx *cx, void *input, const struct rows *before)
{
    (void)before;
    TRY(post_read_pay(cx, input));
    return post_check_pay(cx, input);
}

static enum err find_none(struct ctx *cx, void *input, int64_t *ret_id)
{
    (void)cx, (void)input;
    *ret_id = NONE;
    return OK;
}

/* Every file of the list. */
static enum err read_list(struct reading *reading, const struct record *rec, const char *paths,
                          enum err (*row)(struct ctx *, const struct import_row *, void *))
{
    const struct import_reader reader = { .row = row, .problem = note, .arg = reading };

    form_begin(&reading->form, rec->fields);
    for (const char *at = paths; at && *at; at += strcspn(at, ","), at += *at == ',') {
        int64_t bad = 0;

        reading->file = arena_strndup(reading->cx->mem, at, strcspn(at, ","));
        TRY(import_read(reading->cx, rec, reading->file, &reader, &bad));
        reading->r->bad += bad;
    }
    return OK;
}

static int by_id_no(const void *a, const void *b)
{
    const struct match_file_person *x = a, *y = b;
    int order = strcmp(x->id_no, y->id_no);

    return order ? order : x->ordinal < y->ordinal ? -1 : x->ordinal > y->ordinal;
}

/* Sorted by ID number. Within a file the importer has seen to it; of two files the first counts. */
static void drop_repeated(struct reading *reading)
{
    struct match_files_result *r = reading->r;
    struct ctx *cx = reading->cx;
    size_t n = 0;

    if (r->persons_n)
        qsort(r->persons, r->persons_n, sizeof *r->persons, by_id_no);
    for (size_t i = 0; i < r->persons_n; i++) {
        struct match_file_person *p = &r->persons[i];

        if (n == 0 || !str_eq(r->persons[n - 1].id_no, p->id_no)) {
            r->persons[n++] = *p;
            continue;
        }
        reading->file = p->file;
        note(&(struct import_problem){ .sheet = p->sheet,
                                       .row = p->row,
                                       .header = T("身份证号", "ID number"),
                                       .code = "row.duplicate",
                                       .value = p->mask,
                                       .message = arena_printf(cx->mem,
                                                               T("与 %s 第 %lld 行重复",
                                                                 "the same as %s, row %lld"),
                                                               r->persons[n - 1].file,
                                                               (long long)r->persons[n - 1].row),
                                       .cure = T("请删除一行", "remove one of them") },
             reading);
        r->bad++;
    }
    r->persons_n = n;
}

/* An estimate of retention is fitted to a ledger, and there is none. */
static enum err check_no_estimate(struct ctx *cx, const struct match_weights *weights)
{
    if (weights->retention_model == 0)
        return OK;
    return hint(cx,
                fail_field(cx, "weights", "retention.no_ledger", "%s",
                           T("retention_model 须为 0：没有台账，无法估计留存",
                             "retention_model must be 0: without a ledger retention cannot be "
                             "estimated")),
                "%s",
                T("去掉这一行，或在控制台发起匹配",
                  "leave the line out, or run the matching in the console"));
}

static enum err read_files(struct ctx *cx, const struct match_files *in,
                           struct match_files_result *r)
{
    const struct record persons = match_columns_persons(cx->mem);
    struct record employers = match_columns_employers(cx->mem),
                  posts = match_columns_posts(cx->mem);
    struct reading reading = { .cx = cx, .r = r };

    employers.find_like = posts.find_like = find_none;
    posts.check = check_post;
    TRY(match_weights_given(cx, in->weights, &r->weights));
    TRY(check_no_estimate(cx, &r->weights));
    TRY(read_list(&reading, &employers, in->employers, add_employer));
    if (reading.employers_n)
        qsort(reading.employers, reading.employers_n, sizeof *reading.employers, by_key);
    TRY(read_list(&reading, &posts, in->posts, add_post));
    TRY(read_list(&reading, &persons, in->workers, add_person));
    drop_repeated(&reading);
    return OK;
}

/* --- matching --- */

static int by_employer(const void *a, const void *b)
{
    const struct match_file_post *x = a, *y = b;
    int order = strcmp(x->employer_key, y->employer_key);

    return order ? order : strcmp(x->key, y->key);
}

/* Those of like occupation and place next to each other, as the auction likes them. */
static int by_likeness(const void *a, const void *b)
{
    const struct match_file_post *x = a, *y = b;

    if (x->post.occupation != y->post.occupation)
        return x->post.occupation < y->post.occupation ? -1 : 1;
    if (x->post.work != y->post.work)
        return x->post.work < y->post.work ? -1 : 1;
    return x->post.id < y->post.id ? -1 : x->post.id > y->post.id;
}

/* How many posts from the first one on are one employer's; one that is not named has but one. */
static size_t posts_of_employer(const struct match_file_post *posts, size_t n)
{
    size_t i = 1;

    while (i < n && *posts->employer_key && str_eq(posts[i].employer_key, posts->employer_key))
        i++;
    return i;
}

/* Ids by what the rows say, not by where they stand. */
static void number_rows(struct ctx *cx, struct match_files_result *r)
{
    for (size_t i = 0; i < r->persons_n; i++)
        r->persons[i].person.id = (int64_t)i + 1;
    if (r->posts_n == 0)
        return;
    qsort(r->posts, r->posts_n, sizeof *r->posts, by_employer);
    for (size_t first = 0, n; first < r->posts_n; first += n) {
        struct match_file_post *posts = &r->posts[first];
        struct match_employer *employer = NEW(cx->mem, struct match_employer);

        n = posts_of_employer(posts, r->posts_n - first);
        *employer = *posts->post.employer;
        employer->id = (int64_t)first + 1;
        match_columns_cases(cx, r, posts, n, employer);
        for (size_t i = 0; i < n; i++) {
            posts[i].post.employer = employer;
            posts[i].post.id = (int64_t)(first + i) + 1;
        }
    }
    qsort(r->posts, r->posts_n, sizeof *r->posts, by_likeness);
}

/* People and posts next to each other, with what the list of posts says is paid. */
static struct match_input market_of(struct ctx *cx, struct match_files_result *r)
{
    struct match_input ret = { .persons = NEW_ARRAY(cx->mem, struct match_person, r->persons_n + 1),
                               .posts = NEW_ARRAY(cx->mem, struct match_post, r->posts_n + 1),
                               .n_persons = r->persons_n,
                               .n_posts = r->posts_n };
    struct match_stated *stated = NEW_ARRAY(cx->mem, struct match_stated, r->posts_n + 1);

    for (size_t i = 0; i < r->persons_n; i++)
        ret.persons[i] = r->persons[i].person;
    for (size_t i = 0; i < r->posts_n; i++) {
        ret.posts[i] = r->posts[i].post;
        stated[i] = r->posts[i].subsidy;
    }
    match_state_grants(cx->mem, ret.persons, ret.n_persons, ret.posts, stated, ret.n_posts);
    for (size_t i = 0; i < r->posts_n; i++)
        r->posts[i].post.grants = ret.posts[i].grants;
    return ret;
}

static void decide(struct ctx *cx, struct match_input *market, struct match_files_result *r)
{
    const struct match_again *again = r->before ? &r->before->again : NULL;

    r->problem = (struct match_problem){ .persons = market->persons,
                                         .posts = market->posts,
                                         .n_persons = (int32_t)market->n_persons,
                                         .n_posts = (int32_t)market->n_posts,
                                         .today = cx->today,
                                         .weights = &r->weights,
                                         .start = again ? again->start : NULL };
    match_again_hide(again, market);
    match_again_assign(cx->mem, again, &r->problem, &r->assignment);
    match_again_show(again, market, &r->problem, &r->assignment);
}

static void report(struct ctx *cx, struct match_files_result *r)
{
    int32_t *cap = NEW_ARRAY(cx->mem, int32_t, r->posts_n + 1);
    int32_t *points = NEW_ARRAY(cx->mem, int32_t, r->persons_n + 1);
    int32_t *least = NEW_ARRAY(cx->mem, int32_t, r->posts_n + 1);
    struct match_label *labels = NEW_ARRAY(cx->mem, struct match_label, r->persons_n + 1);
    const int32_t *post = r->assignment.auction.post;
    struct match_candidates best;
    struct auction_input market = { r->problem.n_persons, r->problem.n_posts, cap }, considered;

    match_candidates(cx->mem, &r->problem, &best);
    market.row = best.row;
    market.edges = best.edges;
    considered = market;
    considered.row = r->assignment.considered.row;
    considered.edges = r->assignment.considered.edges;
    considered.precision = MATCH_EVENING_PRECISION;
    for (size_t i = 0; i < r->posts_n; i++)
        cap[i] = MAX(r->posts[i].post.seats, 0);
    for (size_t i = 0; i < r->persons_n; i++) {
        labels[i] = r->persons[i].label;
        if (post[i] >= 0)
            points[i] = match_points(&r->persons[i].person, &r->posts[post[i]].post, &r->weights);
    }
    match_least(&market, post, points, least);
    match_report_make(cx,
                      &(struct match_report_input){ .placing = { &market, points, least },
                                                    .labels = labels,
                                                    .today = cx->today,
                                                    .evening = &considered },
                      &r->report);
}

static enum err make_dir(struct ctx *cx, const char *dir)
{
    if (mkdir(dir, 0700) == 0 || errno == EEXIST)
        return OK;
    return fail(cx, E_BUSY, "data.folder", T("无法建立目录 %s", "the folder %s cannot be made"),
                dir);
}

enum err match_files_run(struct ctx *cx, const struct match_files *in,
                         struct match_files_result *ret)
{
    struct match_input market;

    *ret = (struct match_files_result){ 0 };
    TRY(make_dir(cx, in->dir));
    TRY(read_files(cx, in, ret));
    number_rows(cx, ret);
    match_columns_courses(cx, ret);
    market = market_of(cx, ret);
    if (in->previous)
        TRY(match_before_read(cx, in->previous, ret, &ret->before));
    decide(cx, &market, ret);
    report(cx, ret);
    return match_files_write(cx, in->dir, ret);
}
