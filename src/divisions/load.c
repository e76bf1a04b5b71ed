/* load.c — filling the tables of divisions. Rows are sorted by code, so that what contains a
 * division comes before it, and written many at a time. */
#include "divisions/load.h"

#include <sodium.h>
#include <stdlib.h>
#include <unistd.h>

#include "divisions/index.h"
#include "platform/asset.h"
#include "platform/journal.h"
#include "sheet/sheet.h"

enum { ROWS_AT_ONCE = 100, ROWS_MAX = 1000000 };

struct fact {
    int64_t code;
    const char *name, *valid_from, *valid_to, *successors, *aliases;
    int64_t row;           /* of the sheet */
    const char *full_name; /* worked out by complete() */
    int64_t parent;
};
struct facts {
    struct arena *mem;
    struct fact *at;
    size_t n, cap;
    int64_t added, changed;
    const char *stamp;
};

/* Codes of 6 or 9 digits are filled up with zeros. */
static int64_t code_of(const char *text)
{
    size_t len = strlen(text);
    int64_t code;

    if ((len != 6 && len != 9 && len != 12) || strspn(text, "0123456789") != len ||
        !str_int(text, &code))
        return NONE;
    for (; len < 12; len++)
        code *= 10;
    return division_level(code) == LEVEL_NONE ? NONE : code;
}

static int by_code(const void *a, const void *b)
{
    const struct fact *x = a, *y = b;

    return x->code < y->code ? -1 : x->code > y->code;
}

/* The nearest division above that exists: Chongqing's counties have no city between.
 */
static const struct fact *fact_above(const struct facts *all, int64_t code)
{
    for (int level = (int)division_level(code) - 1; level >= LEVEL_PROVINCE; level--) {
        struct fact key = { .code = division_at(code, (enum division_level)level) }, *found;
        found = bsearch(&key, all->at, all->n, sizeof key, by_code);
        if (found)
            return found;
    }
    return NULL;
}

static void place_above(const struct division_index *ix, struct fact *f)
{
    for (int level = (int)division_level(f->code) - 1;
         ix && f->parent == NONE && level >= LEVEL_PROVINCE; level--) {
        const struct place *p =
            division_index_find(ix, division_at(f->code, (enum division_level)level));
        if (p) {
            f->parent = p->code;
            f->full_name = p->full_name;
        }
    }
}

/* Parents and full names; `known` is what the store has, or NULL. */
static void complete(struct facts *all, const struct division_index *known)
{
    if (all->n)
        qsort(all->at, all->n, sizeof *all->at, by_code);
    for (size_t i = 0; i < all->n; i++) {
        struct fact *f = &all->at[i], in_store = { .parent = NONE, .code = f->code };
        const struct fact *above = fact_above(all, f->code);
        place_above(known, &in_store);
        f->parent = above ? above->code : NONE;
        if (in_store.parent != NONE && (!above || in_store.parent > above->code)) {
            f->parent = in_store.parent;
            f->full_name = arena_printf(all->mem, "%s%s", in_store.full_name, f->name);
        } else {
            f->full_name = arena_printf(all->mem, "%s%s", above ? above->full_name : "", f->name);
        }
    }
}

/* --- writing --- */
static enum err write_many(struct ctx *cx, const char *into, const char *on_conflict, int columns,
                           const struct param *values, int rows)
{
    struct str sql = str_new(cx->mem);

    if (rows == 0)
        return OK;
    str_addf(&sql, "INSERT INTO %s VALUES ", into);
    for (int r = 0, n = 0; r < rows; r++) {
        str_add(&sql, r ? ", (" : "(");
        for (int c = 0; c < columns; c++)
            str_addf(&sql, "%s$%d", c ? ", " : "", ++n);
        str_add(&sql, ")");
    }
    str_addf(&sql, " %s", on_conflict);
    return db_exec_list(cx, sql.s, (struct params){ rows * columns, values });
}

static enum err write_places(struct ctx *cx, const struct facts *all)
{
    enum { COLUMNS = 8 };
    struct param *values = NEW_ARRAY(cx->mem, struct param, COLUMNS * ROWS_AT_ONCE);

