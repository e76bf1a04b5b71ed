/* simulate.c — `queqiao simulate`: the spreadsheets of a year, without a store. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "app/commands.h"
#include "app/progress.h"
#include "app/simulate_form.h"

/* Without a ledger nobody is matched: the willing take the first free seat, and leave as people did
 * in 2017 and 2018. */
struct seat {
    const struct sim_person *person;
    const struct sim_post *post;
    int months; /* how long she stays */
};

static int fill_seats(struct sim_world *w, struct seat *seats)
{
    struct sim_chance c = sim_chance(w->options.seed, "seats", 0);
    int n = 0, post = 0, used = 0;

    for (int i = 0; i < w->people_n && post < w->posts_n; i++) {
        if (!str_eq(w->people[i].willing, "有意愿") || !sim_percent(&c, 55))
            continue;
        seats[n] = (struct seat){ &w->people[i], &w->posts[post], w->options.months };
        for (int month = 0; month < w->options.months && seats[n].months == w->options.months;
             month++)
            if (sim_percent(&c, month == 0 ? 12 : 4))
                seats[n].months = month;
        n++;
        if (++used == w->posts[post].headcount)
            post++, used = 0;
    }
    return n;
}

static enum err write_month(struct sim_world *w, const struct seat *seats, int n, int nth,
                            struct failure *f)
{
    struct month month = month_add(month_of(w->start), nth + 1);
    struct sim_month_line *lines = NEW_ARRAY(w->mem, struct sim_month_line, n);

    for (int e = 0; e < w->employers_n; e++) {
        int k = 0;
        for (int i = 0; i < n; i++) {
            if (seats[i].post->employer != e || seats[i].months < nth)
                continue;
            lines[k] = sim_month(w, seats[i].person, seats[i].post, month, nth);
            if (seats[i].months == nth)
                lines[k].status = "离岗", lines[k].days = lines[k].wage = 0;
            k++;
        }
        if (k)
            TRY(sim_write_months(w, e, month, lines, k, f));
    }
    return OK;
}

/* The form in which a bank tells which payments came back. */
static enum err write_return_form(const struct sim_world *w, struct failure *f)
{
    static const char form[] = "\xEF\xBB\xBF序号,户名,账号,金额,结果,失败原因\r\n";

    return book_write_text(arena_printf(w->mem, "%s/bank-return-template.csv", w->options.dir),
                           form, sizeof form - 1, f);
}

static enum err write_all(struct sim_world *w, struct failure *f)
{
    struct seat *seats = NEW_ARRAY(w->mem, struct seat, w->people_n + 1);
    int n = fill_seats(w, seats);

    TRY(sim_write_rosters(w, f));
    TRY(sim_write_posts(w, f));
    for (int month = 0; month < w->options.months; month++) {
        progress_set(month, w->options.months);
        TRY(write_month(w, seats, n, month, f));
    }
    TRY(write_return_form(w, f));
    return sim_write_answers(w, f);
}

static void print_result(const struct command_line *line, const struct sim_world *w)
{
    int rows = 0, flawed = 0;

    for (size_t i = 0; i < w->files_n; i++)
        rows += w->files[i].rows, flawed += w->files[i].flawed;
    if (line->json)
        printf("{\"files\":%zu,\"rows\":%d,\"flawed\":%d,\"answers\":%zu}\n", w->files_n, rows,
               flawed, w->answers_n);
    else
        printf(line->lang == LANG_EN ? "%zu files, %d rows, %d with a flaw; answers.csv holds %zu\n"
                                     : "%zu 个文件，%d 行，%d 行有错；answers.csv 记 %zu 处\n",
               w->files_n, rows, flawed, w->answers_n);
}

static bool read_int(const struct command_line *line, const char *name, int low, int high, int *ret)
{
    const char *text = option(line, name);
    int64_t n;

    if (!text)
        return true;
    if (!str_int(text, &n) || n < low || n > high) {
        fprintf(stderr,
                line->lang == LANG_EN ? "queqiao simulate: --%s lies between %d and %d\n"
                                      : "queqiao simulate: --%s 应在 %d 与 %d 之间\n",
                name, low, high);
        return false;
    }
    *ret = (int)n;
    return true;
}

int command_simulate(const struct command_line *line)
{
    struct arena *mem = arena_new();
    struct sim_options o = { .workers = 1200,
                             .posts = 40,
                             .months = 8,
                             .messy = 5,
                             .one_roster = str_eq(option(line, "rosters"), "one"),
                             .pairing = option(line, "pairing"),
                             .dir = option(line, "out") };
    struct failure f = { 0 };
    struct sim_world *w;
    int seed = 1, status = 2;

    if (!o.pairing)
        o.pairing = "fuzhou-dingxi";
    if (!o.dir || !*o.dir) {
        status = command_usage(line);
        goto end;
    }
    if (!read_int(line, "workers", 1, 1000000, &o.workers) ||
        !read_int(line, "posts", 1, 5000, &o.posts) ||
        !read_int(line, "months", 0, 36, &o.months) || !read_int(line, "messy", 0, 100, &o.messy) ||
        !read_int(line, "seed", 0, INT_MAX, &seed))
        goto end;
    o.seed = (uint64_t)seed;
    if (mkdir(o.dir, 0700) != 0 && errno != EEXIST) {
        failure_set(&f, E_INTERNAL, "data.folder",
                    line->lang == LANG_EN ? "the folder %s cannot be made" : "无法建立目录 %s",
                    o.dir);
        status = command_fail(line, &f);
        goto end;
    }
    w = sim_world_make(mem, &o);
    if (!w) {
        fputs("queqiao simulate: --pairing=fuzhou-dingxi | shandong-chongqing\n", stderr);
        goto end;
    }
    progress_start(line->lang == LANG_EN ? "simulating" : "模拟");
    status = write_all(w, &f) == OK ? 0 : -1;
    progress_end();
    if (status)
        status = command_fail(line, &f);
    if (status == 0)
        print_result(line, w);
end:
    arena_free(mem);
    return status;
}
