/* harness.c — runs the registered tests, all or those named on the command line. */
#include "harness.h"
#include "stores.h"

#include <stdio.h>
#include <stdlib.h>

static struct test *tests;
static int failures_in_test;
static struct arena *mem;

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

int main(int argc, char **argv)
{
    int passed = 0, failed = 0;

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
    stores_report();
    printf("%d passed, %d failed\n", passed, failed);
    return failed || !passed;
}
