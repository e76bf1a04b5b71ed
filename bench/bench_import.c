/* bench_import — how fast rosters are checked and written, how much memory that takes, and whether
 * every planted flaw is found.
 *
 *     make build/bench_import
 *     build/bench_import make FILE N         write FILE (xlsx, or CSV if its name ends so): N
 *                                            persons, 25 columns
 *     build/bench_import check FILE DB       dry run into a new store DB (path or postgres://…)
 *     build/bench_import commit FILE DB      dry run and write; run it again to see what the same
 *                                            file costs
 *     build/bench_import simulate DIR N P    write DIR/roster.xlsx, N persons of Dingxi, P percent
 *                                            with a flaw, and DIR/answers.csv that names each
 *     build/bench_import answers DIR DB      import it in one pass as the city's bureau, and
 *                                            compare what is found with the answers: exit status 1
 *                                            when one is missed, or anything else is reported
 *
 * Each is a run of its own, so that each has its own peak of memory. */
#include "app/modules.h"
#include "app/simulate.h"
#include "base/ids.h"
#include "imports/imports.h"
#include "people/people.h"
#include "platform/seal.h"
#include "sheet/sheet.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

static double seconds(clockid_t clock)
{
    struct timespec t;

    clock_gettime(clock, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int refused(const struct failure *f)
{
    fprintf(stderr, "%s: %s %s\n", f->code, f->message, f->hint);
    return 1;
}

static const char *const titles[] = { "序号",         "县(市、区、旗)", "乡(镇)",   "行政村",
                                      "户编号",       "姓名",           "证件号码", "性别",
                                      "与户主关系",   "民族",           "文化程度", "健康状况",
                                      "劳动能力",     "人均纯收入",     "联系电话", "户类型",
                                      "监测对象类型", "首次识别时间",   "技能特长", "就业意愿",
                                      "意向地点",     "意向薪资",       "银行账号", "开户名",
                                      "采集日期" };
enum { COLUMNS = ARRAY_LEN(titles) };

static void fill(int i, char text[COLUMNS][64], struct sheet_value *values)
{
    static const char *const surnames[] = { "张", "王", "李", "赵", "陈",
                                            "刘", "杨", "黄", "马", "牛" };
    static const char *const given[] = { "秀英", "建国", "小红", "志强", "桂兰", "海燕",
                                         "文斌", "玉珍", "国庆", "春梅", "军",   "芳" };
    static const char *const educations[] = {
        "小学", "初中", "高中", "中专", "大专", "文盲或半文盲"
    };
    char digits[24];
    int name = (i * 7919) % 120;

    snprintf(digits, sizeof digits, "621125%04d%02d%02d%03d", 1963 + i / 1000 % 40,
             1 + i / 40000 % 12, 1 + i / 480000 % 28, i % 1000);
    snprintf(text[0], 64, "%d", i + 1);
    snprintf(text[1], 64, "甘肃省定西市通渭县");
    snprintf(text[2], 64, "平襄镇");
    snprintf(text[3], 64, "第%d村", i % 17);
    snprintf(text[4], 64, "6211210%07d", i / 4);
    snprintf(text[5], 64, "%s%s", surnames[name % 10], given[name / 10]);
    snprintf(text[6], 64, "%s%c", digits, id_no_check(digits));
    snprintf(text[7], 64, "%s", id_no_is_female(text[6]) ? "女" : "男");
    snprintf(text[8], 64, "%s", i % 4 ? "配偶" : "户主");
    snprintf(text[9], 64, "汉族");
    snprintf(text[10], 64, "%s", educations[i % 6]);
    snprintf(text[11], 64, "健康");
    snprintf(text[12], 64, "普通劳动力");
    snprintf(text[13], 64, "%d", 9000 + i / 4 % 5000);
    snprintf(text[14], 64, "138%08d", i);
    snprintf(text[15], 64, "%s", i % 3 ? "脱贫户" : "一般农户");
    snprintf(text[16], 64, "%s", i % 20 ? "" : "脱贫不稳定户");
    snprintf(text[17], 64, "2014-01-%02d", 1 + i % 28);
    snprintf(text[18], 64, "缝纫");
    snprintf(text[19], 64, "%s", i % 5 ? "有意愿" : "无意愿");
    snprintf(text[20], 64, "福建省福州市");
    snprintf(text[21], 64, "%d", 3500 + i % 20 * 100);
    snprintf(text[22], 64, "62284800%08d", i);
    snprintf(text[23], 64, "%s", text[5]);
    snprintf(text[24], 64, "2026-02-%02d", 1 + i % 28);
    for (int c = 0; c < COLUMNS; c++)
        values[c] = (struct sheet_value){ .text = text[c], .number = NONE };
}

static int make_file(const char *path, int n)
{
    struct sheet_column columns[COLUMNS] = { 0 };
    static char text[COLUMNS][64];
    struct sheet_value values[COLUMNS];
    struct sheet_writer *w;
    struct failure f = { 0 };

    for (int c = 0; c < COLUMNS; c++)
        columns[c] = (struct sheet_column){ .title = titles[c], .kind = SHEET_TEXT };
    if (sheet_writer_open(path, str_ends(path, ".csv") ? SHEET_CSV : SHEET_XLSX, LANG_ZH, &f, &w) !=
            OK ||
        sheet_writer_page(w,
                          &(struct sheet_page){ .name = "花名册",
                                                .title = "通渭县务工人员花名册",
                                                .columns = columns,
                                                .n = COLUMNS },
                          &f) != OK)
        return refused(&f);
    for (int i = 0; i < n; i++) {
        fill(i, text, values);
        if (sheet_writer_row(w, values, COLUMNS, &f) != OK)
            return refused(&f);
    }
    return sheet_writer_close(w, &f) == OK ? 0 : refused(&f);
}

static enum err seed(struct ctx *cx, void *arg)
{
    (void)arg;
    for (int m = 0; ops_modules()[m]; m++)
        if (ops_modules()[m]->seed)
            TRY(ops_modules()[m]->seed(cx));
    return OK;
}

static int take(struct ctx *cx, const char *path, bool commit, struct import_outcome *ret)
{
    double wall = seconds(CLOCK_MONOTONIC), cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);
    struct import_outcome o;
    struct rusage usage;

    if (import_run(cx, &person_record, path, "roster", commit, &o) != OK)
        return refused(&cx->failure);
    *ret = o;
    wall = seconds(CLOCK_MONOTONIC) - wall;
    cpu = seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu;
    getrusage(RUSAGE_SELF, &usage);
    printf(
        "%lld rows (%lld bad): %lld new, %lld changed, %lld same; %.2f s wall, %.2f s cpu, %.0f rows/s, peak %.1f MB\n",
        (long long)o.total, (long long)o.bad, (long long)o.created, (long long)o.changed,
        (long long)o.same, wall, cpu, (double)o.total / wall, (double)usage.ru_maxrss / 1024);
    return 0;
}

/* --- the answer key --- */

static int simulate(const char *dir, int workers, int messy)
{
    struct arena *mem = arena_new();
    struct sim_options o = { .workers = workers,
                             .posts = 1,
                             .seed = 1,
                             .messy = messy,
                             .one_roster = true,
                             .pairing = "fuzhou-dingxi",
                             .dir = dir };
    struct sim_world *w = sim_world_make(mem, &o);
    struct failure f = { 0 };

    if (sim_write_rosters(w, &f) != OK || sim_write_answers(w, &f) != OK)
        return refused(&f);
    printf("%d rows, %d with a flaw, %zu answers\n", w->files[0].rows, w->files[0].flawed,
           w->answers_n);
    arena_free(mem);
    return 0;
}

/* "roster.xlsx row 1234 id_no.checksum error 身份证号码", sorted, so that two lists can be merged.
 */
struct findings {
    const char **at;
    size_t n, cap;
};

static void add_finding(struct arena *mem, struct findings *f, int64_t row, const char *column,
                        const char *code, bool is_warning)
{
    *ARENA_PUSH(mem, f->at, f->n, f->cap) =
        arena_printf(mem, "%09lld %s %s %s", (long long)row, code, is_warning ? "warning" : "error",
                     column);
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool read_answers(struct arena *mem, const char *path, struct findings *ret)
{
    struct failure f = { 0 };
    struct sheet_row row;
    struct sheet *s;
    bool more = true, first = true;
    enum err err = sheet_open(path, NULL, LANG_EN, &f, &s);

    if (err == OK)
        err = sheet_select(s, 0, &f);
    while (err == OK && (err = sheet_next(s, &row, &more, &f)) == OK && more) {
        int64_t number;
        if (!first && row.n == 6 && str_int(row.cells[2].text, &number))
            add_finding(mem, ret, number, row.cells[3].text, row.cells[4].text,
                        str_eq(row.cells[5].text, "1"));
        first = false;
    }
    if (err != OK)
        refused(&f);
    return err == OK;
}

struct found {
    int64_t batch_id;
    struct arena *mem;
    struct findings list;
};

static enum err read_found(struct ctx *cx, void *arg)
{
    struct found *found = arg;
    struct rows r;

    TRY(import_problems(cx, found->batch_id, 0, -1, &r));
    for (int i = 0; i < r.n; i++)
        add_finding(found->mem, &found->list, row_int(&r, i, "row_number"),
                    row_text(&r, i, "header") ? row_text(&r, i, "header") : "",
                    row_text(&r, i, "code"), row_int(&r, i, "is_warning") == 1);
    return OK;
}

/* Two sorted lists side by side; the first few differences are printed. */
static int compare(const struct findings *planted, const struct findings *found)
{
    size_t p = 0, f = 0, missed = 0, other = 0;

    while (p < planted->n || f < found->n) {
        int order = p == planted->n ? 1 : f == found->n ? -1 : strcmp(planted->at[p], found->at[f]);
        if (order < 0 && missed++ < 20)
            printf("missed: %s\n", planted->at[p]);
        if (order > 0 && other++ < 20)
            printf("not planted: %s\n", found->at[f]);
        p += order <= 0;
        f += order >= 0;
    }
    printf("%zu flaws planted, %zu reported: %zu missed, %zu not planted\n", planted->n, found->n,
           missed, other);
    return missed || other;
}

static int take_answers(struct ctx *cx, const char *dir)
{
    struct findings planted = { 0 };
    struct found found = { .mem = arena_new() };
    struct import_outcome o;
    int status;

    cx->who.scope = (struct scope){ SCOPE_OFFICE, NONE, NONE, NONE, NONE, NONE, NONE };
    division_range(621100000000, &cx->who.scope.home_lo, &cx->who.scope.home_hi);
    status = take(cx, arena_printf(cx->mem, "%s/roster.xlsx", dir), true, &o);
    if (status != 0)
        return status;
    found.batch_id = o.batch_id;
    if (!read_answers(found.mem, arena_printf(cx->mem, "%s/answers.csv", dir), &planted) ||
        db_read(cx, read_found, &found) != OK)
        return refused(&cx->failure);
    qsort(planted.at, planted.n, sizeof *planted.at, by_text);
    qsort(found.list.at, found.list.n, sizeof *found.list.at, by_text);
    status = compare(&planted, &found.list);
    arena_free(found.mem);
    return status;
}

/* --- commands --- */

static int run(struct ctx *cx, const char *command, const char *path)
{
    struct import_outcome o;

    if (db_write(cx, seed, NULL) != OK)
        return refused(&cx->failure);
    if (str_eq(command, "answers"))
        return take_answers(cx, path);
    return take(cx, path, str_eq(command, "commit"), &o);
}

int main(int argc, char **argv)
{
    struct store *store;
    struct failure f = { 0 };
    struct ctx *cx;
    int status;

    if (argc == 4 && str_eq(argv[1], "make"))
        return make_file(argv[2], atoi(argv[3]));
    if (argc == 5 && str_eq(argv[1], "simulate"))
        return simulate(argv[2], atoi(argv[3]), atoi(argv[4]));
    if (argc != 4 || sodium_init() < 0) {
        fputs("bench_import make FILE N | check FILE DB | commit FILE DB | simulate DIR N P"
              " | answers DIR DB\n",
              stderr);
        return 2;
    }
    ops_register(app_modules);
    seal_init_for_tests();
    if (store_open(argv[3], ops_tables(), LANG_EN, &f, &store) != OK ||
        store_migrate(store, &f, NULL) != OK)
        return refused(&f);
    cx = ctx_new(store, time(NULL));
    ctx_as_system(cx);
    status = run(cx, argv[1], argv[2]);
    ctx_free(cx);
    store_close(store);
    return status;
}
