/* match_tables.c — a match of files, written out: one CSV file for each table, the same tables as
 * sheets of match.xlsx, and summary.json. */
#include <stdio.h>

#include "app/match_before.h"
#include "divisions/divisions.h"
#include "matching/run.h"
#include "sheet/sheet.h"

enum { COLUMNS_MAX = 24, SHEET_ROWS_MAX = 1000000 };

/* Counting what forbids every post to somebody is quick up to this many comparisons (half a
 * minute); for more people the counts are left out. */
enum { OBSTACLES_MAX = 500000000 };

/* Why somebody got nothing. */
enum unplaced { UNPLACED_UNWILLING, UNPLACED_RULES, UNPLACED_WORTHLESS, UNPLACED_FULL };

struct obstacles {
    bool is_counted;
    enum unplaced why;
    int32_t forbids[MATCH_RULE_COUNT], alone[MATCH_RULE_COUNT];
};

struct writing {
    struct ctx *cx;
    const struct match_files_result *r;
    struct obstacles **obstacles; /* per person; NULL for the placed and who had candidates */
    int32_t *queue, *placed;      /* per post */
    int32_t *people, *posts;      /* in the order in which they were read */
    struct sheet_writer *w;
    int64_t rows; /* of the table in hand */
    enum err err;
};

struct table {
    const char *name, *zh, *en;
    struct table_column {
        const char *zh, *en;
        enum sheet_kind kind;
        int width;
    } columns[COLUMNS_MAX];
    void (*write)(struct writing *w);
};

/* --- cells --- */

static struct sheet_value text(const char *s)
{
    return (struct sheet_value){ .text = s, .number = NONE };
}

static struct sheet_value number(int64_t n)
{
    return (struct sheet_value){ .number = n };
}

/* The first failure stays; after it nothing is written. What was made for the row goes with it. */
static void put(struct writing *w, const struct sheet_value *values, int n)
{
    w->rows++;
    if (w->err == OK)
        w->err = sheet_writer_row(w->w, values, n, &w->cx->failure);
    arena_reset(w->cx->mem);
}
#define PUT(w, ...)                                       \
    put((w), (const struct sheet_value[]){ __VA_ARGS__ }, \
        (int)(sizeof((const struct sheet_value[]){ __VA_ARGS__ }) / sizeof(struct sheet_value)))

static const char *county_name(struct ctx *cx, int64_t home)
{
    return division_full_name(cx, division_county(home));
}

/* --- what a person got, and what else there was --- */

struct choice_made {
    const struct match_file_person *person;
    const struct match_file_post *post, *second; /* or NULL */
    struct match_score score, second_score;
    int64_t price, second_price;
    int64_t candidates;
};

static int64_t price_of(const struct match_files_result *r, int32_t post)
{
    return r->assignment.auction.price[post] / r->assignment.auction.scale;
}

static int64_t fine_price_of(const struct match_files_result *r, int32_t post)
{
    return (int64_t)((__int128)r->assignment.auction.price[post] * MATCH_PRICE_UNIT /
                     r->assignment.auction.scale);
}

static struct choice_made choice_of(const struct match_files_result *r, int32_t i)
{
    const struct match_candidates *c = &r->assignment.considered;
    int32_t post = r->assignment.auction.post[i];
    struct choice_made ret = { .person = &r->persons[i], .candidates = c->row[i + 1] - c->row[i] };

    if (post >= 0) {
        ret.post = &r->posts[post];
        ret.price = price_of(r, post);
        match_score(&ret.person->person, &ret.post->post, &r->weights, &ret.score);
    }
    for (int64_t e = c->row[i]; e < c->row[i + 1] && !ret.second; e++)
        if (c->edges[e].post != post) {
            ret.second = &r->posts[c->edges[e].post];
            ret.second_price = price_of(r, c->edges[e].post);
            match_score(&ret.person->person, &ret.second->post, &r->weights, &ret.second_score);
        }
    return ret;
}

