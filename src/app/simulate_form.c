/* simulate_form.c — a sheet as an office lays it out around its rows. */
#include "app/simulate_form.h"

int sim_column(const struct sim_form *form, enum sim_key key)
{
    for (int i = 0; i < FORM_COLUMNS_MAX && form->columns[i].header; i++)
        if (form->columns[i].key == key)
            return i;
    return -1;
}

static struct book_cell text(const char *s)
{
    return (struct book_cell){ s && *s ? BOOK_TEXT : BOOK_EMPTY, s ? s : "", NULL };
}

static struct book_cell *blank_cells(struct sim_draft *d)
{
    struct book_cell *cells = NEW_ARRAY(d->w->mem, struct book_cell, d->columns);

    for (int i = 0; i < d->columns; i++)
        cells[i] = text("");
    return cells;
}

struct sim_draft sim_draft(struct sim_world *w, const struct sim_form *form, const char *name,
                           const char *record, int64_t office)
{
    const char *prefix = w->options.prefix ? w->options.prefix : "";
    struct sim_draft d = { .w = w,
                           .form = form,
                           .book = book_new(w->mem),
                           .chance = sim_chance(w->options.seed, name, 0) };

    name = arena_printf(w->mem, "%s%s", prefix, name);
    d.file = (struct sim_file){ .name = name,
                                .record = record,
                                .office = office,
                                .employer = -1,
                                .path = arena_printf(w->mem, "%s/%s", w->options.dir, name) };
    d.flaw_at = sim_below(&d.chance, 60);
    d.shared_phone = arena_printf(w->mem, "1338932%04d", sim_below(&d.chance, 10000));
    while (d.columns < FORM_COLUMNS_MAX && form->columns[d.columns].header)
        d.columns++;
    /* A perfectly clean office has no column of its own either. */
    if (w->options.messy == 0 && form->columns[d.columns - 1].key == KEY_UNKNOWN)
        d.columns--;
    return d;
}

/* One text across the whole width. */
static void wide_row(struct sim_draft *d, const char *s)
{
    struct book_cell *cells = blank_cells(d);
    int64_t row;

    cells[0] = text(s);
    row = book_row(d->book, cells, d->columns, false);
    book_merge(d->book, row, row, 0, d->columns - 1);
}

static bool has_groups(const struct sim_draft *d)
{
    for (int i = 0; i < d->columns; i++)
        if (d->form->columns[i].group)
            return true;
    return false;
}

static int64_t put_header(struct sim_draft *d)
{
    struct book_cell *upper = blank_cells(d), *lower = blank_cells(d);
    const struct sim_column *columns = d->form->columns;
    int64_t row;

    for (int i = 0; i < d->columns; i++)
        lower[i] = text(columns[i].header);
    if (!has_groups(d))
        return book_row(d->book, lower, d->columns, false);
    for (int i = 0; i < d->columns; i++) {
        bool begins = i == 0 || !str_eq(columns[i].group, columns[i - 1].group);
        upper[i] = text(!columns[i].group ? columns[i].header : begins ? columns[i].group : "");
        if (!columns[i].group)
            lower[i] = text("");
    }
    row = book_row(d->book, upper, d->columns, false);
    book_row(d->book, lower, d->columns, false);
    for (int i = 0, end; i < d->columns; i = end) {
        end = i + 1;
        while (columns[i].group && end < d->columns && str_eq(columns[end].group, columns[i].group))
            end++;
        if (columns[i].group && end > i + 1)
            book_merge(d->book, row, row, i, end - 1);
        else if (!columns[i].group)
            book_merge(d->book, row, row + 1, i, i);
    }
    return row + 1;
}

