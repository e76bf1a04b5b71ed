/* The simulator: the same bytes each time, one flaw in a flawed row, none in a clean one. */
#include "harness.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "app/simulate.h"
#include "base/ids.h"
#include "sheet/sheet.h"

static struct sim_world *written(const char *dir, int workers, int messy, const char *pairing)
{
    struct sim_options o = { .workers = workers,
                             .posts = 30,
                             .months = 2,
                             .seed = 7,
                             .messy = messy,
                             .pairing = pairing,
                             .dir = dir };
    struct sim_world *w = sim_world_make(test_arena(), &o);
    struct sim_month_line lines[20];
    struct failure f = { 0 };

    for (int i = 0; i < 20; i++)
        lines[i] = sim_month(w, &w->people[i], &w->posts[0], (struct month){ 2019, 3 }, 0);
    EXPECT_INT(sim_write_rosters(w, &f), OK);
    EXPECT_INT(sim_write_posts(w, &f), OK);
    EXPECT_INT(sim_write_months(w, 0, (struct month){ 2019, 3 }, lines, 20, &f), OK);
    EXPECT_INT(sim_write_answers(w, &f), OK);
    return w;
}

static const char *bytes_of(const char *path, size_t *ret_len)
{
    FILE *in = fopen(path, "rb");
    char *data = arena_alloc(test_arena(), 4 << 20);

    EXPECT(in != NULL);
    *ret_len = in ? fread(data, 1, 4 << 20, in) : 0;
    if (in)
        fclose(in);
    return data;
}

TEST("the same seed writes the same bytes")
{
    const char *one = test_folder(), *two = test_folder();
    struct sim_world *a = written(one, 300, 20, "fuzhou-dingxi"),
                     *b = written(two, 300, 20, "fuzhou-dingxi");

    EXPECT_INT(a->files_n, b->files_n);
    for (size_t i = 0; i < a->files_n; i++) {
        size_t len_a, len_b;
        const char *x = bytes_of(a->files[i].path, &len_a), *y = bytes_of(b->files[i].path, &len_b);
        EXPECT(len_a > 0 && len_a == len_b && memcmp(x, y, len_a) == 0);
    }
}

TEST("clean files have no answers")
{
    const char *dir = test_folder();
    struct sim_world *w = written(dir, 200, 0, "shandong-chongqing");

    EXPECT_INT(w->answers_n, 0);
    EXPECT_INT(w->west_n, 10);
}

TEST("simulated people have valid numbers of their own, fit their sex and are of age")
{
    struct sim_options o = {
        .workers = 5000, .posts = 10, .seed = 3, .pairing = "fuzhou-dingxi", .dir = "/nonexistent"
    };
    struct sim_world *w = sim_world_make(test_arena(), &o);
    int women = 0;

    EXPECT_INT(w->people_n, 5000);
    for (int i = 0; i < w->people_n; i++) {
        const struct sim_person *p = &w->people[i];
        char clean[19], card[33];
        unsigned notes = 0;
        int age = date_age(p->birth, w->start);
        EXPECT_INT(id_no_normalise(p->id_no, clean, &notes), ID_OK);
        EXPECT_INT(id_no_is_female(p->id_no), p->is_female);
        EXPECT_INT(date_compare(id_no_birth(p->id_no), p->birth), 0);
        EXPECT(age >= 18 && age <= 62);
        EXPECT(!*p->account || card_normalise(p->account, card) == CARD_OK);
        women += p->is_female;
        for (int k = MAX(0, i - 40); k < i; k++)
            EXPECT(!str_eq(p->id_no, w->people[k].id_no) && !str_eq(p->phone, w->people[k].phone));
    }
    EXPECT(women > 1500 && women < 3500);
    for (int i = 0; i < w->employers_n; i++) {
        char code[19];
        EXPECT_INT(credit_code_normalise(w->employers[i].credit_code, code), CREDIT_OK);
    }
}

/* What stands in a cell of the file, found by row and by its header's column. */
static const char *cell_at(const struct sim_answer *a, const char *path)
{
    struct failure f = { 0 };
    struct sheet_row row;
    struct sheet *s;
    bool more = true;
    int column = -1;
    const char *found = NULL;

    EXPECT_INT(sheet_open(path, NULL, LANG_EN, &f, &s), OK);
    for (int i = 0; i < sheet_count(s); i++) {
        if (*a->sheet && !str_eq(sheet_info(s, i).name, a->sheet))
            continue;
        EXPECT_INT(sheet_select(s, i, &f), OK);
        while (sheet_next(s, &row, &more, &f) == OK && more)
            for (int c = 0; c < row.n; c++) {
                if (column < 0 && *row.cells[c].text && str_ends(a->column, row.cells[c].text))
                    column = c;
                if (row.number == a->row && c == column)
                    found = arena_strdup(test_arena(), row.cells[c].text);
            }
    }
    sheet_close(s);
    return found;
}

TEST("a flawed row has one answer, at a header and row that are in the file")
{
    const char *dir = test_folder();
    struct sim_world *w = written(dir, 600, 30, "fuzhou-dingxi");
    int flawed = 0, columns = 0;

    EXPECT(w->answers_n > 100);
    for (size_t i = 0; i < w->files_n; i++)
        flawed += w->files[i].flawed;
    for (size_t i = 0; i < w->answers_n; i++) {
        const struct sim_answer *a = &w->answers[i];
        const char *cell = cell_at(a, arena_printf(test_arena(), "%s/%s", dir, a->file));
        for (size_t k = 0; k < i; k++) {
            const struct sim_answer *b = &w->answers[k];
            EXPECT(!(a->row == b->row && str_eq(a->file, b->file) && str_eq(a->sheet, b->sheet) &&
                     str_eq(a->code, b->code)));
            EXPECT(!(a->row == b->row && str_eq(a->file, b->file) && str_eq(a->sheet, b->sheet)));
        }
        columns += str_eq(a->code, "column.unknown");
        if (str_eq(a->code, "column.unknown"))
            continue; /* stands in the upper row of the header */
        if (str_eq(a->code, "field.required") ? cell && *cell : !cell || !*cell)
            test_fail(__FILE__, __LINE__, "%s %s row %lld %s %s: \"%s\"", a->file, a->sheet,
                      (long long)a->row, a->column, a->code, cell ? cell : "(none)");
    }
    EXPECT_INT(flawed, (int)w->answers_n - columns);
}
