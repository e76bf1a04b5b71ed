/* Every operation × every role × foreign and own jurisdiction, on both stores. Nothing here names
 * an operation or a table: what a module adds is walked the next time. Inputs come from the field
 * tables (access_input.h), the world from access_world.h, and who may see what is read anew from
 * the tables' declarations (access_rows.h). */
#include "access_input.h"
#include "access_world.h"
#include "accounts/accounts.h"
#include "sheet/sheet.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum {
    ACTORS_MAX = 60,
    REPLIES_MAX = 40000,
    FOUND_MAX = 200,
    TURNS = 6,       /* rows and choices that are tried for one who may */
    TURNS_ALL = 2,   /* of them also after one has worked */
    TURNS_LONG = 60, /* for an operation that nobody has got through yet */
    FILES = 3,
    WAYS_MAX = 400,
};

/* Operations that need what the walk cannot have, each with the reason. Any other one that nobody
 * ever gets through fails the test: it would be walked in name only. */
static const struct {
    const char *op, *why;
} unwalked[] = {
    { "session.sign_in", "takes a password; makes a session, no row of the ledger" },
    { "session.password", "takes the caller's own password" },
    { "session.prove", "takes the caller's own password" },
    { "setup.run", "only for a store without any user" },
    { "match_retentions.train", "takes 200 stretches of work of one pairing" },
};

/* How an operation is tried, and got through. */
struct way {
    const char *state; /* into which its target is put before; NULL: as it is */
    int target, file;
    struct input_wish wish;
};

/* What was found, once for each operation and kind of fault. */
struct found {
    char what[120];
    char example[700];
    int count;
};

static struct walk {
    struct store *store;
    struct access_actor actors[ACTORS_MAX];
    int actor_count;
    struct known_rows own, all; /* before and after the foreign pair came */
    const char **replies;       /* of the walk before it came, in order */
    int reply_count;
    const char *strangers_state;
    const char *bank_return; /* of a batch of the own pair */
    struct found found[FOUND_MAX];
    int found_count, calls, changes;
    struct tried {
        const struct op *op;
        bool has_worked, has_way; /* for anybody; how, when it writes */
        struct way way;
        char codes[160]; /* why not */
    } tried[WAYS_MAX];
    int tried_count;
} w;

/* --- reporting --- */
static void PRINTF(3, 4) report(const char *kind, const struct op *op, const char *format, ...)
{
    struct found f = { .count = 1 };
    va_list args;

    snprintf(f.what, sizeof f.what, "%s: %s", op->name, kind);
    va_start(args, format);
    vsnprintf(f.example, sizeof f.example, format, args);
    va_end(args);
    for (int i = 0; i < w.found_count; i++)
        if (str_eq(w.found[i].what, f.what)) {
            w.found[i].count++;
            return;
        }
    if (w.found_count < FOUND_MAX)
        w.found[w.found_count++] = f;
}

static void fail_with_what_was_found(void)
{
    for (int i = 0; i < w.found_count; i++)
        test_fail(__FILE__, __LINE__, "%s (%d times)\n        %s", w.found[i].what,
                  w.found[i].count, w.found[i].example);
}

static struct tried *tried(const struct op *op)
{
    for (int i = 0; i < w.tried_count; i++)
        if (w.tried[i].op == op)
            return &w.tried[i];
    assert(w.tried_count < WAYS_MAX);
    w.tried[w.tried_count] = (struct tried){ .op = op };
    return &w.tried[w.tried_count++];
}

static void note_outcome(const struct op *op, enum err err, const char *code)
{
    struct tried *t = tried(op);
    size_t len = strlen(t->codes);

    t->has_worked |= err == OK;
    if (err != OK && !strstr(t->codes, code))
        snprintf(t->codes + len, sizeof t->codes - len, " %s", code);
}

