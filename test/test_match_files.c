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
    EXPECT_INT(lines(changes), 4);
    EXPECT(strstr(changes, "lost the post|") != NULL);
    EXPECT(strstr(changes, "普工 · 乙厂||the post is offered no more") != NULL);
    EXPECT(strstr(changes, "post no longer listed|||普工 · 乙厂 (seats: 2)\n") != NULL);
    EXPECT(strstr(changes, "new post||||普工 · 丁厂 (seats: 1)\n") != NULL);
    EXPECT(strstr(changes, "甲厂") == NULL);
    fewer = match_from(cx, first.dir,
                       arena_printf(test_arena(), "%s%s", ROSTER_HEAD,
                                    roster_row(7, "岷县", "有意愿", 3000)),
                       POST_HEAD POST(G1, "甲厂", 2, 4000));
    EXPECT_INT(fewer.err, OK);
    EXPECT_INT(lines(table(fewer.dir, "changes.csv")), 8); /* the new one, two posts gone */
    EXPECT(strstr(table(fewer.dir, "changes.csv"), "takes no part any more|") != NULL);
}

STORE_TEST("seats that were more or fewer before are named, and why somebody lost hers")
{
    const char *roster = ROSTER_HEAD, *changes;
    struct outcome first, second;

    for (int i = 1; i <= 3; i++)
        roster =
            arena_printf(test_arena(), "%s%s", roster, roster_row(i, "通渭县", "有意愿", 3000));
    first = match_texts(cx, roster,
                        POST_HEAD POST(G1, "甲厂", 3, 4000) POST(G2, "乙厂", 1, 2000)
                            POST(G3, "丙厂", 1, 2000) POST(G3, "丙厂", 1, 2000));
    EXPECT_INT(first.r.report.placed, 3);
    second = match_from(cx, first.dir, roster,
                        POST_HEAD POST(G1, "甲厂", 1, 4000) POST(G2, "乙厂", 2, 2000)
                            POST(G3, "丙厂", 1, 2000) POST(G3, "丙厂", 2, 2000));
    EXPECT_INT(second.err, OK);
    changes = table(second.dir, "changes.csv");
    EXPECT_INT(lines(changes), 4); /* of two posts of the same words nothing is said */
    EXPECT(strstr(changes, "lost the post|") != NULL);
    EXPECT(strstr(changes, "||the seats of the post went from 3 down to 1, to those who are worth "
                           "more there\n") != NULL);
    EXPECT(strstr(changes, "fewer seats|||普工 · 甲厂 (seats: 3)|普工 · 甲厂 (seats: 1)\n") !=
           NULL);
    EXPECT(strstr(changes, "more seats|||普工 · 乙厂 (seats: 1)|普工 · 乙厂 (seats: 2)\n") != NULL);
    EXPECT_INT(lines(table(match_from(cx, second.dir, roster,
                                      POST_HEAD POST(G1, "甲厂", 1, 4000) POST(G2, "乙厂", 2, 2000)
                                          POST(G3, "丙厂", 3, 2000))
                               .dir,
                           "changes.csv")),
               0); /* two posts written as one */
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

/* --- what a ledger would know from other records --- */

#define TRAINED_HEAD "姓名,身份证号,户籍地,农户类型,务工意愿,意向地区,培训工种,订单企业\n"

static const char *trained_row(int n, const char *type, const char *trained, const char *by)
{
    return arena_printf(test_arena(), "人员甲,%s,甘肃省定西市通渭县,%s,有意愿,福州市,%s,%s\n",
                        id_no(n), type, trained, by);
}

/* "points: sentence" of a part of the person in a row of the roster; NULL when there is none. */
static const char *part_of(const char *dir, int row, const char *code)
{
    const char *at = table(dir, "parts.csv"), *row_text = arena_printf(test_arena(), "%d", row);

    for (; *at; at = strchr(at, '\n') + 1) { /* file|sheet|row|name|post row|code|points|sentence */
        char *cells = arena_strndup(test_arena(), at, strcspn(at, "\n"));
        const char *cell[8];
        int n = 0;

        for (char *c = cells; c && n < 8; n++) {
            cell[n] = c;
            c = strchr(c, '|');
            if (c)
                *c++ = 0;
        }
        if (n == 8 && str_eq(cell[2], row_text) && str_eq(cell[5], code))
            return arena_printf(test_arena(), "%s: %s", cell[6], cell[7]);
    }
    return NULL;
}

static bool is_part(const char *part, const char *start)
{
    return part && str_starts(part, start);
}

STORE_TEST("a roster's columns of courses count for the trade, and more for who ordered them")
{
    const char *roster = arena_printf(
        test_arena(), "%s%s%s%s%s%s%s", TRAINED_HEAD, trained_row(1, "一般农户", "电焊工", ""),
        trained_row(2, "一般农户", "缝纫工、6-18-02-04", "91350181M0001D8E00"),
        trained_row(3, "一般农户", "", "甲厂"), trained_row(4, "一般农户", "缝纫工", "甲厂"),
        trained_row(5, "一般农户", "无", ""), trained_row(6, "一般农户", "焊工", "甲厂"));
    struct outcome o = match_texts(cx, roster,
                                   "岗位编号,用人单位,招聘岗位,需求人数,工资待遇,工作地点\n"
                                   "G1,甲厂,焊工,6,4000,福建省福州市福清市\n");

    EXPECT_INT(o.err, OK);
    EXPECT_INT(o.r.bad, 0);
    EXPECT_STR(part_of(o.dir, 2, "skill.trained"), "150: trained for the occupation on order");
    EXPECT_STR(part_of(o.dir, 3, "skill.trained"), "150: trained for the occupation on order");
    EXPECT_STR(part_of(o.dir, 4, "skill.trained"), "300: trained on order of this employer");
    EXPECT_STR(part_of(o.dir, 5, "skill.trained"), NULL);
    EXPECT_STR(part_of(o.dir, 6, "skill.trained"), NULL);
    EXPECT_STR(part_of(o.dir, 7, "skill.trained"), "300: trained on order of this employer");
    EXPECT_INT(lines(table(o.dir, "problems.csv")),
               1); /* the code of row 3 is no employer's here */
    EXPECT(strstr(table(o.dir, "problems.csv"),
                  "|3|Training ordered by|91350181M0001D8E00|warning|no employer of the posts has "
                  "this name, or several do|") != NULL);
}

STORE_TEST("of two employers of one name, a course needs the credit code")
{
    struct outcome o =
        match_texts(cx,
                    arena_printf(test_arena(), "%s%s%s", TRAINED_HEAD,
                                 trained_row(1, "一般农户", "", "甲厂"),
                                 trained_row(2, "一般农户", "", "91350100M0001TGQXM")),
                    "岗位编号,用人单位,统一社会信用代码,招聘岗位,需求人数,工资待遇,工作地点\n"
                    "G1,甲厂,91350100M0001TGQXM,焊工,1,4000,福建省福州市福清市\n"
                    "G2,甲厂,91350203M0001QAY9B,焊工,1,4000,福建省福州市福清市\n");
    const char *problems = table(o.dir, "problems.csv");

    EXPECT_INT(o.r.bad, 0);
    EXPECT_INT(o.r.report.placed, 2);
    EXPECT_STR(part_of(o.dir, 2, "skill.trained"), NULL);
    EXPECT_STR(part_of(o.dir, 3, "skill.trained"), "300: trained on order of this employer");
    EXPECT(strstr(problems, "|2|Training ordered by|甲厂|warning|") != NULL);
    EXPECT(strstr(problems, "|3|Training ordered by|") == NULL);
}

STORE_TEST("a course of no known occupation is named and costs the course, not the person")
{
    struct outcome o = match_texts(cx,
                                   arena_printf(test_arena(), "%s%s%s", TRAINED_HEAD,
                                                trained_row(1, "一般农户", "焊工、腾云驾雾", ""),
                                                trained_row(2, "一般农户", "6-18-02-4", "")),
                                   "岗位编号,用人单位,招聘岗位,需求人数,工资待遇,工作地点\n"
                                   "G1,甲厂,焊工,5,4000,福建省福州市福清市\n");
    const char *problems = table(o.dir, "problems.csv");

    EXPECT_INT(o.r.bad, 0);
    EXPECT_INT(o.r.report.placed, 2);
    EXPECT_STR(part_of(o.dir, 2, "skill.trained"), "150: trained for the occupation on order");
    EXPECT_STR(part_of(o.dir, 3, "skill.trained"), NULL);
    EXPECT_INT(lines(problems), 2);
    EXPECT(strstr(problems, "|2|培训工种||warning|“腾云驾雾” is no known occupation and does not "
                            "count|write names or codes") != NULL);
    EXPECT(strstr(problems, "|3|培训工种||warning|“6-18-02-4” is no known") != NULL);
}

#define CASES_HEAD \
    "岗位编号,用人单位,招聘岗位,需求人数,工资待遇,工作地点,欠薪案件数,其他维权案件数\n"

STORE_TEST("cases of an employer count at all its posts; rows that differ are named")
{
    const char *roster =
        arena_printf(test_arena(), "%s%s%s%s", ROSTER_HEAD, roster_row(1, "通渭县", "有意愿", 3000),
                     roster_row(2, "通渭县", "有意愿", 3000),
                     roster_row(3, "通渭县", "有意愿", 3000));
    struct outcome o = match_texts(cx, roster,
                                   CASES_HEAD "G1,甲厂,普工,1,4000,福建省福州市福清市,,\n"
                                              "G2,甲厂,保安,1,4000,福建省福州市福清市,2起,1\n"
                                              "G3,乙厂,普工,1,4000,福建省福州市福清市,0,\n");
    const char *problems;
    int with_cases = 0;

    EXPECT_INT(o.err, OK);
    for (int row = 2; row <= 4; row++)
        with_cases += str_eq(part_of(o.dir, row, "employer.arrears"),
                             "-700: rights cases on record: 2 of unpaid wages, 1 others");
    EXPECT_INT(o.r.report.placed, 3);
    EXPECT_INT(with_cases, 2);
    EXPECT_INT(lines(table(o.dir, "problems.csv")), 0);
    o = match_texts(cx, roster,
                    CASES_HEAD "G1,甲厂,普工,1,4000,福建省福州市福清市,1,\n"
                               "G2,甲厂,保安,1,4000,福建省福州市福清市,2,\n"
                               "G3,乙厂,普工,1,4000,福建省福州市福清市,-1,\n"
                               "G4,丙厂,普工,1,4000,福建省福州市福清市,无,1\n"
                               "G5,甲厂,普工,1,4000,福建省福州市福清市,1,\n");
    problems = table(o.dir, "problems.csv");
    EXPECT_INT(o.r.bad, 2);
    EXPECT_INT(o.r.posts_n ? o.r.posts[0].post.employer->arrears : 0, 2);
    EXPECT(strstr(problems, "|4|欠薪案件数|'-1|error|") != NULL);
    EXPECT(strstr(problems, "|5|欠薪案件数|无|error|not a whole number|enter digits only|") !=
           NULL);
    EXPECT(strstr(problems, "|3|Cases of unpaid wages|2|warning|") != NULL);
    EXPECT(strstr(problems, "row 2 says 1 of the same employer; the greater counts|") != NULL);
}

STORE_TEST("the list of employers tells the cases of posts that tell none")
{
    struct match_files_result r;
    struct match_files in = {
        .workers = write_file(".csv", arena_printf(test_arena(), "%s%s", ROSTER_HEAD,
                                                   roster_row(1, "通渭县", "有意愿", 3000))),
        .posts = write_file(".csv", CASES_HEAD "G1,甲厂,普工,1,4000,福建省福州市福清市,,\n"
                                               "G2,乙厂,普工,1,4000,福建省福州市福清市,1,\n"),
        .employers = write_file(".csv", "单位名称,所在区县,欠薪案件数,其他维权案件数\n"
                                        "甲厂,福建省福州市福清市,3,\n"
                                        "乙厂,福建省福州市福清市,3,2\n"),
        .dir = test_folder(),
    };

    EXPECT_INT(match_files_run(cx, &in, &r), OK);
    for (size_t i = 0; i < r.posts_n; i++) {
        bool is_first = str_eq(r.posts[i].number, "G1");

        EXPECT_INT(r.posts[i].post.employer->arrears, is_first ? 3 : 1);
        EXPECT_INT(r.posts[i].post.employer->rights, is_first ? 0 : 2);
    }
    EXPECT_INT(r.posts_n, 2);
}

STORE_TEST("a list of posts says what is paid beside the wage, and to registered households")
{
    const char *head = "岗位编号,用人单位,招聘岗位,需求人数,工资待遇,工作地点,"
                       "政策补贴(元/月),脱贫人口每月政策补贴\n";
    const char *roster =
        arena_printf(test_arena(), "%s%s%s", TRAINED_HEAD, trained_row(1, "一般农户", "", ""),
                     trained_row(2, "建档立卡贫困户", "", ""));
    struct outcome o =
        match_texts(cx, roster,
                    arena_printf(test_arena(),
                                 "%sG1,甲厂,普工,2,4000,福建省福州市福清市,200,1000\n", head));

    EXPECT_INT(o.err, OK);
    EXPECT_INT(o.r.report.placed, 2);
    EXPECT_STR(part_of(o.dir, 2, "pay.subsidy"),
               "200: 200 yuan of subsidies a month by the list of posts; with pay and after meals "
               "and lodging about 3304 in hand");
    EXPECT(is_part(part_of(o.dir, 3, "pay.subsidy"), "1000: 1000 yuan of subsidies a month"));
    o = match_texts(cx, roster,
                    arena_printf(test_arena(), "%sG1,甲厂,普工,2,4000,福建省福州市福清市,200,\n",
                                 head));
    EXPECT(is_part(part_of(o.dir, 2, "pay.subsidy"), "200: "));
    EXPECT(is_part(part_of(o.dir, 3, "pay.subsidy"), "200: "));
    o = match_texts(cx, roster,
                    arena_printf(test_arena(),
                                 "%sG1,甲厂,普工,1,4000,福建省福州市福清市,,800元\n"
                                 "G2,甲厂,普工,1,4000,福建省福州市福清市,,\n"
                                 "G3,甲厂,普工,1,4000,福建省福州市福清市,20000,\n"
                                 "G4,甲厂,普工,1,4000,福建省福州市福清市,,待定\n",
                                 head));
    EXPECT_INT(o.r.bad, 2);
    EXPECT_STR(part_of(o.dir, 2, "pay.subsidy"), NULL); /* G1 goes where it is paid */
    EXPECT(is_part(part_of(o.dir, 3, "pay.subsidy"), "800: "));
    EXPECT(strstr(table(o.dir, "problems.csv"), "|4|政策补贴(元/月)|20000|error|") != NULL);
    EXPECT(strstr(table(o.dir, "problems.csv"),
                  "|5|脱贫人口每月政策补贴|待定|error|not an amount|") != NULL);
}

/* Who sees the posts in another order finds the same: the search knows the columns, too. */
STORE_TEST("columns that a ledger would fill are searched as exactly as they are scored")
{
    struct str roster = str_new(test_arena()), posts = str_new(test_arena());
    struct outcome o;

    str_add(&roster, TRAINED_HEAD);
    str_add(&posts, "岗位编号,用人单位,招聘岗位,需求人数,工资待遇,工作地点,欠薪案件数,"
                    "每月政策补贴,脱贫人口每月政策补贴\n");
    for (int i = 1; i <= 40; i++)
        str_add(&roster,
                trained_row(i, i % 3 ? "一般农户" : "建档立卡贫困户", i % 2 ? "焊工" : "缝纫工",
                            i % 4 ? "" : arena_printf(test_arena(), "厂%d", i % 5)));
    for (int i = 0; i < 30; i++)
        str_addf(&posts, "G%d,厂%d,%s,2,%d,福建省福州市福清市,%d,%d,%d\n", i, i % 5,
                 i % 2 ? "焊工" : "缝纫工", 3000 + i % 7 * 100, i % 5, i % 3 * 300, i % 4 * 400);
    o = match_texts(cx, roster.s, posts.s);
    EXPECT_INT(o.err, OK);
    EXPECT_INT(o.r.bad, 0);
    EXPECT_INT(o.r.problem.n_persons, 40);
    for (int32_t i = 0; i < o.r.problem.n_persons; i++) {
        const struct match_candidates *c = &o.r.assignment.considered;
        int32_t best = 0;

        for (int32_t p = 0; p < o.r.problem.n_posts; p++)
            best =
                MAX(best, match_points(&o.r.persons[i].person, &o.r.posts[p].post, &o.r.weights));
        EXPECT(c->row[i + 1] > c->row[i]);
        EXPECT_INT(match_points(&o.r.persons[i].person, &o.r.posts[c->edges[c->row[i]].post].post,
                                &o.r.weights),
                   best);
    }
}