void sim_begin_sheet(struct sim_draft *d, const char *sheet, const char *office)
{
    int64_t header;

    d->sheet = sheet;
    d->written_n = 0;
    book_sheet(d->book, sheet, false);
    if (*d->form->title) {
        struct str title = str_new(d->w->mem);
        const char *hole = strstr(d->form->title, "%s");
        str_add_len(&title, d->form->title, (size_t)(hole - d->form->title));
        str_add(&title, office);
        str_add(&title, hole + 2);
        wide_row(d, title.s);
    }
    for (const char *const *note = d->form->notes; note && *note; note++)
        wide_row(d, *note);
    header = put_header(d);
    for (int i = 0; i < d->columns; i++)
        if (d->form->columns[i].key == KEY_UNKNOWN)
            sim_answer(d, header, KEY_UNKNOWN, "column.unknown", true);
}

/* What a clerk computes instead of typing: sex and birth date from the number. */
static void put_formulas(struct sim_draft *d, struct book_cell *cells, int64_t row)
{
    int number = sim_column(d->form, KEY_ID_NO), sex = sim_column(d->form, KEY_SEX);

    if (!d->form->has_formulas || number < 0 || sex < 0)
        return;
    cells[sex].formula = arena_printf(d->w->mem, "IF(MOD(MID(%c%lld,17,1),2)=1,\"男\",\"女\")",
                                      'A' + number, (long long)row);
}

/* The first good rows of a sheet may carry the village cadre's number. */
static bool share_phone(struct sim_draft *d, struct book_cell *cells)
{
    int phone = sim_column(d->form, KEY_PHONE);

    if (!str_eq(d->file.record, "person") || phone < 0 || d->shared_phones >= 3 ||
        d->w->options.messy == 0)
        return false;
    cells[phone] = text(d->shared_phone);
    d->shared_phones++;
    return true;
}

void sim_put_row(struct sim_draft *d, struct book_cell *cells)
{
    int serial = sim_column(d->form, KEY_SERIAL), messy = d->w->options.messy;
    struct sim_written *at;
    bool is_flawed, shares = false;
    int64_t row;

    if (d->form->repeats_header && d->written_n > 0 && d->written_n % 45 == 0)
        put_header(d);
    row = book_next_row(d->book);
    if (serial >= 0)
        cells[serial] =
            (struct book_cell){ BOOK_NUMBER, arena_printf(d->w->mem, "%zu", d->written_n + 1),
                                NULL };
    put_formulas(d, cells, row);
    is_flawed = messy > 0 && sim_percent(&d->chance, messy) && sim_spoil(d, cells, row);
    if (!is_flawed) {
        shares = share_phone(d, cells);
        if (messy > 0 && !shares && sim_percent(&d->chance, messy))
            sim_vary(d, cells);
    }
    d->file.rows++;
    d->file.flawed += is_flawed;
    book_row(d->book, cells, d->columns, d->form->hides_rows && sim_percent(&d->chance, 4));
    at = ARENA_PUSH(d->w->mem, d->written, d->written_n, d->written_cap);
    *at = (struct sim_written){ cells, row, is_flawed, shares };
}

void sim_end_sheet(struct sim_draft *d, const char *signature)
{
    struct book_cell *cells;

    if (d->form->ends_with_total) {
        cells = blank_cells(d);
        cells[0] = text("合计");
        cells[MAX(1, sim_column(d->form, KEY_HEADCOUNT))] =
            text(arena_printf(d->w->mem, "%zu", d->written_n));
        book_row(d->book, cells, d->columns, false);
    }
    if (d->form->ends_with_signature)
        wide_row(d, signature);
    for (int i = 0; i < d->form->blank_rows; i++)
        book_row(d->book, blank_cells(d), d->columns, false);
    if (d->form->has_code_sheet) {
        book_sheet(d->book, "代码表", true);
        book_row(d->book, (struct book_cell[]){ text("户属性"), text("说明") }, 2, false);
        book_row(d->book, (struct book_cell[]){ text("建档立卡贫困户"), text("系统内") }, 2, false);
    }
}

enum err sim_finish(struct sim_draft *d, struct failure *f)
{
    TRY(d->form->is_csv ? book_write_csv(d->book, d->file.path, f)
                        : book_write_xlsx(d->book, d->file.path, f));
    *ARENA_PUSH(d->w->mem, d->w->files, d->w->files_n, d->w->files_cap) = d->file;
    return OK;
}
