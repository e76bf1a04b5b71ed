/* command_match.c — queqiao match HOME WORK: a match run from the command line, and what it came
 * to; its results are stored as those of the console's runs are. With --workers and --posts the
 * same from files to files, without a store. */
#include <stdio.h>

#include "app/commands.h"
#include "app/match_before.h"
#include "app/progress.h"
#include "app/replay.h"
#include "base/date.h"
#include "divisions/divisions.h"
#include "matching/matching.h"
#include "platform/seal.h"

struct place {
    const char *text;
    int64_t code;
};

/* A name, or a code of 6, 9 or 12 digits. */
static enum err find_place(struct ctx *cx, void *arg)
{
    struct place *p = arg;
    enum division_match match = DIVISION_UNKNOWN;

    if (str_int(p->text, &p->code)) {
        while (p->code > 0 && p->code < 100000000000)
            p->code *= 1000;
        match = division_exists(cx, p->code) ? DIVISION_FOUND : DIVISION_UNKNOWN;
    } else if (field_resolve_division) {
        match = field_resolve_division(cx, p->text, &p->code);
    }
    if (match == DIVISION_FOUND)
        return OK;
    return hint(cx,
                fail(cx, E_INVALID, "division.unknown", T("找不到地区“%s”", "no division “%s”"),
                     p->text),
                "%s",
                T("请写 6、9 或 12 位代码，或全称",
                  "give a code of 6, 9 or 12 digits, or the full name"));
}

/* A reply of one operation. */
static enum err ask(struct ctx *cx, const char *op, int64_t id, const char *query,
                    const struct json_value **ret)
{
    const char *text;

    cx->out = NULL;
    TRY(op_call(cx,
                &(struct call){ .op = op_find(op), .id = id, .version = NONE, .query = query }));
    text = op_reply_text(cx, OK);
    return json_parse(cx, text, strlen(text), ret);
}

static void print_post(struct ctx *cx, const struct json_value *post)
{
    printf(T("  %4lld/%-4lld 首选 %-4lld 席位价位 %-6lld %s · %s\n",
             "  %4lld/%-4lld wanted by %-4lld price of a seat %-6lld %s · %s\n"),
           (long long)json_as_int(json_get(post, "placed")),
           (long long)json_as_int(json_get(post, "seats")),
           (long long)json_as_int(json_get(post, "queue")),
           (long long)json_as_int(json_get(post, "price")),
           json_as_str(json_get(post, "post_title")), json_as_str(json_get(post, "employer_name")));
}

static void put_post(struct json *j, const struct json_value *post)
{
    static const char *const numbers[] = { "seats", "placed", "queue", "price" }, *const texts[] = {
        "post_title", "employer_name"
    };

    json_object(j);
    json_put_id(j, "post_id", json_as_int(json_get(post, "post_id")));
    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        json_put_str(j, texts[i], json_as_str(json_get(post, texts[i])));
    for (size_t i = 0; i < ARRAY_LEN(numbers); i++)
        json_put_int(j, numbers[i], json_as_int(json_get(post, numbers[i])));
    json_end(j);
}

/* All pages of the posts: printed, or put into j. */
static enum err tell_posts(struct ctx *cx, int64_t run_id, struct json *j)
{
    const struct json_value *page;
    const char *next = NULL;

    do {
        const char *query =
            arena_printf(cx->mem, "limit=200%s%s", next ? "&after=" : "", next ? next : "");
        TRY(ask(cx, "match_runs.posts", run_id, query, &page));
        for (size_t i = 0; i < json_count(json_get(page, "items")); i++) {
            const struct json_value *post = json_at(json_get(page, "items"), i);
            if (j)
                put_post(j, post);
            else
                print_post(cx, post);
        }
        next = json_as_str(json_get(page, "next"));
    } while (next);
    return OK;
}

static enum err tell(struct ctx *cx, int64_t run_id, bool as_json)
{
    static const char *const numbers[] = { "people", "posts", "seats",       "placed",
                                           "value",  "bound", "milliseconds" };
    const struct json_value *run;
    struct json *j = as_json ? json_new(cx->mem) : NULL;
    int64_t value, bound;

