/* A match from files to files: what is read, what is written, what a bad row costs. */
#include "stores.h"

#include "app/match_files.h"
#include "app/simulate.h"
#include "sheet/sheet.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const char *write_file(const char *suffix, const char *content)
{
    const char *path = test_file(suffix);
    FILE *f = fopen(path, "we");

    fputs(content, f);
    fclose(f);
    return path;
}

#define ROSTER_HEAD "姓名,身份证号,户籍地,农户类型,务工意愿,意向地区,意向工种,期望月薪\n"
#define POST_HEAD "岗位编号,用人单位,招聘岗位,需求人数,工资待遇,工作地点\n"

/* A valid number of the n-th person born on a day; the check character is made here. */
static const char *id_no(int n)
{
    static const int weights[] = { 7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2 };
    char *text = arena_printf(test_arena(), "62112119850615%03d0", n);
    int sum = 0;

    for (int i = 0; i < 17; i++)
        sum += (text[i] - '0') * weights[i];
    text[17] = "10X98765432"[sum % 11];
    return text;
}

static const char *roster_row(int n, const char *county, const char *will, int wage)
{
    return arena_printf(test_arena(), "人员%s,%s,甘肃省定西市%s,一般农户,%s,福州市,,%d\n",
                        n % 2 ? "甲" : "乙", id_no(n), county, will, wage);
}

struct outcome {
    struct match_files_result r;
    const char *dir;
    enum err err;
};

static struct outcome match_texts(struct ctx *cx, const char *roster, const char *posts)
{
    struct outcome o = { .dir = test_folder() };
    struct match_files in = { .workers = write_file(".csv", roster),
                              .posts = write_file(".csv", posts),
                              .dir = o.dir };

    o.err = match_files_run(cx, &in, &o.r);
    return o;
}

static struct outcome match_from(struct ctx *cx, const char *previous, const char *roster,
                                 const char *posts)
{
    struct outcome o = { .dir = test_folder() };
    struct match_files in = { .workers = write_file(".csv", roster),
                              .posts = write_file(".csv", posts),
                              .previous = previous,
                              .dir = o.dir };

    o.err = match_files_run(cx, &in, &o.r);
    return o;
}

/* The rows of a CSV file as lines of cells joined by '|', without the header. */
static const char *table(const char *dir, const char *name)
{
    struct failure f = { 0 };
    struct str s = str_new(test_arena());
    struct sheet *sheet;
    struct sheet_row row;
    bool more = true, is_header = true;

    if (sheet_open(arena_printf(test_arena(), "%s/%s", dir, name), NULL, LANG_EN, &f, &sheet) !=
            OK ||
        sheet_select(sheet, 0, &f) != OK)
        return arena_strdup(test_arena(), f.code);
    while (sheet_next(sheet, &row, &more, &f) == OK && more) {
        for (int i = 0; !is_header && i < row.n; i++)
            str_addf(&s, "%s%s", i ? "|" : "", row.cells[i].text);
        str_add(&s, is_header ? "" : "\n");
        is_header = false;
    }
    sheet_close(sheet);
    return s.s;
}

static int lines(const char *text)
{
    int n = 0;

    for (; *text; text++)
        n += *text == '\n';
    return n;
}

static const char two_posts[] = POST_HEAD "G1,甲厂,普工,1,4000,福建省福州市福清市\n"
                                          "G2,乙厂,普工,1,3600,福建省福州市福清市\n";

