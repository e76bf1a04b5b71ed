/* match_before.c — the tables of an earlier match of files, read back (match_before.h). */
#include "app/match_before.h"

#include <stdio.h>
#include <stdlib.h>

#include "matching/run.h"
#include "sheet/sheet.h"

/* --- people and posts by what is told of them --- */

struct named {
    const char *key;
    int32_t index; /* -1: not the only one */
};

static int named_order(const void *a, const void *b)
{
    const struct named *x = a, *y = b;
    int order = strcmp(x->key, y->key);

    return order ? order : (x->index > y->index) - (x->index < y->index);
}

struct names {
    struct named *named;
    size_t n;
};

static void names_sort(struct names *names)
{
    size_t n = 0;

    if (names->n)
        qsort(names->named, names->n, sizeof *names->named, named_order);
    for (size_t i = 0; i < names->n; i++) {
        if (n > 0 && str_eq(names->named[n - 1].key, names->named[i].key))
            names->named[n - 1].index = -1;
        else
            names->named[n++] = names->named[i];
    }
    names->n = n;
}

static int by_key(const void *a, const void *b)
{
    return strcmp(((const struct named *)a)->key, ((const struct named *)b)->key);
}

/* -1: none, -2: several. */
static int32_t index_of(const struct names *names, const char *key)
{
    struct named wanted = { .key = key }, *at = NULL;

    if (names->n)
        at = bsearch(&wanted, names->named, names->n, sizeof wanted, by_key);
    return !at ? -1 : at->index < 0 ? -2 : at->index;
}

static const char *key_of(struct arena *mem, const char *a, const char *b, const char *c)
{
    return arena_printf(mem, "%s\n%s\n%s", a ? a : "", b ? b : "", c ? c : "");
}

/* --- reading tables --- */

enum { COLUMNS_MAX = 6 };

struct table_read {
    const char *name;
    struct {
        const char *zh, *en;
        bool is_optional;
    } columns[COLUMNS_MAX];
};

struct before_reading {
    struct ctx *cx;
    const struct match_files_result *r;
    struct match_before *before;
    struct names people, posts;
    int64_t *price;
    int32_t *left; /* seats that promises leave, per post */
};
typedef void before_row(struct before_reading *b, const char *const *cells);

static enum err find_columns(struct ctx *cx, const char *path, const struct table_read *t,
                             const struct sheet_row *header, int *ret_at)
{
    for (int c = 0; c < COLUMNS_MAX && t->columns[c].zh; c++) {
        ret_at[c] = -1;
        for (int i = 0; i < header->n; i++)
            if (str_eq(header->cells[i].text, t->columns[c].zh) ||
                str_eq(header->cells[i].text, t->columns[c].en))
                ret_at[c] = i;
        if (ret_at[c] < 0 && !t->columns[c].is_optional)
            return hint(cx,
                        fail(cx, E_INVALID, "previous.column",
                             T("%s 第 %lld 行没有“%s”列", "%s, row %lld: there is no column “%s”"),
                             path, (long long)header->number,
                             T(t->columns[c].zh, t->columns[c].en)),
                        "%s",
                        T("请给出 queqiao match 写出的目录，表头不要改",
                          "name a folder that queqiao match wrote, with its headers unchanged"));
    }
    return OK;
}

static enum err read_rows(struct before_reading *b, const char *path, const struct table_read *t,
                          struct sheet *sheet, before_row *fn)
{
    struct ctx *cx = b->cx;
    struct sheet_row row;
    int at[COLUMNS_MAX];
    bool more = true, is_header = true;

    TRY(sheet_select(sheet, 0, &cx->failure));
    for (;;) {
        const char *cells[COLUMNS_MAX] = { 0 };

        TRY(sheet_next(sheet, &row, &more, &cx->failure));
        if (!more)
            return OK;
        if (is_header) {
            TRY(find_columns(cx, path, t, &row, at));
            is_header = false;
            continue;
        }
        for (int c = 0; c < COLUMNS_MAX && t->columns[c].zh; c++)
            cells[c] =
                at[c] >= 0 && at[c] < row.n ? arena_strdup(cx->mem, row.cells[at[c]].text) : "";
        fn(b, cells);
    }
}

static enum err read_table(struct before_reading *b, const char *dir, const struct table_read *t,
                           before_row *fn)
{
    struct ctx *cx = b->cx;
    const char *path = arena_printf(cx->mem, "%s/%s", dir, t->name);
    struct sheet *sheet;
    enum err err;

    TRY(sheet_open(path, NULL, cx->lang, &cx->failure, &sheet));
    err = read_rows(b, path, t, sheet, fn);
    sheet_close(sheet);
    return err;
}

/* --- what stands in them --- */

