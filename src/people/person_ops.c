/* person_ops.c — operations on persons beyond those that come from the field table. */
#include "divisions/divisions.h"
#include "people/codes.h"
#include "people/person_input.h"
#include "platform/journal.h"

#define IN struct person_input

const struct field status_fields[] = {
    PARAM(struct status_input, kind, FIELD_CHOICE, "身份", "Status", .choices = status_kinds,
          .required = true),
    PARAM(struct status_input, from_on, FIELD_DATE, "自", "From", .required = true),
    PARAM(struct status_input, until_on, FIELD_DATE, "至", "Until"),
    PARAM(struct status_input, source, FIELD_TEXT, "依据", "Source", .max = 100),
    { 0 },
};

/* --- one person --- */
static enum err add_intention(struct ctx *cx, struct json *j)
{
    struct rows r;

    TRY(db_rows(
        cx, &r,
        "SELECT i.id, i.destinations, i.occupations, i.least_wage_fen, i.needs, i.companion_id, i.from_on, i.created_at FROM job_intention i"
        " WHERE SCOPE(job_intention i) AND i.person_id = $1 ORDER BY i.id DESC LIMIT 1",
        P(cx->id)));
    json_key(j, "intention");
    if (r.n)
        json_row(j, &r, 0);
    else
        json_null(j);
    return OK;
}

static enum err add_statuses(struct ctx *cx, struct json *j, const char *key)
{
    struct rows r;

    TRY(db_rows(
        cx, &r,
        "SELECT s.id, s.kind, s.from_on, s.until_on, s.source, s.created_at FROM person_status s"
        " WHERE SCOPE(person_status s) AND s.person_id = $1 ORDER BY s.from_on, s.id",
        P(cx->id)));
    json_key(j, key);
    json_rows(j, &r);
    return OK;
}

/* The row as lists show it, with what she wants and what she was. */
enum err people_get(struct ctx *cx)
{
    struct json *beside = json_new(cx->mem), *out = json_new(cx->mem);
    const char *row, *more;

    TRY(record_get(cx));
    row = json_text(cx->out);
    json_object(beside);
    TRY(add_intention(cx, beside));
    TRY(add_statuses(cx, beside, "statuses"));
    json_end(beside);
    more = json_text(beside);
    json_raw(out, arena_printf(cx->mem, "%.*s,%s", (int)strlen(row) - 1, row,
                               more + 1)); /* two objects as one */
    cx->out = out;
    return OK;
}

/* Registered already: said with its id to the office that has her; another office learns no more
 * than that. */
enum err people_create(struct ctx *cx)
{
    const IN *in = cx->in;
    bool is_mine;
    int64_t id;

    TRY(record_find(cx, &person_record, in->id_no, &id, &is_mine));
    if (id != NONE && !is_mine)
        return hint(cx,
                    fail(cx, E_CONFLICT, "person.elsewhere", "%s",
                         T("此人已由其他地区登记", "registered by another office")),
                    "%s", T("请通过上级部门核实", "ask the office above both"));
    if (id != NONE) {
        cx->failure_detail = arena_printf(cx->mem, "{\"id\":\"%lld\"}", (long long)id);
        return hint(cx,
                    fail(cx, E_CONFLICT, "person.exists", "%s",
                         T("此人已登记", "registered already")),
                    "%s", T("请打开已有记录修改", "open the record and change it"));
    }
    return record_create(cx);
}

/* --- statuses --- */
enum err people_statuses(struct ctx *cx)
{
    struct rows row;

    TRY(record_load(cx, &person_record, cx->id, &row));
    json_object(cx->out);
    TRY(add_statuses(cx, cx->out, "items"));
    json_end(cx->out);
    return OK;
}

static bool is_choice(const struct choice *choices, const char *code)
{
    for (; choices->code; choices++)
        if (str_eq(choices->code, code))
            return true;
    return false;
}

/* Change some fields of the person of the call as the generic change does. */
static enum err change_person(struct ctx *cx, IN *in, const char *const *names, int n)
{
    bool changed;

    cx->in_set[0] = cx->in_set[1] = 0;
    for (int i = 0; i < n; i++) {
        int at = field_index(person_record.fields, names[i]);
        cx->in_set[at / 64] |= (uint64_t)1 << (at % 64);
    }
    return record_change(cx, &person_record, cx->id, in, NONE, &changed);
}

/* One that changes nothing of the person's row is journalled by itself. */
static enum err note_status(struct ctx *cx, const struct rows *row, const struct status_input *in)
{
    struct json *j = json_new(cx->mem);

    json_object(j);
    json_put_str(j, "kind", in->kind);
    json_put_str(j, "from_on", in->from_on);
    json_put_str(j, "until_on", in->until_on);
    json_put_str(j, "source", in->source);
    json_end(j);
    return journal_append(cx,
                          &(struct journal_entry){ .kind = "person",
                                                   .record_id = cx->id,
                                                   .action = "status",
                                                   .after = json_text(j),
                                                   .home = row_int(row, 0, "home"),
                                                   .work = row_int(row, 0, "work"),
                                                   .employer_id = row_int(row, 0, "employer_id"),
                                                   .person_id = cx->id });
}

/* A status in force becomes the person's type; a past one is only noted. */
enum err people_add_status(struct ctx *cx)
{
    const struct status_input *in = cx->in;
    bool is_past = in->until_on && date_compare(date_of_text(in->until_on), cx->today) < 0;
    bool is_ahead = date_compare(date_of_text(in->from_on), cx->today) > 0;
    struct rows row;
    IN change;

    if (in->until_on && strcmp(in->until_on, in->from_on) < 0)
        return fail_field(cx, "until_on", "dates.order", "%s",
                          T("结束早于开始", "the end is before the beginning"));
    TRY(record_load(cx, &person_record, cx->id, &row));
    memset(&change, 0, sizeof change);
    fields_clear(person_record.fields, &change);
    change.identified_on = in->from_on;
    if (!is_past && !is_ahead && is_choice(household_types, in->kind)) {
        change.household_type = in->kind;
        TRY(change_person(cx, &change, (const char *const[]){ "household_type" }, 1));
    } else if (!is_past && !is_ahead && is_choice(monitored_types, in->kind)) {
        change.monitored_type = in->kind;
        change.risk_eliminated_on = in->until_on;
        TRY(change_person(cx, &change, (const char *const[]){ "monitored_type" }, 1));
    } else {
        TRY(person_status_add(cx, cx->id, row_int(&row, 0, "home"), in));
        TRY(note_status(cx, &row, in));
    }
    return people_statuses(cx);
}

/* --- survey --- */
enum err people_survey(struct ctx *cx)
{
    const IN *said = cx->in;
    const char *names[16];
    IN in;
    int n = 0;

    memset(&in, 0, sizeof in);
    fields_clear(person_record.fields, &in);
    for (int i = 0; survey_fields[i].name; i++) {
        const struct field *f = &survey_fields[i];
        size_t size = field_param(f, said).type == PARAM_INT ? sizeof(int64_t) : sizeof(char *);
        if (!field_given(cx, i))
            continue;
        memcpy((char *)&in + f->offset, (const char *)said + f->offset, size);
        names[n++] = f->name;
    }
    if (!in.collected_on) {
        in.collected_on = date_text(cx->mem, cx->today);
        names[n++] = "collected_on";
    }
    TRY(change_person(cx, &in, names, n));
    return people_get(cx);
}