    TRY(ask(cx, "match_runs.get", run_id, NULL, &run));
    value = json_as_int(json_get(run, "value"));
    bound = json_as_int(json_get(run, "bound"));
    if (!j) {
        printf(T("求职 %lld 人，岗位 %lld 个，名额 %lld 个，推荐 %lld 人\n"
                 "总分 %lld，上界 %lld，差 %lld：任何分法都不会比这多过 %.3f%%\n",
                 "%lld seekers, %lld posts, %lld seats, %lld proposed\n"
                 "value %lld, bound %lld, gap %lld: no assignment is better by more than %.3f%%\n"),
               (long long)json_as_int(json_get(run, "people")),
               (long long)json_as_int(json_get(run, "posts")),
               (long long)json_as_int(json_get(run, "seats")),
               (long long)json_as_int(json_get(run, "placed")), (long long)value, (long long)bound,
               (long long)(bound - value),
               value > 0 ? 100.0 * (double)(bound - value) / (double)value : 0.0);
        if (json_as_int(json_get(run, "posts")) == 0)
            puts(T("没有近期确认、尚有名额的开放岗位",
                   "no open post with a free seat was confirmed lately"));
        else
            puts(T("各岗位（推荐/名额）：", "posts (proposed/seats):"));
        return tell_posts(cx, run_id, NULL);
    }
    json_object(j);
    json_put_id(j, "id", run_id);
    for (size_t i = 0; i < ARRAY_LEN(numbers); i++)
        json_put_int(j, numbers[i], json_as_int(json_get(run, numbers[i])));
    json_put_int(j, "gap", bound - value);
    json_key(j, "items");
    json_array(j);
    TRY(tell_posts(cx, run_id, j));
    json_end(j);
    json_end(j);
    puts(json_text(j));
    return OK;
}

static void show_progress(void *arg, const struct match_progress *progress)
{
    (void)arg;
    if (progress->stage == MATCH_STORING)
        progress_set(progress->done, progress->of);
}

static enum err match(struct ctx *cx, const struct command_line *line, struct place *home,
                      struct place *work)
{
    struct match_weights weights;
    int64_t run_id;
    enum err err;

    TRY(db_read(cx, find_place, home));
    TRY(db_read(cx, find_place, work));
    TRY(match_weights_given(cx, option(line, "weights"), &weights));
    progress_start(T("匹配", "matching"));
    match_runs_follow(&(struct match_watch){ show_progress, NULL });
    err = match_run_now(cx, home->code, work->code, match_weights_json(cx->mem, &weights), &run_id);
    match_runs_follow(NULL);
    progress_end();
    TRY(err);
    return tell(cx, run_id, line->json);
}

/* --- from files to files --- */

static void print_problem(struct ctx *cx, const struct match_file_problem *problem)
{
    const struct import_problem *p = &problem->problem;

    fprintf(stderr,
            T("%s%s%s 第 %lld 行%s%s%s%s%s%s：%s；%s [%s]\n",
              "%s%s%s, row %lld%s%s%s%s%s%s: %s; %s [%s]\n"),
            problem->file, *p->sheet ? " " : "", p->sheet, (long long)p->row,
            p->header ? T("“", ", “") : "", p->header ? p->header : "", p->header ? "”" : "",
            p->value ? T("（", " (") : "", p->value ? p->value : "", p->value ? T("）", ")") : "",
            p->message, p->cure ? p->cure : "", p->code);
}

static void print_evening(struct ctx *cx, const struct match_report_division *by)
{
    const struct match_report_evening *e = &by->evening;

    if (!e->group)
        return;
    if (!e->result.is_reached)
        printf(T("  %s：%s推荐得最少；即使优先也只能推荐 %d 人\n",
                 "  %s: least are placed of %s; even if put first, no more than %d\n"),
               T(by->zh, by->en), T(e->group->zh, e->group->en), (int)e->result.placed_after);
    else
        printf(T("  %s：%s推荐得最少；拉平到平均（%d 人）要付出 %lld–%lld 分\n",
                 "  %s: least are placed of %s; the share of all (%d people) would cost %lld to "
                 "%lld points\n"),
               T(by->zh, by->en), T(e->group->zh, e->group->en), (int)e->wanted,
               (long long)MAX(e->result.value_before - e->result.bound, 0),
               (long long)(e->result.value_before - e->result.value_after));
}

static void print_turns(struct ctx *cx, const struct match_files_result *r)
{
    int64_t n[MATCH_TURNS] = { [MATCH_TURN_GONE] = (int64_t)r->before->n_gone };

    for (int32_t i = 0; i < r->problem.n_persons; i++)
        n[match_turn_of(r, i)]++;
    printf(T("比上次：%lld 人失去岗位，%lld 人换岗，%lld 人新安排，%lld 人不再参加，%lld 人不变\n",
             "against the match before: %lld lost their post, %lld have another, %lld are newly "
             "placed, %lld take no part any more, %lld as before\n"),
           (long long)n[MATCH_TURN_LOST], (long long)n[MATCH_TURN_MOVED],
           (long long)n[MATCH_TURN_GAINED], (long long)n[MATCH_TURN_GONE],
           (long long)n[MATCH_TURN_STAYED]);
}

