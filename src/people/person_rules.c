/* person_rules.c — what must hold across the fields of a person, and what follows from them. */
#include "base/ids.h"
#include "divisions/divisions.h"
#include "people/person_input.h"

#define IN struct person_input

/* A field worked out here counts as given, so that a change writes it; or as not given, so that it
 * stays. Found by where it stands in the struct: this runs for every row of a roster. */
static void give_at(struct ctx *cx, size_t offset, bool given)
{
    for (int i = 0; person_record.fields[i].name; i++)
        if (person_record.fields[i].offset == offset) {
            uint64_t bit = (uint64_t)1 << (i % 64);
            cx->in_set[i / 64] = given ? cx->in_set[i / 64] | bit : cx->in_set[i / 64] & ~bit;
            return;
        }
    assert(!"a field of the person");
}
#define GIVE(cx, member, given) give_at((cx), offsetof(IN, member), (given))

/* --- domicile --- */
static bool is_found(enum division_match match)
{
    return match == DIVISION_FOUND || match == DIVISION_ABOLISHED;
}

/* As written, then within the city and the county of the office: rosters leave out what is plain to
 * their reader. */
static enum division_match resolve(struct ctx *cx, const char *path, int64_t *ret)
{
    const struct scope *s = &cx->who.scope;
    enum division_match match =
        field_resolve_division ? field_resolve_division(cx, path, ret) : DIVISION_UNKNOWN;

    if (is_found(match) || s->kind != SCOPE_OFFICE || s->home_lo == NONE)
        return match;
    match = field_resolve_division(
        cx,
        arena_printf(cx->mem, "%s%s", division_full_name(cx, division_at(s->home_lo, LEVEL_CITY)),
                     path),
        ret);
    if (!is_found(match))
        match = field_resolve_division(
            cx, arena_printf(cx->mem, "%s%s", division_full_name(cx, s->home_lo), path), ret);
    return match;
}

/* Without province, city and county a village can only be the office's own: its name alone is
 * anybody's. */
static void find_own_home(struct ctx *cx, IN *in)
{
    int64_t own = cx->who.scope.home_lo, code;
    const char *path = arena_printf(cx->mem, "%s%s%s", division_full_name(cx, own),
                                    in->home_township ? in->home_township : "",
                                    in->home_village ? in->home_village : "");

    in->home = own;
    if (is_found(field_resolve_division(cx, path, &code)) && division_within(code, own))
        in->home = code;
    else if (in->home_township &&
             is_found(field_resolve_division(
                 cx, arena_printf(cx->mem, "%s%s", division_full_name(cx, own), in->home_township),
                 &code)) &&
             division_within(code, own))
        in->home = code;
}

static bool has_home_parts(const IN *in)
{
    return in->home_province || in->home_city || in->home_county || in->home_township ||
           in->home_village;
}

/* A village or township that the gazetteer does not have is kept at the level above. */
static enum err find_home(struct ctx *cx, IN *in)
{
    const char *parts[] = { in->home_province, in->home_city, in->home_county, in->home_township,
                            in->home_village };
    enum division_match match = DIVISION_UNKNOWN;
    int64_t code = NONE;

    if (field_resolve_division && cx->who.scope.kind == SCOPE_OFFICE &&
        cx->who.scope.home_lo != NONE && !in->home_province && !in->home_city && !in->home_county) {
        find_own_home(cx, in);
        return OK;
    }
    for (size_t keep = ARRAY_LEN(parts); keep > 0 && !is_found(match); keep--) {
        struct str path = str_new(cx->mem);
        if (keep < ARRAY_LEN(parts) && !parts[keep])
            continue; /* the same as a step before */
        for (size_t i = 0; i < keep; i++)
            str_add(&path, parts[i]);
        if (path.len)
            match = resolve(cx, path.s, &code);
    }
    if (!is_found(match))
        return hint(cx,
                    fail_field(cx, "home", "division.unknown", "%s",
                               T("找不到户籍地", "the domicile is not known")),
                    "%s", T("请写全省、市、县名", "write province, city and county"));
    in->home = code;
    return OK;
}

static enum err check_home(struct ctx *cx, IN *in, const struct rows *before)
{
    if (in->home == NONE && has_home_parts(in)) {
        TRY(find_home(cx, in));
        GIVE(cx, home, true);
    }
    if (in->home == NONE && !before)
        return fail_field(cx, "home", "field.required", "%s",
                          T("缺少户籍地", "the domicile is missing"));
    if (in->home == NONE || !before)
        return OK;
    if (division_within(row_int(before, 0, "home"),
                        in->home)) { /* a county says nothing new of a village in it */
        GIVE(cx, home, false);
        return OK;
    }
    if (!scope_covers(&cx->who.scope, in->home, row_int(before, 0, "work"),
                      row_int(before, 0, "employer_id"), row_int(before, 0, "id")))
        return fail(cx, E_FORBIDDEN, "scope.outside", "%s",
                    T("新的户籍地不在您的辖区内",
                      "the new domicile lies outside your jurisdiction"));
    return OK;
}