STORE_TEST("everybody of the roster is in one of the tables, and the tables agree with the summary")
{
    const char *roster =
        arena_printf(test_arena(), "%s%s%s%s%s%s", ROSTER_HEAD,
                     roster_row(1, "通渭县", "有意愿", 3000),
                     roster_row(2, "通渭县", "有意愿", 3000),
                     roster_row(3, "通渭县", "有意愿", 3000), roster_row(4, "岷县", "有意愿", 6000),
                     roster_row(5, "岷县", "无意愿", 3000));
    struct outcome o = match_texts(cx, roster, two_posts);
    const char *unplaced;

    EXPECT_INT(o.err, OK);
    EXPECT_INT(o.r.bad, 0);
    EXPECT_INT(o.r.report.people, 5);
    EXPECT_INT(o.r.report.placed, 2);
    EXPECT_INT(o.r.assignment.gap, 0);
    EXPECT_INT(lines(table(o.dir, "assignments.csv")), 2);
    unplaced = table(o.dir, "unplaced.csv");
    EXPECT_INT(lines(unplaced), 3);
    EXPECT(strstr(unplaced, "the seats went where they are worth more") != NULL);
    EXPECT(strstr(unplaced, "pay below the wish: rules out 2 posts, 2 of them it alone") != NULL);
    EXPECT(strstr(unplaced, "does not wish to go, or was not asked") != NULL);
    EXPECT(strstr(unplaced, "without this alone, 2 posts more would be open") != NULL);
    EXPECT_INT(lines(table(o.dir, "posts.csv")), 2);
    EXPECT_INT(lines(table(o.dir, "problems.csv")), 0);
    EXPECT(strstr(table(o.dir, "rejections.csv"), "pay.below_wish") != NULL);
    EXPECT(access(arena_printf(test_arena(), "%s/match.xlsx", o.dir), R_OK) == 0);
    EXPECT(access(arena_printf(test_arena(), "%s/summary.json", o.dir), R_OK) == 0);
}

STORE_TEST("the parts of each score add up to it, and each has its sentence")
{
    const char *roster =
        arena_printf(test_arena(), "%s%s", ROSTER_HEAD, roster_row(1, "通渭县", "有意愿", 3000));
    struct outcome o = match_texts(cx, roster, two_posts);
    const char *parts;
    int64_t sum = 0;
    int n = 0;

    EXPECT_INT(o.err, OK);
    parts = table(o.dir, "parts.csv");
    for (const char *at = parts; *at; n++) { /* file|sheet|row|name|post row|code|points|sentence */
        for (int bar = 0; bar < 6; bar++)
            at = strchr(at, '|') + 1;
        sum += strtoll(at, NULL, 10);
        at = strchr(at, '|') + 1;
        EXPECT(*at != '\n');
        at = strchr(at, '\n') + 1;
    }
    EXPECT(n >= 4);
    EXPECT_INT(sum, o.r.assignment.value);
    EXPECT(strstr(parts, "about 4000 yuan a month") != NULL);
}

STORE_TEST("a bad row is named by file, row, column and cure, and the good ones are matched")
{
    const char *roster =
        arena_printf(test_arena(),
                     "%s%s人员丙,12345,甘肃省定西市通渭县,一般农户,有意愿,福州市,,3000\n%s",
                     ROSTER_HEAD, roster_row(1, "通渭县", "有意愿", 3000),
                     arena_printf(test_arena(),
                                  "人员丁,%s,甘肃省定西市通渭县,一般农户,有意愿,福州市,,面议\n",
                                  id_no(7)));
    struct outcome o =
        match_texts(cx, roster,
                    POST_HEAD "G1,甲厂,普工,1,4000,福建省福州市福清市\nG2,乙厂,普工,1,3600,\n");
    const char *problems;

    EXPECT_INT(o.err, OK);
    EXPECT_INT(o.r.bad, 3);
    EXPECT_INT(o.r.report.placed, 1);
    problems = table(o.dir, "problems.csv");
    EXPECT(strstr(problems, "|3|身份证号|1***5|") != NULL); /* never the whole number */
    EXPECT(strstr(problems, "12345") == NULL);
    EXPECT(strstr(problems, "|4|期望月薪|面议|error|") != NULL);
    EXPECT(strstr(problems, "|3|Workplace||error|the workplace is missing|") != NULL);
}

STORE_TEST("a person in two rosters counts once, and the second is named")
{
    struct match_files_result r;
    const char *a = write_file(".csv", arena_printf(test_arena(), "%s%s", ROSTER_HEAD,
                                                    roster_row(1, "通渭县", "有意愿", 3000)));
    struct match_files in = { .workers = arena_printf(test_arena(), "%s,%s", a, a),
                              .posts = write_file(".csv", two_posts),
                              .dir = test_folder() };

    EXPECT_INT(match_files_run(cx, &in, &r), OK);
    EXPECT_INT(r.problem.n_persons, 1);
    EXPECT_INT(r.bad, 1);
    EXPECT_STR(r.problems_n ? r.problems[r.problems_n - 1].problem.code : NULL, "row.duplicate");
}

