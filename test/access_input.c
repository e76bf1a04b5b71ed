/* access_input.c — generated inputs. */
#include "access_input.h"

#include "base/ids.h"

#include <stdio.h>

/* Its line breaks are \n inside a JSON text. */
const char *access_policy_file(const char *origin)
{
    static const char format[] =
        "id: walk-%s\\nversion: 1\\ntitle: {zh: 补助, en: Allowance}\\n"
        "doc: {name: 通知, source: 示例}\\nissuer: {zh: 县人社局, en: Bureau}\\n"
        "payer: {side: ORIGIN, fund: CONVERGENCE}\\neffective: {from: 2019-01-01}\\n"
        "benefit: LABOUR_ALLOWANCE\\nbeneficiary: PERSON\\nwho: {origin: [%.6s]}\\n"
        "count: {by: CONFIRMED_SPELLS, month: ANNIVERSARY, mode: CONTINUOUS, gap_days: 30,"
        " start: [SPELL_START]}\\nrequire: {months: 3}\\namount:\\n  - id: once\\n"
        "    title: {zh: 补助, en: Allowance}\\n    fixed: 500\\nonce: YEAR\\n"
        "review: [COUNTY_HRSS]\\nnotice_working_days: 5\\nexamples:\\n  given:\\n"
        "    person: {born: 1990-05-20, domicile: %.6s}\\n    months: CONFIRMED\\n  cases:\\n"
        "    - name: 满三个月\\n      as_of: 2019-05-11\\n"
        "      spells: [{from: 2019-02-11, employer: A, at: 350104}]\\n"
        "      expect: {verdict: ENTITLED, yuan: 500}\\n";

    return arena_printf(test_arena(), format, origin, origin, origin);
}

static bool is_afar(enum input_side side)
{
    return side == INPUT_FOREIGN || side == INPUT_ABSENT;
}

static int64_t side_home(const struct access_actor *a, enum input_side side)
{
    return is_afar(side) ? 500237000000 : a->homes ? a->home_lo[0] : 621121000000;
}

static int64_t side_work(const struct access_actor *a, enum input_side side)
{
    return is_afar(side) ? 370600000000 : a->works ? a->work_lo[0] : 350181000000;
}

/* "people" and "{id}" of "POST /people/{id}/survey". */
static bool same_path(const char *route, const char *other)
{
    const char *a = strchr(route, '/') + 1, *b = strchr(other, '/') + 1;
    size_t len = strcspn(a, "/");

    return strcspn(b, "/") == len && memcmp(a, b, len) == 0;
}

/* That of the record whose page the path leads to: {id} of GET /match-runs/{id}/results is a run's,
 * though results are listed. */
const char *access_table(const struct op *op)
{
    const char *listed = NULL;

    for (int m = 0; ops_modules()[m]; m++)
        for (const struct op *o = ops_modules()[m]->ops; o && o->name; o++) {
            if (!o->record || !same_path(op->route, o->route))
                continue;
            if (o->run == record_get)
                return o->record->table;
            if (o->run == record_list && !listed)
                listed = o->record->table;
        }
    return op->record ? op->record->table : listed;
}

/* "post_id" may be a job_post, "batch_id" any table that ends in batch: the op's own table first.
 */
static bool stem_fits(const struct op *op, const char *field, const char *table)
{
    size_t len = strlen(field), stem = str_ends(field, "_ids")  ? len - 4
                                       : str_ends(field, "_id") ? len - 3
                                                                : 0;
    size_t table_len = strlen(table);

    if (str_eq(field, "id") || str_eq(field, "ids"))
        return str_eq(access_table(op), table);
    if (str_starts(field, "org_"))
        return str_eq(table, "organisation");
    if (stem >= table_len)
        return stem == table_len && memcmp(field, table, stem) == 0;
    return stem && memcmp(table + table_len - stem, field, stem) == 0 &&
           table[table_len - stem - 1] == '_';
}

static bool side_fits(const struct access_actor *a, const struct known_row *row,
                      enum input_side side)
{
    return side == INPUT_OWN ? row_is_visible(a, row)
                             : row_is_far(a, row) && !row_is_visible(a, row);
}

