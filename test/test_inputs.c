/* What may come in: every field table of every operation, walked. A new one is in these tests
 * without being added. */
#include "ops.h"
#include "platform/reference.h"

typedef void visit_fn(const struct op *op, const struct field *f);

static void each_input(visit_fn *fn)
{
    for (int m = 0; ops_modules()[m]; m++)
        for (const struct op *op = ops_modules()[m]->ops; op && op->name; op++) {
            size_t size;
            const struct field *f = op_input(op, &size);
            for (; f && f->name; f++)
                fn(op, f);
        }
}

static bool is_declared(const char *table)
{
    for (const struct scoped *t = ops_tables(); t->table; t++)
        if (str_eq(t->table, table))
            return true;
    return false;
}

static void check_reference(const struct op *op, const struct field *f)
{
    if (f->type != FIELD_ID || !field_is_input(f))
        return;
    if ((f->refers == NULL) == (f->refers_not == NULL))
        test_fail(__FILE__, __LINE__, "%s: %s says neither which table it means nor why not",
                  op->name, f->name);
    if (f->refers && !is_declared(f->refers))
        test_fail(__FILE__, __LINE__, "%s: %s means the table %s, which nobody declares", op->name,
                  f->name, f->refers);
    if (f->use & USE_IMPORT)
        test_fail(__FILE__, __LINE__, "%s: %s cannot be checked in a spreadsheet", op->name,
                  f->name);
}

TEST("every id that is read says which record it means")
{
    each_input(check_reference);
}

static void check_state(const struct op *op, const struct field *f)
{
    const struct record *r = op->record;

    if (r && r->state && (op->run == record_create || op->run == record_update) &&
        field_is_input(f) && str_eq(f->column, r->state))
        test_fail(__FILE__, __LINE__, "%s: %s is a state, which only an event may change", op->name,
                  f->name);
}

static void check_instant(const struct op *op, const struct field *f)
{
    if (f->type == FIELD_INSTANT && field_is_input(f))
        test_fail(__FILE__, __LINE__, "%s: %s is the clock's to say", op->name, f->name);
}

TEST("no state and no instant is read from outside")
{
    each_input(check_state);
    each_input(check_instant);
}

/* --- mass assignment: what is not written by the operation is refused, not dropped --- */
static void expect_refused(const struct op *op, const char *name, const char *code)
{
    call(as_system(), op->name, strstr(op->route, "{id}") ? 1 : NONE, "{'%s':null}", name);
    if (!str_eq(got("code"), code) || !str_eq(got("field"), name))
        test_fail(__FILE__, __LINE__, "%s takes %s: %.200s", op->name, name, got_text());
}

static void send_what_is_not_read(const struct op *op)
{
    static const char *const columns[] = { "id",         "version",    "created_at",
                                           "updated_at", "created_by", "password_hash",
                                           "state",      "home_sealed" };
    size_t size;
    const struct field *in = op_input(op, &size), *f = op->record ? op->record->fields : NULL;

    for (size_t i = 0; i < ARRAY_LEN(columns); i++)
        if (field_index(in, columns[i]) < 0)
            expect_refused(op, columns[i], "field.unknown");
    for (; f && f->name; f++) {
        int at = field_index(in, f->name);

        if (at < 0 || !field_is_input(&in[at]))
            expect_refused(op, f->name, "field.unknown");
        else if (op->run == record_update && in[at].use & USE_FIXED)
            expect_refused(op, f->name, "field.fixed");
    }
}

OPS_TEST("an operation refuses what it does not read, by name")
{
    for (int m = 0; ops_modules()[m]; m++)
        for (const struct op *op = ops_modules()[m]->ops; op && op->name; op++) {
            size_t size;
            if (op_writes(op) && !(op->flags & OP_UPLOAD) && op_input(op, &size))
                send_what_is_not_read(op);
        }
}

/* --- ids of others inside a body --- */
struct companion_input {
    int64_t person_id;
};
static const struct field forgetful[] = {
    PARAM(struct companion_input, person_id, FIELD_ID, "人员", "Person"),
    { 0 },
};

static enum err check_forgetful(struct ctx *cx, void *arg)
{
    return references_check(cx, forgetful, arg);
}

OPS_TEST("a field that forgets to say which record it means is refused")
{
    struct ctx *cx = unit(as_system());
    struct companion_input in = { 1 };

    cx->in_set[0] = 1;
    EXPECT_INT(db_read(cx, check_forgetful, &in), E_INTERNAL);
    EXPECT_STR(cx->failure.code, "field.no_table");
    cx->in_set[0] = 0;
    EXPECT_INT(db_read(cx, check_forgetful, &in), OK);
}

OPS_TEST("an id of a foreign record inside a body is answered as one that nobody has")
{
    struct caller *clerk = as(TONGWEI, "CLERK");
    int64_t own = created(clerk, "people.create",
                          "{'name':'甲','id_no':'62112119800101101X','home':621121000000}"),
            foreign = created(as(WUSHAN, "CLERK"), "people.create",
                              "{'name':'乙','id_no':'500237198001011018','home':500237000000}");
    const int64_t ids[] = { foreign, 123456789012345678 };

    call(clerk, "people.survey", own, "{'willingness':'WILLING','companion_id':'%lld'}",
         (long long)own);
    expect(200, NULL);
    for (size_t i = 0; i < ARRAY_LEN(ids); i++) {
        call(clerk, "people.survey", own, "{'willingness':'WILLING','companion_id':'%lld'}",
             (long long)ids[i]);
        expect(400, "companion.unknown");
        EXPECT_STR(got("field"), "companion_id");
        call(clerk, "people.change", own, "{'companion_id':'%lld'}", (long long)ids[i]);
        expect(400, "companion.unknown");
    }
    call(clerk, "people.change", own, "{'companion_id':null}");
    expect(200, NULL);
}