STORE_TEST("the employers' list gives a post its place and its canteen")
{
    struct match_files_result r;
    struct match_files in = {
        .workers = write_file(".csv", arena_printf(test_arena(), "%s%s", ROSTER_HEAD,
                                                   roster_row(1, "通渭县", "有意愿", 3000))),
        .posts = write_file(".csv", "岗位编号,用人单位,招聘岗位,需求人数,工资待遇\n"
                                    "G1,甲厂,普工,1,4000\n"),
        .employers = write_file(".csv", "单位名称,所在区县,食堂,面食窗口\n"
                                        "甲厂,福建省福州市福清市,是,是\n"),
        .dir = test_folder(),
    };

    EXPECT_INT(match_files_run(cx, &in, &r), OK);
    EXPECT_INT(r.bad, 0);
    EXPECT_INT(r.problem.n_posts, 1);
    if (r.problem.n_posts != 1)
        return;
    EXPECT_INT(r.problem.posts[0].work, 350181000000);
    EXPECT(r.problem.posts[0].employer->has_western_food);
    EXPECT_INT(r.report.placed, 1);
}

STORE_TEST("the order of rows changes neither who is placed nor where")
{
    const char *rows[6], *posts[] = { "G1,甲厂,普工,2,4000,福建省福州市福清市\n",
                                      "G2,乙厂,普工,2,4000,福建省福州市仓山区\n" };
    struct str there = str_new(test_arena()), back = str_new(test_arena());
    struct outcome a, b;

    str_add(&there, ROSTER_HEAD);
    str_add(&back, ROSTER_HEAD);
    for (int i = 0; i < 6; i++) {
        rows[i] = roster_row(i + 1, "通渭县", "有意愿", 3000);
        str_add(&there, rows[i]);
    }
    for (int i = 5; i >= 0; i--)
        str_add(&back, rows[i]);
    a = match_texts(cx, there.s,
                    arena_printf(test_arena(), "%s%s%s", POST_HEAD, posts[0], posts[1]));
    b = match_texts(cx, back.s,
                    arena_printf(test_arena(), "%s%s%s", POST_HEAD, posts[1], posts[0]));
    EXPECT_INT(a.r.report.placed, 4);
    for (int i = 0; i < 6; i++) {
        int32_t pa = a.r.assignment.auction.post[i], pb = b.r.assignment.auction.post[i];

        EXPECT_STR(a.r.persons[i].id_no, b.r.persons[i].id_no);
        EXPECT_STR(pa < 0 ? "" : a.r.posts[pa].number, pb < 0 ? "" : b.r.posts[pb].number);
    }
}

STORE_TEST("weights that ask for an estimate of retention are refused where there is no ledger")
{
    const char *roster =
        arena_printf(test_arena(), "%s%s", ROSTER_HEAD, roster_row(1, "通渭县", "有意愿", 3000));
    struct match_files in = { .workers = write_file(".csv", roster),
                              .posts = write_file(".csv", two_posts),
                              .weights = "{\"retention_model\":1}",
                              .dir = test_folder() };
    struct match_files_result r;

    EXPECT_INT(match_files_run(cx, &in, &r), E_INVALID);
    EXPECT_STR(cx->failure.code, "retention.no_ledger");
    in.weights = "{\"retention_model\":0}";
    EXPECT_INT(match_files_run(cx, &in, &r), OK);
}

STORE_TEST("weights are JSON or lines of names and points; a bad line is named")
{
    struct match_weights w;

    EXPECT_INT(match_weights_given(cx, "{\"distance\":7}", &w), OK);
    EXPECT_INT(w.distance, 7);
    EXPECT_INT(w.base, match_weights_default().base);
    EXPECT_INT(match_weights_given(
                   cx, write_file(".txt", "# ours\ndistance: 9\n\n climate : 3 # dry\n"), &w),
               OK);
    EXPECT_INT(w.distance, 9);
    EXPECT_INT(w.climate, 3);
    EXPECT_INT(match_weights_given(cx, write_file(".txt", "distance 9\n"), &w), E_INVALID);
    EXPECT(strstr(cx->failure.message, "line 1") != NULL);
    EXPECT_INT(match_weights_given(cx, write_file(".txt", "base: 1\ndistance: far\n"), &w),
               E_INVALID);
    EXPECT(strstr(cx->failure.message, "line 2") != NULL);
    EXPECT_INT(match_weights_given(cx, write_file(".txt", "sex: 100\n"), &w), E_INVALID);
    EXPECT(strstr(cx->failure.message, "sex") != NULL);
    EXPECT_INT(match_weights_given(cx, write_file(".txt", "base: -1\n"), &w), E_INVALID);
    EXPECT_INT(match_weights_given(cx, "/no/such/file", &w), E_NOT_FOUND);
}