/* --- one call --- */
struct outcome {
    enum err err;
    const char *code, *text; /* the reply, and behind it the file's cells */
};
struct attempt {
    const struct access_actor *a;
    const struct op *op;
    int64_t id, version;
    const char *input, *state;
    const struct known_row *row; /* the target, unless it is absent */
    bool is_absent;              /* it names nothing of others: its changes are not looked at */
    int file;
    struct outcome out;
};
static void check_rows(const struct attempt *t, const struct known_rows *after);

static const char *files[FILES]; /* a roster, divisions, a bank's return */
static const char roster[] =
    "姓名,身份证号,户籍地,月份,在岗情况\r\n测试人,500237198501015008,重庆市巫山县,2019-02,在岗\r\n"
    "试人,62112119850101502X,甘肃省定西市通渭县,2019-02,在岗\r\n";
static const char divisions[] = "代码,名称\r\n621121100,平襄镇\r\n621121101,马营镇\r\n";

static const char *put_file(const char *text)
{
    const char *path = test_file(".csv");
    FILE *f = fopen(path, "wb");

    if (!f || fputs(text, f) < 0 || fclose(f) != 0)
        test_fail(__FILE__, __LINE__, "cannot write %s", path);
    return path;
}

static void add_cells(struct str *s, const char *path)
{
    struct failure f = { 0 };
    struct sheet *sheet;
    struct sheet_row row;
    bool more = true;

    if (sheet_open(path, NULL, LANG_EN, &f, &sheet) != OK)
        return;
    for (int i = 0; i < sheet_count(sheet) && sheet_select(sheet, i, &f) == OK; i++)
        while (sheet_next(sheet, &row, &more, &f) == OK && more)
            for (int c = 0; c < row.n; c++)
                str_addf(s, " %s", row.cells[c].text);
    sheet_close(sheet);
}

static void keep_outcome(struct ctx *cx, struct outcome *o, enum err err)
{
    struct str s = str_new(test_arena());

    o->err = err;
    o->code = arena_strdup(test_arena(), err == OK ? "" : cx->failure.code);
    str_add(&s, op_reply_text(cx, err));
    if (err == OK && cx->reply_file.path) {
        add_cells(&s, cx->reply_file.path);
        if (cx->reply_file.is_temporary)
            unlink(cx->reply_file.path);
    }
    o->text = s.s;
}

static enum err run(struct ctx *cx, struct attempt *t)
{
    bool is_query = !op_writes(t->op) || t->op->flags & OP_UPLOAD;
    struct call c = { .op = t->op, .id = t->id, .version = t->version };

    if (is_query)
        c.query = t->input;
    else if (t->input)
        c.body = t->input, c.body_len = strlen(t->input);
    if (t->op->flags & OP_UPLOAD)
        c.upload_path = put_file(files[t->file % FILES]), c.upload_name = "roster.csv";
    cx->op = t->op;
    keep_outcome(cx, &t->out, op_call(cx, &c));
    return t->out.err;
}

/* The target in a state from which the operation may lead on. */
static enum err put_state(struct ctx *cx, const struct attempt *t)
{
    const struct record *r = t->row->record;

    return db_exec_list(
        cx,
        arena_printf(cx->mem,
                     "UPDATE %s SET %s = $1 WHERE id = $2 AND SCOPE_NOT(%s 'the test puts it so')",
                     r->table, r->state, r->table),
        (struct params){ 2, (struct param[]){ param_text(t->state), param_int(t->row->id) } });
}

/* Runs it, looks at the rows as they are then, and fails, so that all is as before. */
static enum err run_and_undo(struct ctx *cx, void *arg)
{
    struct attempt *t = arg;
    struct known_rows after;

    if (t->state)
        TRY(put_state(cx, t));
    if (run(cx, t) == OK && op_writes(t->op) && t->op->run != record_lookup && !t->is_absent) {
        TRY(known_rows_read(cx, cx->mem, &after));
        check_rows(t, &after);
    }
    memset(&cx->failure, 0, sizeof cx->failure);
    return fail(cx, E_CONFLICT, "test.undone", "undone");
}

static bool may(const struct access_actor *a, const struct op *op)
{
    return op->flags & OP_PUBLIC ||
           (user_of(a->who) != NONE &&
            (op->perm == PERM_NONE || a->actor.perms & PERM_BIT(op->perm)));
}