static const char *change_of(struct ctx *cx, const struct choice_made *c)
{
    return c->second ? match_change_text(cx->mem, cx->lang, c->second->title,
                                         match_points_short(c->score.total - c->price,
                                                            c->second_score.total, c->second_price))
                     : NULL;
}

static const char *reasons_of(struct ctx *cx, const struct match_score *score)
{
    return match_reasons_text(cx->mem, cx->lang, match_score_json(cx->mem, score));
}

static void write_assignments(struct writing *w)
{
    struct ctx *cx = w->cx;

    for (int32_t k = 0; k < w->r->problem.n_persons; k++) {
        int32_t i = w->people[k];
        struct choice_made c = choice_of(w->r, i);

        if (!c.post)
            continue;
        PUT(w, text(c.person->file), text(c.person->sheet), number(c.person->row),
            text(c.person->name), text(c.person->mask), text(county_name(cx, c.person->label.home)),
            text(c.post->file), number(c.post->row), text(c.post->title), text(c.post->number),
            text(c.post->employer), number(c.score.total), number(c.price),
            text(reasons_of(cx, &c.score)), number(c.second ? c.second->row : NONE),
            text(c.second ? c.second->title : NULL), text(c.second ? c.second->employer : NULL),
            number(c.second ? c.second_score.total : NONE),
            number(c.second ? c.second_price : NONE),
            text(c.second ? reasons_of(cx, &c.second_score) : NULL), text(change_of(cx, &c)),
            text(w->r->before && w->r->before->again.kept[i] >= 0 ? T("是", "yes") : NULL));
    }
}

/* --- against an earlier match --- */

static const char *post_text(struct ctx *cx, const struct match_file_post *post)
{
    return arena_printf(cx->mem, "%s · %s", post->title, post->employer);
}

static void write_turn(struct writing *w, enum match_turn turn)
{
    struct ctx *cx = w->cx;

    for (int32_t k = 0; k < w->r->problem.n_persons; k++) {
        int32_t i = w->people[k], post = w->r->assignment.auction.post[i];
        const struct match_file_person *p = &w->r->persons[i];

        if (match_turn_of(w->r, i) == turn)
            PUT(w, text(match_turn_name(turn, cx->lang)), text(p->name), text(p->mask),
                text(w->r->before->had_text[i]),
                text(post >= 0 ? post_text(cx, &w->r->posts[post]) : NULL),
                text(turn == MATCH_TURN_GAINED ? NULL : match_turn_why(cx, w->r, i)));
    }
}

static const char *seats_text(struct ctx *cx, const char *post, int64_t seats)
{
    return arena_printf(cx->mem, T("%s（名额%lld）", "%s (seats: %lld)"), post, (long long)seats);
}

static void write_post_turn(struct writing *w, enum match_post_turn turn)
{
    struct ctx *cx = w->cx;

    for (int32_t k = 0; k < w->r->problem.n_posts; k++) {
        int32_t p = w->posts[k];
        const struct match_file_post *post = &w->r->posts[p];
        int64_t had = w->r->before->seats[p];
        const char *words = post_text(cx, post);

        if (match_post_turn_of(w->r, p) == turn)
            PUT(w, text(match_post_turn_name(turn, cx->lang)), text(NULL), text(NULL),
                text(had >= 0 ? seats_text(cx, words, had) : NULL),
                text(seats_text(cx, words, post->post.seats)), text(NULL));
    }
}

static void write_closed(struct writing *w)
{
    const struct match_before *before = w->r->before;

    for (size_t i = 0; i < before->n_closed; i++)
        PUT(w, text(match_post_turn_name(MATCH_POST_CLOSED, w->cx->lang)), text(NULL), text(NULL),
            text(seats_text(w->cx, before->closed[i].text, before->closed[i].seats)), text(NULL),
            text(NULL));
}