static void print_post_turns(struct ctx *cx, const struct match_files_result *r)
{
    int64_t n[MATCH_POST_TURNS] = { [MATCH_POST_CLOSED] = (int64_t)r->before->n_closed };

    for (int32_t p = 0; p < r->problem.n_posts; p++)
        n[match_post_turn_of(r, p)]++;
    printf(T("岗位：不再列出 %lld 个，名额减少 %lld 个，名额增加 %lld 个，新增 %lld 个\n",
             "posts: %lld no longer listed, %lld with fewer seats, %lld with more, %lld new\n"),
           (long long)n[MATCH_POST_CLOSED], (long long)n[MATCH_POST_FEWER],
           (long long)n[MATCH_POST_MORE], (long long)n[MATCH_POST_ADDED]);
}

static void print_warnings(struct ctx *cx, const char *dir, const struct match_files_result *r)
{
    int64_t n = 0;

    for (size_t i = 0; i < r->problems_n; i++)
        n += r->problems[i].problem.is_warning;
    if (n)
        printf(T("有 %lld 处提示，见 %s/problems.csv\n", "warnings: %lld, in %s/problems.csv\n"),
               (long long)n, dir);
}

static void print_files(struct ctx *cx, const char *dir, const struct match_files_result *r)
{
    const struct match_assignment *a = &r->assignment;

    printf(T("名册 %d 人，岗位 %d 个，名额 %lld 个，推荐 %d 人\n",
             "%d people, %d posts, %lld seats, %d proposed\n"),
           (int)r->problem.n_persons, (int)r->problem.n_posts, (long long)r->seats,
           (int)r->report.placed);
    printf(T("总分 %lld，上界 %lld，差 %lld\n", "value %lld, bound %lld, gap %lld\n"),
           (long long)a->value, (long long)a->bound, (long long)a->gap);
    if (r->before) {
        print_turns(cx, r);
        print_post_turns(cx, r);
    }
    printf(T("有 %lld 对人岗互相更愿意（%d 人，%d 个岗位）\n",
             "%lld pairs would rather have each other (%d people, %d posts)\n"),
           (long long)r->report.blocking.pairs, (int)r->report.blocking.people,
           (int)r->report.blocking.posts);
    for (int d = 0; d < MATCH_DIVISIONS; d++)
        print_evening(cx, &r->report.by[d]);
    if (r->bad)
        printf(T("%lld 行有错，未参加匹配，见 %s/problems.csv\n",
                 "%lld rows have faults and were left out: see %s/problems.csv\n"),
               (long long)r->bad, dir);
    print_warnings(cx, dir, r);
    printf(T("结果在 %s/match.xlsx\n", "the results are in %s/match.xlsx\n"), dir);
}

static int run_files(struct ctx *cx, const struct command_line *line, const struct match_files *in)
{
    struct match_files_result r;
    enum err err;

    progress_start(T("匹配", "matching"));
    err = match_files_run(cx, in, &r);
    progress_end();
    for (size_t i = 0; i < r.problems_n; i++)
        if (!r.problems[i].problem.is_warning)
            print_problem(cx, &r.problems[i]);
    if (err != OK)
        return command_fail(line, &cx->failure);
    if (line->json)
        puts(match_files_summary(cx, &r));
    else
        print_files(cx, in->dir, &r);
    return r.bad > 0;
}

static enum err seed_divisions(struct ctx *cx, void *arg)
{
    (void)arg;
    return divisions_module.seed(cx);
}

/* A store in memory, for the names of divisions. */
static int open_passing(const struct command_line *line, struct store **ret)
{
    struct failure f = { 0 };
    struct ctx *cx;
    enum err err = store_open(":memory:", ops_tables(), line->lang, &f, ret);

    if (err == OK)
        err = store_migrate(*ret, &f, NULL);
    if (err != OK)
        return command_fail(line, &f);
    seal_init_passing();
    cx = ctx_new(*ret, store_now(*ret));
    cx->lang = line->lang;
    ctx_as_system(cx);
    err = db_write(cx, seed_divisions, NULL);
    if (err != OK)
        f = cx->failure;
    ctx_free(cx);
    return err == OK ? 0 : command_fail(line, &f);
}

static int match_of_files(const struct command_line *line)
{
    struct match_files in = { option(line, "workers"),   option(line, "posts"),
                              option(line, "employers"), option(line, "weights"),
                              option(line, "previous"),  option(line, "out") };
    const char *on = option(line, "on");
    struct date day = on ? date_of_text(on) : (struct date){ 0 };
    struct store *store = NULL;
    struct ctx *cx;
    int status;

    if (!in.workers || !in.posts || !in.dir || (on && date_is_none(day)))
        return command_usage(line);
    status = open_passing(line, &store);
    if (status == 0) {
        cx = ctx_new(store, store_now(store));
        cx->lang = line->lang;
        cx->today = on ? day : cx->today;
        ctx_as_system(cx);
        status = run_files(cx, line, &in);
        ctx_free(cx);
    }
    store_close(store);
    return status;
}

