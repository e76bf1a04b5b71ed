/* harness.h — tests as sentences. A test registers itself where it stands:
 *
 *     TEST("a month is clamped to its last day") { EXPECT_STR(..., "2019-02-28"); }
 *
 * A failed expectation prints both values and the line, and the test goes on. */
#pragma once
#include "base/base.h"

struct test {
    const char *file, *sentence;
    void (*run)(void);
    struct test *next;
};
void test_register(struct test *t);
void test_fail(const char *file, int line, const char *format, ...) PRINTF(3, 4);
/* The running test cannot run here: it counts neither as passed nor as failed. */
void test_skip(void);
/* Failed expectations of the running test so far. */
int test_failures(void);
/* An arena that lives until the running test ends. */
struct arena *test_arena(void);
/* The path of a file to write, and of a new empty folder. They lie in a folder of this run, which
 * TMPDIR names too and which is removed when the run ends. */
const char *test_base(void); /* where the run's files and stores are made: memory if there is any */
const char *test_file(const char *suffix);
const char *test_folder(void);

#define TEST_JOIN_(a, b) a##b
#define TEST_JOIN(a, b) TEST_JOIN_(a, b)
#define TEST_DEFINE_(fn, reg, row, text)                                            \
    static void fn(void);                                                           \
    __attribute__((constructor)) static void reg(void)                              \
    {                                                                               \
        static struct test row = { .file = __FILE__, .sentence = text, .run = fn }; \
        test_register(&row);                                                        \
    }                                                                               \
    static void fn(void)
/* Names made of `name` must be free. */
#define TEST_NAMED(name, text) \
    TEST_DEFINE_(TEST_JOIN(run_, name), TEST_JOIN(register_, name), TEST_JOIN(row_, name), text)
#define TEST(text) TEST_NAMED(TEST_JOIN(test_, __LINE__), text)

#define EXPECT(cond)                                              \
    do {                                                          \
        if (!(cond))                                              \
            test_fail(__FILE__, __LINE__, "expected: %s", #cond); \
    } while (0)
#define EXPECT_INT(got, want)                                                              \
    do {                                                                                   \
        long long got_ = (long long)(got), want_ = (long long)(want);                      \
        if (got_ != want_)                                                                 \
            test_fail(__FILE__, __LINE__, "%s is %lld, expected %lld", #got, got_, want_); \
    } while (0)
#define EXPECT_STR(got, want)                                                    \
    do {                                                                         \
        const char *got_ = (got), *want_ = (want);                               \
        if (!str_eq(got_, want_))                                                \
            test_fail(__FILE__, __LINE__, "%s is \"%s\", expected \"%s\"", #got, \
                      got_ ? got_ : "(null)", want_ ? want_ : "(null)");         \
    } while (0)
