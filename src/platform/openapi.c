/* openapi.c — the tables of operations and fields, told to programs: an OpenAPI 3.1 document, and
 * the description from which the console builds its menus, lists and forms. */
#include "platform/op.h"

#include <ctype.h>

static bool is_number_type(enum field_type t)
{
    return t == FIELD_INT || t == FIELD_MONEY || t == FIELD_INSTANT || t == FIELD_DIVISION;
}

/* `is_create`: required members are said. */
static void schema_of_field(struct json *j, const struct field *f, bool is_input)
{
    json_object(j);
    if (is_number_type(f->type)) {
        json_key(j, "type");
        json_array(j);
        json_str(j, "integer");
        json_str(j, "null");
        json_end(j);
        if (is_input && f->max > f->min) {
            json_put_int(j, "minimum", f->min);
            json_put_int(j, "maximum", f->max);
        }
    } else if (f->type == FIELD_BOOL) {
        json_key(j, "type");
        json_array(j);
        json_str(j, "boolean");
        json_str(j, "null");
        json_end(j);
    } else if (f->type == FIELD_JSON && !is_input) {
        json_put_str(j, "description", "JSON");
    } else {
        json_key(j, "type");
        json_array(j);
        json_str(j, "string");
        json_str(j, "null");
        json_end(j);
        if (f->type == FIELD_DATE)
            json_put_str(j, "format", "date");
        if (f->type == FIELD_SECRET)
            json_put_str(j, "format", "password");
        if (is_input && (f->type == FIELD_TEXT || f->type == FIELD_NAME))
            json_put_int(j, "maxLength", f->max ? f->max : 200);
    }
    if (f->type == FIELD_CHOICE && f->choices) {
        json_key(j, "enum");
        json_array(j);
        for (const struct choice *c = f->choices; c->code; c++)
            json_str(j, c->code);
        json_null(j);
        json_end(j);
    }
    json_put_str(j, "title", f->en);
    json_end(j);
}

static void input_schema(struct json *j, const struct field *fields, bool is_create)
{
    bool any = false;

    json_object(j);
    json_put_str(j, "type", "object");
    json_put_bool(j, "additionalProperties", false);
    json_key(j, "properties");
    json_object(j);
    for (const struct field *f = fields; f->name; f++) {
        if (!field_is_input(f))
            continue;
        json_key(j, f->name);
        schema_of_field(j, f, true);
        any |= f->required;
    }
    json_end(j);
    if (is_create && any) {
        json_key(j, "required");
        json_array(j);
        for (const struct field *f = fields; f->name; f++)
            if (f->required && field_is_input(f))
                json_str(j, f->name);
        json_end(j);
    }
    json_end(j);
}

/* What a row of this record looks like in replies. */
static void record_schema(struct json *j, const struct record *rec)
{
    json_object(j);
    json_put_str(j, "type", "object");
    json_put_str(j, "title", rec->en);
    json_key(j, "required");
    json_array(j);
    json_str(j, "id");
    json_end(j);
    json_key(j, "properties");
    json_object(j);
    json_key(j, "id");
    json_raw(j, "{\"type\":\"string\"}");
    if (!rec->has_no_version) {
        json_key(j, "version");
        json_raw(j, "{\"type\":\"integer\"}");
    }
    for (const struct field *f = rec->fields; f->name; f++) {
        if (!f->sql || str_eq(f->name, "id") || str_eq(f->name, "version"))
            continue;
        json_key(j, f->name);
        schema_of_field(j, f, false);
    }
    json_end(j);
    json_put_bool(j, "additionalProperties", true);
    json_end(j);
}

static void parameter(struct json *j, const char *name, const char *in, bool required,
                      const char *schema, const char *text)
{
    json_object(j);
    json_put_str(j, "name", name);
    json_put_str(j, "in", in);
    json_put_bool(j, "required", required);
    json_put_str(j, "description", text);
    json_put_raw(j, "schema", schema);
    json_end(j);
}