    for (size_t from = 0; from < all->n; from += ROWS_AT_ONCE) {
        int rows = (int)MIN((size_t)ROWS_AT_ONCE, all->n - from), n = 0;
        for (int r = 0; r < rows; r++) {
            const struct fact *f = &all->at[from + (size_t)r];
            values[n++] = param_int(f->code);
            values[n++] = param_text(f->name);
            values[n++] =
                param_text(division_short_name(cx->mem, f->name, division_level(f->code)));
            values[n++] = param_int(f->parent);
            values[n++] = param_text(division_level_code(division_level(f->code)));
            values[n++] = param_text(f->full_name);
            values[n++] = param_text(f->valid_from);
            values[n++] = param_text(f->valid_to);
        }
        TRY(write_many(
            cx, "division (code, name, short_name, parent, level, full_name, valid_from, valid_to)",
            "ON CONFLICT (code) DO UPDATE SET name = excluded.name, short_name = excluded.short_name,"
            " parent = excluded.parent, full_name = excluded.full_name, valid_from = excluded.valid_from,"
            " valid_to = excluded.valid_to",
            COLUMNS, values, rows));
    }
    return OK;
}

/* The parts of "a|b" one by one. */
static const char *next_part(struct ctx *cx, const char **at)
{
    size_t len = *at ? strcspn(*at, "|") : 0;
    const char *part = len ? arena_strndup(cx->mem, *at, len) : NULL;

    if (*at)
        *at += len + ((*at)[len] == '|');
    return part;
}

static enum err write_successors(struct ctx *cx, const struct facts *all)
{
    struct param *values = NEW_ARRAY(cx->mem, struct param, 2 * ROWS_AT_ONCE);
    int rows = 0;

    for (size_t i = 0; i < all->n; i++) {
        const char *at = all->at[i].successors, *part;
        while ((part = next_part(cx, &at))) {
            values[2 * rows] = param_int(all->at[i].code);
            values[2 * rows++ + 1] = param_int(code_of(part));
            if (rows == ROWS_AT_ONCE) {
                TRY(write_many(cx, "division_successor (code, successor)", "ON CONFLICT DO NOTHING",
                               2, values, rows));
                rows = 0;
            }
        }
    }
    return write_many(cx, "division_successor (code, successor)", "ON CONFLICT DO NOTHING", 2,
                      values, rows);
}

static enum err write_aliases(struct ctx *cx, const struct facts *all)
{
    for (size_t i = 0; i < all->n; i++) {
        const char *at = all->at[i].aliases, *part;
        while ((part = next_part(cx, &at)))
            TRY(db_exec(
                cx,
                "INSERT INTO division_alias (name, code) VALUES ($1, $2) ON CONFLICT DO NOTHING",
                P(part), P(all->at[i].code)));
    }
    return OK;
}

static enum err write_facts(struct ctx *cx, const struct facts *all)
{
    TRY(write_places(cx, all));
    TRY(write_successors(cx, all));
    TRY(write_aliases(cx, all));
    TRY(db_exec(
        cx,
        "INSERT INTO division_load (number, stamp, at) SELECT COALESCE(max(number), 0) + 1, $1, $2 FROM division_load",
        P(all->stamp), P(cx->now)));
    divisions_forget();
    return OK;
}

/* --- the shipped facts --- */
/* Our own file (facts/divisions.csv): no quotes, six columns. Cuts `line` into its columns. */
static void read_line(struct facts *all, char *line)
{
    struct fact *f = ARENA_PUSH(all->mem, all->at, all->n, all->cap);
    const char *column[6];

    for (int i = 0; i < 6; i++) {
        column[i] = strsep(&line, ",");
        assert(column[i]);
        if (!*column[i])
            column[i] = NULL;
    }
    f->code = code_of(column[0]);
    f->name = column[1];
    f->valid_from = column[2];
    f->valid_to = str_eq(column[3], "-") ? "0001-01-01" : column[3];
    f->successors = column[4];
    f->aliases = column[5];
    assert(f->code != NONE && f->name);
}

static const struct asset *shipped(void)
{
    const struct asset *a = facts_assets;

    while (!str_eq(a->path, "divisions.csv"))
        a++;
    return a;
}

