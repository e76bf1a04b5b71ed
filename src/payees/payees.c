/* payees.c — changes of accounts, kept with what they changed. */
#include "payees/payees.h"

#include "platform/journal.h"

static bool is_given(struct ctx *cx, const struct record *rec)
{
    static const char *const fields[] = { "account", "account_bank", "account_name" };

    for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
        int at = field_index(rec->fields, fields[i]);
        if (at >= 0 && field_given(cx, at))
            return true;
    }
    return false;
}

/* A payee that lost its account (a closed card) and one that got its first are changed as well. */
static bool is_other(const struct rows *a, const struct rows *b)
{
    struct bytes x = row_blob(a, 0, "account_index"), y = row_blob(b, 0, "account_index");

    return x.len != y.len || (x.len && memcmp(x.data, y.data, x.len) != 0) ||
           !str_eq(row_text(a, 0, "account_bank"), row_text(b, 0, "account_bank")) ||
           !str_eq(row_text(a, 0, "account_name"), row_text(b, 0, "account_name"));
}

static int64_t place(const struct rows *row, const char *column)
{
    for (int c = 0; column && c < row->columns; c++)
        if (str_eq(row->names[c], column))
            return row_int(row, 0, column);
    return NONE;
}

static enum err account_of(struct ctx *cx, const struct record *rec, int64_t id, struct rows *ret)
{
    return db_one(
        cx, ret,
        arena_printf(cx->mem,
                     "SELECT account_index, account_mask, account_bank, account_name FROM %s"
                     " WHERE SCOPE_NOT(%s 'the row was just changed in scope') AND id = $1",
                     rec->table, rec->table),
        P(id));
}

enum err payee_changed(struct ctx *cx, const struct record *rec, const struct rows *before)
{
    int64_t id = row_int(before, 0, "id"), home, work, employer_id, person_id;
    struct rows now;

    if (!is_given(cx, rec))
        return OK;
    TRY(account_of(cx, rec, id, &now));
    if (!is_other(before, &now))
        return OK;
    home = place(before, "home");
    work = place(before, "work");
    person_id = str_eq(rec->name, "person") ? id : NONE;
    employer_id = str_eq(rec->name, "employer") ? id : place(before, "employer_id");
    return db_exec(
        cx,
        "INSERT INTO account_change (id, kind, payee_id, home, work, employer_id, person_id, former_sealed, former_index, former_mask,"
        " former_bank, former_name, mask, bank, name, state, made_by, created_at, updated_at)"
        " SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, 'WAITING', $16, $17, $17"
        " WHERE SCOPE_NOT(account_change 'the payee was just changed in scope')",
        P(store_new_id(cx->store)), P(rec->name), P(id), P(home), P(work), P(employer_id),
        P(person_id), P(row_blob(before, 0, "account_sealed")),
        P(row_blob(before, 0, "account_index")), P(row_text(before, 0, "account_mask")),
        P(row_text(before, 0, "account_bank")), P(row_text(before, 0, "account_name")),
        P(row_text(&now, 0, "account_mask")), P(row_text(&now, 0, "account_bank")),
        P(row_text(&now, 0, "account_name")), P(cx->who.user_id), P(cx->now));
}

enum err payee_journal(struct ctx *cx, const struct rows *change, const char *action,
                       const char *before, const char *after, const char *reason)
{
    return journal_append(cx,
                          &(struct journal_entry){ .kind = row_text(change, 0, "kind"),
                                                   .record_id = row_int(change, 0, "payee_id"),
                                                   .action = action,
                                                   .before = before,
                                                   .after = after,
                                                   .reason = reason,
                                                   .home = row_int(change, 0, "home"),
                                                   .work = row_int(change, 0, "work"),
                                                   .employer_id = row_int(change, 0, "employer_id"),
                                                   .person_id = row_int(change, 0, "person_id") });
}

enum err payee_restore(struct ctx *cx, const struct rows *change)
{
    const char *table = record_find_kind(row_text(change, 0, "kind"))->table;
    int64_t payee_id = row_int(change, 0, "payee_id");
    struct rows later;

    TRY(db_rows(
        cx, &later,
        "SELECT id FROM account_change WHERE SCOPE_NOT(account_change 'of the payee of a change in scope') AND payee_id = $1 AND id > $2 LIMIT 1",
        P(payee_id), P(row_int(change, 0, "id"))));
    if (later.n)
        return OK;
    TRY(db_exec(
        cx,
        arena_printf(
            cx->mem,
            "UPDATE %s SET account_sealed = $1, account_index = $2, account_mask = $3, account_bank = $4, account_name = $5,"
            " version = version + 1, updated_at = $6 WHERE SCOPE_NOT(%s 'its change of account is in scope') AND id = $7",
            table, table),
        P(row_blob(change, 0, "former_sealed")), P(row_blob(change, 0, "former_index")),
        P(row_text(change, 0, "former_mask")), P(row_text(change, 0, "former_bank")),
        P(row_text(change, 0, "former_name")), P(cx->now), P(payee_id)));
    return cx->changed == 1
               ? OK
               : fail(cx, E_BUSY, "record.raced", "%s",
                      T("记录正被别人修改，请重试", "the record is being changed; try again"));
}

static const struct scoped tables[] = {
    { "account_change", .home = "home", .work = "work", .employer = "employer_id",
      .person = "person_id" },
    { 0 },
};

const struct module payees_module = { "payees", "收款账户", "Payees' accounts", NULL, tables };