static struct ctx *unit_of(const struct access_actor *a)
{
    struct ctx *cx = ctx_new(w.store, clock_now());

    cx->lang = LANG_EN;
    cx->request_id = "test";
    cx->who = a->actor;
    return cx;
}

static struct outcome attempt(struct attempt t)
{
    struct ctx *cx = unit_of(t.a);
    bool is_quiet = !may(t.a, t.op) || (!op_writes(t.op) && !(t.op->flags & OP_FILE));

    w.calls++;
    if (is_quiet)
        (void)!run(cx, &t);
    else if (db_write(cx, run_and_undo, &t) == OK || !str_eq(cx->failure.code, "test.undone"))
        report("cannot be undone", t.op, "%s %s", cx->failure.code, cx->failure.message);
    ctx_free(cx);
    note_outcome(t.op, t.out.err, t.out.code);
    if (t.out.err == E_INTERNAL)
        report("internal error", t.op, "%s with %s: %.300s", t.a->label,
               t.input ? t.input : "nothing", t.out.text);
    return t.out;
}

/* --- what a reply may hold --- */
/* Names of organisations and users are open (v_org_name, v_user_name): who did something is shown
 * to all who see what was done. */
static bool is_named_openly(const struct known_row *row)
{
    return str_eq(row->table->table, "organisation") || str_eq(row->table->table, "user_account");
}

static void check_id(const struct attempt *t, const char *digits, size_t len)
{
    const char *text = arena_strndup(test_arena(), digits, len);
    const struct known_row *row;
    int64_t id;

    if (!str_int(text, &id) || id == t->id || id == t->a->actor.org_id ||
        (t->input && strstr(t->input, text)))
        return;
    row = known_row_of_id(&w.all, id);
    if (!row || row_is_visible(t->a, row) || row_is_named_in_view(t->a, &w.all, id))
        return;
    if (row_is_far(t->a, row))
        report(arena_printf(test_arena(), "shows the id of a %s from afar", row->table->table),
               t->op, "%s with %s: %.300s", t->a->label, t->input ? t->input : "nothing",
               t->out.text);
    else if (!is_named_openly(row))
        report(arena_printf(test_arena(), "shows the id of a %s out of scope", row->table->table),
               t->op, "%s with %s: %.300s", t->a->label, t->input ? t->input : "nothing",
               t->out.text);
}

static void check_reply(const struct attempt *t)
{
    const char *mark = t->a->is_foreign ? "通路" : "外禁";

    if (strstr(t->out.text, mark))
        report("shows a name from afar", t->op, "%s with %s: %.400s", t->a->label,
               t->input ? t->input : "nothing", strstr(t->out.text, mark));
    for (const char *p = t->out.text; *p;) {
        size_t len = strspn(p, "0123456789");
        if (len >= 15 && len <= 18)
            check_id(t, p, len);
        p += len ? len : 1;
    }
}

static bool has_id(const struct op *op)
{
    return strstr(op->route, "{id}") != NULL;
}

/* Does it, and looks at the reply. */
static struct outcome look(const struct access_actor *a, const struct op *op,
                           const struct known_row *target, int64_t id, const char *input)
{
    struct attempt t = { .a = a,
                         .op = op,
                         .id = target ? target->id : id,
                         .version = target ? target->version : NONE,
                         .input = input };

    t.out = attempt(t);
    if (a->who != as_nobody())
        check_reply(&t);
    return t.out;
}

/* --- reading --- */
typedef void visit_fn(const struct access_actor *a, const struct op *op);

static void each(bool writes, visit_fn *fn)
{
    for (int m = 0; ops_modules()[m]; m++)
        for (const struct op *op = ops_modules()[m]->ops; op && op->name; op++)
            for (int i = 0; i < w.actor_count && op_writes(op) == writes; i++)
                fn(&w.actors[i], op);
}

static bool is_first_walk, is_of_one; /* operations on one record, or those on all */