/* The field says which table it means, or its name does. */
static bool field_fits(const struct op *op, const struct field *f, const char *table)
{
    return f->refers ? str_eq(f->refers, table) : stem_fits(op, f->name, table);
}

/* Of an open table any row does, whatever the side: it is there for everybody. */
static int64_t pick_open_id(const struct op *op, const struct field *f,
                            const struct known_rows *rows, int turn)
{
    int fits = 0;

    for (int i = 0; i < rows->opens; i++)
        fits += field_fits(op, f, rows->open[i].table->table);
    turn = fits ? turn % fits : 0;
    for (int i = 0; i < rows->opens; i++)
        if (field_fits(op, f, rows->open[i].table->table) && turn-- == 0)
            return rows->open[i].id;
    return NONE;
}

static int64_t pick_id(const struct op *op, const struct field *f, const struct known_rows *rows,
                       const struct access_actor *a, const struct input_wish *w)
{
    int64_t open = pick_open_id(op, f, rows, w->turn);
    int fits = 0, turn;

    if (open != NONE)
        return open;
    if (w->side == INPUT_ABSENT)
        return ABSENT_ID;
    for (int i = 0; i < rows->ids; i++)
        fits += field_fits(op, f, rows->by_id[i]->table->table) &&
                side_fits(a, rows->by_id[i], w->side);
    if (fits == 0)
        return ABSENT_ID;
    turn = w->turn % fits;
    for (int i = 0; i < rows->ids; i++)
        if (field_fits(op, f, rows->by_id[i]->table->table) &&
            side_fits(a, rows->by_id[i], w->side) && turn-- == 0)
            return rows->by_id[i]->id;
    return ABSENT_ID;
}

/* Of its table, among those that fit. */
static bool is_first(const struct known_rows *rows, const struct access_actor *a,
                     enum input_side side, int i)
{
    for (int k = 0; k < i; k++)
        if (rows->by_id[k]->table == rows->by_id[i]->table && side_fits(a, rows->by_id[k], side))
            return false;
    return true;
}

const struct known_row *access_target(const struct op *op, const struct known_rows *rows,
                                      const struct access_actor *a, enum input_side side, int n)
{
    const char *table = access_table(op);

    for (int i = 0; side == INPUT_OWN && i < rows->opens; i++)
        if (str_eq(table, rows->open[i].table->table) && n-- == 0)
            return &rows->open[i];
    for (int i = 0; i < rows->ids; i++)
        if ((table ? str_eq(table, rows->by_id[i]->table->table) : is_first(rows, a, side, i)) &&
            side_fits(a, rows->by_id[i], side) && n-- == 0)
            return rows->by_id[i];
    return NULL;
}

static const char *pick_choice(const struct choice *choices, int turn)
{
    int n = 0;

    while (choices[n].code)
        n++;
    return choices[turn % n].code;
}

static const char *a_citizen(struct arena *mem, const struct input_wish *w)
{
    static int count;
    const char *digits =
        arena_printf(mem, "%s19850%d%02d%03d", is_afar(w->side) ? "500237" : "621121",
                     1 + count % 9, 1 + count / 9 % 28, 500 + count / 252 % 400);

    count++;
    return arena_printf(mem, "%s%c", digits, id_no_check(digits));
}

/* Items of a bulk input, whose keys stand in its help: "[{placement_id, status, days}]". */
static const char *json_items(struct arena *mem, const struct op *op, const struct field *f,
                              const struct known_rows *rows, const struct access_actor *a,
                              const struct input_wish *w)
{
    struct str s = str_new(mem);
    const char *at = f->help_en ? strchr(f->help_en, '{') : NULL;

    if (str_eq(f->name, "ids"))
        return arena_printf(mem, "[\"%lld\"]", (long long)pick_id(op, f, rows, a, w));
    if (str_eq(f->name, "file"))
        return arena_printf(mem, "\"%s\"", access_policy_file("621121-again"));
    if (!at)
        return "{}";
    str_add(&s, "[{");
    for (at++; *at && *at != '}'; at += strspn(at, ", ")) {
        size_t len = strcspn(at, ", }");
        struct field key = { .name = arena_strndup(mem, at, len) };
        if (str_ends(key.name, "_id"))
            str_addf(&s, "%s\"%s\":\"%lld\"", s.len > 2 ? "," : "", key.name,
                     (long long)pick_id(op, &key, rows, a, w));
        else if (str_eq(key.name, "status"))
            str_addf(&s, "%s\"%s\":\"AT_WORK\"", s.len > 2 ? "," : "", key.name);
        at += len;
    }
    str_add(&s, "}]");
    return s.s;
}