/* --- what else follows --- */
static enum err check_age(struct ctx *cx, const IN *in)
{
    if (date_age(id_no_birth(in->id_no), cx->today) < 16)
        return hint(cx,
                    fail_field(cx, "id_no", "age.under_16", "%s",
                               T("未满 16 周岁，不能登记为劳动力",
                                 "under 16 years: must not be registered for work")),
                    "%s",
                    T("请核对身份证号；家庭成员可在户信息中登记",
                      "check the number; children belong to the household only"));
    return OK;
}

static const char *status_of_willingness(const char *willingness)
{
    return str_eq(willingness, "WILLING")     ? "SEEKING"
           : str_eq(willingness, "UNWILLING") ? "UNWILLING"
           : str_eq(willingness, "UNABLE")    ? "UNABLE"
                                              : "UNSURVEYED";
}

/* The wish moves a person only while nothing else has: who is matched or placed stays so. */
static void derive_status(struct ctx *cx, IN *in, const struct rows *before)
{
    static const char *const movable[] = { "UNSURVEYED", "UNWILLING", "UNABLE", "SEEKING",
                                           "RETURNED" };

    GIVE(cx, labour_status, false);
    if (!in->willingness)
        return;
    in->labour_status = status_of_willingness(in->willingness);
    for (size_t i = 0; before && i < ARRAY_LEN(movable); i++)
        if (str_eq(row_text(before, 0, "labour_status"), movable[i]))
            GIVE(cx, labour_status, true);
}

static bool read_day(struct ctx *cx, const char *text, bool is_end, const char **ret)
{
    struct date_reading r;

    if (!date_read(text, cx->today.year, &r))
        return false;
    if (is_end && r.precision == PRECISE_MONTH)
        r.date = date_last_of_month(r.date);
    *ret = r.precision == ONGOING ? NULL : date_text(cx->mem, r.date);
    return true;
}

/* 务工时间 is a number of months in the national export and a range of dates elsewhere. */
static void read_work_time(struct ctx *cx, IN *in)
{
    static const char *const between[] = { "至今", "至", "到", "~", "—", "–", "-" };
    const char *from = NULL, *until = NULL;
    char *text;
    size_t digits;

    if (!in->work_time)
        return;
    text = str_clean(cx->mem, in->work_time, false);
    digits = strspn(text, "0123456789");
    if (digits >= 1 && digits <= 2 &&
        (!text[digits] || str_eq(text + digits, "个月") || str_eq(text + digits, "月") ||
         str_eq(text + digits, ".0"))) {
        int months = 0;
        for (size_t i = 0; i < digits; i++)
            months = months * 10 + (text[i] - '0');
        if (months <= 12)
            in->worked_months = months;
        return;
    }
    for (size_t i = 0; i < ARRAY_LEN(between); i++) {
        char *at = strstr(text, between[i]), *rest = at ? at + strlen(between[i]) : NULL;
        if (!at || at == text || (strcmp(between[i], "-") == 0 && strchr(rest, '-')))
            continue;
        if (read_day(cx, arena_strndup(cx->mem, text, (size_t)(at - text)), false, &from) &&
            (!*rest || read_day(cx, rest, true, &until)) && from &&
            (!until || strcmp(from, until) <= 0)) {
            in->worked_from = from;
            in->worked_until = until;
        }
        return;
    }
}

static void derive_work_time(struct ctx *cx, IN *in)
{
    read_work_time(cx, in);
    GIVE(cx, worked_months, in->worked_months != NONE);
    GIVE(cx, worked_from, in->worked_from != NULL);
    GIVE(cx, worked_until, in->worked_from != NULL);
}

/* A risk eliminated is no longer in force; the dated status keeps it. */
static void derive_monitored(struct ctx *cx, IN *in)
{
    if (in->monitored_type)
        in->monitored_said = in->monitored_type;
    if (!in->monitored_type || !in->risk_eliminated_on ||
        date_compare(date_of_text(in->risk_eliminated_on), cx->today) > 0)
        return;
    in->monitored_type = NULL;
    GIVE(cx, monitored_type, true);
}

/* The household of the number, or a new one. */
static enum err find_household(struct ctx *cx, IN *in)
{
    struct rows r;

    in->household_is_new = false;
    if (!in->household_no || person_household_seen(cx, in))
        return OK;
    TRY(db_rows(
        cx, &r,
        "SELECT id FROM household WHERE SCOPE_NOT(household 'a number names one household in the ledger') AND household_no = $1",
        P(in->household_no)));
    in->household_is_new = r.n == 0;
    in->household_id = r.n ? row_int(&r, 0, "id") : store_new_id(cx->store);
    person_household_note(cx, in, in->household_is_new);
    return OK;
}

enum err person_check(struct ctx *cx, void *input, const struct rows *before)
{
    IN *in = input;
    char mask[16];