/* People before posts, most important first. */
static void write_changes(struct writing *w)
{
    const struct match_before *before = w->r->before;

    if (!before)
        return;
    write_turn(w, MATCH_TURN_LOST);
    write_turn(w, MATCH_TURN_MOVED);
    write_turn(w, MATCH_TURN_GAINED);
    for (size_t i = 0; i < before->n_gone; i++)
        PUT(w, text(match_turn_name(MATCH_TURN_GONE, w->cx->lang)), text(before->gone[i].name),
            text(before->gone[i].mask), text(before->gone[i].post), text(NULL), text(NULL));
    write_closed(w);
    write_post_turn(w, MATCH_POST_FEWER);
    write_post_turn(w, MATCH_POST_MORE);
    write_post_turn(w, MATCH_POST_ADDED);
}

static void write_parts(struct writing *w)
{
    struct ctx *cx = w->cx;

    for (int32_t k = 0; k < w->r->problem.n_persons; k++) {
        int32_t i = w->people[k];
        struct choice_made c = choice_of(w->r, i);

        for (int n = 0; c.post && n < c.score.n; n++)
            PUT(w, text(c.person->file), text(c.person->sheet), number(c.person->row),
                text(c.person->name), number(c.post->row),
                text(match_code_name(c.score.parts[n].code)), number(c.score.parts[n].points),
                text(match_reason_text(cx->mem, cx->lang, &c.score.parts[n])));
    }
}

/* --- who got nothing --- */

static bool has_allowed_post(const struct match_problem *in, const struct match_person *person)
{
    for (int32_t p = 0; p < in->n_posts; p++)
        if (match_feasible(person, &in->posts[p], in->today))
            return true;
    return false;
}

static void find_obstacles(struct writing *w)
{
    const struct match_problem *in = &w->r->problem;
    const struct match_candidates *c = &w->r->assignment.considered;
    int64_t budget = OBSTACLES_MAX;

    w->obstacles = NEW_ARRAY(w->cx->mem, struct obstacles *, (size_t)in->n_persons + 1);
    for (int32_t i = 0; i < in->n_persons; i++) {
        struct obstacles *o;

        if (c->row[i + 1] > c->row[i])
            continue;
        w->obstacles[i] = o = NEW(w->cx->mem, struct obstacles);
        o->why = in->persons[i].is_willing ? UNPLACED_RULES : UNPLACED_UNWILLING;
        if (!in->persons[i].is_willing || budget < in->n_posts)
            continue;
        budget -= in->n_posts;
        o->is_counted = true;
        match_obstacles(in, &in->persons[i], o->forbids, o->alone);
        if (has_allowed_post(in, &in->persons[i]))
            o->why = UNPLACED_WORTHLESS;
    }
}

static const char *why_text(struct ctx *cx, enum unplaced why)
{
    switch (why) {
    case UNPLACED_UNWILLING:
        return T("本人无外出意愿或尚未摸排", "does not wish to go, or was not asked");
    case UNPLACED_RULES:
        return T("没有符合硬性条件的岗位", "the rules leave no post");
    case UNPLACED_WORTHLESS:
        return T("得分不高于零：对本人来说不如不去", "no points: staying would be better");
    default:
        return T("名额给了更合适的人", "the seats went where they are worth more");
    }
}

/* The rule that alone forbids most: giving it up opens so many posts. */
static const char *opening_of(struct ctx *cx, const struct obstacles *o)
{
    int best = 0;

    for (int rule = 1; rule < MATCH_RULE_COUNT; rule++)
        if (o->alone[rule] > o->alone[best])
            best = rule;
    if (o->why == UNPLACED_UNWILLING)
        return T("先摸排其就业意愿", "ask what the person wants first");
    if (o->alone[best] == 0)
        return NULL;
    return arena_printf(cx->mem,
                        T("仅“%s”一项放宽，就多%d个岗位可选",
                          "%s: without this alone, %d posts more would be open"),
                        match_rule_name((enum match_code)best, cx->lang), (int)o->alone[best]);
}