enum err divisions_seed(struct ctx *cx)
{
    const struct asset *a = shipped();
    struct facts all = { .mem = cx->mem };
    unsigned char digest[crypto_hash_sha256_BYTES];
    char stamp[2 * sizeof digest + 1];
    char *text = arena_strndup(cx->mem, (const char *)a->start, (size_t)(a->end - a->start)), *line;
    struct rows r;

    crypto_hash_sha256(digest, a->start, (unsigned long long)(a->end - a->start));
    all.stamp = sodium_bin2hex(stamp, sizeof stamp, digest, sizeof digest);
    TRY(db_rows(cx, &r, "SELECT 1 FROM division_load WHERE stamp = $1", P(all.stamp)));
    if (r.n)
        return OK;
    strsep(&text, "\n"); /* headers */
    while ((line = strsep(&text, "\n")) && *line)
        read_line(&all, line);
    complete(&all, NULL);
    return write_facts(cx, &all);
}

/* --- a sheet of a user --- */
enum {
    COLUMN_CODE,
    COLUMN_NAME,
    COLUMN_FROM,
    COLUMN_TO,
    COLUMN_SUCCESSORS,
    COLUMN_ALIASES,
    COLUMN_COUNT
};

static int column_named(const char *header)
{
    static const char *const names[COLUMN_COUNT] = {
        "|code|代码|区划代码|行政区划代码|统计用区划代码|",
        "|name|名称|区划名称|行政区划名称|",
        "|valid_from|启用日期|设立日期|",
        "|valid_to|停用日期|撤销日期|",
        "|successors|现行代码|撤并后代码|",
        "|aliases|别名|曾用名|",
    };

    for (int i = 0; i < COLUMN_COUNT && *header; i++) {
        const char *at = strstr(names[i], header);
        if (at && at[-1] == '|' && at[strlen(header)] == '|')
            return i;
    }
    return -1;
}

static enum err refuse_row(struct ctx *cx, int64_t row, const char *code, const char *what)
{
    return fail(cx, E_INVALID, code, T("第 %lld 行：%s", "row %lld: %s"), (long long)row, what);
}

static enum err read_row(struct ctx *cx, const struct sheet_row *row,
                         const int columns[COLUMN_COUNT], struct facts *all)
{
    const char *text[COLUMN_COUNT] = { 0 }, *at, *part;
    struct fact *f;
    struct date day;

    for (int i = 0; i < COLUMN_COUNT; i++)
        if (columns[i] >= 0 && columns[i] < row->n && row->cells[columns[i]].len)
            text[i] = str_clean(cx->mem, row->cells[columns[i]].text, false);
    if (str_blank(text[COLUMN_CODE]) && str_blank(text[COLUMN_NAME]))
        return OK;
    if (!text[COLUMN_CODE] || code_of(text[COLUMN_CODE]) == NONE)
        return refuse_row(cx, row->number, "division.code",
                          T("代码应为 6、9 或 12 位数字", "a code has 6, 9 or 12 digits"));
    if (str_blank(text[COLUMN_NAME]) || utf8_len(text[COLUMN_NAME]) > 40)
        return refuse_row(cx, row->number, "division.name",
                          T("缺少名称或名称过长", "the name is missing or too long"));
    for (int i = COLUMN_FROM; i <= COLUMN_TO; i++)
        if (text[i] && !date_parse_iso(text[i], &day))
            return refuse_row(cx, row->number, "division.date",
                              T("日期应写成 2025-11-06", "dates look like 2025-11-06"));
    at = text[COLUMN_SUCCESSORS];
    while ((part = next_part(cx, &at)))
        if (code_of(part) == NONE)
            return refuse_row(cx, row->number, "division.code",
                              T("现行代码有误", "a successor is no code"));
    if (all->n >= ROWS_MAX)
        return fail(cx, E_LIMIT, "division.rows", T("最多 %d 行", "at most %d rows"), ROWS_MAX);
    f = ARENA_PUSH(all->mem, all->at, all->n, all->cap);
    *f = (struct fact){ .code = code_of(text[COLUMN_CODE]),
                        .name = text[COLUMN_NAME],
                        .valid_from = text[COLUMN_FROM],
                        .valid_to = text[COLUMN_TO],
                        .successors = text[COLUMN_SUCCESSORS],
                        .aliases = text[COLUMN_ALIASES],
                        .row = row->number };
    return OK;
}