/* The same reply before and after strangers came: no row, count, sum or order of theirs is in it.
 */
static void compare(const struct access_actor *a, const struct op *op, const char *input,
                    const char *text)
{
    const char *before;
    size_t same = 0;

    if (is_first_walk) {
        assert(w.reply_count < REPLIES_MAX);
        w.replies[w.reply_count++] = text;
        return;
    }
    before = w.replies[w.reply_count++];
    while (text[same] && text[same] == before[same])
        same++;
    if (text[same] || before[same])
        report("is moved by rows from afar", op, "%s with %s: …%.150s… became …%.150s…", a->label,
               input ? input : "nothing", before + (same > 60 ? same - 60 : 0),
               text + (same > 60 ? same - 60 : 0));
}

static int reading_turns(const struct op *op)
{
    if (has_id(op))
        return access_table(op) ? 3 : TURNS_LONG;
    return op->flags & OP_FILE ? 1 : 3;
}

static void read_own(const struct access_actor *a, const struct op *op)
{
    if (a->is_foreign || !may(a, op) || has_id(op) != is_of_one)
        return;
    for (int turn = 0; turn < reading_turns(op); turn++) {
        struct input_wish wish = { INPUT_OWN, turn > 0, turn };
        const char *input = access_input(op, &w.own, a, &wish);
        const struct known_row *target =
            has_id(op) ? access_target(op, &w.own, a, INPUT_OWN, turn) : NULL;
        if (turn && !target && !input)
            break;
        if (has_id(op) && !target)
            break;
        compare(a, op, input, look(a, op, target, NONE, input).text);
    }
}

static void read_all_own(void)
{
    w.reply_count = 0;
    is_of_one = false;
    each(false, read_own);
    is_of_one = true;
    each(false, read_own);
}

static const char *without_ids(const char *text)
{
    char *s = arena_strdup(test_arena(), text), *to = s;

    for (const char *p = s; *p;) {
        size_t len = strspn(p, "0123456789");
        if (len >= 15)
            *to++ = '#';
        else
            for (size_t i = 0; i < MAX(len, 1); i++)
                *to++ = p[i];
        p += MAX(len, 1);
    }
    *to = 0;
    return s;
}

/* What exists out of reach is answered as what does not exist. */
static void compare_with_absent(const struct access_actor *a, const struct op *op, bool is_full,
                                int turn)
{
    struct input_wish wish = { INPUT_FOREIGN, is_full, turn };
    const struct known_row *target =
        has_id(op) ? access_target(op, &w.all, a, INPUT_FOREIGN, turn) : NULL;
    const char *input = access_input(op, &w.all, a, &wish), *no_input;
    struct outcome there, absent;

    if (has_id(op) && !target)
        return;
    there = look(a, op, target, NONE, input);
    wish.side = INPUT_ABSENT;
    no_input = access_input(op, &w.all, a, &wish);
    absent = look(a, op, NULL, target ? ABSENT_ID : NONE, no_input);
    if (target && absent.err == OK)
        report("answers for what does not exist", op, "%s: %.200s", a->label, absent.text);
    if (there.err != absent.err ||
        (there.err != OK && !str_eq(without_ids(there.text), without_ids(absent.text))))
        report("tells what exists from afar", op,
               "%s with %s: %.200s, but of what does not exist: %.200s", a->label,
               input ? input : "nothing", there.text, absent.text);
}

/* Once for each filter that takes an id or a place; one more without any. What an {id} stands for
 * that is of no record is not known: then rows of every table. */
static int foreign_turns(const struct op *op)
{
    size_t size;
    const struct field *f = op_input(op, &size);
    bool is_list = op->run == record_list;
    int n = 1;

    for (f = is_list ? op->record->fields : f; f && f->name; f++)
        n += is_list && f->use & USE_FILTER && (f->type == FIELD_ID || f->type == FIELD_DIVISION);
    if (has_id(op) && !access_table(op))
        return TURNS_LONG;
    return is_list ? n : f || has_id(op) ? 2 : 1;
}

