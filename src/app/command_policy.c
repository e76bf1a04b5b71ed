/* command_policy.c — `queqiao policy check FILE…` and `queqiao policy explain FILE`: a policy file
 * without a store. */
#include <stdio.h>
#include <stdlib.h>

#include "app/commands.h"
#include "policy/policy_clauses.h"
#include "policy/policy_file.h"

static void print_problems(struct arena *mem, const struct policy_problems *pb, enum lang lang)
{
    for (int i = 0; i < pb->n; i++)
        fprintf(stderr, "%s\n", policy_problem_text(mem, pb, i, lang));
}

static int check_one(const struct command_line *line, const char *path)
{
    struct arena *mem = arena_new();
    struct policy_problems problems;
    int n = 0;
    enum err err = policy_check_file(mem, path, &n, &problems);

    if (err != OK)
        print_problems(mem, &problems, line->lang);
    else
        printf(line->lang == LANG_EN ? "%s: good, %d examples\n" : "%s：无误，示例 %d 个\n", path,
               n);
    arena_free(mem);
    return err == OK ? 0 : 1;
}

static const char *read_file(struct arena *mem, const char *path)
{
    char *text = arena_alloc(mem, POLICY_FILE_BYTES_MAX + 2);
    FILE *f = fopen(path, "r");

    if (!f)
        return NULL;
    text[fread(text, 1, POLICY_FILE_BYTES_MAX + 1, f)] = 0;
    fclose(f);
    return text;
}

static int explain_one(const struct command_line *line, const char *path)
{
    struct arena *mem = arena_new();
    const char *text = read_file(mem, path);
    struct policy_problems problems;
    const struct policy *p;
    struct str out = str_new(mem);
    int status = check_one(line, path);

    if (status == 0 && policy_read(mem, path, text, strlen(text), &p, &problems) == OK) {
        policy_clauses_text(mem, &out, p, line->lang);
        fputs(out.s, stdout);
    }
    arena_free(mem);
    return status;
}

int command_policy(const struct command_line *line)
{
    const char *what = argument(line, 0);
    bool explain = str_eq(what, "explain");
    int status = 0;

    if ((!explain && !str_eq(what, "check")) || !argument(line, 1))
        return command_usage(line);
    for (int i = 1; argument(line, i); i++)
        status |=
            explain ? explain_one(line, argument(line, i)) : check_one(line, argument(line, i));
    return status;
}