    in->before = before;
    if (before && !field_given(cx, field_index(person_record.fields, "willingness")))
        in->willingness = NULL; /* what a new person gets by default says nothing of a known one */
    if (before && !field_given(cx, field_index(person_record.fields, "household_type")))
        in->household_type = NULL;
    if (!before)
        TRY(check_age(cx, in));
    TRY(check_home(cx, in, before));
    TRY(find_household(cx, in));
    GIVE(cx, household_id, in->household_no != NULL);
    GIVE(cx, name_mask, in->name != NULL);
    if (in->name)
        in->name_mask = arena_strdup(cx->mem, name_mask(in->name, mask));
    /* The number decides; a differing column is reported by the importer. */
    GIVE(cx, birth, false);
    GIVE(cx, sex, false);
    derive_monitored(cx, in);
    derive_work_time(cx, in);
    if (!before) {
        in->birth = date_text(cx->mem, id_no_birth(in->id_no));
        in->sex = id_no_is_female(in->id_no) ? "FEMALE" : "MALE";
        if (!in->household_type)
            in->household_type = "ORDINARY";
        if (!in->willingness)
            in->willingness = "UNSURVEYED";
    }
    derive_status(cx, in, before);
    return OK;
}

enum err household_check(struct ctx *cx, void *input, const struct rows *before)
{
    const struct household_input *in = input;

    if (before && in->home != NONE && !scope_covers(&cx->who.scope, in->home, NONE, NONE, NONE))
        return fail(cx, E_FORBIDDEN, "scope.outside", "%s",
                    T("新的户籍地不在您的辖区内",
                      "the new domicile lies outside your jurisdiction"));
    return OK;
}

/* --- a row of a roster --- */
static void warn(struct field_problems *ps, const char *field, const char *code,
                 const char *message, const char *cure)
{
    if (ps->n < (int)ARRAY_LEN(ps->at))
        ps->at[ps->n++] =
            (struct field_problem){ &person_record.fields[field_index(person_record.fields, field)],
                                    true, code, message, cure };
}

static const char *future_date(const struct ctx *cx, const char *text)
{
    return text && date_compare(date_of_text(text), cx->today) > 0 ? text : NULL;
}

/* Across the cells of a roster's row, as written: the number decides, and whoever typed the columns
 * is told. */
void person_check_row(struct ctx *cx, const void *input, struct field_problems *ps)
{
    const IN *in = input;
    const char *date;

    if (in->id_no) {
        bool female = id_no_is_female(in->id_no);
        if (in->sex && str_eq(in->sex, "MALE") == female)
            warn(ps, "sex", "sex.differs",
                 arena_printf(cx->mem,
                              T("性别列为%s，身份证号为%s", "the column says %s, the number %s"),
                              T(female ? "男" : "女", female ? "male" : "female"),
                              T(female ? "女" : "男", female ? "female" : "male")),
                 T("以身份证号为准，请核对", "the number counts; please compare"));
        date = date_text(cx->mem, id_no_birth(in->id_no));
        if (in->birth && strncmp(in->birth, date, str_ends(in->birth, "-01") ? 7 : 10) != 0)
            warn(ps, "birth", "birth.differs",
                 T("出生日期与身份证号不一致", "the date of birth and the number disagree"),
                 T("以身份证号为准，请核对", "the number counts; please compare"));
        if (date_age(id_no_birth(in->id_no), cx->today) >= 16 &&
            date_age(id_no_birth(in->id_no), cx->today) < 18)
            warn(ps, "id_no", "age.minor",
                 T("未满 18 周岁的未成年工", "under 18: rules for minors apply"),
                 T("安排岗位时遵守未成年工规定", "observe them when placing"));
    }
    if (in->least_wage_fen != NONE && in->least_wage_fen > 2000000)
        warn(ps, "least_wage_fen", "income.yearly",
             T("月薪过高，可能填成了年收入", "so high for a month that it may be a year's"),
             T("请按月填写", "give it by the month"));
    if (in->account_name && in->name && !str_eq(in->account_name, in->name))
        warn(ps, "account_name", "account.name_differs",
             T("开户名不是本人", "the account is another person's"),
             T("代领须有登记的代理人", "payment to another needs a registered proxy"));
    if (in->identified_on && in->risk_eliminated_on &&
        strcmp(in->risk_eliminated_on, in->identified_on) < 0)
        warn(ps, "risk_eliminated_on", "dates.order",
             T("风险消除早于识别", "eliminated before it was identified"),
             T("请核对两个日期", "check both dates"));
    if ((date = future_date(cx, in->identified_on)) || (date = future_date(cx, in->collected_on)))
        warn(ps, date == in->identified_on ? "identified_on" : "collected_on", "dates.future",
             T("日期在今天之后", "a date that lies ahead"), T("请核对", "check it"));
    if (in->work_time) {
        IN copy = *in;
        read_work_time(cx, &copy);
        if (copy.worked_months == NONE && !copy.worked_from)
            warn(ps, "work_time", "work_time.unclear",
                 T("看不出是月数还是起止时间，未导入",
                   "neither a number of months nor a range of dates; left out"),
                 T("请填月数(8)或起止(2023.3-2023.11)", "enter 8, or 2023.3-2023.11"));
    }
}