static const char *text_value(struct arena *mem, const struct op *op, const struct field *f,
                              const struct known_rows *rows, const struct access_actor *a,
                              const struct input_wish *w)
{
    static int count;

    if (str_ends(f->name, "ids"))
        return arena_printf(mem, "%lld", (long long)pick_id(op, f, rows, a, w));
    if (str_eq(f->name, "pay"))
        return "3500-4500元";
    if (str_eq(f->name, "event"))
        return arena_strdup(mem, w->turn % 2 ? "check" : "submit");
    if (str_eq(f->name, "record"))
        return w->turn % 2 ? "month_evidence" : "person";
    if (str_eq(f->name, "fund"))
        return "DESTINATION_BUDGET";
    if (str_eq(f->name, "id"))
        return "transferred_east";
    if (str_eq(f->name, "occupations"))
        return "6-31-03-00";
    if (str_eq(f->name, "field"))
        return str_eq(access_table(op), "employer") ? "phone" : "id_no";
    if (str_eq(f->name, "roles"))
        return "CLERK";
    return arena_printf(mem, "t%d", count++);
}

/* NULL = leave the field out. Numbers and booleans come without quotes. */
static const char *value(struct arena *mem, const struct op *op, const struct field *f,
                         const struct known_rows *rows, const struct access_actor *a,
                         const struct input_wish *w, bool *ret_bare)
{
    bool is_work =
        strstr(f->name, "work") || (a->actor.scope.work_lo != NONE &&
                                    a->actor.scope.home_lo == NONE && !strstr(f->name, "home"));
    long long place = (long long)(is_work ? side_work(a, w->side) : side_home(a, w->side));

    *ret_bare = f->type == FIELD_INT || f->type == FIELD_MONEY || f->type == FIELD_BOOL ||
                f->type == FIELD_DIVISION || f->type == FIELD_JSON;
    switch (f->type) {
    case FIELD_TEXT:
        return text_value(mem, op, f, rows, a, w);
    case FIELD_NAME:
        return "测试人";
    case FIELD_INT:
        return arena_printf(mem, "%lld",
                            (long long)(str_eq(f->name, "year") ? 2019
                                        : f->max > f->min       ? MAX(f->min, MIN(f->max, 6))
                                                                : 6));
    case FIELD_MONEY:
        return arena_printf(mem, "%lld",
                            (long long)(f->max > f->min ? MAX(f->min, MIN(f->max, 300000))
                                                        : 300000));
    case FIELD_BOOL:
        return op_writes(op) && !(op->flags & OP_UPLOAD) ? "true" : "1";
    case FIELD_DATE:
        return str_starts(f->name, "start") ? "2019-03-15"
               : str_starts(f->name, "until") || str_starts(f->name, "expires") ||
                       str_ends(f->name, "_until")
                   ? "2019-12-31"
                   : "2019-03-14";
    case FIELD_MONTH:
        return "2019-02";
    case FIELD_ID:
        return arena_printf(mem, "%lld", (long long)pick_id(op, f, rows, a, w));
    case FIELD_CHOICE:
    case FIELD_CHOICES:
        return pick_choice(f->choices, w->turn);
    case FIELD_DIVISION:
    case FIELD_DIVISIONS:
        return arena_printf(mem, "%lld", place);
    case FIELD_ID_NO:
        return a_citizen(mem, w);
    case FIELD_PHONE:
        return "13905919999";
    case FIELD_SECRET:
        return "Long-enough-2019!";
    case FIELD_JSON:
        return json_items(mem, op, f, rows, a, w);
    case FIELD_ACCOUNT:
        return "6217001823456789013";
    case FIELD_CREDIT:
    case FIELD_INSTANT:
        break;
    }
    return NULL;
}

