/* problem.c — what is wrong with a file: kept in order, personal values masked. */
#include "imports/check_int.h"

static bool is_personal(const struct field *f)
{
    return field_is_sealed(f) || f->type == FIELD_NAME;
}

/* First and last character; never a bad number as a whole, for it may be a good one but for a
 * digit. */
static const char *masked(struct arena *mem, const char *text)
{
    size_t len = utf8_len(text), i = 0;
    struct str b = str_new(mem);

    for (const char *p = text; *p && i < 20; i++) {
        const char *at = p;
        utf8_next(&p);
        if (i == 0 || (i == len - 1 && len > 4))
            str_add_len(&b, at, (size_t)(p - at));
        else
            str_add_char(&b, '*');
    }
    return b.s;
}

static const char *value_shown(struct arena *mem, const struct field *f, const char *text)
{
    char *cut;

    if (!text || !*text)
        return NULL;
    if (f && is_personal(f))
        return masked(mem, text);
    cut = arena_strndup(mem, text, MIN(strlen(text), 120));
    utf8_trim_tail(cut);
    return cut;
}

void check_problem(struct import_check *check, struct import_problem p, int64_t ordinal)
{
    struct import_problem *slot =
        ARENA_PUSH(check->mem, check->problems, check->problem_count, check->problem_cap);

    *slot = p;
    slot->message = arena_strdup(check->mem, p.message);
    slot->cure = arena_strdup(check->mem, p.cure);
    if (ordinal < 0)
        return;
    while ((size_t)ordinal >= check->status_cap) {
        size_t cap = check->status_cap ? check->status_cap * 2 : 4096;
        unsigned char *grown = arena_alloc(check->mem, cap);
        if (check->status_cap)
            memcpy(grown, check->status, check->status_cap);
        check->status = grown;
        check->status_cap = cap;
    }
    if (!p.is_warning && !(check->status[ordinal] & ROW_BAD)) {
        check->bad++;
        check->status[ordinal] |= ROW_BAD;
    }
    if (p.is_warning && !(check->status[ordinal] & ROW_WARNED)) {
        check->warned++;
        check->status[ordinal] |= ROW_WARNED;
    }
}

void row_problem(struct reading *r, const struct pending *row, int field, int column,
                 bool is_warning, const char *code, const char *value, const char *message,
                 const char *cure)
{
    const struct field *f = field >= 0 ? &r->rec->fields[field] : NULL;
    struct import_problem p = { .sheet = r->sheet,
                                .row = row->row,
                                .is_warning = is_warning,
                                .code = arena_strdup(r->check->mem, code),
                                .message = message,
                                .cure = cure,
                                .field = f ? f->name : NULL };

    if (column < 0 && field >= 0)
        column = r->column_of[field];
    p.column = column + 1;
    p.header = column >= 0 && column < r->header.n ? r->header.title[column] : f ? f->zh : NULL;
    p.value = value_shown(r->check->mem, f, value);
    check_problem(r->check, p, row->ordinal);
}
