/* bench_sheet — how fast rosters are read and written, and how much memory that takes.
 *
 *     make build/bench_sheet
 *     build/bench_sheet FILE          read FILE (xlsx or CSV), print rows/s and peak memory
 *     build/bench_sheet FILE N        only write FILE (CSV if its name ends so), N rows, 25 columns
 *
 * Reading and writing are separate runs, so that each has its own peak. The file it writes has the
 * shape of a real roster: names, numbers of 18 digits, places, dates, sums. */
#include "sheet/sheet.h"

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

static int read_file(const char *path)
{
    double wall = seconds(CLOCK_MONOTONIC), cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);
    int64_t rows = 0, cells = 0, bytes = 0;
    struct rusage usage;
    struct sheet_row row;
    struct failure f;
    struct sheet *s;
    bool more = true;

    if (sheet_open(path, NULL, LANG_EN, &f, &s) != OK || sheet_select(s, 0, &f) != OK)
        return refused(&f);
    for (;; rows++) {
        if (sheet_next(s, &row, &more, &f) != OK)
            return refused(&f);
        if (!more)
            break;
        cells += row.n;
        for (int i = 0; i < row.n; i++)
            bytes += (int64_t)row.cells[i].len;
    }
    sheet_close(s);
    wall = seconds(CLOCK_MONOTONIC) - wall;
    cpu = seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu;
    getrusage(RUSAGE_SELF, &usage);
    printf(
        "%lld rows, %lld cells, %lld bytes of text: %.2f s wall, %.2f s cpu, %.0f rows/s of cpu, "
        "peak %.1f MB\n",
        (long long)rows, (long long)cells, (long long)bytes, wall, cpu, (double)rows / cpu,
        (double)usage.ru_maxrss / 1024);
    return 0;
}

/* Column `c` of row `r`: running number, name, ID number, phone, three dates, two sums, 16 texts.
 */
static struct sheet_value value(struct arena *mem, int r, int c)
{
    static const char *const words[] = {
        "男",     "汉族",     "脱贫户", "高中", "福建省福州市长乐区", "定西市安定区内官营镇",
        "电焊工", "稳定就业", "",       "是"
    };

    switch (c) {
    case 0:
        return (struct sheet_value){ .number = r + 1 };
    case 1:
        return (struct sheet_value){ .text = arena_printf(mem, "张三%d", r) };
    case 2:
        return (struct sheet_value){ .text = arena_printf(mem, "62112519900307%04d", r % 10000) };
    case 3:
        return (struct sheet_value){ .text = arena_printf(mem, "138%08d", r) };
    case 4:
    case 5:
    case 6:
        return (struct sheet_value){ .text = arena_printf(mem, "2023-%02d-%02d", r % 12 + 1,
                                                          r % 28 + 1) };
    case 7:
    case 8:
        return (struct sheet_value){ .number = 350050 + r % 1000 };
    default:
        return (struct sheet_value){ .text = words[(r + c) % 10] };
    }
}

static int write_file(const char *path, int rows)
{
    double cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);
    struct arena *mem = arena_new();
    struct sheet_column columns[25] = { 0 };
    struct sheet_page page = { "名单", "务工人员花名册", "导出人 2026-11-22", columns, 25 };
    struct sheet_value values[25];
    struct sheet_writer *w;
    struct rusage usage;
    struct failure f;

    for (int c = 0; c < 25; c++) {
        columns[c].title = arena_printf(mem, "第%d列", c + 1);
        columns[c].kind = c == 0             ? SHEET_INT
                          : c >= 4 && c <= 6 ? SHEET_DATE
                          : c == 7 || c == 8 ? SHEET_MONEY
                                             : SHEET_TEXT;
    }
    if (sheet_writer_open(path, str_ends(path, ".csv") ? SHEET_CSV : SHEET_XLSX, LANG_ZH, &f, &w) !=
        OK)
        return refused(&f);
    if (sheet_writer_page(w, &page, &f) != OK)
        return refused(&f);
    for (int r = 0; r < rows; r++) {
        arena_reset(mem);
        for (int c = 0; c < 25; c++)
            values[c] = value(mem, r, c);
        if (sheet_writer_row(w, values, 25, &f) != OK)
            return refused(&f);
    }
    if (sheet_writer_close(w, &f) != OK)
        return refused(&f);
    arena_free(mem);
    cpu = seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu;
    getrusage(RUSAGE_SELF, &usage);
    printf("%d rows written: %.2f s cpu, %.0f rows/s of cpu, peak %.1f MB\n", rows, cpu, rows / cpu,
           (double)usage.ru_maxrss / 1024);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc == 3)
        return write_file(argv[1], atoi(argv[2]));
    if (argc == 2)
        return read_file(argv[1]);
    fputs("bench_sheet FILE [ROWS]\n", stderr);
    return 2;
}
