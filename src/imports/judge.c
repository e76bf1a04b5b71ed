/* judge.c — a chunk of rows against the ledger and the rules of their record. */
#include "base/ids.h"
#include "imports/check_int.h"

/* A rule refused the row: its words become the row's problem. Faults of the store or of ours end
 * the run. */
static enum err take_refusal(struct reading *r, struct pending *row, enum err err)
{
    struct ctx *cx = r->cx;
    int field;

    if (err == OK)
        return OK;
    if (err == E_INTERNAL || err == E_BUSY)
        return err;
    field = cx->failure.field[0] ? field_index(r->rec->fields, cx->failure.field) : -1;
    row_problem(r, row, field, -1, false, cx->failure.code, NULL, cx->failure.message,
                cx->failure.hint[0] ? cx->failure.hint : NULL);
    row->is_bad = true;
    memset(&cx->failure, 0, sizeof cx->failure);
    return OK;
}

static enum err judge_scope(struct reading *r, struct pending *row)
{
    struct ctx *cx = r->cx;
    int64_t home = NONE, work = NONE, employer_id = NONE, person_id = NONE;

    if (!r->rec->place || cx->who.scope.kind != SCOPE_OFFICE)
        return OK;
    r->rec->place(row->in, &home, &work, &employer_id, &person_id);
    if (scope_covers(&cx->who.scope, home, work, employer_id, person_id))
        return OK;
    return take_refusal(r, row,
                        fail(cx, E_FORBIDDEN, "scope.outside",
                             T("这条%s记录不在您的辖区内",
                               "this %s lies outside your jurisdiction"),
                             T(r->rec->zh, r->rec->en)));
}

static enum err judge_known(struct reading *r, struct pending *row, const struct rows *before)
{
    struct ctx *cx = r->cx;
    char mask[16];

    r->check->known++;
    if (row_int(before, 0, "is_mine") != 1) {
        row_problem(r, row, r->key_at, -1, false,
                    arena_printf(cx->mem, "%s.elsewhere", r->rec->name), row->key,
                    T("已由其他地区登记", "registered by another office"),
                    T("请通过上级部门核实", "ask the office above both"));
        row->is_bad = true;
        return OK;
    }
    if (r->name_at >= 0 && row->name &&
        !str_eq(row->name, row_text(before, 0, r->rec->fields[r->name_at].column))) {
        row_problem(
            r, row, r->name_at, -1, false, "key.names_differ", row->name,
            arena_printf(cx->mem,
                         T("号码已登记在“%s”名下", "the number is registered under the name %s"),
                         name_mask(row_text(before, 0, r->rec->fields[r->name_at].column), mask)),
            T("请按身份证核对；更名请在人员页面办理",
              "compare with the ID card; names are changed on the person's page"));
        row->is_bad = true;
        return OK;
    }
    return r->rec->check ? take_refusal(r, row, r->rec->check(cx, row->in, before)) : OK;
}

static enum err judge_row(struct reading *r, struct pending *row, const struct rows *before)
{
    struct ctx *cx = r->cx;
    struct field_problems ps = { 0 };
    struct rows r1;
    int64_t id = NONE;

    memcpy(cx->in_set, row->in_set, sizeof cx->in_set);
    if (r->rec->check_row)
        r->rec->check_row(cx, row->in, &ps);
    for (int i = 0; i < ps.n; i++) {
        row_problem(r, row, field_at(r, ps.at[i].field), -1, ps.at[i].is_warning, ps.at[i].code,
                    NULL, ps.at[i].message, ps.at[i].cure);
        row->is_bad |= !ps.at[i].is_warning;
    }
    if (row->is_bad)
        return OK;
    if (!before && r->rec->find_like) {
        TRY(take_refusal(r, row, r->rec->find_like(cx, row->in, &id)));
        if (row->is_bad)
            return OK;
        if (id != NONE) {
            TRY(import_by_id(cx, r->rec, id, &r1));
            before = &r1;
        }
    }
    if (before)
        TRY(judge_known(r, row, before));
    else if (r->rec->check)
        TRY(take_refusal(r, row, r->rec->check(cx, row->in, NULL)));
    if (!row->is_bad && !before)
        TRY(judge_scope(r, row));
    memcpy(row->in_set, cx->in_set, sizeof row->in_set);
    return OK;
}

enum err judge_chunk(struct ctx *cx, void *arg)
{
    struct reading *r = arg;
    const struct field *key = r->rec->find_like || r->rec->take_row ? NULL : import_key(r->rec);
    struct param *keys = NEW_ARRAY(cx->mem, struct param, CHUNK);
    struct rows known = { 0 };
    int n = 0, at;

    for (int i = 0; key && i < r->pending_count; i++)
        if (!r->pending[i].is_bad && r->pending[i].key)
            keys[n++] = import_key_param(cx, r->rec, key, r->pending[i].key);
    if (n > 0)
        TRY(import_known(cx, r->rec, keys, n, &known));
    n = 0;
    for (int i = 0; i < r->pending_count; i++) {
        struct pending *row = &r->pending[i];
        struct rows before = { 0 };
        bool has_key = key && row->key;
        if (row->is_bad)
            continue;
        at = has_key ? import_known_row(r->rec, &known, &keys[n++]) : -1;
        if (at >= 0)
            before = rows_at(&known, at);
        if (!r->rec->take_row)
            TRY(judge_row(r, row, before.n ? &before : NULL));
        else if (r->rec->check)
            TRY(take_refusal(r, row, r->rec->check(cx, row->in, NULL)));
    }
    return OK;
}