STORE_TEST("a file that is no roster fails as a whole, and says why")
{
    struct outcome o = match_texts(cx, "甲,乙\n1,2\n", two_posts);

    EXPECT_INT(o.err, E_INVALID);
    EXPECT_STR(cx->failure.code, "import.no_header");
}

/* A simulated county as offices send it, in several files with flaws. */
STORE_TEST("spreadsheets of offices go in as they are")
{
    struct sim_options options = { .workers = 300,
                                   .posts = 14,
                                   .seed = 5,
                                   .messy = 5,
                                   .pairing = "fuzhou-dingxi",
                                   .dir = test_folder() };
    struct sim_world *w = sim_world_make(test_arena(), &options);
    struct str workers = str_new(test_arena()), posts = str_new(test_arena()),
               employers = str_new(test_arena());
    struct match_files_result r;
    int flawed = 0, rows = 0;

    EXPECT_INT(sim_write_rosters(w, &cx->failure), OK);
    EXPECT_INT(sim_write_posts(w, &cx->failure), OK);
    for (size_t i = 0; i < w->files_n; i++) {
        const char *kind = w->files[i].record;
        struct str *s = str_eq(kind, "person")     ? &workers
                        : str_eq(kind, "job_post") ? &posts
                                                   : &employers;

        str_addf(s, "%s%s", s->len ? "," : "", w->files[i].path);
        rows += str_eq(kind, "person") ? w->files[i].rows : 0;
        flawed += w->files[i].flawed;
    }
    cx->today = w->start;
    EXPECT_INT(match_files_run(cx,
                               &(struct match_files){ .workers = workers.s,
                                                      .posts = posts.s,
                                                      .employers = employers.s,
                                                      .dir = test_folder() },
                               &r),
               OK);
    EXPECT(rows >= 300);
    EXPECT(flawed > 0);
    EXPECT(r.bad > 0 && r.bad <= flawed);
    EXPECT(r.problem.n_persons >= rows - flawed && r.problem.n_persons <= rows);
    EXPECT_INT(r.problem.n_posts, 14);
    EXPECT(r.report.placed > 50);
}

/* Who has a post is marked as promised in the assignments of the folder. */
static void promise_all(const char *dir)
{
    const char *path = arena_printf(test_arena(), "%s/assignments.csv", dir);
    char *text = NEW_ARRAY(test_arena(), char, 100000), *at = text;
    struct str marked = str_new(test_arena());
    FILE *f = fopen(path, "re");
    bool is_header = true;

    EXPECT(f != NULL);
    if (!f)
        return;
    text[fread(text, 1, 99999, f)] = 0;
    fclose(f);
    for (char *end; (end = strstr(at, "\r\n")) != NULL; at = end + 2, is_header = false)
        str_addf(&marked, "%.*s%s\r\n", (int)(end - at), at, is_header ? "" : "yes");
    f = fopen(path, "we");
    fputs(marked.s, f);
    fclose(f);
}

#define POST(no, firm, seats, pay) #no "," firm ",普工," #seats "," #pay ",福建省福州市福清市\n"