static void list_parameters(struct arena *mem, struct json *j, const struct record *rec)
{
    parameter(j, "limit", "query", false, "{\"type\":\"integer\",\"minimum\":0,\"maximum\":200}",
              "rows a page");
    parameter(j, "after", "query", false, "{\"type\":\"string\"}", "`next` of the page before");
    parameter(j, "sort", "query", false, "{\"type\":\"string\"}",
              "a sortable field, with - for descending");
    parameter(j, "q", "query", false, "{\"type\":\"string\",\"maxLength\":40}", "search");
    for (const struct field *f = rec->fields; f->name; f++) {
        if (!(f->use & USE_FILTER) || field_type_is_sealed(f->type))
            continue;
        parameter(j, f->name, "query", false, "{\"type\":\"string\"}", f->en);
        if (f->type == FIELD_DATE || f->type == FIELD_MONEY || f->type == FIELD_INT ||
            f->type == FIELD_INSTANT || f->type == FIELD_MONTH) {
            parameter(j, arena_printf(mem, "%s_from", f->name), "query", false,
                      "{\"type\":\"string\"}", f->en);
            parameter(j, arena_printf(mem, "%s_to", f->name), "query", false,
                      "{\"type\":\"string\"}", f->en);
        }
    }
}

static void op_parameters(struct arena *mem, struct json *j, const struct op *op)
{
    size_t size;
    const struct field *in = op_input(op, &size);

    json_key(j, "parameters");
    json_array(j);
    if (strstr(op->route, "{id}"))
        parameter(j, "id", "path", true, "{\"type\":\"string\",\"pattern\":\"^[0-9]+$\"}",
                  "record");
    if ((op->run == record_list || op->run == record_export) && op->record)
        list_parameters(mem, j, op->record);
    if (in && (!op_writes(op) || op->flags & OP_UPLOAD))
        for (const struct field *f = in; f->name; f++)
            if (field_is_input(f))
                parameter(j, f->name, "query", f->required, "{\"type\":\"string\"}", f->en);
    if (op_writes(op)) {
        parameter(j, "Idempotency-Key", "header", false, "{\"type\":\"string\"}",
                  "the same key again returns the same reply");
        parameter(j, "X-CSRF-Token", "header", !(op->flags & OP_PUBLIC), "{\"type\":\"string\"}",
                  "from GET /session");
    }
    if (op->run == record_update)
        parameter(j, "If-Match", "header", false, "{\"type\":\"string\"}", "version seen");
    json_end(j);
}

static void op_body(struct json *j, const struct op *op)
{
    size_t size;
    const struct field *in = op_input(op, &size);

    if (!op_writes(op) || (!in && !(op->flags & OP_UPLOAD)))
        return;
    json_key(j, "requestBody");
    json_object(j);
    json_put_bool(j, "required", true);
    json_key(j, "content");
    json_object(j);
    if (op->flags & OP_UPLOAD) {
        json_key(j, "application/octet-stream");
        json_raw(j, "{\"schema\":{\"type\":\"string\",\"format\":\"binary\"}}");
    } else {
        json_key(j, "application/json");
        json_object(j);
        json_key(j, "schema");
        input_schema(j, in, op->run != record_update);
        json_end(j);
    }
    json_end(j);
    json_end(j);
}

static void reply_schema(struct arena *mem, struct json *j, const struct op *op)
{
    if (op->out) {
        json_object(j);
        json_put_str(j, "type", "object");
        json_key(j, "properties");
        json_object(j);
        for (const struct field *f = op->out; f->name; f++) {
            json_key(j, f->name);
            schema_of_field(j, f, false);
        }
        json_end(j);
        json_put_bool(j, "additionalProperties", true);
        json_end(j);
    } else if (op->run == record_list || op->run == record_lookup) {
        json_raw(
            j,
            arena_printf(
                mem,
                "{\"type\":\"object\",\"required\":[\"items\",\"total\"],\"properties\":{\"items\":{\"type\":\"array\","
                "\"items\":{\"$ref\":\"#/components/schemas/%s\"}},\"total\":{\"type\":\"integer\"},"
                "\"next\":{\"type\":[\"string\",\"null\"]}}}",
                op->record->name));
    } else if (op->record && op->run != record_history && op->run != record_reveal) {
        json_raw(j, arena_printf(mem, "{\"$ref\":\"#/components/schemas/%s\"}", op->record->name));
    } else {
        json_raw(j, "{\"type\":\"object\",\"additionalProperties\":true}");
    }
}

