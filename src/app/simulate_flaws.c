/* simulate_flaws.c — what goes wrong in real rosters, one flaw at a time, each with
 * the code that an importer must give it (docs/import.md). What offices write differently but
 * rightly — blanks in names, full-width digits, × for X — is no flaw and must be taken without a
 * word. */
#include "app/simulate_form.h"

#include "base/ids.h"

void sim_answer(struct sim_draft *d, int64_t row, enum sim_key key, const char *code,
                bool is_warning)
{
    const struct sim_column *column = &d->form->columns[sim_column(d->form, key)];
    const char *header =
        arena_printf(d->w->mem, "%s%s", column->group ? column->group : "", column->header);

    *ARENA_PUSH(d->w->mem, d->w->answers, d->w->answers_n, d->w->answers_cap) =
        (struct sim_answer){ d->file.name, d->form->is_csv ? "" : d->sheet, row, header, code,
                             is_warning };
}

static struct book_cell text(const char *s)
{
    return (struct book_cell){ BOOK_TEXT, s, NULL };
}

static struct book_cell *cell(struct sim_draft *d, struct book_cell *cells, enum sim_key key)
{
    int column = sim_column(d->form, key);

    return column < 0 ? NULL : &cells[column];
}

static char *copy(struct sim_draft *d, const struct book_cell *c)
{
    return arena_strdup(d->w->mem, c->text);
}

/* --- citizen numbers: each returns false when this number cannot be spoilt so --- */
static enum id_reason reason_of(const char *number)
{
    char clean[19];
    unsigned notes;

    return id_no_normalise(number, clean, &notes);
}

static bool spoil_checksum(struct sim_draft *d, struct book_cell *c)
{
    char *number = copy(d, c);
    int at = sim_below(&d->chance, 2) ? 17 : 14 + sim_below(&d->chance, 3);

    number[at] = number[at] == 'X' ? '3' : number[at] == '9' ? '0' : (char)(number[at] + 1);
    *c = text(number);
    return reason_of(number) == ID_CHECKSUM;
}

/* As a spreadsheet stores a number of 18 digits: 15 of them. */
static bool spoil_lost_digits(struct sim_draft *d, struct book_cell *c)
{
    const char *digits = c->text;

    if (!d->form->is_csv &&
        sim_percent(&d->chance, 30)) /* what an add-in wrote back as a whole number */
        *c = (struct book_cell){ BOOK_NUMBER, arena_printf(d->w->mem, "%.15s000", digits), NULL };
    else
        *c = (struct book_cell){ d->form->is_csv ? BOOK_TEXT : BOOK_NUMBER,
                                 arena_printf(d->w->mem,
                                              d->form->is_csv ? "%.1s.%.5sE+17" : "%.1s.%.14sE+17",
                                              digits, digits + 1),
                                 NULL };
    return true;
}

static bool spoil_length(struct sim_draft *d, struct book_cell *c)
{
    char *number = copy(d, c);

    memmove(number + 9, number + 10, 9);
    *c = text(number);
    return reason_of(number) == ID_LENGTH;
}

static bool spoil_character(struct sim_draft *d, struct book_cell *c)
{
    char *number = copy(d, c), *zero = strchr(number + 6, '0');

    if (!zero || zero == number + 17)
        return false;
    *zero = 'O';
    *c = text(number);
    return true;
}

static bool spoil_id_birth(struct sim_draft *d, struct book_cell *c)
{
    char *number = copy(d, c);

    number[10] = '1', number[11] = '3';
    number[17] = id_no_check(number);
    *c = text(number);
    return reason_of(number) == ID_BIRTH;
}

static bool spoil_old_15(struct sim_draft *d, struct book_cell *c)
{
    if (memcmp(c->text + 6, "19", 2) != 0)
        return false;
    *c = text(arena_printf(d->w->mem, "%.6s%.9s", c->text, c->text + 8));
    return true;
}

/* --- whole rows --- */
static struct sim_written *earlier_row(struct sim_draft *d)
{
    for (int tries = 0; d->written_n > 3 && tries < 20; tries++) {
        struct sim_written *at = &d->written[sim_below(&d->chance, (int)d->written_n)];
        if (!at->is_flawed && !at->shares_phone)
            return at;
    }
    return NULL;
}

/* The same person sent twice; with `other_name` under another name, and then neither row can be
 * trusted. */
