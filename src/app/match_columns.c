/* match_columns.c — courses, rights cases and subsidies from the lists themselves
 * (match_columns.h). */
#include "app/match_columns.h"
#include "employers/employers.h"
#include "people/people.h"
#include "posts/occupations.h"
#include "posts/posts.h"

#include <stdlib.h>

enum { COURSES_MAX = 16, CASES_MAX = 1000, SUBSIDY_MAX_FEN = 1000000 };

/* Each stands behind its record's own input. */
struct person_columns {
    const char *trained, *trained_by;
};
struct employer_columns {
    int64_t arrears, rights;
};
struct post_columns {
    int64_t arrears, rights, subsidy_fen, registered_subsidy_fen;
};

static const struct field person_fields[] = {
    PARAM(struct person_columns, trained, FIELD_TEXT, "培训工种", "Trained for", .max = 100,
          .use = USE_IMPORT, .synonyms = "已培训工种|参加培训工种|培训专业|培训职业"),
    PARAM(struct person_columns, trained_by, FIELD_TEXT, "订单企业", "Training ordered by",
          .max = 80, .use = USE_IMPORT, .synonyms = "订单单位|订单企业名称|订单培训企业"),
    { 0 },
};

/* In the order of enum match_case_kind. */
#define CASE_FIELDS(type)                                                                 \
    PARAM(type, arrears, FIELD_INT, "欠薪案件数", "Cases of unpaid wages", .min = 0,      \
          .max = CASES_MAX, .use = USE_IMPORT, .synonyms = "欠薪案件|欠薪起数|欠薪记录"), \
        PARAM(type, rights, FIELD_INT, "其他维权案件数", "Other rights cases", .min = 0,  \
              .max = CASES_MAX, .use = USE_IMPORT, .synonyms = "其他维权案件|其他维权起数")

static const struct field employer_fields[] = { CASE_FIELDS(struct employer_columns), { 0 } };

static const struct field post_fields[] = {
    CASE_FIELDS(struct post_columns),
    PARAM(struct post_columns, subsidy_fen, FIELD_MONEY, "每月政策补贴", "Subsidy a month",
          .min = 0, .max = SUBSIDY_MAX_FEN, .use = USE_IMPORT,
          .synonyms = "政策补贴|政府补贴|务工补贴"),
    PARAM(struct post_columns, registered_subsidy_fen, FIELD_MONEY, "脱贫人口每月政策补贴",
          "Subsidy a month, registered households", .min = 0, .max = SUBSIDY_MAX_FEN,
          .use = USE_IMPORT, .synonyms = "脱贫人口政策补贴|脱贫人口补贴|脱贫户补贴|脱贫劳动力补贴"),
    { 0 },
};

static struct record with_columns(struct arena *mem, const struct record *rec,
                                  const struct field *more, size_t size)
{
    int n = field_count(rec->fields), n_more = field_count(more);
    struct field *fields = NEW_ARRAY(mem, struct field, n + n_more + 1);
    struct record ret = *rec;

    assert(n + n_more <= FIELDS_MAX);
    memcpy(fields, rec->fields, sizeof *fields * (size_t)n);
    memcpy(fields + n, more, sizeof *fields * (size_t)n_more);
    for (int i = n; i < n + n_more; i++)
        fields[i].offset += rec->size;
    ret.fields = fields;
    ret.size += size;
    return ret;
}

/* --- courses --- */

static bool is_no_course(const char *word)
{
    static const char *const none[] = { "", "无", "没有", "未参加", "否", "-" };

    for (size_t i = 0; i < ARRAY_LEN(none); i++)
        if (str_eq(word, none[i]))
            return true;
    return false;
}

/* A word that names no occupation costs the course, not the person. */
static void check_person(struct ctx *cx, const void *in, struct field_problems *ps)
{
    const struct person_columns *columns = (const void *)((const char *)in + person_record.size);
    const char *at = columns->trained, *word;

    person_record.check_row(cx, in, ps);
    while ((word = occupations_next(cx->mem, &at)) && ps->n < (int)ARRAY_LEN(ps->at))
        if (!is_no_course(word) && !occupation_find(word))
            ps->at[ps->n++] = (struct field_problem){
                .field = &person_fields[field_index(person_fields, "trained")],
                .is_warning = true,
                .code = "training.unknown",
                .message = arena_printf(cx->mem,
                                        T("不认识工种“%s”，这一项未计",
                                          "“%s” is no known occupation and does not count"),
                                        word),
                .cure = T("请填工种名称或代码，如 焊工、6-18-02-04；几个工种用顿号隔开",
                          "write names or codes such as 焊工、6-18-02-04, with 、 between several"),
            };
}

struct record match_columns_persons(struct arena *mem)
{
    struct record ret =
        with_columns(mem, &person_record, person_fields, sizeof(struct person_columns));

    ret.check_row = check_person;
    return ret;
}

/* An employer under its credit code or name. */
struct ordering {
    const char *text;
    int64_t employer_id; /* NONE: several */
};

static int by_text(const void *a, const void *b)
{
    return strcmp(((const struct ordering *)a)->text, ((const struct ordering *)b)->text);
}

