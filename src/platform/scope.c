/* scope.c — jurisdiction: ranges of divisions, and the tokens of SQL that stand for them.
 *
 * A statement is read token by token, so that nothing inside a text or a comment counts. Two things
 * happen on the way: SCOPE and SCOPE_NOT are replaced, and the tables standing where a table can
 * stand (behind FROM, JOIN, INTO, UPDATE and commas of a FROM list) are counted. Each mention of a
 * scoped table needs a token of its own: a self-join with one token would leak its other half. The
 * stores check once more by their own means (authorizer, row-level security). */
#include "platform/db_backend.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

/* --- ranges --- */

void division_range(int64_t division, int64_t *ret_lo, int64_t *ret_hi)
{
    /* province 2 digits, city 4, county 6, township 9, village 12 */
    static const int64_t spans[] = { 10000000000, 100000000, 1000000, 1000 };
    int64_t span = 1;

    for (size_t i = 0; i < ARRAY_LEN(spans) && span == 1; i++)
        if (division % spans[i] == 0)
            span = spans[i];
    *ret_lo = division;
    *ret_hi = division + span - 1;
}

static bool within(int64_t value, int64_t lo, int64_t hi)
{
    return value != NONE && lo <= value && value <= hi;
}

bool scope_covers(const struct scope *s, int64_t home, int64_t work, int64_t employer_id,
                  int64_t person_id)
{
    bool has_home = s->home_lo != NONE, has_work = s->work_lo != NONE;

    switch (s->kind) {
    case SCOPE_NOTHING:
        return false;
    case SCOPE_ALL:
        return true;
    case SCOPE_OFFICE:
        return (has_home || has_work) && (!has_home || within(home, s->home_lo, s->home_hi)) &&
               (!has_work || within(work, s->work_lo, s->work_hi));
    case SCOPE_EMPLOYER:
        return employer_id != NONE && employer_id == s->employer_id;
    case SCOPE_PERSON:
        return person_id != NONE && person_id == s->person_id;
    }
    return false;
}

unsigned scope_shape(const struct scope *s)
{
    unsigned shape = (unsigned)s->kind << 2;

    if (s->kind == SCOPE_OFFICE)
        shape |= (s->home_lo != NONE ? 1u : 0) | (s->work_lo != NONE ? 2u : 0);
    return shape;
}

int64_t scope_slot_value(const struct scope *s, enum scope_slot slot)
{
    switch (slot) {
    case SLOT_HOME_LO:
        return s->home_lo;
    case SLOT_HOME_HI:
        return s->home_hi;
    case SLOT_WORK_LO:
        return s->work_lo;
    case SLOT_WORK_HI:
        return s->work_hi;
    case SLOT_EMPLOYER:
        return s->employer_id;
    case SLOT_PERSON:
        return s->person_id;
    case SLOT_COUNT:
        break;
    }
    return NONE;
}

const struct scoped *scoped_find(const struct scoped *list, const char *table)
{
    static const struct scoped own = OPEN_TABLE("migration"); /* the store's own (migrate.c) */

    for (; list && list->table; list++)
        if (strcasecmp(list->table, table) == 0)
            return list;
    return strcasecmp(own.table, table) == 0 ? &own : NULL;
}

bool word_list_has(const char *list, const char *word)
{
    size_t len = strlen(word);

    for (const char *at = list; (at = strcasestr(at, word)); at++)
        if (at > list && at[-1] == ',' && at[len] == ',')
            return true;
    return false;
}

static void word_list_add(struct str *list, const char *word)
{
    if (!list->len)
        str_add_char(list, ',');
    str_add(list, word);
    str_add_char(list, ',');
}

static int64_t guard_value(int number, const struct params *p)
{
    return number > 0 && p->at[number - 1].type == PARAM_INT ? p->at[number - 1].integer : NONE;
}

/* The same as put_condition() of the insert form, over the values themselves. */
bool scope_guard_allows(const struct scope *s, const struct scope_guard *g, const struct params *p)
{
    return !g->is_set || scope_covers(s, guard_value(g->home, p), guard_value(g->work, p),
                                      guard_value(g->employer, p), guard_value(g->person, p));
}

/* --- tokens --- */

enum token_type {
    TOKEN_END,
    TOKEN_WORD,
    TOKEN_QUOTED,
    TOKEN_TEXT,
    TOKEN_PARAM,
    TOKEN_BLANK,
    TOKEN_OTHER
};
struct token {
    enum token_type type;
    const char *at;
    size_t len;
};