static bool spoil_as_copy(struct sim_draft *d, struct book_cell *cells, int64_t row,
                          bool other_name)
{
    struct sim_written *source = earlier_row(d);
    const char *name = cell(d, cells, KEY_NAME)->text;
    int serial = sim_column(d->form, KEY_SERIAL);

    if (!source || str_eq(name, source->cells[sim_column(d->form, KEY_NAME)].text))
        return false;
    for (int i = 0; i < d->columns; i++)
        if (i != serial)
            cells[i] = source->cells[i];
    source->is_flawed = true;
    if (!other_name) {
        sim_answer(d, row, KEY_ID_NO, "row.duplicate", false);
        return true;
    }
    *cell(d, cells, KEY_NAME) = text(name);
    if (cell(d, cells, KEY_ACCOUNT_NAME))
        *cell(d, cells, KEY_ACCOUNT_NAME) = text(name);
    sim_answer(d, source->row, KEY_ID_NO, "key.names_differ", false);
    sim_answer(d, row, KEY_ID_NO, "key.names_differ", false);
    d->file.flawed++;
    return true;
}

/* --- the list --- */
enum spoil_kind {
    SPOIL_TEXT, /* the cell says `text` instead */
    SPOIL_EMPTY,
    SPOIL_CHECKSUM,
    SPOIL_LOST,
    SPOIL_LENGTH,
    SPOIL_CHARACTER,
    SPOIL_ID_BIRTH,
    SPOIL_OLD_15,
    SPOIL_UNDER_16,
    SPOIL_OTHER_SEX,
    SPOIL_OTHER_BIRTH,
    SPOIL_LOSSY,
    SPOIL_TWO_PHONES,
    SPOIL_SHORT_PHONE,
    SPOIL_SHARED_PHONE,
    SPOIL_LONG,
    SPOIL_FORMULA_ERROR,
    SPOIL_ACCOUNT_LOST,
    SPOIL_ACCOUNT_LUHN,
    SPOIL_DUPLICATE,
    SPOIL_NAMES_DIFFER,
    SPOIL_CREDIT,
    SPOIL_PAY_ORDER,
};

