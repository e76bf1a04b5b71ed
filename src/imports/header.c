/* header.c — finding the header among the first rows of a sheet. Titles stand above it, and it may
 * have up to three rows: the last names the column ("省"), those above the group ("务工地"), merged
 * over several columns. */
#include "imports/imports_int.h"

struct spelling {
    const char *text;
    int field, rank;
};
struct header_names {
    unsigned mask;
    struct spelling *slots; /* open addressing; text NULL = free */
};

const char *header_plain(struct arena *mem, const char *text)
{
    static const char *const dropped[] = { " ", "*", ":", "★", "\"", "'", "“", "”", "、", "＊" };
    char *clean = str_clean(mem, text, true), *to = clean;

    for (const char *p = clean; *p;) {
        size_t skip = 0;
        for (size_t i = 0; i < ARRAY_LEN(dropped) && !skip; i++)
            if (str_starts(p, dropped[i]))
                skip = strlen(dropped[i]);
        if (skip)
            p += skip;
        else
            *to++ = *p++;
    }
    *to = 0;
    return clean;
}

static uint32_t hash_text(const char *text)
{
    uint32_t h = 2166136261u;

    for (; *text; text++)
        h = (h ^ (unsigned char)*text) * 16777619u;
    return h ^ h >> 15;
}

static struct spelling *slot_of(const struct header_names *names, const char *text)
{
    for (unsigned i = hash_text(text);; i++) {
        struct spelling *s = &names->slots[i & names->mask];
        if (!s->text || strcmp(s->text, text) == 0)
            return s;
    }
}

/* The first to claim a spelling keeps it: fields come in the order of their table. */
static void add_spelling(struct arena *mem, struct header_names *names, const char *text, int field,
                         int rank)
{
    const char *plain = header_plain(mem, text);
    struct spelling *s = slot_of(names, plain);

    if (*plain && !s->text)
        *s = (struct spelling){ plain, field, rank };
}

static int count_words(const char *list)
{
    int n = 1;

    for (; list && *list; list++)
        n += *list == '|';
    return n;
}

static void add_list(struct arena *mem, struct header_names *names, const char *list, int field,
                     int rank)
{
    for (const char *s = list; s && *s; s += strcspn(s, "|"), s += *s == '|')
        add_spelling(mem, names, arena_strndup(mem, s, strcspn(s, "|")), field, rank++);
}

struct header_names *header_names_new(struct arena *mem, const struct record *rec)
{
    struct header_names *names = NEW(mem, struct header_names);
    static const char workbook_columns[] =
        "原行号|问题|Row|Problem"; /* of the workbook of bad rows, sent again */
    int n = 4 + count_words(rec->headers_left_out), i;
    unsigned size = 64;

    for (const struct field *f = rec->fields; f->name; f++)
        n += 3 + count_words(f->synonyms);
    while (size < (unsigned)n * 2)
        size *= 2;
    names->mask = size - 1;
    names->slots = NEW_ARRAY(mem, struct spelling, size);
    for (i = 0; rec->fields[i].name; i++) /* own names before anybody's synonyms */
        if (rec->fields[i].use & USE_IMPORT) {
            add_spelling(mem, names, rec->fields[i].zh, i, 0);
            add_spelling(mem, names, rec->fields[i].en, i, 0);
            add_spelling(mem, names, rec->fields[i].name, i, 0);
        }
    for (i = 0; rec->fields[i].name; i++)
        if (rec->fields[i].use & USE_IMPORT)
            add_list(mem, names, rec->fields[i].synonyms, i, 1);
    add_list(mem, names, rec->headers_left_out, COLUMN_LEFT_OUT, 0);
    add_list(mem, names, workbook_columns, COLUMN_LEFT_OUT, 0);
    return names;
}

/* Known as it stands, or without a remark in brackets: 姓名(必填). */
static const struct spelling *look_up(struct arena *mem, const struct header_names *names,
                                      const char *text)
{
    const char *plain = header_plain(mem, text), *bracket;
    const struct spelling *s = slot_of(names, plain);

    if (s->text)
        return s;
    bracket = strchr(plain, '(');
    if (!bracket || bracket == plain)
        return NULL;
    s = slot_of(names, arena_strndup(mem, plain, (size_t)(bracket - plain)));
    return s->text ? s : NULL;
}

/* Text of a cell, or of the last filled one to the left: a merged title lies over several columns.
 */
static const char *text_over(const struct header_row *row, int column)
{
    for (int c = MIN(column, row->n - 1); c >= 0; c--)
        if (row->text[c][0])
            return row->text[c];
    return "";
}

static const char *own_text(const struct header_row *row, int column)
{
    return column < row->n ? row->text[column] : "";
}

/* What a header of rows [first, first + height) says of a column. */
static const struct spelling *read_column(struct arena *mem, const struct header_names *names,
                                          const struct header_row *rows, int height, int column,
                                          const char **ret_title)
{
    const struct header_row *bottom = &rows[height - 1];
    const char *last = own_text(bottom, column);
    const struct spelling *s;
    struct str joined = str_new(mem);

    if (!last[0]) { /* merged downwards: the name stands above */
        for (int r = height - 2; r >= 0 && !last[0]; r--)
            last = own_text(&rows[r], column);
        *ret_title = last;
        return last[0] ? look_up(mem, names, last) : NULL;
    }
    for (int r = 0; r < height - 1; r++)
        str_add(&joined, text_over(&rows[r], column));
    str_add(&joined, last);
    *ret_title = joined.s;
    s = look_up(mem, names, joined.s);
    return s ? s : look_up(mem, names, last);
}

static bool try_header(struct arena *mem, const struct header_names *names,
                       const struct header_row *rows, int height, struct header *ret,
                       int *ret_score)
{
    bool seen[FIELDS_MAX] = { false };
    int n = 0, left_out = 0;
    struct header h = { .first_row = rows[0].number, .last_row = rows[height - 1].number };

    for (int r = 0; r < height; r++)
        n = MAX(n, rows[r].n);
    h.n = MIN(n, COLUMNS_MAX);
    h.title = NEW_ARRAY(mem, const char *, h.n + 1);
    h.field = NEW_ARRAY(mem, int, h.n + 1);
    h.rank = NEW_ARRAY(mem, int, h.n + 1);
    for (int c = 0; c < h.n; c++) {
        const struct spelling *s = read_column(mem, names, rows, height, c, &h.title[c]);
        h.field[c] = s ? s->field : COLUMN_UNKNOWN;
        h.rank[c] = s ? s->rank : 0;
        if (h.field[c] >= 0 && !seen[h.field[c]]) {
            seen[h.field[c]] = true;
            h.fields++;
        }
        left_out += h.field[c] == COLUMN_LEFT_OUT;
    }
    *ret_score = 8 * (4 * h.fields + left_out) - height; /* no more rows than it takes */
    *ret = h;
    return h.fields >= 2;
}

bool header_find(struct arena *mem, const struct header_names *names, const struct header_row *rows,
                 int n, struct header *ret)
{
    int best = 0;

    for (int first = 0; first < n; first++)
        for (int height = 1; height <= HEADER_ROWS_MAX && first + height <= n; height++) {
            struct header h;
            int score;
            if (try_header(mem, names, rows + first, height, &h, &score) && score > best) {
                best = score;
                *ret = h;
            }
        }
    return best > 0;
}