static int visible_in(const struct access_actor *a, const char *table)
{
    int n = 0;

    for (int i = 0; i < w.all.n; i++)
        n += str_eq(w.all.at[i].table->table, table) && row_is_visible(a, &w.all.at[i]);
    return n;
}

static bool is_scoped(const char *table)
{
    for (const struct scoped *t = ops_tables(); t->table; t++)
        if (str_eq(t->table, table))
            return !t->is_open && !str_starts(table, "v_");
    return false;
}

/* The total and the items of a list are the rows of the actor, counted without the program's scope.
 */
static void count_list(const struct access_actor *a, const struct op *op)
{
    struct outcome o;
    const struct json_value *v;
    struct ctx *cx;
    int want;

    if (op->run != record_list || !is_scoped(op->record->table) || op->record->where ||
        !may(a, op) || user_of(a->who) == NONE)
        return;
    want = visible_in(a, op->record->table);
    o = look(a, op, NULL, NONE, "limit=200");
    cx = unit_of(a);
    if (json_parse(cx, o.text, strlen(o.text), &v) != OK ||
        json_as_int(json_get(v, "total")) != want ||
        json_count(json_get(v, "items")) != (size_t)MIN(want, 200))
        report("counts other rows than the actor's", op,
               "%s has %d rows, the list %lld with %d items: %.200s", a->label, want,
               (long long)json_as_int(json_get(v, "total")), (int)json_count(json_get(v, "items")),
               o.text);
    ctx_free(cx);
}

/* --- writing --- */
/* A table without a column for this kind of actor, or without ids, follows from others (statuses,
 * counts, indices): it may change with them, but not from afar. */
static bool is_derived_for(const struct access_actor *a, const struct known_row *row)
{
    const struct scoped *t = row->table;
    const struct scope *s = &a->actor.scope;

    if (row->id == NONE)
        return true;
    if (s->kind == SCOPE_EMPLOYER)
        return !t->employer;
    if (s->kind == SCOPE_PERSON)
        return !t->person;
    return (s->work_lo != NONE && !t->work) || (s->home_lo != NONE && !t->home);
}

/* Whoever is not yet placed can be offered a post of a paired place. */
static bool is_unplaced(const struct access_actor *a, const struct known_row *row)
{
    return a->actor.scope.kind == SCOPE_OFFICE && row->table->work && row->work == NONE &&
           row->home != NONE;
}

static void check_row_kept(const struct attempt *t, const struct known_rows *after,
                           const struct known_row *row)
{
    const struct known_row *now = known_row_again(after, row);
    const char *where = row_is_far(t->a, row) ? "from afar" : "out of scope";

    if (row_is_visible(t->a, row) || (now && now->content == row->content))
        return;
    if (!row_is_far(t->a, row) && (is_derived_for(t->a, row) || is_unplaced(t->a, row)))
        return;
    report(arena_printf(test_arena(), "changes a %s %s", row->table->table, where), t->op,
           "%s with %s: row %lld (home %lld, work %lld) %s", t->a->label,
           t->input ? t->input : "nothing", (long long)row->id, (long long)row->home,
           (long long)row->work, now ? "differs" : "is gone");
}

static void check_rows(const struct attempt *t, const struct known_rows *after)
{
    w.changes++;
    for (int i = 0; i < w.all.n; i++)
        check_row_kept(t, after, &w.all.at[i]);
    for (int i = 0; i < after->n; i++) {
        const struct known_row *row = &after->at[i];
        if (known_row_again(&w.all, row) || row_is_visible(t->a, row) || !row_is_far(t->a, row))
            continue;
        report(arena_printf(test_arena(), "makes a %s afar", row->table->table), t->op,
               "%s with %s: row %lld (home %lld, work %lld)", t->a->label,
               t->input ? t->input : "nothing", (long long)row->id, (long long)row->home,
               (long long)row->work);
    }
}