static bool is_yes(const char *text)
{
    static const char *const marks[] = { "是", "yes", "Yes", "YES", "y", "1", "√", "✓" };

    for (size_t i = 0; i < ARRAY_LEN(marks); i++)
        if (str_eq(text, marks[i]))
            return true;
    return false;
}

static const struct table_read assignments = {
    "assignments.csv",
    { { "姓名", "Name", false },
      { "身份证号（遮蔽）", "ID number, masked", false },
      { "企业", "Employer", false },
      { "岗位编号", "Post no.", false },
      { "岗位", "Post", false },
      { "已承诺", "Promised", true } },
};

static const char *post_words(struct arena *mem, const char *title, const char *employer)
{
    return arena_printf(mem, "%s · %s", title, employer);
}

static void add_assignment(struct before_reading *b, const char *const *cells)
{
    struct arena *mem = b->cx->mem;
    struct match_before *before = b->before;
    const char *key = key_of(mem, cells[0], cells[1], NULL);
    const char *post_text = post_words(mem, cells[4], cells[2]);
    int32_t person = index_of(&b->people, key);
    int32_t post = index_of(&b->posts, key_of(mem, cells[2], cells[3], cells[4]));

    if (person == -1)
        *ARENA_PUSH(mem, before->gone, before->n_gone, before->gone_cap) =
            (struct match_before_person){ key, cells[0], cells[1], post_text };
    if (person < 0)
        return;
    before->had_text[person] = post_text;
    before->had[person] = MAX(post, -1);
    if (post >= 0 && is_yes(cells[5]) && b->left[post] > 0 &&
        match_feasible(&b->r->persons[person].person, &b->r->posts[post].post, b->cx->today)) {
        b->left[post]--;
        before->again.kept[person] = post;
        before->again.reason[person] = "";
    }
}

static const struct table_read posts_table = {
    "posts.csv",
    { { "企业", "Employer", false },
      { "岗位编号", "Post no.", false },
      { "岗位", "Post", false },
      { "名额", "Seats", false },
      { "席位价位（千分之一）", "Price of a seat, thousandths", false } },
};

static void add_post(struct before_reading *b, const char *const *cells)
{
    struct arena *mem = b->cx->mem;
    struct match_before *before = b->before;
    int32_t post = index_of(&b->posts, key_of(mem, cells[0], cells[1], cells[2]));
    int64_t seats = 0, price;

    (void)str_int(cells[3], &seats);
    if (post == -1)
        *ARENA_PUSH(mem, before->closed, before->n_closed, before->closed_cap) =
            (struct match_before_post){ post_words(mem, cells[2], cells[0]), seats };
    if (post < 0)
        return;
    before->seats[post] = MAX(before->seats[post], 0) + seats;
    if (str_int(cells[4], &price))
        b->price[post] = MAX(0, price);
}

/* By how much the earlier one may have missed the best; 0 when it does not say. */
static int64_t gap_of(struct ctx *cx, const char *dir)
{
    FILE *f = fopen(arena_printf(cx->mem, "%s/summary.json", dir), "re");
    const struct json_value *v = NULL;
    char text[1 << 16];
    size_t n;

    if (!f)
        return 0;
    n = fread(text, 1, sizeof text, f);
    fclose(f);
    if (n == sizeof text || json_parse(cx, text, n, &v) != OK)
        return 0;
    return MAX(0, json_as_int(json_get(v, "gap")));
}

static void begin(struct before_reading *b)
{
    const struct match_files_result *r = b->r;
    struct arena *mem = b->cx->mem;
    struct match_again *again = &b->before->again;

    b->people.named = NEW_ARRAY(mem, struct named, r->persons_n + 1);
    b->posts.named = NEW_ARRAY(mem, struct named, r->posts_n + 1);
    b->price = NEW_ARRAY(mem, int64_t, r->posts_n + 1);
    b->left = NEW_ARRAY(mem, int32_t, r->posts_n + 1);
    again->kept = NEW_ARRAY(mem, int32_t, r->persons_n + 1);
    again->reason = NEW_ARRAY(mem, const char *, r->persons_n + 1);
    b->before->had = NEW_ARRAY(mem, int32_t, r->persons_n + 1);
    b->before->seats = NEW_ARRAY(mem, int64_t, r->posts_n + 1);
    b->before->had_text = NEW_ARRAY(mem, const char *, r->persons_n + 1);
    for (size_t i = 0; i < r->persons_n; i++) {
        const struct match_file_person *p = &r->persons[i];

        again->kept[i] = b->before->had[i] = -1;
        b->people.named[b->people.n++] =
            (struct named){ key_of(mem, p->name, p->mask, NULL), (int32_t)i };
    }
    for (size_t i = 0; i < r->posts_n; i++) {
        const struct match_file_post *p = &r->posts[i];

        b->left[i] = p->post.seats;
        b->posts.named[b->posts.n++] =
            (struct named){ key_of(mem, p->employer, p->number, p->title), (int32_t)i };
    }
    names_sort(&b->people);
    names_sort(&b->posts);
    for (size_t i = 0; i < r->posts_n; i++)
        b->before->seats[i] = MATCH_POST_UNSURE;
    for (size_t k = 0; k < b->posts.n; k++)
        if (b->posts.named[k].index >= 0)
            b->before->seats[b->posts.named[k].index] = MATCH_POST_NEW;
}

