/* Assignment problems of others: both forms, what they cost, and what is wrong with a file. */
#include "harness.h"
#include "auction/auction_file.h"

#include <stdio.h>

static enum err read_text(const char *text, struct auction_file *file, struct failure *why)
{
    return auction_file_read(test_arena(), text, strlen(text), file, why);
}

/* The least cost, all placed. */
static int64_t cost_of(const char *text)
{
    struct auction_file file;
    struct failure why = { 0 };
    struct auction_result r;

    EXPECT_INT(read_text(text, &file, &why), OK);
    EXPECT_STR(why.message, "");
    auction_solve(test_arena(), &file.in, &r);
    EXPECT_INT(r.certificate.gap, 0);
    EXPECT_INT(r.certificate.placed, file.in.workers);
    return auction_file_cost(&file, r.certificate.value);
}

TEST("a square of costs is read and the cheapest assignment found")
{
    EXPECT_INT(cost_of("3\n4 1 3\n2 0 5\n3 2 2\n"), 5);
    EXPECT_INT(cost_of(" 3\r\n 4 1\r\n 3 2 0\r\n 5 3 2 2"), 5);
    EXPECT_INT(cost_of("2\n-7 1000000\n-9 5\n"), -2);
    EXPECT_INT(cost_of("1\n0"), 0);
    EXPECT_INT(cost_of("0\n"), 0);
}

TEST("a flow shaped like an assignment is read, supplies as workers, demands as seats")
{
    EXPECT_INT(cost_of("c costs of two\np min 4 4\nn 1 1\nn 2 1\nn 3 -1\nn 4 -1\n"
                       "a 1 3 0 1 5\na 1 4 0 1 9\na 2 3 0 1 2\na 2 4 0 1 7\n"),
               11);
    EXPECT_INT(cost_of("p min 3 2\nn 1 5\nn 2 -2\nn 3 -3\na 1 2 0 2 10\na 1 3 0 9 1\n"), 23);
}

TEST("placing everybody comes before any cost")
{
    /* Two make way for the third at 1000000 each; leaving her out would cost nothing. */
    EXPECT_INT(cost_of("p min 6 5\nn 1 1\nn 2 1\nn 3 1\nn 4 -1\nn 5 -1\nn 6 -1\n"
                       "a 1 4 0 1 0\na 1 5 0 1 1000000\na 2 5 0 1 0\na 2 6 0 1 1000000\n"
                       "a 3 4 0 1 0\n"),
               2000000);
}

static const struct {
    const char *text;
    int line;
} wrong[] = {
    { "", 1 },
    { "x", 1 },
    { "2\n1 2\n3\n", 4 },
    { "2\n1 2\n3 4x\n", 3 },
    { "2\n1 2\n3 4\n5\n", 4 },
    { "2\n1 2\n3 4000000000\n", 3 },
    { "-1\n", 1 },
    { "30000\n1 2 3\n", 1 },
    { "3\n1 2 3 4 5 6 7 8 1000000000\n", 3 },
    { "c only\n", 2 },
    { "p max 2 1\n", 1 },
    { "p min 2\n", 1 },
    { "p min 2 1\nn 1 1\nn 2 -1\n", 4 },
    { "p min 2 1\nn 1 1\nn 2 -1\na 1 2 0 1 5\na 1 2 0 1 5\n", 5 },
    { "p min 2 1\nn 1 1\nn 2 -1\na 2 1 0 1 5\n", 4 },
    { "p min 2 1\nn 1 1\nn 2 -1\na 1 3 0 1 5\n", 4 },
    { "p min 2 1\nn 1 1\nn 2 -1\na 1 2 1 1 5\n", 4 },
    { "p min 2 1\nn 1 2\nn 2 -2\na 1 2 0 1 5\n", 4 },
    { "p min 2 1\nn 1 1\nn 1 1\n", 3 },
    { "p min 2 1\nn 1 2\nn 2 -1\na 1 2 0 9 5\n", 5 },
    { "p min 2 0\np min 2 0\n", 2 },
    { "p min 2 0\nq 1\n", 2 },
    { "p min 2 0 0\n", 1 },
    { "n 1 1\n", 1 },
    { "p min 99999999 0\n", 1 },
};

TEST("a wrong file is refused with its line and the cure")
{
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        struct auction_file file;
        struct failure why = { 0 };
        char begin[32];

        snprintf(begin, sizeof begin, "line %d:", wrong[i].line);
        EXPECT_INT(read_text(wrong[i].text, &file, &why), E_INVALID);
        EXPECT(!strncmp(why.message, begin, strlen(begin)));
        EXPECT(why.hint[0]);
        if (strncmp(why.message, begin, strlen(begin)) != 0)
            EXPECT_STR(why.message, wrong[i].text);
    }
}