static void op_replies(struct arena *mem, struct json *j, const struct op *op)
{
    json_key(j, "responses");
    json_object(j);
    json_key(j, "200");
    json_object(j);
    json_put_str(j, "description", op->en);
    json_key(j, "content");
    json_object(j);
    if (op->flags & OP_FILE) {
        json_put_raw(j, "application/octet-stream",
                     "{\"schema\":{\"type\":\"string\",\"format\":\"binary\"}}");
    } else {
        json_key(j, "application/json");
        json_object(j);
        json_key(j, "schema");
        reply_schema(mem, j, op);
        json_end(j);
    }
    json_end(j);
    json_end(j);
    json_put_raw(j, "4XX", "{\"$ref\":\"#/components/responses/failure\"}");
    json_end(j);
}

static void write_op(struct arena *mem, struct json *j, const struct module *m, const struct op *op)
{
    json_object(j);
    json_put_str(j, "operationId", op->name);
    json_put_str(j, "summary", op->en);
    json_put_str(j, "description", op->zh);
    json_key(j, "tags");
    json_array(j);
    json_str(j, m->name);
    json_end(j);
    if (op->flags & OP_PUBLIC)
        json_put_raw(j, "security", "[]");
    op_parameters(mem, j, op);
    op_body(j, op);
    op_replies(mem, j, op);
    json_end(j);
}

/* All operations of one path stand together, under the path's first occurrence. */
static bool path_seen_before(const struct op *op, const char *path)
{
    for (int m = 0; ops_modules()[m]; m++)
        for (const struct op *o = ops_modules()[m]->ops; o && o->name; o++) {
            if (o == op)
                return false;
            if (str_eq(strchr(o->route, ' ') + 1, path))
                return true;
        }
    return false;
}

static void write_path(struct arena *mem, struct json *j, const char *path)
{
    json_key(j, path);
    json_object(j);
    for (int m = 0; ops_modules()[m]; m++)
        for (const struct op *o = ops_modules()[m]->ops; o && o->name; o++) {
            char method[8] = "";
            if (!str_eq(strchr(o->route, ' ') + 1, path))
                continue;
            for (int i = 0; o->route[i] != ' ' && i < 7; i++)
                method[i] = (char)tolower((unsigned char)o->route[i]);
            json_key(j, method);
            write_op(mem, j, ops_modules()[m], o);
        }
    json_end(j);
}

const char *openapi_text(struct arena *mem)
{
    struct json *j = json_new(mem);

    json_object(j);
    json_put_str(j, "openapi", "3.1.0");
    json_put_raw(
        j, "info",
        "{\"title\":\"Queqiao\",\"version\":\"1\",\"description\":\"East–West labour cooperation: one real-name ledger."
        " Ids are strings; amounts are fen; instants are UTC seconds.\",\"license\":{\"name\":\"Apache-2.0\","
        "\"identifier\":\"Apache-2.0\"}}");
    json_put_raw(j, "servers", "[{\"url\":\"/api/v1\"}]");
    json_put_raw(j, "security", "[{\"session\":[]}]");
    json_key(j, "tags");
    json_array(j);
    for (int m = 0; ops_modules()[m]; m++) {
        json_object(j);
        json_put_str(j, "name", ops_modules()[m]->name);
        json_put_str(j, "description", ops_modules()[m]->en);
        json_end(j);
    }
    json_end(j);
    json_key(j, "paths");
    json_object(j);
    for (int m = 0; ops_modules()[m]; m++)
        for (const struct op *o = ops_modules()[m]->ops; o && o->name; o++)
            if (!path_seen_before(o, strchr(o->route, ' ') + 1))
                write_path(mem, j, strchr(o->route, ' ') + 1);
    json_end(j);
    json_key(j, "components");
    json_object(j);
    json_put_raw(j, "securitySchemes",
                 "{\"session\":{\"type\":\"apiKey\",\"in\":\"cookie\",\"name\":\"sid\"}}");
    json_put_raw(
        j, "responses",
        "{\"failure\":{\"description\":\"What is wrong, and the cure\",\"content\":{\"application/json\":{\"schema\":"
        "{\"type\":\"object\",\"required\":[\"code\",\"message\"],\"properties\":{\"code\":{\"type\":\"string\"},"
        "\"message\":{\"type\":\"string\"},\"field\":{\"type\":[\"string\",\"null\"]},\"hint\":{\"type\":[\"string\",\"null\"]},"
        "\"detail\":{}}}}}}}");
    json_key(j, "schemas");
    json_object(j);
    for (int m = 0; ops_modules()[m]; m++)
        for (const struct record *const *r = ops_modules()[m]->records; r && *r; r++) {
            json_key(j, (*r)->name);
            record_schema(j, *r);
        }
    json_end(j);
    json_end(j);
    json_end(j);
    return json_text(j);
}