static struct outcome change(const struct access_actor *a, const struct op *op,
                             const struct known_row *target, int64_t id, const struct way *way)
{
    struct attempt t = { .a = a,
                         .op = op,
                         .id = target ? target->id : id,
                         .version = target ? target->version : NONE,
                         .row = target,
                         .state = target ? way->state : NULL,
                         .file = way->file,
                         .is_absent =
                             way->wish.side == INPUT_ABSENT || way->wish.side == INPUT_ONE_ABSENT,
                         .input = access_input(op, &w.all, a, &way->wish) };

    t.out = attempt(t);
    check_reply(&t);
    return t.out;
}

static void compare_inputs(const struct access_actor *a, const struct op *op,
                           const struct known_row *target, struct way way, enum input_side side,
                           enum input_side absent_side)
{
    struct outcome there, absent;

    way.wish.side = side;
    there = change(a, op, target, NONE, &way);
    way.wish.side = absent_side;
    absent = change(a, op, target, NONE, &way);

    if (there.err != absent.err ||
        (there.err != OK && !str_eq(without_ids(there.text), without_ids(absent.text))))
        report("tells what exists from afar", op, "%s: %.200s, but of what does not exist: %.200s",
               a->label, there.text, absent.text);
}

/* The same words for what is out of reach as for what does not exist: in a call that is otherwise
 * known to work, where one is known. */
static void change_foreign(const struct access_actor *a, const struct op *op, struct way way)
{
    const struct known_row *own = NULL, *far = NULL;
    struct outcome there, absent;

    if (has_id(op)) {
        own = access_target(op, &w.all, a, INPUT_OWN, way.target);
        far = access_target(op, &w.all, a, INPUT_FOREIGN, 0);
    }
    if (far) {
        there = change(a, op, far, NONE, &way);
        absent = change(a, op, NULL, ABSENT_ID, &way);
        if (there.err != absent.err || !str_eq(without_ids(there.text), without_ids(absent.text)))
            report("tells what exists from afar", op,
                   "%s: %.200s, but of what does not exist: %.200s", a->label, there.text,
                   absent.text);
    }
    if (has_id(op) && !own)
        return;
    if (access_ids(op) || access_takes_places(op))
        compare_inputs(a, op, own, way, INPUT_FOREIGN, INPUT_ABSENT);
    for (int i = 0; i < access_ids(op); i++) {
        way.wish.one = i;
        compare_inputs(a, op, own, way, INPUT_ONE_FOREIGN, INPUT_ONE_ABSENT);
    }
}

static void read_foreign(const struct access_actor *a, const struct op *op)
{
    if (!may(a, op) || user_of(a->who) == NONE)
        return;
    for (int turn = 0; turn < foreign_turns(op); turn++)
        compare_with_absent(a, op, turn > 0, turn);
    if (has_id(op) &&
        access_ids(op)) /* a stranger's record with one's own input, and the reverse */
        change_foreign(a, op, (struct way){ .wish = { INPUT_OWN, true, 0, 0 } });
}

/* E_NOT_FOUND when there is no such target. */
static enum err try_way(const struct access_actor *a, const struct op *op, const struct way *way)
{
    const struct known_row *own =
        has_id(op) ? access_target(op, &w.all, a, INPUT_OWN, way->target) : NULL;

    if (has_id(op) && (!own || (way->state && (!own->record || !own->record->state))))
        return E_NOT_FOUND;
    return change(a, op, own, NONE, way).err;
}

static bool find_way_in(const struct access_actor *a, const struct op *op, const char *state,
                        int turns, struct way *ret)
{
    bool found = false;

    for (int turn = 0; turn < turns && (!found || turn < TURNS_ALL); turn++) {
        bool has_target = !has_id(op) || access_target(op, &w.all, a, INPUT_OWN, turn);
        if (turn > 0 && (!has_target || (turn >= TURNS && !has_id(op))))
            break;
        for (int k = 0; k < (op->flags & OP_UPLOAD ? 2 * FILES : 2); k++) {
            struct way way = { state, turn, k / 2, { INPUT_OWN, k % 2, turn, 0 } };
            if (try_way(a, op, &way) != OK)
                continue;
            if (!found)
                *ret = way;
            found = true;
            break;
        }
    }
    return found;
}