static const char *against(struct ctx *cx, const struct obstacles *o)
{
    struct str s = str_new(cx->mem);

    for (int rule = 0; rule < MATCH_RULE_COUNT; rule++)
        if (o->forbids[rule])
            str_addf(&s, "%s%s", s.len ? T("；", "; ") : "",
                     match_obstacle_text(cx->mem, cx->lang, (enum match_code)rule, o->forbids[rule],
                                         o->alone[rule]));
    return s.s;
}

static void write_unplaced(struct writing *w)
{
    struct ctx *cx = w->cx;

    for (int32_t k = 0; k < w->r->problem.n_persons; k++) {
        int32_t i = w->people[k];
        struct choice_made c = choice_of(w->r, i);
        const struct obstacles *o = w->obstacles[i];

        if (c.post)
            continue;
        PUT(w, text(c.person->file), text(c.person->sheet), number(c.person->row),
            text(c.person->name), text(c.person->mask), text(county_name(cx, c.person->label.home)),
            number(c.candidates), text(why_text(cx, o ? o->why : UNPLACED_FULL)),
            text(o ? against(cx, o) : NULL), number(c.second ? c.second->row : NONE),
            text(c.second ? c.second->title : NULL), text(c.second ? c.second->employer : NULL),
            number(c.second ? c.second_score.total : NONE),
            number(c.second ? c.second_price : NONE),
            text(o ? opening_of(cx, o) : change_of(cx, &c)));
    }
}

static void write_rejections(struct writing *w)
{
    struct ctx *cx = w->cx;

    for (int32_t k = 0; k < w->r->problem.n_persons; k++) {
        int32_t i = w->people[k];
        const struct obstacles *o = w->obstacles[i];

        for (int rule = 0; o && rule < MATCH_RULE_COUNT; rule++)
            if (o->forbids[rule])
                PUT(w, text(w->r->persons[i].file), text(w->r->persons[i].sheet),
                    number(w->r->persons[i].row), text(w->r->persons[i].name),
                    text(match_code_name((enum match_code)rule)),
                    text(match_rule_name((enum match_code)rule, cx->lang)),
                    number(o->forbids[rule]), number(o->alone[rule]));
    }
}

/* --- posts, groups, problems --- */

static void count_posts(struct writing *w)
{
    const struct match_files_result *r = w->r;
    const struct match_candidates *c = &r->assignment.considered;

    w->queue = NEW_ARRAY(w->cx->mem, int32_t, r->posts_n + 1);
    w->placed = NEW_ARRAY(w->cx->mem, int32_t, r->posts_n + 1);
    for (int32_t i = 0; i < r->problem.n_persons; i++) {
        int32_t post = r->assignment.auction.post[i];

        if (c->row[i + 1] > c->row[i])
            w->queue[c->edges[c->row[i]].post]++;
        if (post >= 0)
            w->placed[post]++;
    }
}

/* Ordinals count from 0 without gaps but for rows left out. */
static int32_t *in_order(struct arena *mem, const int64_t *ordinal, size_t n, int64_t ordinals)
{
    int32_t *at = NEW_ARRAY(mem, int32_t, (size_t)ordinals + 1), *ret;
    size_t k = 0;

    for (size_t i = 0; i < n; i++)
        at[ordinal[i]] = (int32_t)i + 1;
    ret = NEW_ARRAY(mem, int32_t, n + 1);
    for (int64_t o = 0; o < ordinals; o++)
        if (at[o])
            ret[k++] = at[o] - 1;
    return ret;
}

static void find_order(struct writing *w)
{
    const struct match_files_result *r = w->r;
    struct arena *scratch = arena_new();
    int64_t *ordinal = NEW_ARRAY(scratch, int64_t, MAX(r->persons_n, r->posts_n) + 1), most = 0;

    for (size_t i = 0; i < r->persons_n; i++)
        most = MAX(most, ordinal[i] = r->persons[i].ordinal);
    w->people = in_order(w->cx->mem, ordinal, r->persons_n, most + 1);
    for (size_t i = 0; i < r->posts_n; i++)
        ordinal[i] = r->posts[i].ordinal;
    w->posts = in_order(w->cx->mem, ordinal, r->posts_n, (int64_t)r->posts_n);
    arena_free(scratch);
}