static bool is_wished(const struct op *op, const struct field *f, const struct input_wish *w)
{
    if (!field_is_input(f) || (op->run == record_update && f->use & USE_FIXED))
        return false;
    return f->required || str_eq(f->name, "event") ||
           (w->is_full && !str_eq(f->name, "after") && !str_eq(f->name, "limit"));
}

/* Lists take one filter at a time, so that none hides what another lets through. */
static const char *list_filter(const struct op *op, const struct known_rows *rows,
                               const struct access_actor *a, const struct input_wish *w)
{
    struct arena *mem = test_arena();
    int turn = w->turn, n = 0;
    bool bare;

    if (!w->is_full)
        return "limit=200";
    for (const struct field *f = op->record->fields; f->name; f++)
        n += f->use & USE_FILTER && (f->type == FIELD_ID || f->type == FIELD_DIVISION);
    for (const struct field *f = op->record->fields; n && f->name; f++)
        if (f->use & USE_FILTER && (f->type == FIELD_ID || f->type == FIELD_DIVISION) &&
            turn-- % n == 0)
            return arena_printf(mem, "%s=%s", f->name, value(mem, op, f, rows, a, w, &bare));
    return NULL;
}

static bool takes_id(const struct field *f)
{
    return field_is_input(f) && (f->type == FIELD_ID || f->type == FIELD_JSON ||
                                 (f->type == FIELD_TEXT && str_ends(f->name, "ids")));
}

int access_ids(const struct op *op)
{
    size_t size;
    const struct field *fields = op_input(op, &size);
    int n = 0;

    for (const struct field *f = fields; f && f->name; f++)
        n += takes_id(f);
    return n;
}

bool access_takes_places(const struct op *op)
{
    size_t size;

    for (const struct field *f = op_input(op, &size); f && f->name; f++)
        if (field_is_input(f) &&
            (f->type == FIELD_DIVISION || f->type == FIELD_DIVISIONS || f->type == FIELD_ID_NO))
            return true;
    return false;
}

/* The wish for one field: of the ids only the turn-th comes from afar. */
static struct input_wish wish_for(const struct field *f, const struct input_wish *w, int *ids)
{
    struct input_wish one = *w;

    if (w->side != INPUT_ONE_FOREIGN && w->side != INPUT_ONE_ABSENT)
        return one;
    one.side = INPUT_OWN;
    if (takes_id(f) && (*ids)++ == w->one) {
        one.side = w->side == INPUT_ONE_FOREIGN ? INPUT_FOREIGN : INPUT_ABSENT;
        one.is_full = true; /* also where it is not required */
    }
    return one;
}

const char *access_input(const struct op *op, const struct known_rows *rows,
                         const struct access_actor *a, const struct input_wish *w)
{
    struct arena *mem = test_arena();
    struct str s = str_new(mem);
    size_t size;
    const struct field *fields = op_input(op, &size);
    bool is_query = !op_writes(op) || op->flags & OP_UPLOAD, bare;
    int ids = 0;

    if (!fields)
        return op->record && (op->run == record_list || op->run == record_export)
                   ? list_filter(op, rows, a, w)
                   : NULL;
    for (const struct field *f = fields; f->name; f++) {
        struct input_wish one = wish_for(f, w, &ids);
        const char *text = is_wished(op, f, &one) ? value(mem, op, f, rows, a, &one, &bare) : NULL;
        if (!text)
            continue;
        if (is_query)
            str_addf(&s, "%s%s=%s", s.len ? "&" : "", f->name, text);
        else
            str_addf(&s, bare ? "%s\"%s\":%s" : "%s\"%s\":\"%s\"", s.len ? "," : "", f->name, text);
    }
    if (is_query)
        return s.len ? s.s : NULL;
    return arena_printf(mem, "{%s}", s.len ? s.s : "");
}
