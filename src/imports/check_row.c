/* check_row.c — one row of a file: its cells by their fields, and what repeats within the file. */
#include "imports/check_int.h"

enum { SHARED_PHONE = 3 };

static uint64_t hash_text(const char *text)
{
    uint64_t h = 14695981039346656037u;

    for (; text && *text; text++)
        h = (h ^ (unsigned char)*text) * 1099511628211u;
    return h ? h : 1;
}

static struct seen *seen_slot(struct seen_set *set, uint64_t key)
{
    for (size_t i = key * 0x9E3779B97F4A7C15u >> 20;; i++)
        if (set->slots[i & set->mask].key == key || !set->slots[i & set->mask].key)
            return &set->slots[i & set->mask];
}

/* The slot of a key; its `key` is 0 when it is new, and the caller fills it. */
static struct seen *seen_find(struct arena *mem, struct seen_set *set, uint64_t key)
{
    if (!set->slots || set->n * 2 > set->mask) {
        struct seen_set old = *set;
        set->mask = old.slots ? old.mask * 2 + 1 : 4095;
        set->slots = NEW_ARRAY(mem, struct seen, set->mask + 1);
        for (size_t i = 0; old.slots && i <= old.mask; i++)
            if (old.slots[i].key)
                *seen_slot(set, old.slots[i].key) = old.slots[i];
    }
    return seen_slot(set, key);
}

/* The same key again: the first row counts, or neither when the names differ. */
static void check_repeated(struct reading *r, struct pending *row)
{
    struct ctx *cx = r->cx;
    uint64_t name = hash_text(row->name);
    struct seen *s = seen_find(r->check->mem, &r->keys, hash_text(row->key));

    if (!s->key) {
        *s = (struct seen){ hash_text(row->key), name, row->row, row->ordinal };
        r->keys.n++;
        return;
    }
    row->is_bad = true;
    if (s->name == name) {
        row_problem(r, row, r->key_at, -1, false, "row.duplicate", row->key,
                    arena_printf(cx->mem, T("与第 %lld 行重复", "the same as in row %lld"),
                                 (long long)s->row),
                    T("只保留一行", "keep one of them"));
        return;
    }
    row_problem(r, row, r->key_at, -1, false, "key.names_differ", row->key,
                arena_printf(cx->mem,
                             T("与第 %lld 行号码相同而姓名不同",
                               "the same number as in row %lld under another name"),
                             (long long)s->row),
                T("请按身份证核对两行", "compare both rows with the ID cards"));
    row_problem(r, &(struct pending){ .row = s->row, .ordinal = s->ordinal }, r->key_at, -1, false,
                "key.names_differ", row->key,
                arena_printf(cx->mem,
                             T("与第 %lld 行号码相同而姓名不同",
                               "the same number as in row %lld under another name"),
                             (long long)row->row),
                T("请按身份证核对两行", "compare both rows with the ID cards"));
}

static void check_shared_phone(struct reading *r, struct pending *row)
{
    struct ctx *cx = r->cx;
    struct param p = field_param(&r->rec->fields[r->phone_at], row->in);
    struct seen *s;

    if (!p.text)
        return;
    s = seen_find(r->check->mem, &r->phones, hash_text(p.text));
    if (!s->key) {
        *s = (struct seen){ .key = hash_text(p.text), .row = row->row };
        r->phones.n++;
    }
    if (++s->ordinal > SHARED_PHONE) {
        row_problem(r, row, r->phone_at, -1, true, "phone.shared", p.text,
                    arena_printf(cx->mem,
                                 T("同一电话已用于 %d 人", "the same phone for %d persons"),
                                 (int)s->ordinal),
                    T("请填本人或家属电话", "enter the person's or the family's own"));
    }
}

/* A number as the spreadsheet shows it: 1.3893201234E10 is a phone number. */
static const char *number_text(struct ctx *cx, const struct cell *c)
{
    if (!strpbrk(c->text, ".eE") || c->number < 0 || c->number >= 1e15 ||
        (double)(int64_t)c->number != c->number)
        return c->text;
    return arena_printf(cx->mem, "%lld", (long long)c->number);
}

static void read_cell(struct reading *r, struct pending *row, const struct column_use *use,
                      const struct cell *c)
{
    struct ctx *cx = r->cx;
    const struct field *f = &r->rec->fields[use->field];
    struct field_problems ps = { 0 };
    const char *text = c->text, *t;
    enum field_source source = c->kind == CELL_NUMBER ? FIELD_FROM_SHEET_NUMBER : FIELD_FROM_SHEET;

    row->tried[use->field / 64] |= (uint64_t)1 << (use->field % 64);
    if (c->kind == CELL_ERROR) {
        row_problem(r, row, use->field, use->column, false, "cell.formula_error", c->text,
                    T("公式出错", "the formula gives an error"),
                    T("请改为数值后重新导入", "replace it by its value"));
        row->is_bad = true;
        return;
    }
    if (c->kind == CELL_NUMBER && f->type != FIELD_ID_NO && f->type != FIELD_ACCOUNT &&
        f->type != FIELD_MONEY)
        text = number_text(cx, c);
    if (c->kind == CELL_DATE && (t = strchr(c->text, 'T')))
        text = arena_strndup(cx->mem, c->text, (size_t)(t - c->text));
    if (f->type == FIELD_TEXT && (strstr(text, "\xEF\xBF\xBD") || strstr(text, "□")))
        row_problem(r, row, use->field, use->column, true, "text.lossy", text,
                    T("有无法识别的字", "holds a character that was lost"),
                    T("请核对原文", "compare with the original"));
    if (!field_read_text(cx, f, text, source, row->in, &ps))
        row->is_bad = true;
    else
        row->in_set[use->field / 64] |= (uint64_t)1 << (use->field % 64);
    for (int i = 0; i < ps.n; i++)
        row_problem(r, row, use->field, use->column, ps.at[i].is_warning, ps.at[i].code, text,
                    ps.at[i].message, ps.at[i].cure);
}

