/* divisions.c — the divisions module: the shipped table, loads of further levels, and what the
 * console asks for. */
#include "divisions/divisions.h"

#include "divisions/index.h"
#include "divisions/load.h"

const struct choice division_levels[] = {
    { "PROVINCE", "省级", "Province", "省" }, { "CITY", "地级", "City", "市" },
    { "COUNTY", "县级", "County", "县" },     { "TOWNSHIP", "乡级", "Township", "乡镇" },
    { "VILLAGE", "村级", "Village", "村" },   { 0 },
};

/* --- from the digits --- */
enum { LEVELS = LEVEL_VILLAGE + 1 };
static const int64_t spans[LEVELS] = { 1000000000000, 10000000000, 100000000, 1000000, 1000, 1 };

enum division_level division_level(int64_t code)
{
    if (code < 110000000000 || code > 829999999999)
        return LEVEL_NONE;
    for (int level = LEVEL_PROVINCE; level < LEVEL_VILLAGE; level++)
        if (code % spans[level] == 0)
            return (enum division_level)level;
    return LEVEL_VILLAGE;
}

const char *division_level_code(enum division_level level)
{
    return level == LEVEL_NONE ? NULL : division_levels[level - 1].code;
}

int64_t division_at(int64_t code, enum division_level level)
{
    return code == NONE ? NONE : code - code % spans[level];
}

int64_t division_county(int64_t code)
{
    return division_at(code, LEVEL_COUNTY);
}

bool division_within(int64_t code, int64_t within)
{
    int64_t lo, hi;

    division_range(within, &lo, &hi);
    return code != NONE && within != NONE && lo <= code && code <= hi;
}

enum division_region division_region(int64_t code)
{
    static const struct {
        const char *provinces;
        enum division_region region;
    } parts[] = {
        { "11 12 13 31 32 33 35 37 44 46", REGION_EAST },
        { "14 34 36 41 42 43", REGION_CENTRE },
        { "15 45 50 51 52 53 54 61 62 63 64 65", REGION_WEST },
        { "21 22 23", REGION_NORTHEAST },
    };
    char province[3] = { 0 };

    if (division_level(code) == LEVEL_NONE)
        return REGION_UNKNOWN;
    province[0] = (char)('0' + code / 100000000000);
    province[1] = (char)('0' + code / 10000000000 % 10);
    for (size_t i = 0; i < ARRAY_LEN(parts); i++)
        if (strstr(parts[i].provinces, province))
            return parts[i].region;
    return REGION_UNKNOWN;
}

/* --- from the table --- */
static const char *name_of(struct ctx *cx, int64_t code, bool is_full)
{
    const struct division_index *ix = code == NONE ? NULL : division_index_hold(cx);
    const struct place *p = NULL;
    const char *name = code == NONE ? NULL : "";

    if (!ix)
        return name;
    for (int level = division_level(code); !p && level > LEVEL_NONE; level--)
        p = division_index_find(ix, division_at(code, (enum division_level)level));
    if (p)
        name = arena_strdup(cx->mem, is_full ? p->full_name : p->name);
    division_index_release();
    return name;
}

const char *division_name(struct ctx *cx, int64_t code)
{
    return name_of(cx, code, false);
}

const char *division_full_name(struct ctx *cx, int64_t code)
{
    return name_of(cx, code, true);
}

bool division_exists(struct ctx *cx, int64_t code)
{
    const struct division_index *ix = division_index_hold(cx);
    bool exists = ix && division_index_find(ix, code);

    if (ix)
        division_index_release();
    return exists;
}

int64_t division_successor_on(struct ctx *cx, int64_t code, struct date on)
{
    const struct division_index *ix = division_index_hold(cx);
    int64_t now = ix ? division_index_on(ix, code, on) : NONE;

    if (ix)
        division_index_release();
    return now;
}

/* Texts seen before, per thread: a roster says the same few hundred places again and again. Good as
 * long as the index and the day are the same. */
enum { SEEN = 512, SEEN_TEXT = 64 };
struct seen {
    unsigned index; /* its number */
    struct date on;
    enum division_match match;
    int64_t code;
    char text[SEEN_TEXT];
};

enum division_match division_resolve(struct ctx *cx, const char *text, int64_t *ret)
{
    static _Thread_local struct seen all_seen[SEEN];
    const struct division_index *ix = division_index_hold(cx);
    size_t len = strlen(text);
    uint64_t hash = 0xcbf29ce484222325u;
    enum division_match match;
    struct seen *seen;

    if (!ix)
        return DIVISION_UNKNOWN;
    for (size_t i = 0; i < len; i++)
        hash = (hash ^ (unsigned char)text[i]) * 0x100000001b3u;
    seen = &all_seen[(hash ^ hash >> 32) % SEEN];
    if (len < SEEN_TEXT && seen->index == division_index_number(ix) &&
        date_compare(seen->on, cx->today) == 0 && strcmp(seen->text, text) == 0) {
        match = seen->match;
        if (match == DIVISION_FOUND || match == DIVISION_ABOLISHED)
            *ret = seen->code;
    } else {
        match = division_index_resolve(ix, text, cx->today, ret);
        if (len < SEEN_TEXT) {
            *seen = (struct seen){ .index = division_index_number(ix),
                                   .on = cx->today,
                                   .match = match,
                                   .code = match == DIVISION_FOUND || match == DIVISION_ABOLISHED
                                               ? *ret
                                               : NONE };
            memcpy(seen->text, text, len + 1);
        }
    }
    division_index_release();
    return match;
}