static bool is_word_start(char c)
{
    return isalpha((unsigned char)c) || c == '_' || (unsigned char)c >= 0x80;
}

static bool is_word(char c)
{
    return is_word_start(c) || isdigit((unsigned char)c);
}

static const char *quoted_end(const char *p, char quote)
{
    for (p++; *p; p++) {
        if (*p != quote)
            continue;
        if (p[1] != quote)
            return p + 1;
        p++;
    }
    return p;
}

static struct token token_at(const char *p)
{
    const char *start = p;
    enum token_type type = TOKEN_OTHER;

    if (!*p)
        return (struct token){ TOKEN_END, p, 0 };
    if (isspace((unsigned char)*p)) {
        type = TOKEN_BLANK;
        while (isspace((unsigned char)*p))
            p++;
    } else if (p[0] == '-' && p[1] == '-') {
        type = TOKEN_BLANK;
        p += strcspn(p, "\n");
    } else if (p[0] == '/' && p[1] == '*') {
        const char *end = strstr(p + 2, "*/");
        type = TOKEN_BLANK;
        p = end ? end + 2 : p + strlen(p);
    } else if (*p == '\'') {
        type = TOKEN_TEXT;
        p = quoted_end(p, '\'');
    } else if (*p == '"') {
        type = TOKEN_QUOTED;
        p = quoted_end(p, '"');
    } else if (*p == '$' && is_word(p[1])) {
        type = TOKEN_PARAM;
        for (p++; is_word(*p);)
            p++;
    } else if (is_word_start(*p)) {
        type = TOKEN_WORD;
        while (is_word(*p))
            p++;
    } else if (isdigit((unsigned char)*p)) {
        while (is_word(*p) || *p == '.')
            p++;
    } else {
        p++;
    }
    return (struct token){ type, start, (size_t)(p - start) };
}

/* The next token that is not blank, from p. */
static struct token solid_at(const char *p)
{
    struct token t = token_at(p);

    while (t.type == TOKEN_BLANK)
        t = token_at(t.at + t.len);
    return t;
}

static const char *token_after(struct token t)
{
    return t.at + t.len;
}

static bool token_is(struct token t, const char *word)
{
    return t.len == strlen(word) && strncasecmp(t.at, word, t.len) == 0 && t.type != TOKEN_QUOTED;
}

static bool token_is_any(struct token t, const char *const *words)
{
    for (; *words; words++)
        if (token_is(t, *words))
            return true;
    return false;
}

/* Without quotes, in lower case. */
static char *token_word(struct arena *a, struct token t)
{
    size_t cut = t.type == TOKEN_QUOTED ? 1 : 0;
    char *word = arena_strndup(a, t.at + cut, t.len - 2 * cut);

    for (char *p = word; *p; p++)
        *p = (char)tolower((unsigned char)*p);
    return word;
}

/* From a '(' to behind its ')'; NULL when it is not closed. */
static const char *closing(struct token open)
{
    int depth = 0;

    for (struct token t = open; t.type != TOKEN_END; t = token_at(token_after(t))) {
        depth += token_is(t, "(") - token_is(t, ")");
        if (depth == 0)
            return token_after(t);
    }
    return NULL;
}

/* --- expansion --- */

struct mention {
    const struct scoped *table;
    int places, tokens;
    bool is_free; /* SCOPE_NOT */
};

enum { DEPTH_MAX = 64 };
struct expand {
    struct ctx *cx;
    const struct scoped *list;
    enum store_kind kind;
    int param_count;
    bool is_change; /* the main verb is UPDATE or DELETE: `extra` does not apply */
    struct str out, bypass, covered, words;
    int slot_at[SLOT_COUNT]; /* 0: not used, else parameter number */
    uint8_t slots[SLOT_COUNT];
    int slot_count;
    struct mention *mentions;
    size_t mention_count, mention_cap;
    const char *ctes; /* names WITH gives, as a word list */
};

static enum err token_error(struct expand *e, const char *what, struct token at)
{
    struct ctx *cx = e->cx;

    return fail(cx, E_INTERNAL, "db.token",
                T("SQL 范围标记有误（%s）：%.*s", "bad scope token (%s): %.*s"), what,
                (int)MIN(at.len, 80), at.at);
}