/* As the rows are; else as somebody else got through; else with the target in each of its states.
 */
static bool find_way(const struct access_actor *a, const struct op *op, struct way *ret)
{
    const struct known_row *own = has_id(op) ? access_target(op, &w.all, a, INPUT_OWN, 0) : NULL;
    struct tried *t = tried(op);

    if (find_way_in(a, op, NULL, TURNS, ret))
        return true;
    *ret = t->way;
    if (t->has_way)
        return try_way(a, op, ret) == OK;
    if (!own)
        return false;
    for (const struct choice *s = own->record && own->record->state ? own->record->states : NULL;
         s && s->code; s++)
        if (find_way_in(a, op, s->code, TURNS_ALL, ret))
            return true;
    return find_way_in(a, op, NULL, TURNS_LONG, ret);
}

static void write_anything(const struct access_actor *a, const struct op *op)
{
    struct way way = { .wish = { .side = INPUT_OWN } };
    struct tried *t = tried(op);

    if (!may(a, op))
        return;
    if (find_way(a, op, &way) && !t->has_way) {
        t->has_way = true;
        t->way = way;
    }
    change_foreign(a, op, way);
}

/* --- strangers in every state --- */
static enum err put_strangers(struct ctx *cx, void *arg)
{
    struct attempt t = { .row = arg, .state = w.strangers_state };

    return put_state(cx, &t);
}

/* All that strangers have is put into the n-th of its states, as far as it fits the row. False
 * when no record has so many. */
static bool put_strangers_into_state(int n)
{
    bool has_any = false;

    for (int i = 0; i < w.all.n; i++) {
        struct known_row *row = &w.all.at[i];
        int states = 0;

        if (!row->record || !row->record->state || known_row_again(&w.own, row))
            continue;
        while (row->record->states[states].code)
            states++;
        if (n >= states)
            continue;
        w.strangers_state = row->record->states[n].code;
        (void)!db_write(unit(as_system()), put_strangers, row);
        has_any = true;
    }
    return has_any;
}

/* A list of what waits to be done counts one state only. What hangs on one record of one's own has
 * been compared before. */
static void read_own_beside_every_state(void)
{
    for (int n = 0; put_strangers_into_state(n); n++) {
        w.reply_count = 0;
        is_of_one = false;
        each(false, read_own);
    }
}

/* --- without permission --- */
static void refuse(const struct access_actor *a, const struct op *op)
{
    enum err want = user_of(a->who) == NONE ? E_UNAUTHENTICATED : E_FORBIDDEN;
    struct outcome o;

    if (may(a, op))
        return;
    o = look(a, op, NULL, has_id(op) ? ABSENT_ID : NONE,
             access_input(op, &w.all, a, &(struct input_wish){ INPUT_OWN, true, 0 }));
    if (o.err != want)
        report("is not refused", op, "%s: %.200s", a->label, o.text);
}

/* --- the world --- */
static void add_actor(struct caller *who, const char *role, enum org org)
{
    assert(w.actor_count < ACTORS_MAX);
    w.actors[w.actor_count++] =
        (struct access_actor){ .who = who,
                               .label = arena_printf(test_arena(), "%s %d", role, (int)org),
                               .is_foreign = org == WUSHAN || org == YANTAI };
}

static bool is_in(const char *word, const char *list)
{
    return strstr(list, word) != NULL;
}

/* Every role on either side of the own pair, those who pay at the city, and at every other
 * organisation one that acts. */
static void add_actors(struct ctx *cx, const struct rows *orgs, enum org org)
{
    for (int i = 0; i < orgs->n; i++) {
        const char *kind = row_text(orgs, i, "kind");
        if (row_int(orgs, i, "id") != org_id(org))
            continue;
        for (const struct choice *r = roles; r->code; r++) {
            bool is_wanted = org == TONGWEI || org == FUQING || !str_eq(kind, "BUREAU") ||
                             str_eq(r->code, "CLERK") || str_eq(r->code, "CADRE") ||
                             (org == FUZHOU && is_in(r->code, "REVIEWER,APPROVER,PAYER"));
            if (is_wanted && !str_eq(r->code, "WORKER") &&
                roles_check(cx, r->code, kind, row_int(orgs, i, "division")) == OK)
                add_actor(as(org, r->code), r->code, org);
        }
    }
}