static void write_posts(struct writing *w)
{
    for (int32_t k = 0; k < w->r->problem.n_posts; k++) {
        int32_t p = w->posts[k];
        const struct match_file_post *post = &w->r->posts[p];

        PUT(w, text(post->file), text(post->sheet), number(post->row), text(post->number),
            text(post->title), text(post->employer),
            text(division_full_name(w->cx, post->post.work)), number(post->post.seats),
            number(w->placed[p]), number(w->queue[p]), number(price_of(w->r, p)),
            number(fine_price_of(w->r, p)));
    }
}

static void write_groups(struct writing *w)
{
    struct ctx *cx = w->cx;

    for (int d = 0; d < MATCH_DIVISIONS; d++)
        for (int i = 0; i < w->r->report.by[d].n; i++) {
            const struct match_report_division *by = &w->r->report.by[d];
            const struct match_report_group *g = &by->groups[i];

            if (g->count.people == 0)
                continue;
            PUT(w, text(T(by->zh, by->en)), text(T(g->zh, g->en)),
                number(g->count.hides_people ? NONE : g->count.people),
                number(g->count.hides_placed ? NONE : g->count.placed),
                number(match_group_share(&g->count)), number(match_group_mean(&g->count)));
        }
}

static void write_problems(struct writing *w)
{
    struct ctx *cx = w->cx;

    for (size_t i = 0; i < w->r->problems_n; i++) {
        const struct import_problem *p = &w->r->problems[i].problem;

        PUT(w, text(w->r->problems[i].file), text(p->sheet), number(p->row), text(p->header),
            text(p->value), text(p->is_warning ? T("提示", "warning") : T("错误", "error")),
            text(p->message), text(p->cure), text(p->code));
    }
}

#define PERSON_COLUMNS                                                        \
    { "文件", "File", SHEET_TEXT, 16 }, { "工作表", "Sheet", SHEET_TEXT, 0 }, \
        { "行", "Row", SHEET_INT, 0 },                                        \
    {                                                                         \
        "姓名", "Name", SHEET_TEXT, 10                                        \
    }
#define SECOND_COLUMNS                                        \
    { "次选岗位行", "Runner-up row", SHEET_INT, 0 },          \
        { "次选岗位", "Runner-up post", SHEET_TEXT, 16 },     \
        { "次选企业", "Runner-up employer", SHEET_TEXT, 24 }, \
        { "次选得分", "Runner-up score", SHEET_INT, 0 },      \
    {                                                         \
        "次选席位价位", "Price of a seat there", SHEET_INT, 0 \
    }