static const struct flaw {
    const char *records; /* "person", "job_post", … */
    enum spoil_kind kind;
    enum sim_key key;
    const char *code, *text;
    bool is_warning;
} flaws[] = {
    { "person", SPOIL_CHECKSUM, KEY_ID_NO, "id_no.checksum" },
    { "person", SPOIL_LOST, KEY_ID_NO, "id_no.lost_digits" },
    { "person", SPOIL_TWO_PHONES, KEY_PHONE, "phone.two", .is_warning = true },
    { "person", SPOIL_DUPLICATE, KEY_ID_NO, "row.duplicate" },
    { "person", SPOIL_OTHER_SEX, KEY_SEX, "sex.differs", .is_warning = true },
    { "person", SPOIL_TEXT, KEY_EDUCATION, "choice.unknown", "初中肄业" },
    { "person", SPOIL_LENGTH, KEY_ID_NO, "id_no.length" },
    { "person", SPOIL_TEXT, KEY_WISH_PLACE, "division.ambiguous", "鼓楼区" },
    { "person", SPOIL_NAMES_DIFFER, KEY_ID_NO, "key.names_differ" },
    { "person", SPOIL_TEXT, KEY_WAGE, "income.yearly", "42000", .is_warning = true },
    { "person", SPOIL_OTHER_BIRTH, KEY_BIRTH, "birth.differs", .is_warning = true },
    { "person", SPOIL_TEXT, KEY_COLLECTED, "date.invalid", "2019-02-30" },
    { "person", SPOIL_SHORT_PHONE, KEY_PHONE, "phone.invalid" },
    { "person", SPOIL_TEXT, KEY_WISH_PLACE, "division.abolished", "长乐市", .is_warning = true },
    { "person", SPOIL_LOSSY, KEY_NAME, "text.lossy" },
    { "person", SPOIL_FORMULA_ERROR, KEY_EDUCATION, "cell.formula_error" },
    { "person", SPOIL_UNDER_16, KEY_ID_NO, "age.under_16" },
    { "person", SPOIL_TEXT, KEY_HOUSEHOLD_TYPE, "choice.unknown", "精准户" },
    { "person", SPOIL_ACCOUNT_LOST, KEY_ACCOUNT, "account.lost_digits" },
    { "person", SPOIL_TEXT, KEY_WISH_PLACE, "division.unknown", "福洲" },
    { "person", SPOIL_OLD_15, KEY_ID_NO, "id_no.old_15", .is_warning = true },
    { "person", SPOIL_TEXT, KEY_WAGE, "number.invalid", "面议" },
    { "person", SPOIL_EMPTY, KEY_NAME, "field.required" },
    { "person", SPOIL_TEXT, KEY_COLLECTED, "date.coarse", "2019年1月", .is_warning = true },
    { "person", SPOIL_SHARED_PHONE, KEY_PHONE, "phone.shared", .is_warning = true },
    { "person", SPOIL_CHARACTER, KEY_ID_NO, "id_no.character" },
    { "person", SPOIL_TEXT, KEY_WAGE, "number.range", "35" },
    { "person", SPOIL_LONG, KEY_REMARK, "text.too_long" },
    { "person", SPOIL_ACCOUNT_LUHN, KEY_ACCOUNT, "account.luhn", .is_warning = true },
    { "person", SPOIL_EMPTY, KEY_ID_NO, "field.required" },
    { "person", SPOIL_TEXT, KEY_RELATION, "choice.unknown", "同村" },
    { "person", SPOIL_TEXT, KEY_IDENTIFIED, "date.invalid", "2014.13.5" },
    { "person", SPOIL_TEXT, KEY_COLLECTED, "dates.future", "2091-01-20", .is_warning = true },
    { "person", SPOIL_ID_BIRTH, KEY_ID_NO, "id_no.birth" },
    { "person", SPOIL_TEXT, KEY_ACCOUNT, "account.invalid", "见存折复印件" },
    { "person", SPOIL_TEXT, KEY_ACCOUNT_NAME, "account.name_differs", "赵存折",
      .is_warning = true },
    { "job_post", SPOIL_TEXT, KEY_HEADCOUNT, "number.range", "-3" },
    { "job_post", SPOIL_TEXT, KEY_PAY, "number.invalid", "8小时120元加提成3档" },
    { "job_post", SPOIL_TEXT, KEY_OCCUPATION, "choice.unknown", "跑腿的" },
    { "job_post", SPOIL_TEXT, KEY_HEADCOUNT, "number.invalid", "若干" },
    { "job_post", SPOIL_EMPTY, KEY_TITLE, "field.required" },
    { "job_post", SPOIL_PAY_ORDER, KEY_PAY_HIGH, "number.order" },
    { "job_post", SPOIL_TEXT, KEY_EXPIRES, "date.invalid", "2019-06-31" },
    { "job_post", SPOIL_TEXT, KEY_NIGHT, "choice.unknown", "看产量" },
    { "employer", SPOIL_CREDIT, KEY_CREDIT, "credit.invalid" },
    { "employer", SPOIL_TEXT, KEY_CREDIT, "credit.early", "91350100M0001TGQXM",
      .is_warning = true },
    { "employer", SPOIL_TEXT, KEY_STAFF, "number.invalid", "百余人" },
    { "employer", SPOIL_SHORT_PHONE, KEY_PHONE, "phone.invalid" },
    { "employer", SPOIL_TEXT, KEY_INDUSTRY, "choice.unknown", "其它行业" },
    { "employer", SPOIL_TWO_PHONES, KEY_PHONE, "phone.two", .is_warning = true },
    { "month_evidence", SPOIL_CHECKSUM, KEY_ID_NO, "id_no.checksum" },
    { "month_evidence", SPOIL_TEXT, KEY_STATUS, "choice.unknown", "待定" },
    { "month_evidence", SPOIL_TEXT, KEY_DAYS, "number.range", "42" },
    { "month_evidence", SPOIL_TEXT, KEY_MONTH_WAGE, "number.invalid", "未发" },
    { "month_evidence", SPOIL_LOST, KEY_ID_NO, "id_no.lost_digits" },
};

/* Children are born on days of their own: two of one day may share the rest of the number, too. */
static bool spoil_under_16(struct sim_draft *d, struct book_cell *cells)
{
    struct date born = date_add_days(date_make(2014, 1, 1), d->children % 1800);
    struct book_cell *c = cell(d, cells, KEY_ID_NO), *birth = cell(d, cells, KEY_BIRTH),
                     *sex = cell(d, cells, KEY_SEX);
    char *number = copy(d, c), iso[11];

    if (birth && (birth->kind != BOOK_TEXT || birth->formula))
        return false;
    if (sex && sex->formula)
        sex->formula = NULL;
    date_format(born, iso);
    memcpy(number + 6, iso, 4);
    memcpy(number + 10, iso + 5, 2);
    memcpy(number + 12, iso + 8, 2);
    number[17] = id_no_check(number);
    *c = text(number);
    if (birth)
        *birth = text(arena_strdup(d->w->mem, iso));
    d->children++;
    return reason_of(number) == ID_OK;
}

