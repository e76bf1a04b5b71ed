/* db_policy.c — row-level security on PostgreSQL: the rules of struct scoped once more, as policies
 * that the server applies to every statement, so that a forgotten or wrong token shows nothing.
 *
 * A policy reads who acts from the setting queqiao.scope, "kind,home_lo,home_hi,work_lo,work_hi,
 * employer,person", each read once per statement (an uncorrelated sub-select). Triggers are exempt,
 * and so are the tables named in queqiao.bypass. While an UPDATE or DELETE runs, its own policy
 * decides and the one for reading stands aside: otherwise nobody could change a row so that it
 * leaves her range. */
#include "platform/db_backend.h"

/* Value of an enum scope_slot, as SQL. */
static const char *setting(struct arena *a, enum scope_slot slot)
{
    return arena_printf(
        a,
        "(SELECT NULLIF(split_part(current_setting('queqiao.scope', true), ',', %d), '')::bigint)",
        (int)slot + 2);
}

static const char kind_is[] =
    "(SELECT split_part(current_setting('queqiao.scope', true), ',', 1)) = ";

static void add_range(struct arena *a, struct str *out, const char *column, enum scope_slot lo,
                      enum scope_slot hi)
{
    if (column)
        str_addf(out, " AND (%s IS NULL OR %s BETWEEN %s AND %s)", setting(a, lo), column,
                 setting(a, lo), setting(a, hi));
    else
        str_addf(out, " AND %s IS NULL", setting(a, lo));
}

/* `extra` with the alias and the ranges filled in. One that looks into other tables cannot be
 * repeated here, where those are filtered too: then the token alone decides for offices. */
static void add_extra(struct arena *a, struct str *out, const struct scoped *t)
{
    static const char *const names[] = { "$home_lo", "$home_hi", "$work_lo", "$work_hi" };

    str_addf(out, " OR (%s'office' AND COALESCE(%s, %s) IS NOT NULL", kind_is,
             setting(a, SLOT_HOME_LO), setting(a, SLOT_WORK_LO));
    if (!strcasestr(t->extra, "SELECT")) {
        str_add(out, " AND (");
        for (const char *p = t->extra; *p;) {
            size_t i = 0;

            while (i < ARRAY_LEN(names) && !str_starts(p, names[i]))
                i++;
            if (i < ARRAY_LEN(names)) {
                str_add(out, setting(a, (enum scope_slot)i));
                p += strlen(names[i]);
            } else if (str_starts(p, "$a")) {
                str_add(out, t->table);
                p += 2;
            } else {
                str_add_char(out, *p++);
            }
        }
        str_add(out, ")");
    }
    str_add(out, ")");
}

static const char *condition(struct arena *a, const struct scoped *t, bool for_read)
{
    struct str s = str_new(a);

    str_addf(&s, "pg_trigger_depth() > 0 OR %s'all'", kind_is);
    str_addf(&s, " OR (SELECT position(',%s,' IN current_setting('queqiao.bypass', true)) > 0)",
             t->table);
    if (for_read)
        str_add(
            &s,
            " OR (SELECT position(',@change,' IN current_setting('queqiao.bypass', true)) > 0)");
    str_addf(&s, " OR (%s'office' AND COALESCE(%s, %s) IS NOT NULL", kind_is,
             setting(a, SLOT_HOME_LO), setting(a, SLOT_WORK_LO));
    add_range(a, &s, t->home, SLOT_HOME_LO, SLOT_HOME_HI);
    add_range(a, &s, t->work, SLOT_WORK_LO, SLOT_WORK_HI);
    str_add(&s, ")");
    if (t->employer)
        str_addf(&s, " OR (%s'employer' AND %s = %s)", kind_is, t->employer,
                 setting(a, SLOT_EMPLOYER));
    if (t->person)
        str_addf(&s, " OR (%s'person' AND %s = %s)", kind_is, t->person, setting(a, SLOT_PERSON));
    if (t->extra && for_read)
        add_extra(a, &s, t);
    return s.s;
}

static enum err make_policy(struct ctx *cx, const struct scoped *t)
{
    static const char *const verbs[] = { "SELECT", "INSERT", "UPDATE", "DELETE" };
    struct str s = str_new(cx->mem);

    str_addf(&s,
             "ALTER TABLE %s ENABLE ROW LEVEL SECURITY; ALTER TABLE %s FORCE ROW LEVEL SECURITY;",
             t->table, t->table);
    for (size_t i = 0; i < ARRAY_LEN(verbs); i++) {
        const char *when = condition(cx->mem, t, i == 0);

        str_addf(&s, "DROP POLICY IF EXISTS queqiao_%s ON %s;", verbs[i], t->table);
        str_addf(&s, "CREATE POLICY queqiao_%s ON %s FOR %s", verbs[i], t->table, verbs[i]);
        str_addf(&s, i == 1 ? " WITH CHECK (%s)" : " USING (%s)", when);
        str_add(&s, i == 2 ? " WITH CHECK (TRUE);" : ";");
    }
    return cx->store->backend->script(cx, s.s);
}

/* Policies are made anew whenever the text they would have differs from the one noted in the
 * table's comment, so that a start with nothing to do changes nothing. */
enum err policies_make(struct ctx *cx)
{
    struct rows r;

    for (const struct scoped *t = cx->store->scoped; t && t->table; t++) {
        const char *mark, *text;

        if (t->is_open)
            continue;
        text = arena_printf(cx->mem, "%s\n%s", condition(cx->mem, t, true),
                            condition(cx->mem, t, false));
        mark = arena_printf(cx->mem, "queqiao policy %s", hash_bytes(cx->mem, text, strlen(text)));
        TRY(catalog_rows(
            cx, &r,
            "SELECT COALESCE(obj_description(oid, 'pg_class'), '') AS mark FROM pg_class"
            " WHERE relname = $1 AND relkind IN ('r', 'p') AND pg_table_is_visible(oid)",
            t->table));
        if (r.n == 0 ||
            str_eq(row_text(&r, 0, "mark"), mark)) /* a view, a table yet to come, or done */
            continue;
        TRY(make_policy(cx, t));
        TRY(cx->store->backend->script(cx, arena_printf(cx->mem, "COMMENT ON TABLE %s IS '%s'",
                                                        t->table, mark)));
    }
    return OK;
}

/* A view stands for the tables inside it: its token covers them. */
static enum err add_view_tables(struct ctx *cx, struct str *list, const char *view)
{
    struct rows r;

    TRY(catalog_rows(
        cx, &r,
        "SELECT DISTINCT table_name::text AS name FROM information_schema.view_table_usage"
        " WHERE view_name = $1 AND table_schema <> 'information_schema'",
        view));
    for (int i = 0; i < r.n; i++)
        str_addf(list, "%s%s,", list->len ? "" : ",", row_text(&r, i, "name"));
    return OK;
}

enum err policy_bypass(struct ctx *cx, struct scope_sql *sql)
{
    struct str list = str_new(cx->mem);
    char *covered = arena_strdup(cx->mem, sql->covered), *name;

    str_add(&list, sql->bypass);
    if (sql->is_change)
        str_addf(&list, "%s@change,", list.len ? "" : ",");
    while ((name = strsep(&covered, ",")))
        if (str_starts(name, "v_"))
            TRY(add_view_tables(cx, &list, name));
    sql->bypass = list.s;
    return OK;
}