static const struct table tables[] = {
    { "assignments",
      "推荐",
      "Assignments",
      { PERSON_COLUMNS,
        { "身份证号（遮蔽）", "ID number, masked", SHEET_TEXT, 20 },
        { "户籍县", "County", SHEET_TEXT, 24 },
        { "岗位文件", "Post file", SHEET_TEXT, 16 },
        { "岗位行", "Post row", SHEET_INT, 0 },
        { "岗位", "Post", SHEET_TEXT, 16 },
        { "岗位编号", "Post no.", SHEET_TEXT, 0 },
        { "企业", "Employer", SHEET_TEXT, 24 },
        { "得分", "Score", SHEET_INT, 0 },
        { "席位价位", "Price of a seat", SHEET_INT, 0 },
        { "理由", "Reasons", SHEET_TEXT, 40 },
        SECOND_COLUMNS,
        { "次选理由", "Reasons for the runner-up", SHEET_TEXT, 40 },
        { "如何才会改变", "What would change it", SHEET_TEXT, 40 },
        { "已承诺", "Promised", SHEET_TEXT, 0 } },
      write_assignments },
    { "parts",
      "得分构成",
      "Parts of the score",
      { PERSON_COLUMNS,
        { "岗位行", "Post row", SHEET_INT, 0 },
        { "代码", "Code", SHEET_TEXT, 18 },
        { "分值", "Points", SHEET_INT, 0 },
        { "说明", "Sentence", SHEET_TEXT, 40 } },
      write_parts },
    { "unplaced",
      "未推荐",
      "Unplaced",
      { PERSON_COLUMNS,
        { "身份证号（遮蔽）", "ID number, masked", SHEET_TEXT, 20 },
        { "户籍县", "County", SHEET_TEXT, 24 },
        { "可选岗位数", "Posts considered", SHEET_INT, 0 },
        { "原因", "Why", SHEET_TEXT, 28 },
        { "不合的条件", "Rules against", SHEET_TEXT, 40 },
        SECOND_COLUMNS,
        { "如何才会改变", "What would change it", SHEET_TEXT, 40 } },
      write_unplaced },
    { "rejections",
      "条件",
      "Rules",
      { PERSON_COLUMNS,
        { "代码", "Code", SHEET_TEXT, 22 },
        { "条件", "Rule", SHEET_TEXT, 28 },
        { "排除岗位", "Posts ruled out", SHEET_INT, 0 },
        { "仅因此", "By it alone", SHEET_INT, 0 } },
      write_rejections },
    { "posts",
      "岗位",
      "Posts",
      { { "文件", "File", SHEET_TEXT, 16 },
        { "工作表", "Sheet", SHEET_TEXT, 0 },
        { "行", "Row", SHEET_INT, 0 },
        { "岗位编号", "Post no.", SHEET_TEXT, 0 },
        { "岗位", "Post", SHEET_TEXT, 16 },
        { "企业", "Employer", SHEET_TEXT, 24 },
        { "工作地点", "Workplace", SHEET_TEXT, 24 },
        { "名额", "Seats", SHEET_INT, 0 },
        { "推荐人数", "Proposed", SHEET_INT, 0 },
        { "首选人数", "Best post of", SHEET_INT, 0 },
        { "席位价位", "Price of a seat", SHEET_INT, 0 },
        { "席位价位（千分之一）", "Price of a seat, thousandths", SHEET_INT, 0 } },
      write_posts },
    { "changes",
      "变化",
      "Changes",
      { { "变化", "Change", SHEET_TEXT, 0 },
        { "姓名", "Name", SHEET_TEXT, 10 },
        { "身份证号（遮蔽）", "ID number, masked", SHEET_TEXT, 20 },
        { "原岗位", "Post before", SHEET_TEXT, 32 },
        { "现岗位", "Post now", SHEET_TEXT, 32 },
        { "为什么", "Why", SHEET_TEXT, 40 } },
      write_changes },
    { "groups",
      "公平",
      "Fairness",
      { { "分组", "By", SHEET_TEXT, 0 },
        { "组", "Group", SHEET_TEXT, 24 },
        { "人数", "People", SHEET_INT, 0 },
        { "推荐人数", "Proposed", SHEET_INT, 0 },
        { "推荐比例（‰）", "Share, per mille", SHEET_INT, 0 },
        { "平均得分", "Mean score", SHEET_INT, 0 } },
      write_groups },
    { "problems",
      "问题",
      "Problems",
      { { "文件", "File", SHEET_TEXT, 24 },
        { "工作表", "Sheet", SHEET_TEXT, 0 },
        { "行", "Row", SHEET_INT, 0 },
        { "列", "Column", SHEET_TEXT, 16 },
        { "值", "Value", SHEET_TEXT, 16 },
        { "类别", "Kind", SHEET_TEXT, 0 },
        { "问题", "Problem", SHEET_TEXT, 40 },
        { "办法", "Cure", SHEET_TEXT, 40 },
        { "代码", "Code", SHEET_TEXT, 22 } },
      write_problems },
};

/* --- files --- */

