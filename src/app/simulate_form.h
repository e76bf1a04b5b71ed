/* simulate_form.h — the forms of offices: which columns under which headers, and the flaws that get
 * into their cells. Inside the simulator. */
#pragma once
#include "app/simulate.h"
#include "app/simulate_book.h"

/* What a column is about. */
enum sim_key {
    KEY_SERIAL,
    KEY_NAME,
    KEY_ID_NO,
    KEY_SEX,
    KEY_BIRTH,
    KEY_ETHNIC,
    KEY_EDUCATION,
    KEY_COUNTY,
    KEY_TOWN,
    KEY_VILLAGE,
    KEY_ADDRESS,
    KEY_HOUSEHOLD_NO,
    KEY_RELATION,
    KEY_HEAD_NAME,
    KEY_HOUSEHOLD_TYPE,
    KEY_IDENTIFIED,
    KEY_HEALTH,
    KEY_ABILITY,
    KEY_PHONE,
    KEY_SKILL,
    KEY_WILLING,
    KEY_WISH_PLACE,
    KEY_WISH_WORK,
    KEY_WAGE,
    KEY_ACCOUNT,
    KEY_BANK,
    KEY_ACCOUNT_NAME,
    KEY_COLLECTOR,
    KEY_COLLECTED,
    KEY_REMARK,
    KEY_EMPLOYER,
    KEY_CREDIT,
    KEY_KIND,
    KEY_INDUSTRY,
    KEY_PLACE,
    KEY_STAFF,
    KEY_CONTACT,
    KEY_CANTEEN,
    KEY_NOODLES,
    KEY_LODGING,
    KEY_COUPLE_ROOMS,
    KEY_POST_NO,
    KEY_TITLE,
    KEY_OCCUPATION,
    KEY_HEADCOUNT,
    KEY_PAY_FORM,
    KEY_PAY,
    KEY_PAY_LOW,
    KEY_PAY_HIGH,
    KEY_NEWCOMER_PAY,
    KEY_BOARD,
    KEY_RESERVED,
    KEY_NIGHT,
    KEY_EXPIRES,
    KEY_MONTH,
    KEY_STATUS,
    KEY_DAYS,
    KEY_MONTH_WAGE,
    KEY_UNKNOWN, /* a column that no importer knows */
    KEY_COUNT
};

enum { FORM_COLUMNS_MAX = 30 };

/* How an office writes. A column with a group stands below a merged header. */
struct sim_form {
    const char *title;        /* with one %s for the office; "" = none */
    const char *const *notes; /* rows below the title; ended by NULL */
    struct sim_column {
        enum sim_key key;
        const char *header, *group;
    } columns[FORM_COLUMNS_MAX];
    bool is_csv, has_formulas, has_real_dates, repeats_header, hides_rows, has_code_sheet;
    bool ends_with_total, ends_with_signature;
    int blank_rows; /* formatted, at the end */
};

/* A file in the making. */
struct sim_draft {
    struct sim_world *w;
    struct sim_file file;
    const struct sim_form *form;
    const char *sheet;
    struct book *book;
    struct sim_chance chance;
    int columns;

    /* The rows of this sheet so far, for flaws that concern two rows. */
    struct sim_written {
        struct book_cell *cells;
        int64_t row;
        bool is_flawed, shares_phone;
    } * written;
    size_t written_n, written_cap;
    int children;             /* under 16 so far, each born on a day of its own */
    int flaw_at;              /* where in the list of flaws to look next */
    const char *shared_phone; /* the village cadre's, standing in three good rows of the file */
    int shared_phones;
};

int sim_column(const struct sim_form *form, enum sim_key key); /* -1 when the form has none */
/* One row: a flaw in `messy` percent of them, else perhaps an oddity that readers must take. Serial
 * number and formulas are filled in. */
void sim_put_row(struct sim_draft *d, struct book_cell *cells);
/* Title, notes, header; then total, signature and blank rows. */
void sim_begin_sheet(struct sim_draft *d, const char *sheet, const char *office);
void sim_end_sheet(struct sim_draft *d, const char *signature);
/* Write the file and note it. */
MUST_CHECK enum err sim_finish(struct sim_draft *d, struct failure *f);
struct sim_draft sim_draft(struct sim_world *w, const struct sim_form *form, const char *name,
                           const char *record, int64_t office);

/* simulate_flaws.c: make one flaw in the cells of a row that stands at `row`; false when none of
 * the flaws in the list fits the form. */
bool sim_spoil(struct sim_draft *d, struct book_cell *cells, int64_t row);
/* Spelling that means the same. */
void sim_vary(struct sim_draft *d, struct book_cell *cells);
void sim_answer(struct sim_draft *d, int64_t row, enum sim_key key, const char *code,
                bool is_warning);