static struct mention *mention_of(struct expand *e, const struct scoped *table)
{
    struct mention *m;

    for (size_t i = 0; i < e->mention_count; i++)
        if (e->mentions[i].table == table)
            return &e->mentions[i];
    m = ARENA_PUSH(e->cx->mem, e->mentions, e->mention_count, e->mention_cap);
    m->table = table;
    return m;
}

static void put_param(struct expand *e, int number)
{
    str_addf(&e->out, "%c%d", e->kind == STORE_SQLITE ? '?' : '$', number);
}

static void put_slot(struct expand *e, enum scope_slot slot)
{
    if (!e->slot_at[slot]) {
        e->slots[e->slot_count] = (uint8_t)slot;
        e->slot_at[slot] = e->param_count + ++e->slot_count;
    }
    put_param(e, e->slot_at[slot]);
}

static enum err put_own_param(struct expand *e, struct token t)
{
    struct ctx *cx = e->cx;
    int64_t number;
    char *text = arena_strndup(cx->mem, t.at + 1, t.len - 1);

    if (!str_int(text, &number) || number < 1 || number > e->param_count)
        return fail(cx, E_INTERNAL, "db.param",
                    T("SQL 参数 $%s 未提供（共 %d 个）",
                      "parameter $%s of SQL is not given (%d are)"),
                    text, e->param_count);
    put_param(e, (int)number);
    return OK;
}

/* Text of an expression, with its parameters numbered for the store. */
static enum err put_expression(struct expand *e, const char *from, const char *end)
{
    for (struct token t = token_at(from); t.at < end && t.type != TOKEN_END;
         t = token_at(token_after(t))) {
        if (t.type == TOKEN_PARAM)
            TRY(put_own_param(e, t));
        else
            str_add_len(&e->out, t.at, t.len);
    }
    return OK;
}

/* Values of a table's scope columns: alias.column, or the expressions of the insert form. */
struct columns {
    const char *alias; /* NULL in the insert form */
    struct {
        const char *name, *from, *end;
    } given[4];
    int count;
};

static enum err put_column(struct expand *e, const struct columns *c, const char *column)
{
    if (c->alias) {
        str_addf(&e->out, "%s.%s", c->alias, column);
        return OK;
    }
    for (int i = 0; i < c->count; i++) {
        if (strcasecmp(c->given[i].name, column) != 0)
            continue;
        str_add(&e->out, "(");
        TRY(put_expression(e, c->given[i].from, c->given[i].end));
        str_add(&e->out, ")");
        return OK;
    }
    str_add(&e->out, "NULL");
    return OK;
}

/* False without a column: fails closed. In the insert form an absent expression is false as well.
 */
static bool has_column(const struct columns *c, const char *column)
{
    if (!column)
        return false;
    for (int i = 0; i < c->count; i++)
        if (strcasecmp(c->given[i].name, column) == 0)
            return true;
    return c->alias != NULL;
}

static enum err put_range(struct expand *e, const struct columns *c, const char *column,
                          enum scope_slot lo, enum scope_slot hi)
{
    if (!has_column(c, column)) {
        str_add(&e->out, "FALSE");
        return OK;
    }
    TRY(put_column(e, c, column));
    str_add(&e->out, " BETWEEN ");
    put_slot(e, lo);
    str_add(&e->out, " AND ");
    put_slot(e, hi);
    return OK;
}

static enum err put_equal(struct expand *e, const struct columns *c, const char *column,
                          enum scope_slot slot)
{
    if (!has_column(c, column)) {
        str_add(&e->out, "FALSE");
        return OK;
    }
    TRY(put_column(e, c, column));
    str_add(&e->out, " = ");
    put_slot(e, slot);
    return OK;
}

static bool slot_named(struct token t, enum scope_slot *ret)
{
    static const char *const names[] = { "$home_lo", "$home_hi", "$work_lo", "$work_hi" };

    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        if (token_is(t, names[i])) {
            *ret = (enum scope_slot)i;
            return true;
        }
    }
    return false;
}

