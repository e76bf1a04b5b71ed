/* bench_import — how fast rosters are checked and written, and how much memory that takes.
 *
 *     make build/bench_import
 *     build/bench_import make FILE N      write FILE (xlsx, or CSV if its name ends so): N persons,
 * 25 columns build/bench_import check FILE DB    dry run into a new store DB (a path, or
 * postgres://…) build/bench_import commit FILE DB   dry run and write; run it again to see what the
 * same file costs
 *
 * Each is a run of its own, so that each has its own peak of memory. */
#include "app/modules.h"
#include "base/ids.h"
#include "imports/imports.h"
#include "people/people.h"
#include "platform/seal.h"
#include "platform/sheet.h"

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

static int take(struct ctx *cx, const char *path, bool commit)
{
    double wall = seconds(CLOCK_MONOTONIC), cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);
    struct import_outcome o;
    struct rusage usage;

    if (import_run(cx, &person_record, path, "roster", commit, &o) != OK)
        return refused(&cx->failure);
    wall = seconds(CLOCK_MONOTONIC) - wall;
    cpu = seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu;
    getrusage(RUSAGE_SELF, &usage);
    printf(
        "%lld rows (%lld bad): %lld new, %lld changed, %lld same; %.2f s wall, %.2f s cpu, %.0f rows/s, peak %.1f MB\n",
        (long long)o.total, (long long)o.bad, (long long)o.created, (long long)o.changed,
        (long long)o.same, wall, cpu, (double)o.total / wall, (double)usage.ru_maxrss / 1024);
    return 0;
}

int main(int argc, char **argv)
{
    struct store *store;
    struct failure f = { 0 };
    struct ctx *cx;
    int status;

    if (argc == 4 && str_eq(argv[1], "make"))
        return make_file(argv[2], atoi(argv[3]));
    if (argc != 4 || sodium_init() < 0) {
        fprintf(stderr, "bench_import make FILE N | check FILE DB | commit FILE DB\n");
        return 2;
    }
    ops_register(app_modules);
    seal_init_for_tests();
    if (store_open(argv[3], ops_tables(), LANG_EN, &f, &store) != OK ||
        store_migrate(store, &f, NULL) != OK)
        return refused(&f);
    cx = ctx_new(store, time(NULL));
    ctx_as_system(cx);
    status = db_write(cx, seed, NULL) == OK ? take(cx, argv[2], str_eq(argv[1], "commit"))
                                            : refused(&cx->failure);
    ctx_free(cx);
    store_close(store);
    return status;
}