enum err match_before_read(struct ctx *cx, const char *dir, const struct match_files_result *r,
                           const struct match_before **ret)
{
    struct match_before *before = NEW(cx->mem, struct match_before);
    struct match_start *start = NEW(cx->mem, struct match_start);
    struct before_reading b = { .cx = cx, .r = r, .before = before };

    begin(&b);
    TRY(read_table(&b, dir, &assignments, add_assignment));
    TRY(read_table(&b, dir, &posts_table, add_post));
    *start = (struct match_start){ b.price, before->had, gap_of(cx, dir) };
    before->again.start = start;
    *ret = before;
    return OK;
}

/* --- telling --- */

enum match_turn match_turn_of(const struct match_files_result *r, int32_t i)
{
    int32_t post = r->assignment.auction.post[i];

    if (!r->before->had_text[i])
        return post >= 0 ? MATCH_TURN_GAINED : MATCH_TURN_UNPLACED;
    if (post < 0)
        return MATCH_TURN_LOST;
    return post == r->before->had[i] ? MATCH_TURN_STAYED : MATCH_TURN_MOVED;
}

const char *match_turn_name(enum match_turn turn, enum lang lang)
{
    static const struct {
        const char *zh, *en;
    } names[MATCH_TURNS] = {
        [MATCH_TURN_LOST] = { "失去岗位", "lost the post" },
        [MATCH_TURN_MOVED] = { "换岗", "another post" },
        [MATCH_TURN_GAINED] = { "新安排", "newly placed" },
        [MATCH_TURN_GONE] = { "不再参加", "takes no part any more" },
        [MATCH_TURN_STAYED] = { "不变", "as before" },
        [MATCH_TURN_UNPLACED] = { "都未推荐", "placed neither time" },
    };

    return lang == LANG_EN ? names[turn].en : names[turn].zh;
}

enum match_post_turn match_post_turn_of(const struct match_files_result *r, int32_t p)
{
    int64_t had = r->before->seats[p], has = r->posts[p].post.seats;

    if (had < 0)
        return had == MATCH_POST_NEW ? MATCH_POST_ADDED : MATCH_POST_STAYED;
    return has < had ? MATCH_POST_FEWER : has > had ? MATCH_POST_MORE : MATCH_POST_STAYED;
}

const char *match_post_turn_name(enum match_post_turn turn, enum lang lang)
{
    static const struct {
        const char *zh, *en;
    } names[MATCH_POST_TURNS] = {
        [MATCH_POST_CLOSED] = { "岗位已不在表中", "post no longer listed" },
        [MATCH_POST_FEWER] = { "名额减少", "fewer seats" },
        [MATCH_POST_MORE] = { "名额增加", "more seats" },
        [MATCH_POST_ADDED] = { "新岗位", "new post" },
        [MATCH_POST_STAYED] = { "不变", "as before" },
    };

    return lang == LANG_EN ? names[turn].en : names[turn].zh;
}

const char *match_turn_why(struct ctx *cx, const struct match_files_result *r, int32_t i)
{
    int32_t had = r->before->had[i], post = r->assignment.auction.post[i];
    struct match_verdict verdict;

    if (had < 0)
        return T("该岗位已不在表中", "the post is offered no more");
    match_check(&r->persons[i].person, &r->posts[had].post, cx->today, &verdict);
    for (int rule = 0; rule < MATCH_RULE_COUNT; rule++)
        if (verdict.rules[rule].outcome == MATCH_FAIL)
            return match_reason_text(cx->mem, cx->lang, &verdict.rules[rule]);
    if (post >= 0 && match_points(&r->persons[i].person, &r->posts[post].post, &r->weights) >=
                         match_points(&r->persons[i].person, &r->posts[had].post, &r->weights))
        return T("现在的岗位对本人更好", "the post now is better for the person");
    if (match_post_turn_of(r, had) == MATCH_POST_FEWER)
        return arena_printf(cx->mem,
                            T("该岗位名额由%lld减为%lld，给了更合适的人",
                              "the seats of the post went from %lld down to %lld, to those who are "
                              "worth more there"),
                            (long long)r->before->seats[had], (long long)r->posts[had].post.seats);
    return T("名额给了更合适的人", "the seats went where they are worth more");
}