/* --- the spring of 2017 once more --- */

static bool read_count(const struct command_line *line, const char *name, int most, int *ret)
{
    const char *text = option(line, name);
    int64_t n;

    if (!text)
        return true;
    if (!str_int(text, &n) || n < 1 || n > most)
        return false;
    *ret = (int)n;
    return true;
}

static const struct {
    const char *code, *zh, *en;
    bool is_per_mille;
} replay_figures[REPLAY_FIGURES] = {
    { "signed", "会上签意向", "signed at the fair", false },
    { "proposed", "其中有推荐", "of them proposed", false },
    { "arrived", "自行到岗", "arrived by themselves", false },
    { "placed", "全册有推荐", "proposed in all", false },
    { "sent", "组织输出", "sent off", false },
    { "stayed_1_permille", "满1个月", "stayed 1 month", true },
    { "stayed_3_permille", "满3个月", "3 months", true },
    { "stayed_6_permille", "满6个月", "6 months", true },
};

static void print_replay(const struct command_line *line, const struct replay_result *r)
{
    bool is_en = line->lang == LANG_EN;

    for (int a = 0; a < REPLAY_ARMS; a++) {
        printf("%s\n", is_en ? replay_arm_names[a].en : replay_arm_names[a].zh);
        for (int f = 0; f < REPLAY_FIGURES; f++) {
            struct replay_range v = r->at[a][f];

            if (replay_figures[f].is_per_mille)
                printf("  %s %.1f%% (%.1f–%.1f)",
                       is_en ? replay_figures[f].en : replay_figures[f].zh, v.middle / 10.0,
                       v.low / 10.0, v.high / 10.0);
            else
                printf("  %s %d (%d–%d)", is_en ? replay_figures[f].en : replay_figures[f].zh,
                       v.middle, v.low, v.high);
        }
        putchar('\n');
    }
    puts(
        is_en
            ? "Medians and the range of 95 of 100 seeds. The model of leaving is fitted to 2017 and"
              " otherwise assumed: docs/replay.md"
            : "中位数及 95% 种子的范围。离岗模型按2017年数据拟合，其余为假设，见 docs/replay.md");
}

static void put_replay(struct arena *mem, const struct replay_options *o,
                       const struct replay_result *r)
{
    struct json *j = json_new(mem);

    json_object(j);
    json_put_int(j, "seeds", o->seeds);
    json_put_int(j, "years", o->years);
    json_key(j, "arms");
    json_array(j);
    for (int a = 0; a < REPLAY_ARMS; a++) {
        json_object(j);
        json_put_str(j, "arm", replay_arm_names[a].code);
        for (int f = 0; f < REPLAY_FIGURES; f++) {
            json_key(j, replay_figures[f].code);
            json_array(j);
            json_int(j, r->at[a][f].low);
            json_int(j, r->at[a][f].middle);
            json_int(j, r->at[a][f].high);
            json_end(j);
        }
        json_end(j);
    }
    json_end(j);
    json_end(j);
    puts(json_text(j));
}

static int replay(const struct command_line *line)
{
    struct replay_options o = { .seeds = 40, .years = 1, .first_seed = 1 };
    struct match_weights weights = match_weights_default();
    struct arena *mem = arena_new();
    struct replay_result r;

    if (!read_count(line, "seeds", 10000, &o.seeds) || !read_count(line, "years", 100, &o.years)) {
        arena_free(mem);
        return command_usage(line);
    }
    progress_start(line->lang == LANG_EN ? "replaying" : "重演");
    replay_run(&o, &weights, progress_set, &r);
    progress_end();
    if (line->json)
        put_replay(mem, &o, &r);
    else
        print_replay(line, &r);
    arena_free(mem);
    return 0;
}

int command_match(const struct command_line *line)
{
    struct place home = { .text = argument(line, 0) }, work = { .text = argument(line, 1) };
    struct store *store;
    struct ctx *cx;
    int status;

    if (option(line, "replay"))
        return replay(line);
    if (option(line, "workers") || option(line, "posts"))
        return match_of_files(line);
    if (!home.text || !work.text)
        return command_usage(line);
    status = command_open(line, &store);
    if (status)
        return status;
    cx = ctx_new(store, store_now(store));
    cx->lang = line->lang;
    ctx_as_system(cx);
    if (match(cx, line, &home, &work) != OK)
        status = command_fail(line, &cx->failure);
    ctx_free(cx);
    store_close(store);
    return status;
}