static enum err put_extra(struct expand *e, const char *extra, const char *alias)
{
    for (struct token t = token_at(extra); t.type != TOKEN_END; t = token_at(token_after(t))) {
        enum scope_slot slot;

        if (token_is(t, "$a"))
            str_add(&e->out, alias);
        else if (t.type == TOKEN_PARAM && slot_named(t, &slot))
            put_slot(e, slot);
        else if (t.type == TOKEN_PARAM)
            return token_error(e, "extra", t);
        else
            str_add_len(&e->out, t.at, t.len);
        /* What it looks at to decide is not limited by scope itself. */
        if (t.type == TOKEN_WORD) {
            const struct scoped *other = scoped_find(e->list, token_word(e->cx->mem, t));
            if (other && !other->is_open)
                word_list_add(&e->bypass, other->table);
        }
    }
    return OK;
}

static enum err put_office(struct expand *e, const struct scoped *t, const struct columns *c)
{
    const struct scope *s = &e->cx->who.scope;
    bool home = s->home_lo != NONE, work = s->work_lo != NONE;
    bool extra = t->extra && c->alias && !e->is_change && (home || work);

    if (extra)
        str_add(&e->out, "(");
    if (!home && !work)
        str_add(&e->out, "FALSE");
    if (home)
        TRY(put_range(e, c, t->home, SLOT_HOME_LO, SLOT_HOME_HI));
    if (home && work)
        str_add(&e->out, " AND ");
    if (work)
        TRY(put_range(e, c, t->work, SLOT_WORK_LO, SLOT_WORK_HI));
    if (extra) {
        str_add(&e->out, ") OR (");
        TRY(put_extra(e, t->extra, c->alias));
        str_add(&e->out, ")");
    }
    return OK;
}

static enum err put_condition(struct expand *e, const struct scoped *t, const struct columns *c)
{
    str_add(&e->out, "(");
    switch (t->is_open ? SCOPE_ALL : e->cx->who.scope.kind) {
    case SCOPE_NOTHING:
        str_add(&e->out, "FALSE");
        break;
    case SCOPE_ALL:
        str_add(&e->out, "TRUE");
        break;
    case SCOPE_OFFICE:
        TRY(put_office(e, t, c));
        break;
    case SCOPE_EMPLOYER:
        TRY(put_equal(e, c, t->employer, SLOT_EMPLOYER));
        break;
    case SCOPE_PERSON:
        TRY(put_equal(e, c, t->person, SLOT_PERSON));
        break;
    }
    str_add(&e->out, ")");
    return OK;
}

/* Reads `col=expr, col=expr)`; every name must be a scope column of the table, so that a slip of
 * the pen is an error and not a row that nobody can write. */
static enum err read_columns(struct expand *e, const struct scoped *t, struct token at,
                             const char *end, struct columns *ret)
{
    while (at.at < end) {
        struct token equal = solid_at(token_after(at)), stop;
        char *name = token_word(e->cx->mem, at);
        bool known = str_eq(name, t->home) || str_eq(name, t->work) || str_eq(name, t->employer) ||
                     str_eq(name, t->person);
        int depth = 0;

        if (!known || !token_is(equal, "=") || ret->count == 4)
            return token_error(e, t->table, at);
        for (stop = solid_at(token_after(equal)); stop.at < end;
             stop = token_at(token_after(stop))) {
            depth += token_is(stop, "(") - token_is(stop, ")");
            if (depth == 0 && token_is(stop, ","))
                break;
        }
        ret->given[ret->count].name = name;
        ret->given[ret->count].from = token_after(equal);
        ret->given[ret->count++].end = MIN(stop.at, end);
        at = solid_at(token_after(stop));
    }
    return OK;
}

/* SCOPE(table …) or SCOPE_NOT(table 'reason'), from its '('; *ret_after is behind its ')'. */
static enum err put_token(struct expand *e, bool is_not, struct token open, const char **ret_after)
{
    const char *after = closing(open), *end = after ? after - 1 : NULL;
    struct token name = solid_at(token_after(open)), rest = solid_at(token_after(name));
    struct columns c = { 0 };
    const struct scoped *t;

    if (!after || name.type != TOKEN_WORD)
        return token_error(e, "table", open);
    t = scoped_find(e->list, token_word(e->cx->mem, name));
    if (!t)
        return token_error(e, "unknown table", name);
    *ret_after = after;
    word_list_add(&e->covered, t->table);
    mention_of(e, t)->tokens++;
    if (is_not) {
        if (rest.type != TOKEN_TEXT || rest.len < 3)
            return token_error(e, "SCOPE_NOT needs a reason", name);
        mention_of(e, t)->is_free = true;
        word_list_add(&e->bypass, t->table);
        str_add(&e->out, "TRUE");
        return OK;
    }
    if (rest.at >= end)
        c.alias = t->table;
    else if (rest.type == TOKEN_WORD && solid_at(token_after(rest)).at >= end)
        c.alias = token_word(e->cx->mem, rest);
    else
        TRY(read_columns(e, t, rest, end, &c));
    return put_condition(e, t, &c);
}