static enum err begin_page(struct writing *w, const struct table *t)
{
    struct ctx *cx = w->cx;
    struct sheet_column columns[COLUMNS_MAX] = { 0 };
    int n = 0;

    for (; n < COLUMNS_MAX && t->columns[n].zh; n++)
        columns[n] = (struct sheet_column){ .title = T(t->columns[n].zh, t->columns[n].en),
                                            .kind = t->columns[n].kind,
                                            .width = t->columns[n].width };
    w->rows = 0;
    return sheet_writer_page(w->w,
                             &(struct sheet_page){
                                 .name = T(t->zh, t->en), .columns = columns, .n = n },
                             &cx->failure);
}

static enum err write_page(struct writing *w, const struct table *t)
{
    struct arena *outer = w->cx->mem;

    TRY(begin_page(w, t));
    w->cx->mem = arena_new();
    t->write(w);
    arena_free(w->cx->mem);
    w->cx->mem = outer;
    return w->err;
}

static enum err end_file(struct writing *w, enum err err)
{
    if (err == OK)
        return sheet_writer_close(w->w, &w->cx->failure);
    sheet_writer_abort(w->w);
    return err;
}

static enum err write_csv(struct writing *w, const char *dir, const struct table *t)
{
    struct ctx *cx = w->cx;

    TRY(sheet_writer_open(arena_printf(cx->mem, "%s/%s.csv", dir, t->name), SHEET_CSV, cx->lang,
                          &cx->failure, &w->w));
    return end_file(w, write_page(w, t));
}

/* A table longer than a sheet can be stands in its CSV file alone. */
static enum err write_workbook(struct writing *w, const char *dir, const int64_t *rows)
{
    struct ctx *cx = w->cx;
    enum err err = OK;

    TRY(sheet_writer_open(arena_printf(cx->mem, "%s/match.xlsx", dir), SHEET_XLSX, cx->lang,
                          &cx->failure, &w->w));
    for (size_t i = 0; err == OK && i < ARRAY_LEN(tables); i++)
        if (rows[i] <= SHEET_ROWS_MAX)
            err = write_page(w, &tables[i]);
    return end_file(w, err);
}

const char *match_files_summary(struct ctx *cx, const struct match_files_result *r)
{
    struct json *j = json_new(cx->mem);

    json_object(j);
    json_put_str(j, "on", date_text(cx->mem, cx->today));
    json_put_int(j, "posts", r->problem.n_posts);
    json_put_int(j, "seats", r->seats);
    json_put_int(j, "value", r->assignment.value);
    json_put_int(j, "bound", r->assignment.bound);
    json_put_int(j, "gap", r->assignment.gap);
    json_put_int(j, "bad_rows", r->bad);
    json_put_raw(j, "weights", match_weights_json(cx->mem, &r->weights));
    match_report_put(j, &r->report);
    json_end(j);
    return json_text(j);
}

static enum err write_summary(struct ctx *cx, const char *dir, const struct match_files_result *r)
{
    const char *path = arena_printf(cx->mem, "%s/summary.json", dir);
    FILE *f = fopen(path, "we");
    bool ok = f && fprintf(f, "%s\n", match_files_summary(cx, r)) > 0;

    if ((f && fclose(f) != 0) || !ok)
        return fail(cx, E_INTERNAL, "sheet.not_written", T("无法写入 %s", "%s cannot be written"),
                    path);
    return OK;
}

enum err match_files_write(struct ctx *cx, const char *dir, const struct match_files_result *r)
{
    struct writing w = { .cx = cx, .r = r };
    int64_t rows[ARRAY_LEN(tables)];

    find_order(&w);
    find_obstacles(&w);
    count_posts(&w);
    for (size_t i = 0; i < ARRAY_LEN(tables); i++) {
        TRY(write_csv(&w, dir, &tables[i]));
        rows[i] = w.rows;
    }
    TRY(write_workbook(&w, dir, rows));
    return write_summary(cx, dir, r);
}
