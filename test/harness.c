/* harness.c — runs the registered tests, all or those named on the command line. */
#include "harness.h"
#include "stores.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static struct test *tests;
static int failures_in_test;
static struct arena *mem;
static char run_folder[64];
static int files_made;

void test_register(struct test *t)
{
    struct test **at = &tests;

    while (*at && strcmp((*at)->file, t->file) <= 0)
        at = &(*at)->next;
    t->next = *at;
    *at = t;
}

void test_fail(const char *file, int line, const char *format, ...)
{
    va_list args;

    failures_in_test++;
    fprintf(stderr, "    %s:%d: ", file, line);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
}

int test_failures(void)
{
    return failures_in_test;
}

struct arena *test_arena(void)
{
    return mem;
}

const char *test_base(void)
{
    return access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
}

const char *test_file(const char *suffix)
{
    return arena_printf(mem, "%s/%d%s", run_folder, files_made++, suffix);
}

const char *test_folder(void)
{
    const char *path = test_file("");

    if (mkdir(path, 0700) != 0)
        abort();
    return path;
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *at)
{
    (void)st, (void)kind, (void)at;
    return remove(path);
}

static void make_run_folder(void)
{
    snprintf(run_folder, sizeof run_folder, "%s/queqiao-test-XXXXXX", test_base());
    if (!mkdtemp(run_folder) || setenv("TMPDIR", run_folder, true) != 0)
        abort();
}

int main(int argc, char **argv)
{
    int passed = 0, failed = 0;

    make_run_folder();
    for (struct test *t = tests; t; t = t->next) {
        if (argc > 1 && !strstr(t->file, argv[1]) && !strstr(t->sentence, argv[1]))
            continue;
        failures_in_test = 0;
        mem = arena_new();
        t->run();
        arena_free(mem);
        if (failures_in_test) {
            failed++;
            printf("FAIL %s: %s\n", t->file, t->sentence);
        } else {
            passed++;
        }
        fflush(stdout);
    }
    nftw(run_folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    stores_report();
    printf("%d passed, %d failed\n", passed, failed);
    return failed || !passed;
}
