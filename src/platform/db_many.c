/* db_many.c — one statement for many rows on PostgreSQL. What a statement costs there is for the
 * most part its own beginning and end and the way there and back, so its parameters become columns
 * of a table of rows:
 *
 *     UPDATE claim SET state = $1 WHERE id = $2
 *     UPDATE claim SET state = r.p1 FROM unnest($1::bigint[], …) AS r (p1, p2) WHERE id = r.p2
 *
 * and INSERT … SELECT $1, … WHERE … likewise. */
#include "platform/db_backend.h"

#include <stdlib.h>

static const char *const array_types[] = {
    [PARAM_INT] = "bigint[]", [PARAM_TEXT] = "text[]", [PARAM_BLOB] = "bytea[]"
};

static bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

static void add_table(struct str *s, const struct params *p)
{
    str_add(s, "FROM unnest(");
    for (int i = 0; i < p->n; i++)
        str_addf(s, "%s$%d::%s", i ? ", " : "", i + 1, array_types[p->at[i].type]);
    str_add(s, ") AS r (");
    for (int i = 0; i < p->n; i++)
        str_addf(s, "%sp%d", i ? ", " : "", i + 1);
    str_add(s, ") ");
}

const char *many_sql(struct arena *a, const char *sql, const struct params *p)
{
    struct str s = str_new(a);
    bool has_table = false, in_quotes = false;
    int depth = 0;

    for (const char *at = sql; *at; at++) {
        in_quotes ^= *at == '\'';
        depth += !in_quotes && *at == '(';
        depth -= !in_quotes && *at == ')';
        if (!in_quotes && *at == '$') {
            char *end;
            long number = strtol(at + 1, &end, 10);

            at = end - 1;
            str_addf(&s, number <= p->n ? "r.p%ld" : "$%ld", number);
            continue;
        }
        if (!in_quotes && !has_table && depth == 0 && str_starts(at, "WHERE") && at > sql &&
            !is_word(at[-1]) && !is_word(at[5])) {
            add_table(&s, p);
            has_table = true;
        }
        str_add_char(&s, *at);
    }
    return has_table ? s.s : NULL;
}

/* In double quotes, where only these two mean something else. */
static void add_quoted(struct str *s, const char *text)
{
    str_add_char(s, '"');
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            str_add_char(s, '\\');
        str_add_char(s, *text);
    }
    str_add_char(s, '"');
}

static void add_bytes(struct str *s, struct bytes b)
{
    const unsigned char *at = b.data;

    str_add(s, "\"\\\\x");
    for (size_t i = 0; i < b.len; i++)
        str_addf(s, "%02x", at[i]);
    str_add_char(s, '"');
}

const char *many_column(struct arena *a, const struct params *all, int n, int column)
{
    struct str s = str_new(a);

    str_add_char(&s, '{');
    for (int i = 0; i < n; i++) {
        const struct param *p = &all[i].at[column];

        if (i)
            str_add_char(&s, ',');
        if (p->type == PARAM_INT && p->integer != NONE)
            str_addf(&s, "%lld", (long long)p->integer);
        else if (p->type == PARAM_TEXT && p->text)
            add_quoted(&s, p->text);
        else if (p->type == PARAM_BLOB && p->blob.data)
            add_bytes(&s, p->blob);
        else
            str_add(&s, "NULL");
    }
    str_add_char(&s, '}');
    return s.s;
}