/* Set here and not by a call of the program, so that no reader of fields can be without it. */
__attribute__((constructor)) static void set_resolver(void)
{
    field_resolve_division = division_resolve;
}

/* --- operations --- */
struct division_query {
    int64_t parent;
};
static const struct field tree_fields[] = {
    PARAM(struct division_query, parent, FIELD_DIVISION, "上级地区", "Parent"),
    { 0 },
};
static const struct field tree_output[] = {
    OUTPUT("items", FIELD_JSON, "地区", "Divisions"),
    { 0 },
};

static enum err divisions_tree(struct ctx *cx)
{
    const struct division_query *in = cx->in;
    struct rows r;

    TRY(db_rows(
        cx, &r,
        "SELECT d.id, d.name, d.level, d.full_name, CASE WHEN EXISTS (SELECT 1 FROM division c WHERE c.parent = d.code"
        " AND c.valid_to IS NULL) THEN 1 ELSE 0 END AS has_children FROM v_division d"
        " WHERE (($1 IS NULL AND d.parent IS NULL) OR d.parent = $1) AND d.is_abolished = 0 ORDER BY d.code LIMIT 1000",
        P(in->parent)));
    json_object(cx->out);
    json_key(cx->out, "items");
    json_rows(cx->out, &r);
    json_end(cx->out);
    return OK;
}

struct division_input {
    int64_t id;
};

static const struct field division_fields[] = {
    OUTPUT("name", FIELD_TEXT, "名称", "Name", .sql = "d.name",
           .use = USE_LIST | USE_SEARCH | USE_EXPORT),
    OUTPUT("full_name", FIELD_TEXT, "全称", "Full name", .sql = "d.full_name",
           .use = USE_LIST | USE_SEARCH | USE_EXPORT),
    OUTPUT("level", FIELD_CHOICE, "级别", "Level", .sql = "d.level",
           .use = USE_LIST | USE_FILTER | USE_EXPORT, .choices = division_levels),
    OUTPUT("parent", FIELD_ID, "上级地区", "Parent", .sql = "d.parent",
           .use = USE_LIST | USE_FILTER),
    OUTPUT("parent_name", FIELD_TEXT, "上级名称", "Parent's name",
           .sql = "(SELECT u.name FROM division u WHERE u.code = d.parent)",
           .use = USE_LIST | USE_EXPORT),
    OUTPUT("is_abolished", FIELD_BOOL, "已撤销", "Abolished", .sql = "d.is_abolished",
           .use = USE_LIST | USE_FILTER | USE_EXPORT),
    OUTPUT("valid_from", FIELD_DATE, "设立日期", "In force from", .sql = "d.valid_from",
           .use = USE_LIST),
    OUTPUT("valid_to", FIELD_DATE, "撤销前最后一日", "Last day", .sql = "d.valid_to",
           .use = USE_LIST),
    { 0 },
};

static const struct record division_record = {
    .name = "division",
    .zh = "行政区划",
    .en = "division",
    .table = "v_division",
    .alias = "d",
    .fields = division_fields,
    .size = sizeof(struct division_input),
    .order = "id",
    .has_no_version = true,
};

static const struct field load_output[] = {
    OUTPUT("rows", FIELD_INT, "读入行数", "Rows read"),
    OUTPUT("added", FIELD_INT, "新增", "Added"),
    OUTPUT("changed", FIELD_INT, "更改", "Changed"),
    { 0 },
};

static const struct op ops[] = {
    { "divisions.list", "GET /divisions", PERM_NONE, record_list, "查找行政区划", "Divisions",
      .record = &division_record },
    { "divisions.tree", "GET /divisions/tree", PERM_NONE, divisions_tree, "下级行政区划",
      "divisions below one", .in = tree_fields, .in_size = sizeof(struct division_query),
      .out = tree_output },
    { "divisions.get", "GET /divisions/{id}", PERM_NONE, record_get, "查看行政区划",
      "show a division", .record = &division_record },
    { "divisions.load", "POST /divisions/load", PERM_DIVISION_MANAGE, divisions_load,
      "导入行政区划（乡镇、村）", "load divisions (townships, villages) from a sheet",
      .flags = OP_UPLOAD | OP_DETACHED, .out = load_output },
    { 0 },
};

static const struct scoped tables[] = {
    OPEN_TABLE("division"),      OPEN_TABLE("division_successor"), OPEN_TABLE("division_alias"),
    OPEN_TABLE("division_load"), OPEN_TABLE("v_division"),         { 0 },
};
static const struct record *const records[] = { &division_record, NULL };

const struct module divisions_module = {
    .name = "divisions",
    .zh = "行政区划",
    .en = "Divisions",
    .ops = ops,
    .tables = tables,
    .records = records,
    .seed = divisions_seed,
};