/* --- one row by VALUES --- */

/* Where INSERT INTO t (columns) SELECT list WHERE tokens [ON CONFLICT …] has its parts. */
struct single_row {
    const char *select, *where, *end; /* end: behind the last token; NULL = it is not such a one */
    struct scope_guard guard;
};

/* SCOPE(t col=$1, …): the parameters; false when an expression is anything more. */
static bool read_guard(struct expand *e, struct token open, struct scope_guard *ret)
{
    const char *end = closing(open) - 1;
    struct token name = solid_at(token_after(open));
    const struct scoped *t = scoped_find(e->list, token_word(e->cx->mem, name));
    struct token column = solid_at(token_after(name));

    if (!t || t->is_open || ret->is_set)
        return false;
    ret->is_set = true;
    while (column.at < end) {
        struct token equal = solid_at(token_after(column)), value = solid_at(token_after(equal)),
                     after = solid_at(token_after(value));
        char *word = token_word(e->cx->mem, column);
        int *to = str_eq(word, t->home)       ? &ret->home
                  : str_eq(word, t->work)     ? &ret->work
                  : str_eq(word, t->employer) ? &ret->employer
                  : str_eq(word, t->person)   ? &ret->person
                                              : NULL;
        int64_t number;
        if (!to || !token_is(equal, "=") || value.type != TOKEN_PARAM ||
            !str_int(arena_strndup(e->cx->mem, value.at + 1, value.len - 1), &number) ||
            number < 1 || number > e->param_count || (after.at < end && !token_is(after, ",")))
            return false;
        *to = (int)number;
        column = after.at < end ? solid_at(token_after(after)) : after;
    }
    return true;
}

/* The tokens behind WHERE, joined by AND; false when anything else stands there. */
static bool read_guards(struct expand *e, struct token t, struct single_row *s)
{
    for (;;) {
        struct token open = solid_at(token_after(t));
        bool is_not = token_is(t, "SCOPE_NOT");

        if ((!is_not && !token_is(t, "SCOPE")) || !token_is(open, "(") || !closing(open))
            return false;
        if (!is_not && !read_guard(e, open, &s->guard))
            return false;
        s->end = closing(open);
        t = solid_at(s->end);
        if (!token_is(t, "AND"))
            return t.type == TOKEN_END || token_is(t, "ON");
        t = solid_at(token_after(t));
    }
}

static bool find_single_row(struct expand *e, const char *sql, struct single_row *s)
{
    struct token t = solid_at(sql), table, open;
    int depth = 0;

    *s = (struct single_row){ 0 };
    if (e->kind != STORE_SQLITE || !token_is(t, "INSERT"))
        return false;
    t = solid_at(token_after(t));
    table = solid_at(token_after(t));
    open = solid_at(token_after(table));
    if (!token_is(t, "INTO") || table.type != TOKEN_WORD || !token_is(open, "(") || !closing(open))
        return false;
    t = solid_at(closing(open));
    if (!token_is(t, "SELECT"))
        return false;
    s->select = t.at;
    for (t = solid_at(token_after(t)); t.type != TOKEN_END; t = solid_at(token_after(t))) {
        depth += token_is(t, "(") - token_is(t, ")");
        if (depth == 0 && token_is(t, "FROM"))
            return false;
        if (depth == 0 && token_is(t, "WHERE")) {
            s->where = t.at;
            return read_guards(e, solid_at(token_after(t)), s) && strstr(sql, "RETURNING") == NULL;
        }
    }
    return false;
}

/* --- which tables does it name? --- */

static bool is_main_verb(struct token t)
{
    static const char *const verbs[] = { "SELECT", "INSERT", "UPDATE", "DELETE", "VALUES", NULL };

    return t.type == TOKEN_WORD && token_is_any(t, verbs);
}

/* The first verb outside parentheses: WITH … (…) UPDATE is an update. */
static struct token main_verb(const char *sql)
{
    int depth = 0;
    struct token t;