static bool spoil_lossy(struct sim_draft *d, struct book_cell *c)
{
    const char *p = c->text;

    utf8_next(&p); /* the surname stays */
    if (!*p || strstr(c->text, "·"))
        return false;
    const char *rest = p;
    utf8_next(&rest);
    *c = text(arena_printf(d->w->mem, "%.*s%s%s", (int)(p - c->text), c->text,
                           sim_percent(&d->chance, 60) ? "?" : "□", rest));
    return true;
}

static bool spoil_account(struct sim_draft *d, struct book_cell *c, bool is_lost)
{
    char *card = copy(d, c);

    if (strlen(card) < 16)
        return false;
    if (is_lost)
        *c = (struct book_cell){
            d->form->is_csv ? BOOK_TEXT : BOOK_NUMBER,
            arena_printf(d->w->mem, "%.1s.%.14sE+%d", card, card + 1, (int)strlen(card) - 1), NULL
        };
    else {
        size_t last = strlen(card) - 1;

        /* Never to 0: zeros at the end are another flaw. */
        card[last] = card[last] == '9' ? '8' : (char)(card[last] + 1);
        *c = text(card);
    }
    return true;
}

static bool spoil_phone(struct sim_draft *d, struct book_cell *c, enum spoil_kind kind)
{
    if (!c->text || !*c->text)
        return false;
    switch (kind) {
    case SPOIL_SHORT_PHONE:
        *c = text(arena_strndup(d->w->mem, c->text, 10));
        return true;
    case SPOIL_TWO_PHONES:
        *c = text(arena_printf(d->w->mem, "%s/0932-%07d", c->text,
                               5000000 + sim_below(&d->chance, 900000)));
        return true;
    default:
        if (d->shared_phones < 3)
            return false;
        *c = text(d->shared_phone);
        return true;
    }
}

static bool spoil_other(struct sim_draft *d, struct book_cell *c, enum spoil_kind kind)
{
    char *s;

    if (c->formula)
        c->formula = NULL; /* somebody typed over it */
    switch (kind) {
    case SPOIL_OTHER_SEX:
        *c = text(str_starts(c->text, "男") ? "女" : "男");
        return true;
    case SPOIL_OTHER_BIRTH:
        if (c->kind != BOOK_TEXT || strlen(c->text) < 8)
            return false;
        s = copy(d, c);
        s[3] = s[3] == '9' ? '8' : (char)(s[3] + 1);
        *c = text(s);
        return strstr(s, "02-29") == NULL && strstr(s, "0229") == NULL;
    case SPOIL_LONG: {
        struct str long_text = str_new(d->w->mem);
        while (utf8_len(long_text.s) < 210)
            str_add(&long_text, "家中有老人需要照顾，农忙时要回家，希望离家近一些；");
        *c = text(long_text.s);
        return true;
    }
    default: /* SPOIL_FORMULA_ERROR */
        *c = (struct book_cell){ BOOK_ERROR, "#N/A", "VLOOKUP($C5,'[底册.xls]Sheet1'!$A:$F,5,0)" };
        return !d->form->is_csv;
    }
}

static bool spoil_credit(struct sim_draft *d, struct book_cell *c)
{
    char *code = copy(d, c);

    code[17] = code[17] == '5' ? '6' : '5';
    *c = text(code);
    return true;
}

static bool spoil_pay_order(struct sim_draft *d, struct book_cell *cells)
{
    struct book_cell *low = cell(d, cells, KEY_PAY_LOW), *high = cell(d, cells, KEY_PAY_HIGH), was;

    if (!low || str_eq(low->text, high->text))
        return false;
    was = *low;
    *low = *high;
    *high = was;
    return true;
}

static bool spoil_id_no(struct sim_draft *d, struct book_cell *c, enum spoil_kind kind)
{
    switch (kind) {
    case SPOIL_CHECKSUM:
        return spoil_checksum(d, c);
    case SPOIL_LOST:
        return spoil_lost_digits(d, c);
    case SPOIL_LENGTH:
        return spoil_length(d, c);
    case SPOIL_CHARACTER:
        return spoil_character(d, c);
    case SPOIL_ID_BIRTH:
        return spoil_id_birth(d, c);
    default:
        return spoil_old_15(d, c);
    }
}