static void check_required(struct reading *r, struct pending *row)
{
    struct ctx *cx = r->cx;

    for (int i = 0; r->rec->fields[i].name; i++) {
        const struct field *f = &r->rec->fields[i];
        struct param p;
        if (!f->required || !field_is_input(f))
            continue;
        p = field_param(f, row->in);
        if (p.type == PARAM_INT ? p.integer != NONE : p.text != NULL)
            continue;
        if (!(row->tried[i / 64] >> (i % 64) & 1)) {
            row_problem(r, row, i, -1, false, "field.required", NULL,
                        arena_printf(cx->mem, T("缺少 %s", "%s is missing"), T(f->zh, f->en)),
                        T("请补填", "fill it in"));
            row->is_bad = true;
        }
    }
}

static const struct cell *cell_of(const struct sheet_row *row, int column)
{
    static const struct cell empty = { .text = "" };

    return column >= 0 && column < row->n ? &row->cells[column] : &empty;
}

/* Blank but for a serial number, a sum, a note or signature below the table, or the header once
 * more. */
static bool is_left_out(struct reading *r, const struct sheet_row *row)
{
    static const char *const words[] = {
        "合计",   "总计",     "小计",   "共计",       "本页合计", "累计",   "填表说明",
        "说明:",  "注:",      "备注:",  "填表人",     "制表",     "审核人", "单位负责人",
        "负责人", "填报单位", "经办人", "单位(盖章)", "盖章"
    };
    int filled = 0, known = 0, repeated = 0;
    const char *first = NULL;

    for (int c = 0; c < row->n; c++) {
        if (row->cells[c].kind == CELL_EMPTY || str_blank(row->cells[c].text))
            continue;
        filled++;
        if (!first)
            first = row->cells[c].text;
    }
    for (int i = 0; i < r->use_count; i++) {
        const struct cell *c = cell_of(row, r->uses[i].column);
        if (c->kind == CELL_EMPTY)
            continue;
        known++;
        repeated += c->kind == CELL_TEXT && str_eq(c->text, r->header.title[r->uses[i].column]);
    }
    if (known == 0 || (known >= 2 && repeated == known))
        return true;
    if (r->key_at >= 0 && r->column_of[r->key_at] >= 0 &&
        cell_of(row, r->column_of[r->key_at])->kind != CELL_EMPTY)
        return false;
    if (filled == 1 && r->use_count > 2)
        return true;
    first = header_plain(r->cx->mem, first);
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (str_starts(first, header_plain(r->cx->mem, words[i])))
            return true;
    return false;
}

void read_row(struct reading *r, const struct sheet_row *from)
{
    struct ctx *cx = r->cx;
    struct arena *outer = cx->mem;
    struct pending *row;

    cx->mem = r->chunk_mem;
    if (is_left_out(r, from)) {
        r->left_rows++;
        cx->mem = outer;
        return;
    }
    row = &r->pending[r->pending_count++];
    *row = (struct pending){ .in = arena_alloc(r->chunk_mem, r->rec->size),
                             .row = from->number,
                             .ordinal = r->check->total++ };
    fields_clear(r->rec->fields, row->in);
    r->hidden_rows += from->is_hidden;
    for (int i = 0; i < r->use_count; i++) {
        const struct column_use *use = &r->uses[i];
        const struct cell *c = cell_of(from, use->column);
        if (c->kind == CELL_EMPTY && c->is_formula)
            row_problem(r, row, use->field, use->column, true, "cell.formula_empty", NULL,
                        T("文件中没有公式的结果", "the file does not hold the formula's value"),
                        T("请在表格软件中打开并保存一次",
                          "open and save it once in a spreadsheet program"));
        if (c->kind != CELL_EMPTY && !(row->in_set[use->field / 64] >> (use->field % 64) & 1))
            read_cell(r, row, use, c);
    }
    check_required(r, row);
    row->key = r->key_at >= 0 ? field_param(&r->rec->fields[r->key_at], row->in).text : NULL;
    row->name = r->name_at >= 0 ? field_param(&r->rec->fields[r->name_at], row->in).text : NULL;
    if (row->key && !r->rec->take_row && !r->rec->find_like)
        check_repeated(r, row);
    if (r->phone_at >= 0)
        check_shared_phone(r, row);
    cx->mem = outer;
}
