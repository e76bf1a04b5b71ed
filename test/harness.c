/* harness.c — runs the registered tests, all or those named on the command line, in as many
 * processes as there are processors: each takes the next test that nobody has taken. */
#include "harness.h"
#include "stores.h"

#include <ftw.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static struct test *tests;
static int failures_in_test;
static bool is_skipped;
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

void test_skip(void)
{
    is_skipped = true;
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

/* What the processes share. */
struct run {
    atomic_int next; /* of the tests asked for */
    atomic_int passed, failed, sqlite, postgres;
    _Atomic(const char *) without_postgres; /* a literal, at one address in all of them */
};

static bool is_asked_for(const struct test *t, const char *word)
{
    return !word || strstr(t->file, word) || strstr(t->sentence, word);
}

static void run_one(struct run *run, const struct test *t)
{
    failures_in_test = 0;
    is_skipped = false;
    mem = arena_new();
    t->run();
    arena_free(mem);
    if (failures_in_test)
        printf("FAIL %s: %s\n", t->file, t->sentence);
    fflush(stdout);
    if (failures_in_test || !is_skipped)
        atomic_fetch_add(failures_in_test ? &run->failed : &run->passed, 1);
}

static void work(struct run *run, const char *word)
{
    int number = 0, mine = atomic_fetch_add(&run->next, 1);
    struct stores_ran stores;

    make_run_folder();
    for (struct test *t = tests; t; t = t->next) {
        if (!is_asked_for(t, word) || number++ != mine)
            continue;
        run_one(run, t);
        mine = atomic_fetch_add(&run->next, 1);
    }
    nftw(run_folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    stores_end(&stores);
    atomic_fetch_add(&run->sqlite, stores.sqlite);
    atomic_fetch_add(&run->postgres, stores.postgres);
    if (stores.without_postgres)
        run->without_postgres = stores.without_postgres;
}

/* Runs work() in its own process; one that dies takes its test along, which then counts as failed.
 */
static void start(struct run *run, const char *word)
{
    fflush(NULL);
    if (fork() == 0) {
        work(run, word);
        fflush(NULL);
        exit(0); /* so that the sanitizers look for leaks */
    }
}

static void wait_for_all(struct run *run)
{
    int status;

    while (wait(&status) > 0) {
        if (status == 0)
            continue;
        printf("FAIL a process of tests ended with status %d\n", status);
        run->failed++;
    }
}

int main(int argc, char **argv)
{
    struct run *run =
        mmap(NULL, sizeof *run, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    const char *word = argc > 1 ? argv[1] : NULL;

    if (run == MAP_FAILED)
        abort();
    for (long i = sysconf(_SC_NPROCESSORS_ONLN); i > 0; i--)
        start(run, word);
    wait_for_all(run);
    printf("store tests: %d on SQLite, %d on PostgreSQL", run->sqlite, run->postgres);
    if (run->without_postgres)
        printf(" (%s)", run->without_postgres);
    printf("\n%d passed, %d failed\n", run->passed, run->failed);
    return run->failed || !run->passed;
}