static bool apply(struct sim_draft *d, const struct flaw *flaw, struct book_cell *cells)
{
    struct book_cell *c = cell(d, cells, flaw->key);

    switch (flaw->kind) {
    case SPOIL_TEXT:
        if (str_eq(flaw->code, "account.name_differs") && !*cell(d, cells, KEY_ACCOUNT)->text)
            return false;
        *c = text(flaw->text);
        return true;
    case SPOIL_EMPTY:
        *c = (struct book_cell){ BOOK_EMPTY, "", NULL };
        return true;
    case SPOIL_CHECKSUM:
    case SPOIL_LOST:
    case SPOIL_LENGTH:
    case SPOIL_CHARACTER:
    case SPOIL_ID_BIRTH:
    case SPOIL_OLD_15:
        return spoil_id_no(d, c, flaw->kind);
    case SPOIL_UNDER_16:
        return spoil_under_16(d, cells);
    case SPOIL_LOSSY:
        return spoil_lossy(d, c);
    case SPOIL_TWO_PHONES:
    case SPOIL_SHORT_PHONE:
    case SPOIL_SHARED_PHONE:
        return spoil_phone(d, c, flaw->kind);
    case SPOIL_ACCOUNT_LOST:
    case SPOIL_ACCOUNT_LUHN:
        return spoil_account(d, c, flaw->kind == SPOIL_ACCOUNT_LOST);
    case SPOIL_CREDIT:
        return spoil_credit(d, c);
    case SPOIL_PAY_ORDER:
        return spoil_pay_order(d, cells);
    default:
        return spoil_other(d, c, flaw->kind);
    }
}

/* Formulas that look at the number must keep the value that stood before. */
static void freeze_formulas(struct sim_draft *d, struct book_cell *cells)
{
    for (int i = 0; i < d->columns; i++)
        if (cells[i].kind != BOOK_ERROR)
            cells[i].formula = NULL;
}

bool sim_spoil(struct sim_draft *d, struct book_cell *cells, int64_t row)
{
    struct book_cell *before = NEW_ARRAY(d->w->mem, struct book_cell, d->columns);

    memcpy(before, cells, sizeof *cells * (size_t)d->columns);
    for (size_t tries = 0; tries < ARRAY_LEN(flaws); tries++) {
        const struct flaw *flaw = &flaws[(size_t)d->flaw_at++ % ARRAY_LEN(flaws)];
        if (!str_eq(flaw->records, d->file.record) || !cell(d, cells, flaw->key))
            continue;
        if (flaw->kind == SPOIL_DUPLICATE || flaw->kind == SPOIL_NAMES_DIFFER) {
            if (spoil_as_copy(d, cells, row, flaw->kind == SPOIL_NAMES_DIFFER))
                return true;
            continue;
        }
        if (apply(d, flaw, cells)) {
            freeze_formulas(d, cells);
            sim_answer(d, row, flaw->key, flaw->code, flaw->is_warning);
            return true;
        }
        memcpy(cells, before, sizeof *cells * (size_t)d->columns);
    }
    return false;
}

/* --- right, but written otherwise --- */
static const char *full_width(struct arena *mem, const char *digits)
{
    struct str s = str_new(mem);
    char out[5];

    for (; *digits; digits++) {
        out[utf8_put(out, (uint32_t)(unsigned char)*digits + 0xFEE0)] = 0;
        str_add(&s, out);
    }
    return s.s;
}

void sim_vary(struct sim_draft *d, struct book_cell *cells)
{
    struct arena *mem = d->w->mem;
    struct book_cell *name = cell(d, cells, KEY_NAME), *number = cell(d, cells, KEY_ID_NO),
                     *phone = cell(d, cells, KEY_PHONE), *wage = cell(d, cells, KEY_WAGE);

    if (!name || !number || number->kind != BOOK_TEXT)
        return;
    switch (sim_below(&d->chance, 7)) {
    case 0:
        if (utf8_len(name->text) == 2)
            *name = text(arena_printf(mem, "%.3s %s", name->text, name->text + 3));
        break;
    case 1:
        if (number->text[17] == 'X')
            *number = text(arena_printf(mem, "%.17s%s", number->text,
                                        sim_percent(&d->chance, 50) ? "x"
                                        : d->form->is_csv           ? "Ｘ"
                                                                    : "×"));
        break;
    case 2:
        *number = text(full_width(mem, number->text));
        break;
    case 3:
        *number = text(arena_printf(mem, d->form->is_csv ? "'%s" : "%s ", number->text));
        break;
    case 4:
        if (phone && strlen(phone->text) == 11)
            *phone = text(
                arena_printf(mem, "%.3s %.4s %s", phone->text, phone->text + 3, phone->text + 7));
        break;
    case 5:
        if (wage && *wage->text)
            *wage = text(arena_printf(mem, "%s元", wage->text));
        break;
    default:
        *name = text(arena_printf(mem, "%s　", name->text));
    }
}
