/* reference.c — ids inside inputs, each asked for in the caller's scope. */
#include "platform/reference.h"

#include "platform/db.h"

static bool is_given(const struct ctx *cx, const struct field *fields, int i)
{
    return fields[i].type == FIELD_ID && field_is_input(&fields[i]) && field_given(cx, i);
}

bool references_given(const struct ctx *cx, const struct field *fields)
{
    for (int i = 0; fields[i].name; i++)
        if (is_given(cx, fields, i))
            return true;
    return false;
}

/* "person.unknown" of person_id. */
static enum err refuse(struct ctx *cx, const struct field *f)
{
    size_t len = strlen(f->name);
    int stem = (int)(str_ends(f->name, "_id") ? len - 3 : len);

    return hint(cx,
                fail_field(cx, f->name, arena_printf(cx->mem, "%.*s.unknown", stem, f->name),
                           T("%s：没有这条记录", "%s: there is no such record"), T(f->zh, f->en)),
                "%s", T("请从列表中选择", "choose from the list"));
}

static enum err check(struct ctx *cx, const struct field *f, int64_t id)
{
    struct rows r;

    if (f->refers_not)
        return OK;
    if (!f->refers)
        return fail(cx, E_INTERNAL, "field.no_table",
                    T("字段 %s 没有说明指向哪张表", "field %s does not say which table it means"),
                    f->name);
    if (id == NONE)
        return OK;
    TRY(db_rows(cx, &r,
                arena_printf(cx->mem, "SELECT a.id FROM %s a WHERE a.id = $1 AND SCOPE(%s a)",
                             f->refers, f->refers),
                P(id)));
    return r.n ? OK : refuse(cx, f);
}

enum err references_check(struct ctx *cx, const struct field *fields, const void *in)
{
    for (int i = 0; fields[i].name; i++)
        if (is_given(cx, fields, i))
            TRY(check(cx, &fields[i], field_param(&fields[i], in).integer));
    return OK;
}