static enum err read_sheet(struct ctx *cx, struct sheet *s, struct facts *all)
{
    int columns[COLUMN_COUNT];
    bool has_header = false, more;
    struct sheet_row row;

    memset(columns, -1, sizeof columns);
    TRY(sheet_select(s, 0, &cx->failure));
    for (;;) {
        TRY(sheet_next(s, &row, &more, &cx->failure));
        if (!more)
            break;
        if (has_header) {
            TRY(read_row(cx, &row, columns, all));
            continue;
        }
        for (int i = 0; i < row.n; i++) {
            int c = column_named(str_clean(cx->mem, row.cells[i].text, false));
            if (c >= 0 && columns[c] < 0)
                columns[c] = i;
        }
        has_header = columns[COLUMN_CODE] >= 0 && columns[COLUMN_NAME] >= 0;
    }
    if (!has_header)
        return fail(cx, E_INVALID, "division.header", "%s",
                    T("找不到“代码”和“名称”两列", "there are no columns code and name"));
    return OK;
}

static enum err check_rows(struct ctx *cx, struct facts *all)
{
    for (size_t i = 0; i < all->n; i++) {
        if (i && all->at[i].code == all->at[i - 1].code)
            return refuse_row(cx, MAX(all->at[i].row, all->at[i - 1].row), "division.twice",
                              T("代码重复", "the code occurs twice"));
        if (all->at[i].parent == NONE && division_level(all->at[i].code) > LEVEL_PROVINCE)
            return refuse_row(cx, all->at[i].row, "division.parent",
                              T("上级地区不存在", "there is no division above it"));
        if (!scope_covers(&cx->who.scope, all->at[i].code, all->at[i].code, NONE, NONE))
            return fail(cx, E_FORBIDDEN, "division.outside",
                        T("第 %lld 行：不在您的辖区内", "row %lld: outside your jurisdiction"),
                        (long long)all->at[i].row);
    }
    return OK;
}

static enum err save_load(struct ctx *cx, void *arg)
{
    struct facts *all = arg;
    struct rows r;

    all->stamp = arena_printf(cx->mem, "%lld", (long long)store_new_id(cx->store));
    TRY(db_one(cx, &r, "SELECT count(*) AS n FROM division"));
    all->added = -row_int(&r, 0, "n");
    TRY(write_facts(cx, all));
    TRY(db_one(cx, &r, "SELECT count(*) AS n FROM division"));
    all->added += row_int(&r, 0, "n");
    return journal_append(cx, &(struct journal_entry){
                                  .kind = "division",
                                  .record_id = all->n ? all->at[0].code : 0,
                                  .action = "load",
                                  .after = arena_printf(cx->mem, "{\"rows\":%zu}", all->n),
                                  .home = NONE,
                                  .work = NONE,
                                  .employer_id = NONE,
                                  .person_id = NONE });
}

enum err divisions_load(struct ctx *cx)
{
    struct facts all = { .mem = cx->mem };
    const struct division_index *ix;
    struct sheet *s;
    enum err err;

    TRY(sheet_open(cx->upload_path, NULL, cx->lang, &cx->failure, &s));
    err = read_sheet(cx, s, &all);
    sheet_close(s);
    unlink(cx->upload_path);
    TRY(err);
    ix = division_index_hold(cx);
    if (!ix)
        return fail(cx, E_BUSY, "division.store", "%s",
                    T("暂时无法读取行政区划", "the divisions cannot be read now"));
    complete(&all, ix);
    division_index_release();
    TRY(check_rows(cx, &all));
    TRY(db_write(cx, save_load, &all));
    divisions_forget(); /* now that it is durable */
    json_object(cx->out);
    json_put_int(cx->out, "rows", (int64_t)all.n);
    json_put_int(cx->out, "added", all.added);
    json_put_int(cx->out, "changed", (int64_t)all.n - all.added);
    json_end(cx->out);
    return OK;
}