/* --- for the console --- */
static const char *const type_names[] = {
    [FIELD_TEXT] = "text",           [FIELD_NAME] = "name",       [FIELD_INT] = "int",
    [FIELD_MONEY] = "money",         [FIELD_BOOL] = "bool",       [FIELD_DATE] = "date",
    [FIELD_MONTH] = "month",         [FIELD_INSTANT] = "instant", [FIELD_ID] = "id",
    [FIELD_CHOICE] = "choice",       [FIELD_CHOICES] = "choices", [FIELD_DIVISION] = "division",
    [FIELD_DIVISIONS] = "divisions", [FIELD_ID_NO] = "id_no",     [FIELD_PHONE] = "phone",
    [FIELD_ACCOUNT] = "account",     [FIELD_CREDIT] = "credit",   [FIELD_SECRET] = "secret",
    [FIELD_JSON] = "json",
};

static void write_choices(struct json *j, const char *key, const struct choice *choices)
{
    json_key(j, key);
    json_array(j);
    for (const struct choice *c = choices; c && c->code; c++) {
        json_object(j);
        json_put_str(j, "code", c->code);
        json_put_str(j, "zh", c->zh);
        json_put_str(j, "en", c->en);
        json_end(j);
    }
    json_end(j);
}

static void write_field(struct json *j, const struct field *f)
{
    json_object(j);
    json_put_str(j, "name", f->name);
    json_put_str(j, "zh", f->zh);
    json_put_str(j, "en", f->en);
    json_put_str(j, "type", type_names[f->type]);
    json_put_bool(j, "shown", f->sql != NULL);
    json_put_bool(j, "list", f->use & USE_LIST);
    json_put_bool(j, "filter", f->use & USE_FILTER);
    json_put_bool(j, "sort", f->use & USE_SORT);
    json_put_bool(j, "search", f->use & USE_SEARCH);
    json_put_bool(j, "import", f->use & USE_IMPORT);
    json_put_bool(j, "export", f->use & USE_EXPORT);
    json_put_bool(j, "key", f->use & USE_KEY);
    json_put_bool(j, "fixed", f->use & USE_FIXED);
    json_put_bool(j, "input", field_is_input(f));
    json_put_bool(j, "required", f->required);
    if (f->max > f->min) {
        json_put_int(j, "min", f->min);
        json_put_int(j, "max", f->max);
    }
    if (f->choices)
        write_choices(j, "choices", f->choices);
    json_put_str(j, "help_zh", f->help_zh);
    json_put_str(j, "help_en", f->help_en);
    json_end(j);
}

static bool may(const struct ctx *cx, const struct op *op)
{
    return op->flags & OP_PUBLIC || op->perm == PERM_NONE || cx->who.perms & PERM_BIT(op->perm);
}

/* The operation of a record done by this handler, if the reader may do it. */
static const struct op *record_op(const struct ctx *cx, const struct record *rec,
                                  enum err (*run)(struct ctx *))
{
    for (int m = 0; ops_modules()[m]; m++)
        for (const struct op *o = ops_modules()[m]->ops; o && o->name; o++)
            if (o->record == rec && o->run == run && may(cx, o))
                return o;
    return NULL;
}

static const struct op *event_op(const struct ctx *cx, const struct record *rec, const char *event)
{
    for (int m = 0; ops_modules()[m]; m++)
        for (const struct op *o = ops_modules()[m]->ops; o && o->name; o++)
            if (o->record == rec && op_writes(o) && str_eq(strrchr(o->route, '/') + 1, event) &&
                may(cx, o))
                return o;
    return NULL;
}

/* "A|B" as ["A","B"]. */
static void write_alternatives(struct ctx *cx, struct json *j, const char *list)
{
    json_array(j);
    for (const char *at = list; *at; at += strcspn(at, "|"), at += *at == '|')
        json_str(j, arena_strndup(cx->mem, at, strcspn(at, "|")));
    json_end(j);
}