    for (t = solid_at(sql); t.type != TOKEN_END; t = solid_at(token_after(t))) {
        depth += token_is(t, "(") - token_is(t, ")");
        if (depth == 0 && is_main_verb(t))
            break;
    }
    return t;
}

/* Names of WITH: a word followed by AS ( or by (columns) AS (. Takes some names too many, such as
 * those of windows, which harms nothing: declared tables are looked up first. */
static const char *cte_names(struct arena *a, const char *sql)
{
    struct str list = str_new(a);
    bool has_with = false;

    for (struct token t = solid_at(sql); t.type != TOKEN_END; t = solid_at(token_after(t))) {
        struct token next = solid_at(token_after(t));

        has_with |= token_is(t, "WITH");
        if (!has_with || (t.type != TOKEN_WORD && t.type != TOKEN_QUOTED))
            continue;
        if (token_is(next, "(")) {
            const char *after = closing(next);
            next = solid_at(after ? after : token_after(next));
        }
        if (!token_is(next, "AS"))
            continue;
        next = solid_at(token_after(next));
        if (token_is(next, "NOT"))
            next = solid_at(token_after(next));
        if (token_is(next, "MATERIALIZED"))
            next = solid_at(token_after(next));
        if (token_is(next, "("))
            word_list_add(&list, token_word(a, t));
    }
    return list.s ? list.s : "";
}

/* Where a table's name may come next, per depth of parentheses. */
struct places {
    bool in_from[DEPTH_MAX], expected;
    int depth;
};

static enum err note_table(struct expand *e, struct token t, bool is_into)
{
    struct ctx *cx = e->cx;
    char *name = token_word(cx->mem, t);
    const struct scoped *table = scoped_find(e->list, name);

    if (table) {
        mention_of(e, table)->places++;
        return OK;
    }
    if (word_list_has(e->ctes, name) || (!is_into && token_is(solid_at(token_after(t)), "(")))
        return OK;
    return fail(cx, E_INTERNAL, "db.unknown_table",
                T("没有任何模块声明表 %s", "no module declares the table %s"), name);
}

static enum err follow(struct expand *e, struct places *at, struct token before, struct token t)
{
    static const char *const openers[] = { "FROM", "JOIN", "INTO", "UPDATE", NULL };
    static const char *const enders[] = { "WHERE",  "GROUP",  "ORDER",     "SET",    "RETURNING",
                                          "UNION",  "EXCEPT", "LIMIT",     "HAVING", "WINDOW",
                                          "VALUES", "SELECT", "INTERSECT", NULL };
    /* IS DISTINCT FROM x, FOR UPDATE, ON CONFLICT DO UPDATE */
    static const char *const not_before[] = { "DISTINCT", "FOR", "DO", NULL };
    static const char *const skipped[] = { "LATERAL", "ONLY", NULL };

    if (token_is(t, "(")) {
        if (at->depth + 1 >= DEPTH_MAX)
            return token_error(e, "too deep", t);
        at->in_from[++at->depth] = at->expected; /* FROM (a JOIN b) */
    } else if (token_is(t, ")")) {
        at->depth -= at->depth > 0;
        at->expected = false;
    } else if (token_is(t, ",")) {
        at->expected = at->in_from[at->depth];
    } else if (token_is_any(t, enders)) {
        at->in_from[at->depth] = at->expected = false;
    } else if (token_is_any(t, openers) && !token_is_any(before, not_before)) {
        at->expected = true;
        at->in_from[at->depth] = token_is(t, "FROM") || token_is(t, "JOIN");
    } else if (at->expected && (t.type == TOKEN_WORD || t.type == TOKEN_QUOTED) &&
               !token_is_any(t, skipped)) {
        at->expected = false;
        return note_table(e, t, token_is(before, "INTO"));
    } else {
        at->expected = at->expected && token_is_any(t, skipped);
    }
    return OK;
}

/* FOR UPDATE [OF a] [SKIP LOCKED | NOWAIT]: SQLite has one writer anyway. */
static const char *lock_clause_end(struct token t)
{
    struct token next = solid_at(token_after(t));

    if (!token_is(t, "FOR") || !token_is(next, "UPDATE"))
        return NULL;
    t = next;
    next = solid_at(token_after(t));
    if (token_is(next, "OF")) {
        t = solid_at(token_after(next));
        next = solid_at(token_after(t));
    }
    if (token_is(next, "SKIP")) {
        t = solid_at(token_after(next));
        next = solid_at(token_after(t));
    }
    return token_after(token_is(next, "NOWAIT") ? next : t);
}

