/* The command line: a command's usage line is what its arguments are read by. */
#include "app/commands.h"
#include "harness.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

static int run_nothing(const struct command_line *line)
{
    (void)line;
    return 0;
}

static const struct command commands[] = {
    { "walk", "FROM [--to=PLACE] [--fast] [--out=DIR]", "走", "walk", run_nothing },
    { "rest", "", "歇", "rest", run_nothing },
    { 0 },
};

/* Reads the words; what is printed meanwhile is thrown away. */
static int read_words(const char *words, struct command_line *line, const struct command **ret)
{
    char *argv[16] = { "queqiao" }, *word, *rest = arena_strdup(test_arena(), words);
    int argc = 1, status, out = dup(STDOUT_FILENO), err = dup(STDERR_FILENO);
    int nowhere = open("/dev/null", O_WRONLY);

    while ((word = strtok_r(rest, " ", &rest)))
        argv[argc++] = word;
    fflush(stdout);
    dup2(nowhere, STDOUT_FILENO);
    dup2(nowhere, STDERR_FILENO);
    *ret = NULL;
    status = command_read(test_arena(), commands, argc, argv, line, ret);
    fflush(stdout);
    dup2(out, STDOUT_FILENO);
    dup2(err, STDERR_FILENO);
    close(out);
    close(err);
    close(nowhere);
    return status;
}

TEST("options stand before or behind the command, with = or as the next word")
{
    static const char *const same[] = {
        "walk home --to=town --fast --out=here --store=a/b.db --lang=en",
        "--store a/b.db --lang en walk home --to town --fast -o here",
        "--lang=en walk --fast -o here --store a/b.db --to=town home",
    };

    for (size_t i = 0; i < ARRAY_LEN(same); i++) {
        struct command_line line;
        const struct command *c;

        EXPECT_INT(read_words(same[i], &line, &c), 0);
        EXPECT(c == &commands[0]);
        EXPECT_STR(argument(&line, 0), "home");
        EXPECT(argument(&line, 1) == NULL);
        EXPECT_STR(option(&line, "to"), "town");
        EXPECT_STR(option(&line, "fast"), "");
        EXPECT_STR(option(&line, "out"), "here");
        EXPECT_STR(line.store_url, "a/b.db");
        EXPECT_STR(line.data_dir, "a");
        EXPECT_STR(line.key_path, "a/queqiao.key");
        EXPECT(line.lang == LANG_EN);
    }
}

TEST("an option that the usage line does not name, or without its value, runs nothing")
{
    static const char *const wrong[] = { "walk home --too=town",
                                         "walk home --to",
                                         "walk home --t=x",
                                         "rest --fast",
                                         "rest -x",
                                         "sleep",
                                         "--fast rest",
                                         "" };

    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        struct command_line line;
        const struct command *c;

        EXPECT_INT(read_words(wrong[i], &line, &c), 2);
        EXPECT(c == NULL);
    }
}

TEST("who asks for help gets it, and nothing else happens")
{
    static const char *const asked[] = { "--help", "help", "walk --help", "--help walk",
                                         "walk --to --help --help" };

    for (size_t i = 0; i < ARRAY_LEN(asked); i++) {
        struct command_line line;
        const struct command *c;

        EXPECT_INT(read_words(asked[i], &line, &c), 0);
        EXPECT(c == NULL);
    }
}