static void write_transitions(struct ctx *cx, struct json *j, const struct record *rec)
{
    json_key(j, "transitions");
    json_array(j);
    for (const struct transition *t = rec->transitions; t && t->event; t++) {
        const struct op *op = event_op(cx, rec, t->event);
        if (!op)
            continue;
        json_object(j);
        json_put_str(j, "event", t->event);
        json_put_str(j, "op", op->name);
        json_key(j, "from");
        write_alternatives(cx, j, t->from);
        json_put_str(j, "to", t->to);
        json_put_str(j, "zh", t->zh);
        json_put_str(j, "en", t->en);
        json_put_bool(j, "needs_reason", t->needs_reason);
        json_end(j);
    }
    json_end(j);
}

/* {"field","values"}: in what state of its record an operation is let through. */
static void write_when(struct ctx *cx, struct json *j, const char *when)
{
    size_t len = strcspn(when, "=");

    json_key(j, "when");
    json_object(j);
    json_put_str(j, "field", arena_strndup(cx->mem, when, len));
    json_key(j, "values");
    write_alternatives(cx, j, when + len + 1);
    json_end(j);
}

static void write_record(struct ctx *cx, struct json *j, const struct record *rec,
                         const struct op *list)
{
    static const struct {
        const char *name;
        enum err (*run)(struct ctx *);
    } generic[] = { { "list", record_list },       { "get", record_get },
                    { "history", record_history }, { "create", record_create },
                    { "change", record_update },   { "export", record_export },
                    { "reveal", record_reveal } };

    json_object(j);
    json_put_str(j, "name", rec->name);
    json_put_str(j, "zh", rec->zh);
    json_put_str(j, "en", rec->en);
    json_put_str(j, "path", strchr(list->route, ' ') + 1);
    json_put_str(j, "order", rec->order);
    json_put_str(j, "state_field", rec->state);
    write_choices(j, "states", rec->states);
    write_transitions(cx, j, rec);
    json_key(j, "fields");
    json_array(j);
    for (const struct field *f = rec->fields; f->name; f++)
        write_field(j, f);
    json_end(j);
    json_key(j, "ops");
    json_object(j);
    for (size_t i = 0; i < ARRAY_LEN(generic); i++)
        json_put_bool(j, generic[i].name, record_op(cx, rec, generic[i].run) != NULL);
    json_put_bool(j, "import", rec->can_import && cx->who.perms & PERM_BIT(PERM_IMPORT));
    json_end(j);
    json_end(j);
}

void meta_write(struct ctx *cx, struct json *j)
{
    json_object(j);
    json_key(j, "records");
    json_array(j);
    for (int m = 0; ops_modules()[m]; m++)
        for (const struct record *const *r = ops_modules()[m]->records; r && *r; r++) {
            const struct op *list = record_op(cx, *r, record_list);
            if (list)
                write_record(cx, j, *r, list);
        }
    json_end(j);
    json_key(j, "operations");
    json_array(j);
    for (int m = 0; ops_modules()[m]; m++)
        for (const struct op *o = ops_modules()[m]->ops; o && o->name; o++) {
            size_t size;
            const struct field *in;
            if (!may(cx, o))
                continue;
            in = op_input(o, &size);
            json_object(j);
            json_put_str(j, "name", o->name);
            json_put_str(j, "method", arena_strndup(cx->mem, o->route, strcspn(o->route, " ")));
            json_put_str(j, "path", strchr(o->route, ' ') + 1);
            json_put_str(j, "zh", o->zh);
            json_put_str(j, "en", o->en);
            if (o->when)
                write_when(cx, j, o->when);
            json_key(j, "fields");
            json_array(j);
            for (const struct field *f = o->in ? in : NULL; f && f->name; f++)
                write_field(j, f);
            json_end(j);
            json_end(j);
        }
    json_end(j);
    json_end(j);
}

static enum err meta_get(struct ctx *cx)
{
    meta_write(cx, cx->out);
    return OK;
}

static enum err openapi_get(struct ctx *cx)
{
    json_raw(cx->out, openapi_text(cx->mem));
    return OK;
}

static const struct op ops[] = {
    { "description.meta", "GET /meta", PERM_NONE, meta_get, "本人可用的记录、字段和操作",
      "Records, fields and operations open to the caller" },
    { "description.openapi", "GET /openapi.json", PERM_NONE, openapi_get, "接口说明(OpenAPI 3.1)",
      "This document", .flags = OP_PUBLIC },
    { 0 },
};

const struct module description_module = { "description", "接口说明", "Description", .ops = ops };