static enum err read_orgs(struct ctx *cx, void *arg)
{
    return db_rows(
        cx, arg,
        "SELECT id, kind, division FROM organisation WHERE SCOPE_NOT(organisation 'the test looks')");
}

static enum err read_all(struct ctx *cx, void *arg)
{
    TRY(known_rows_read(cx, test_arena(), arg));
    return known_open_read(cx, test_arena(), arg);
}

static enum err read_actors(struct ctx *cx, void *arg)
{
    (void)arg;
    for (int i = 0; i < w.actor_count; i++)
        TRY(access_actor_read(cx, &w.actors[i]));
    return OK;
}

static void make_world(void)
{
    struct ctx *cx = unit(as_system());
    struct rows orgs;
    struct access_road road;

    memset(&w, 0, sizeof w);
    w.store = cx->store;
    w.replies = arena_alloc(test_arena(), sizeof *w.replies * REPLIES_MAX);
    road = access_road_make(&(struct access_pair){ TONGWEI, FUQING, FUZHOU, "通路", "621121", 800,
                                                   employer_of(FUYAO), 621121100000 });
    EXPECT_INT(db_read(cx, read_orgs, &orgs), OK);
    for (int org = 0; org < ORG_COUNT; org++)
        add_actors(cx, &orgs, (enum org)org);
    w.bank_return = road.bank_return;
    add_actor(as_worker(road.worker_id), "WORKER", TONGWEI);
    add_actor(as_nobody(), "nobody", DINGXI);
    EXPECT_INT(db_read(unit(as_system()), read_actors, NULL), OK);
    EXPECT_INT(db_read(unit(as_system()), read_all, &w.own), OK);
}

static void make_foreign_world(void)
{
    access_road_make(&(struct access_pair){ WUSHAN, YANTAI, YANTAI, "外禁", "500237", 7777, NONE,
                                            500237105000 });
    EXPECT_INT(db_read(unit(as_system()), read_actors, NULL), OK);
    EXPECT_INT(db_read(unit(as_system()), read_all, &w.all), OK);
}

static const char *why_unwalked(const struct op *op)
{
    for (size_t i = 0; i < ARRAY_LEN(unwalked); i++)
        if (str_eq(unwalked[i].op, op->name))
            return unwalked[i].why;
    return NULL;
}

/* An operation that nobody gets through is looked at from outside only. */
static void expect_all_walked(void)
{
    int n = 0, walked = 0;

    for (int m = 0; ops_modules()[m]; m++)
        for (const struct op *op = ops_modules()[m]->ops; op && op->name; op++, n++) {
            const struct tried *t = tried(op);

            walked += t->has_worked;
            if (t->has_worked && why_unwalked(op))
                report("is walked after all: take it off the list", op, "%s", why_unwalked(op));
            else if (!t->has_worked && !why_unwalked(op))
                report("lets no input of the walk through: give the world a row or the input a "
                       "value that it takes",
                       op, "refused with%s", t->codes);
        }
    printf("access: %d calls of %d operations by %d actors, %d walked through, %d changes looked "
           "at, %d rows\n",
           w.calls, n, w.actor_count, walked, w.changes, w.all.n);
}

OPS_TEST("no operation shows, counts, exports or changes a row out of its caller's scope")
{
    make_world();
    files[0] = roster, files[1] = divisions, files[2] = w.bank_return ? w.bank_return : roster;
    is_first_walk = true;
    read_all_own();
    make_foreign_world();
    is_first_walk = false;
    read_all_own();
    each(false, read_foreign);
    each(false, count_list);
    each(true, write_anything);
    each(false, refuse);
    each(true, refuse);
    read_own_beside_every_state();
    expect_all_walked();
    fail_with_what_was_found();
}