static enum err check_mentions(struct expand *e)
{
    struct ctx *cx = e->cx;

    for (size_t i = 0; i < e->mention_count; i++) {
        const struct mention *m = &e->mentions[i];

        if (m->table->is_open || m->is_free || m->tokens >= m->places)
            continue;
        return fail(cx, E_INTERNAL, "db.no_scope",
                    T("语句 %d 次用到表 %s，只有 %d 个管辖范围条件",
                      "the statement names table %2$s %1$d times with %3$d scope conditions"),
                    m->places, m->table->table, m->tokens);
    }
    return OK;
}

/* At the parts of a single row: VALUES ( and ). What stands between WHERE and `end` is read like
 * any other text, for the tables and tokens it holds, and then cut out of the result. */
static void put_single_row(struct expand *e, const struct single_row *s, const char *at,
                           struct expand *at_where)
{
    if (at == s->select)
        str_add(&e->out, "VALUES (");
    if (at == s->where) {
        str_add(&e->out, ")");
        *at_where = *e;
    }
    if (at == s->end) {
        e->out.len = at_where->out.len;
        e->out.s[e->out.len] = 0;
        e->slot_count = at_where->slot_count;
        memcpy(e->slot_at, at_where->slot_at, sizeof e->slot_at);
    }
}

static enum err expand_all(struct expand *e, const char *sql, const struct single_row *single)
{
    struct places at = { 0 };
    struct token before = { 0 }, t;
    struct expand at_where;

    for (t = token_at(sql); t.type != TOKEN_END; t = token_at(token_after(t))) {
        struct token next = t.type == TOKEN_WORD ? solid_at(token_after(t)) : t;
        bool is_not = token_is(t, "SCOPE_NOT");
        const char *after = e->kind == STORE_SQLITE ? lock_clause_end(t) : NULL;

        if (single)
            put_single_row(e, single, t.at, &at_where);
        if (single && t.at == single->select)
            ; /* VALUES ( stands there now */
        else if ((is_not || token_is(t, "SCOPE")) && token_is(next, "(")) {
            TRY(put_token(e, is_not, next, &after));
        } else if (t.type == TOKEN_PARAM) {
            TRY(put_own_param(e, t));
        } else if (*t.at == '`' || *t.at == '[' || *t.at == ';') {
            return token_error(e, "not in the common subset", t);
        } else if (!after) {
            str_add_len(&e->out, t.at, t.len);
        }
        if (t.type == TOKEN_BLANK)
            continue;
        if (after) {
            t = (struct token){ TOKEN_OTHER, after - 1, 1 };
        } else {
            if (t.type == TOKEN_WORD || t.type == TOKEN_QUOTED)
                word_list_add(&e->words, token_word(e->cx->mem, t));
            TRY(follow(e, &at, before, t));
        }
        before = t;
    }
    if (single)
        put_single_row(e, single, t.at, &at_where);
    return OK;
}

enum err scope_expand(struct ctx *cx, const struct scoped *list, enum store_kind kind,
                      const char *sql, int param_count, struct scope_sql *ret)
{
    struct arena *a = cx->mem;
    struct token verb = main_verb(sql);
    struct single_row single;
    bool is_single;
    struct expand e = {
        .cx = cx,
        .list = list,
        .kind = kind,
        .param_count = param_count,
        .is_change = token_is(verb, "UPDATE") || token_is(verb, "DELETE"),
        .out = str_new(a),
        .bypass = str_new(a),
        .covered = str_new(a),
        .words = str_new(a),
        .ctes = cte_names(a, sql),
    };

    is_single = find_single_row(&e, sql, &single);
    TRY(expand_all(&e, sql, is_single ? &single : NULL));
    TRY(check_mentions(&e));
    *ret = (struct scope_sql){
        .text = e.out.s,
        .is_change = e.is_change,
        .is_query = token_is(verb, "SELECT") || token_is(verb, "VALUES"),
        .slot_count = e.slot_count,
        .guard = is_single ? single.guard : (struct scope_guard){ 0 },
        .bypass = e.bypass.s ? e.bypass.s : "",
        .covered = e.covered.s ? e.covered.s : "",
        .words = e.words.s ? e.words.s : "",
    };
    memcpy(ret->slots, e.slots, sizeof ret->slots);
    return OK;
}