STORE_TEST(
    "a match from an earlier one moves nobody when nothing changed, and tells who moved and why")
{
    const char *roster = ROSTER_HEAD, *more, *changes;
    struct outcome first, same, fewer;

    for (int i = 1; i <= 5; i++)
        roster =
            arena_printf(test_arena(), "%s%s", roster, roster_row(i, "通渭县", "有意愿", 3000));
    first = match_texts(cx, roster,
                        POST_HEAD POST(G1, "甲厂", 2, 4000) POST(G2, "乙厂", 2, 3900)
                            POST(G3, "丙厂", 1, 3000));
    EXPECT_INT(first.r.report.placed, 5);
    same = match_from(cx, first.dir, roster,
                      POST_HEAD POST(G3, "丙厂", 1, 3000) POST(G2, "乙厂", 2, 3900)
                          POST(G1, "甲厂", 2, 4000));
    EXPECT_INT(same.err, OK);
    EXPECT_INT(same.r.assignment.value, first.r.assignment.value);
    EXPECT_INT(lines(table(same.dir, "changes.csv")), 0);
    more = arena_printf(test_arena(), "%s%s", roster, roster_row(7, "岷县", "有意愿", 3000));
    fewer = match_from(cx, same.dir, more,
                       POST_HEAD POST(G1, "甲厂", 2, 4000) POST(G3, "丙厂", 1, 3000)
                           POST(G4, "丁厂", 1, 2000));
    EXPECT_INT(fewer.err, OK);
    EXPECT_INT(fewer.r.report.placed, 3);
    changes = table(fewer.dir, "changes.csv");
    EXPECT_INT(lines(changes), 2);
    EXPECT(strstr(changes, "lost the post|") != NULL);
    EXPECT(strstr(changes, "普工 · 乙厂||the post is offered no more") != NULL);
    EXPECT(strstr(changes, "甲厂") == NULL);
    fewer = match_from(cx, first.dir,
                       arena_printf(test_arena(), "%s%s", ROSTER_HEAD,
                                    roster_row(7, "岷县", "有意愿", 3000)),
                       POST_HEAD POST(G1, "甲厂", 2, 4000));
    EXPECT_INT(fewer.err, OK);
    EXPECT_INT(lines(table(fewer.dir, "changes.csv")), 6); /* and the new one */
    EXPECT(strstr(table(fewer.dir, "changes.csv"), "takes no part any more|") != NULL);
}

STORE_TEST(
    "what an earlier match marks as promised is kept even when somebody would be worth more there")
{
    const char *few =
        arena_printf(test_arena(), "%s%s", ROSTER_HEAD, roster_row(1, "通渭县", "有意愿", 3600));
    const char *two =
        arena_printf(test_arena(), "%s%s", few, roster_row(2, "通渭县", "有意愿", 3000));
    const char *post = POST_HEAD POST(G1, "甲厂", 1, 4000);
    struct outcome first = match_texts(cx, few, post), free = match_from(cx, first.dir, two, post),
                   kept;

    EXPECT_INT(first.r.report.placed, 1);
    EXPECT_STR(free.r.persons[1].id_no, id_no(2));
    EXPECT_INT(free.r.assignment.auction.post[1], 0); /* asks for less: more is left to her */
    EXPECT(strstr(table(free.dir, "changes.csv"), "the seats went where they are worth more") !=
           NULL);
    promise_all(first.dir);
    kept = match_from(cx, first.dir, two, post);
    EXPECT_INT(kept.r.assignment.auction.post[0], 0);
    EXPECT_INT(kept.r.assignment.auction.post[1], -1);
    EXPECT_INT(kept.r.assignment.auction.certificate.placed, 1);
    EXPECT_INT(lines(table(kept.dir, "changes.csv")), 0);
    kept = match_from(cx, kept.dir, two, post); /* the mark goes on */
    EXPECT_INT(kept.r.assignment.auction.post[0], 0);
}

STORE_TEST("a folder that holds no earlier match is refused by the name of what is missing")
{
    const char *dir = test_folder(),
               *roster = arena_printf(test_arena(), "%s%s", ROSTER_HEAD,
                                      roster_row(1, "通渭县", "有意愿", 3000));
    struct outcome o = match_from(cx, dir, roster, two_posts);
    FILE *f;

    EXPECT_INT(o.err, E_NOT_FOUND);
    EXPECT_STR(cx->failure.code, "sheet.missing");
    f = fopen(arena_printf(test_arena(), "%s/assignments.csv", dir), "we");
    fputs("Name,Post\n甲,普工\n", f);
    fclose(f);
    o = match_from(cx, dir, roster, two_posts);
    EXPECT_INT(o.err, E_INVALID);
    EXPECT_STR(cx->failure.code, "previous.column");
    EXPECT(strstr(cx->failure.message, "ID number, masked") != NULL);
}