/* Each text once. */
static struct ordering *orderings_of(struct arena *mem, const struct match_files_result *r,
                                     size_t *ret_n)
{
    struct ordering *all = NEW_ARRAY(mem, struct ordering, 2 * r->posts_n + 1);
    size_t n = 0, kept = 0;

    for (size_t i = 0; i < r->posts_n; i++) {
        all[n++] = (struct ordering){ r->posts[i].employer, r->posts[i].post.employer->id };
        all[n++] = (struct ordering){ r->posts[i].employer_key, r->posts[i].post.employer->id };
    }
    if (n)
        qsort(all, n, sizeof *all, by_text);
    for (size_t i = 0; i < n; i++) {
        if (kept == 0 || !str_eq(all[kept - 1].text, all[i].text))
            all[kept++] = all[i];
        else if (all[kept - 1].employer_id != all[i].employer_id)
            all[kept - 1].employer_id = NONE;
    }
    *ret_n = kept;
    return all;
}

static void note_ordering(struct ctx *cx, struct match_files_result *r,
                          const struct match_file_person *p)
{
    match_files_note(cx, r, p->file,
                     &(struct import_problem){
                         .sheet = p->sheet,
                         .row = p->row,
                         .is_warning = true,
                         .header = T("订单企业", "Training ordered by"),
                         .field = "trained_by",
                         .code = "training.employer",
                         .value = p->trained_by,
                         .message = T("岗位表中没有这个企业，或有几个同名",
                                      "no employer of the posts has this name, or several do"),
                         .cure = T("请与岗位表写成一样，或写统一社会信用代码",
                                   "write it as the list of posts does, or its credit code") });
}

static void take_courses(struct ctx *cx, struct match_file_person *p, int64_t employer_id)
{
    struct match_training *trainings = NEW_ARRAY(cx->mem, struct match_training, COURSES_MAX);
    const char *at = p->trained, *word, *code;
    int n = 0;

    while (n < COURSES_MAX && (word = occupations_next(cx->mem, &at)))
        if ((code = occupation_find(word)))
            trainings[n++] = (struct match_training){ employer_id, match_occupation(code) };
    if (n == 0 && employer_id != NONE)
        trainings[n++] = (struct match_training){ employer_id, 0 };
    p->person.trainings = trainings;
    p->person.n_trainings = n;
}

void match_columns_courses(struct ctx *cx, struct match_files_result *r)
{
    size_t n;
    const struct ordering *all = orderings_of(cx->mem, r, &n);

    for (size_t i = 0; i < r->persons_n; i++) {
        struct match_file_person *p = &r->persons[i];
        struct ordering wanted = { .text = p->trained_by };
        const struct ordering *at = NULL;

        if (!p->trained && !p->trained_by)
            continue;
        if (p->trained_by && !is_no_course(p->trained_by)) {
            at = n ? bsearch(&wanted, all, n, sizeof wanted, by_text) : NULL;
            if (!at || at->employer_id == NONE)
                note_ordering(cx, r, p);
        }
        take_courses(cx, p, at ? at->employer_id : NONE);
    }
}

/* --- rights cases --- */

struct record match_columns_employers(struct arena *mem)
{
    return with_columns(mem, &employer_record, employer_fields, sizeof(struct employer_columns));
}

struct record match_columns_posts(struct arena *mem)
{
    return with_columns(mem, &post_record, post_fields, sizeof(struct post_columns));
}

static void note_cases(struct ctx *cx, struct match_files_result *r,
                       const struct match_file_post *post, const struct match_file_post *other,
                       enum match_case_kind kind)
{
    const struct field *f = &employer_fields[kind];

    match_files_note(
        cx, r, post->file,
        &(struct import_problem){
            .sheet = post->sheet,
            .row = post->row,
            .is_warning = true,
            .header = T(f->zh, f->en),
            .field = f->name,
            .code = "cases.differ",
            .value = arena_printf(cx->mem, "%lld", (long long)post->cases[kind]),
            .message =
                arena_printf(cx->mem,
                             T("同一企业在 %s 第 %lld 行填 %lld 起，取较大的数",
                               "%s, row %lld says %lld of the same employer; the greater "
                               "counts"),
                             other->file, (long long)other->row, (long long)other->cases[kind]),
            .cure = T("请核对；只在一行填写即可", "compare them; one row is enough to say it") });
}

static int32_t cases_of(struct ctx *cx, struct match_files_result *r,
                        const struct match_file_post *posts, size_t n, enum match_case_kind kind)
{
    const struct match_file_post *first = NULL;
    int64_t most = NONE, listed = 0;

    for (size_t i = 0; i < n; i++) {
        int64_t said = posts[i].cases[kind];

        listed = MAX(listed, posts[i].listed_cases[kind]);
        if (said == NONE)
            continue;
        if (!first)
            first = &posts[i];
        else if (said != first->cases[kind])
            note_cases(cx, r, &posts[i], first, kind);
        most = MAX(most, said);
    }
    return (int32_t)(first ? most : listed);
}

void match_columns_cases(struct ctx *cx, struct match_files_result *r,
                         const struct match_file_post *posts, size_t n,
                         struct match_employer *employer)
{
    employer->arrears = cases_of(cx, r, posts, n, MATCH_CASES_ARREARS);
    employer->rights = cases_of(cx, r, posts, n, MATCH_CASES_RIGHTS);
}
