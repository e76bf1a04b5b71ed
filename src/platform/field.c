/* field.c — reading values by their fields. One function a type; every refusal names the cure. */
#include "platform/field.h"

#include <stdio.h>

#include "base/amount.h"
#include "base/ids.h"
#include "platform/db.h"
#include "platform/json.h"

enum division_match (*field_resolve_division)(struct ctx *cx, const char *text, int64_t *ret);

int field_count(const struct field *fields)
{
    int n = 0;

    while (fields[n].name)
        n++;
    assert(n <= FIELDS_MAX);
    return n;
}

int field_index(const struct field *fields, const char *name)
{
    for (int i = 0; fields[i].name; i++)
        if (strcmp(fields[i].name, name) == 0)
            return i;
    return -1;
}

const char *choice_label(const struct choice *choices, const char *code, enum lang lang)
{
    for (const struct choice *c = choices; c && c->code; c++)
        if (str_eq(c->code, code))
            return lang == LANG_EN ? c->en : c->zh;
    return code;
}

static bool is_number_slot(enum field_type type)
{
    return type == FIELD_INT || type == FIELD_MONEY || type == FIELD_BOOL ||
           type == FIELD_INSTANT || type == FIELD_ID || type == FIELD_DIVISION;
}

static void put_number(const struct field *f, void *in, int64_t n)
{
    memcpy((char *)in + f->offset, &n, sizeof n);
}

static void put_text(const struct field *f, void *in, const char *text)
{
    memcpy((char *)in + f->offset, &text, sizeof text);
}

void fields_clear(const struct field *fields, void *in)
{
    for (const struct field *f = fields; f->name; f++) {
        if (f->offset == FIELD_NO_INPUT)
            continue;
        if (is_number_slot(f->type))
            put_number(f, in, NONE);
        else
            put_text(f, in, NULL);
    }
}

bool field_given(const struct ctx *cx, int i)
{
    return cx->in_set[i / 64] >> (i % 64) & 1;
}

struct param field_param(const struct field *f, const void *in)
{
    int64_t n;
    const char *text;

    if (is_number_slot(f->type)) {
        memcpy(&n, (const char *)in + f->offset, sizeof n);
        return param_int(n);
    }
    memcpy(&text, (const char *)in + f->offset, sizeof text);
    return param_text(text);
}

/* --- problems --- */
static bool problem(struct field_problems *ps, const struct field *f, bool is_warning,
                    const char *code, const char *message, const char *cure)
{
    if (ps->n < (int)ARRAY_LEN(ps->at))
        ps->at[ps->n++] = (struct field_problem){ f, is_warning, code, message, cure };
    return is_warning;
}
static bool refuse(struct field_problems *ps, const struct field *f, const char *code,
                   const char *message, const char *cure)
{
    return problem(ps, f, false, code, message, cure);
}
static void warn(struct field_problems *ps, const struct field *f, const char *code,
                 const char *message, const char *cure)
{
    problem(ps, f, true, code, message, cure);
}

/* --- texts --- */
static bool read_text(struct ctx *cx, const struct field *f, const char *text, void *in,
                      struct field_problems *ps)
{
    int64_t most = f->max ? f->max : 200;
    char *clean = str_clean(cx->mem, text, f->type == FIELD_NAME);

    if ((int64_t)utf8_len(clean) > most)
        return refuse(ps, f, "text.too_long",
                      arena_printf(cx->mem, T("超过 %d 字", "longer than %d characters"),
                                   (int)most),
                      T("请缩短", "shorten it"));
    if (f->type == FIELD_NAME &&
        (strchr(clean, '?') || strstr(clean, "\xEF\xBF\xBD") || strstr(clean, "□")))
        return refuse(ps, f, "text.lossy",
                      T("姓名中有无法识别的字(? 或 □)",
                        "the name holds a character that was lost (? or □)"),
                      T("请按身份证补全该字", "restore the character from the ID card"));
    put_text(f, in, *clean ? clean : NULL);
    return true;
}

static bool read_secret(struct ctx *cx, const struct field *f, const char *text, void *in,
                        struct field_problems *ps)
{
    if (strlen(text) > 256)
        return refuse(ps, f, "text.too_long", T("密码过长", "the password is too long"),
                      T("最多 256 字节", "at most 256 bytes"));
    put_text(f, in, arena_strdup(cx->mem, text));
    return true;
}

static const struct choice *find_choice(const struct choice *choices, const char *text,
                                        bool by_label)
{
    size_t len = strlen(text);

    for (const struct choice *c = choices; c && c->code; c++) {
        if (strcmp(c->code, text) == 0)
            return c;
        if (!by_label)
            continue;
        if (str_eq(c->zh, text) || str_eq(c->en, text))
            return c;
        for (const char *s = c->synonyms; s && *s; s += strcspn(s, "|"), s += *s == '|')
            if (strcspn(s, "|") == len && memcmp(s, text, len) == 0)
                return c;
    }
    return NULL;
}

static const char *choices_listed(struct ctx *cx, const struct field *f)
{
    struct str b = str_new(cx->mem);
    int n = 0;

    str_add(&b, T("可填：", "one of: "));
    for (const struct choice *c = f->choices; c && c->code; c++) {
        if (n++ == 12) {
            str_add(&b, " …");
            break;
        }
        str_addf(&b, "%s%s", n > 1 ? T("、", ", ") : "", T(c->zh, c->en));
    }
    return b.s;
}

static bool read_choice(struct ctx *cx, const struct field *f, const char *text, bool by_label,
                        void *in, struct field_problems *ps)
{
    const struct choice *c = find_choice(f->choices, str_clean(cx->mem, text, false), by_label);

    if (!c)
        return refuse(ps, f, "choice.unknown", T("不是可选的值", "not one of the choices"),
                      choices_listed(cx, f));
    put_text(f, in, c->code);
    return true;
}

/* The next of several values in one cell, joined by , 、 ; or / (str_clean has made the full-width
 * ones half-width); blank ones are passed over. NULL at the end. */
static const char *next_item(struct ctx *cx, const char **at)
{
    while (**at) {
        const char *start = *at;
        size_t sep = 0, len;
        char *item;

        while (**at && !sep) {
            if (strchr(",;/", **at))
                sep = 1;
            else if (str_starts(*at, "、"))
                sep = strlen("、");
            else
                ++*at;
        }
        len = (size_t)(*at - start);
        *at += sep;
        item = str_clean(cx->mem, arena_strndup(cx->mem, start, len), false);
        if (*item)
            return item;
    }
    return NULL;
}

/* Codes or labels, several in one cell. */
static bool read_choices(struct ctx *cx, const struct field *f, const char *text, bool by_label,
                         void *in, struct field_problems *ps)
{
    const char *at = str_clean(cx->mem, text, false), *item;
    struct str codes = str_new(cx->mem);

    while ((item = next_item(cx, &at))) {
        const struct choice *c = find_choice(f->choices, item, by_label);
        if (!c)
            return refuse(ps, f, "choice.unknown",
                          T("有不可选的值", "holds a value that is not a choice"),
                          choices_listed(cx, f));
        str_addf(&codes, "%s%s", codes.len ? "," : "", c->code);
    }
    put_text(f, in, codes.len ? codes.s : NULL);
    return true;
}

/* --- numbers --- */
static bool in_bounds(struct ctx *cx, const struct field *f, int64_t n, struct field_problems *ps)
{
    char low[32], high[32];

    if (f->max <= f->min || (n >= f->min && n <= f->max))
        return true;
    if (f->type == FIELD_MONEY) {
        snprintf(low, sizeof low, "%lld", (long long)(f->min / 100));
        snprintf(high, sizeof high, "%lld", (long long)(f->max / 100));
    } else {
        snprintf(low, sizeof low, "%lld", (long long)f->min);
        snprintf(high, sizeof high, "%lld", (long long)f->max);
    }
    return refuse(ps, f, "number.range",
                  arena_printf(cx->mem, T("应在 %s 与 %s 之间", "must lie between %s and %s"), low,
                               high),
                  T("请核对数值和单位", "check the number and its unit"));
}

static bool read_int(struct ctx *cx, const struct field *f, const char *text, bool from_sheet,
                     void *in, struct field_problems *ps)
{
    char *clean = str_clean(cx->mem, text, false);
    int64_t n;
    size_t digits = strspn(clean, "0123456789");

    if (from_sheet && digits > 0 && clean[digits] == '.' &&
        strspn(clean + digits + 1, "0") == strlen(clean + digits + 1))
        clean[digits] = 0; /* 12.0 */
    if (from_sheet && digits > 0 && digits < strlen(clean) && (unsigned char)clean[digits] >= 0x80)
        clean[digits] = 0; /* a unit: 3人, 6个月 */
    if (!str_int(clean, &n))
        return refuse(ps, f, "number.invalid", T("不是整数", "not a whole number"),
                      T("请只填数字", "enter digits only"));
    if (!in_bounds(cx, f, n, ps))
        return false;
    put_number(f, in, n);
    return true;
}

static bool read_money(struct ctx *cx, const struct field *f, const char *text, bool from_sheet,
                       void *in, struct field_problems *ps)
{
    int64_t fen;

    if (!from_sheet) {
        if (!str_int(text, &fen))
            return refuse(ps, f, "number.invalid",
                          T("金额应为整数(分)", "an amount is a whole number of fen"),
                          T("请以分为单位", "give it in fen"));
    } else if (amount_read(text, &fen) != AMOUNT_OK) {
        return refuse(ps, f, "number.invalid", T("不是一个金额", "not an amount"),
                      T("请填一个以元为单位的数字", "enter one number in yuan"));
    }
    if (!in_bounds(cx, f, fen, ps))
        return false;
    put_number(f, in, fen);
    return true;
}

static bool read_bool(struct ctx *cx, const struct field *f, const char *text, void *in,
                      struct field_problems *ps)
{
    static const char *const yes[] = { "1", "true", "yes", "是",   "有", "√",
                                       "✓", "Y",    "y",   "TRUE", "包" };
    static const char *const no[] = { "0", "false", "no", "否",    "无",  "没有",
                                      "×", "N",     "n",  "FALSE", "不包" };
    const char *clean = str_clean(cx->mem, text, false);

    for (size_t i = 0; i < ARRAY_LEN(yes); i++)
        if (str_eq(clean, yes[i])) {
            put_number(f, in, 1);
            return true;
        }
    for (size_t i = 0; i < ARRAY_LEN(no); i++)
        if (str_eq(clean, no[i])) {
            put_number(f, in, 0);
            return true;
        }
    return refuse(ps, f, "choice.unknown", T("应为 是 或 否", "must be yes or no"),
                  T("请填 是 或 否", "enter 是 or 否"));
}

static bool read_id(const struct field *f, const char *text, void *in, struct field_problems *ps,
                    struct ctx *cx)
{
    int64_t id;

    if (!str_int(text, &id) || id <= 0)
        return refuse(ps, f, "id.invalid", T("编号无效", "not a valid id"),
                      T("请从列表中选择", "choose from the list"));
    put_number(f, in, id);
    return true;
}

/* --- dates and places --- */
static bool read_date(struct ctx *cx, const struct field *f, const char *text, bool from_sheet,
                      void *in, struct field_problems *ps)
{
    struct date d;
    struct date_reading reading;

    if (date_parse_iso(text, &d)) {
        put_text(f, in, date_text(cx->mem, d));
        return true;
    }
    if (from_sheet && date_read(text, cx->today.year, &reading)) {
        if (reading.precision == ONGOING)
            return true; /* 至今: no end yet */
        if (reading.precision != PRECISE_DAY)
            warn(ps, f, "date.coarse",
                 T("只有年月，按当月 1 日记", "no day given, taken as the first"),
                 T("知道日期时请补全", "add the day when it is known"));
        put_text(f, in, date_text(cx->mem, reading.date));
        return true;
    }
    return refuse(ps, f, "date.invalid", T("不是有效的日期", "not a valid date"),
                  T("请写成 2023-03-01", "write it as 2023-03-01"));
}

static bool read_month(struct ctx *cx, const struct field *f, const char *text, bool from_sheet,
                       void *in, struct field_problems *ps)
{
    struct month m;
    struct date_reading reading;
    char out[8];

    if (!month_parse(text, &m)) {
        if (!from_sheet || !date_read(text, cx->today.year, &reading) ||
            reading.precision > PRECISE_MONTH)
            return refuse(ps, f, "date.invalid", T("不是有效的月份", "not a valid month"),
                          T("请写成 2023-03", "write it as 2023-03"));
        m = month_of(reading.date);
    }
    put_text(f, in, arena_strdup(cx->mem, month_format(m, out)));
    return true;
}

static bool read_division_code(const char *text, int64_t *ret)
{
    size_t len = strlen(text);
    int64_t n;

    if (strspn(text, "0123456789") != len || (len != 6 && len != 9 && len != 12) ||
        !str_int(text, &n))
        return false;
    for (size_t i = len; i < 12; i++)
        n *= 10;
    *ret = n;
    return true;
}

static bool read_division(struct ctx *cx, const struct field *f, const char *text, bool from_sheet,
                          void *in, struct field_problems *ps)
{
    int64_t code = NONE;
    enum division_match match = DIVISION_UNKNOWN;
    char *clean = str_clean(cx->mem, text, false);

    if (!from_sheet && read_division_code(clean, &code))
        match = DIVISION_FOUND;
    else if (field_resolve_division)
        match = field_resolve_division(cx, clean, &code);
    else if (read_division_code(clean, &code))
        match = DIVISION_FOUND;
    if (match == DIVISION_UNKNOWN)
        return refuse(ps, f, "division.unknown", T("找不到这个地区", "no such division"),
                      T("请写全省、市、县名或 12 位代码",
                        "write province, city and county, or the 12-digit code"));
    if (match == DIVISION_AMBIGUOUS)
        return refuse(ps, f, "division.ambiguous",
                      T("有多个同名地区", "several divisions have this name"),
                      T("请在前面加上省、市、县名", "put province, city and county before it"));
    if (match == DIVISION_ABOLISHED)
        warn(ps, f, "division.abolished",
             T("地区已撤并，按现行地区记", "the division was abolished; its successor is used"),
             T("请改用现行名称", "use the present name"));
    put_number(f, in, code);
    return true;
}

static bool read_divisions(struct ctx *cx, const struct field *f, const char *text, bool from_sheet,
                           void *in, struct field_problems *ps)
{
    const char *at = str_clean(cx->mem, text, false), *item;
    struct str codes = str_new(cx->mem);
    struct field one = *f;
    bool ok = true;

    one.offset = 0;
    while (ok && (item = next_item(cx, &at))) {
        int64_t code = NONE;
        ok = read_division(cx, &one, item, from_sheet, &code, ps);
        if (ok)
            str_addf(&codes, "%s%lld", codes.len ? "," : "", (long long)code);
    }
    for (int i = 0; i < ps->n; i++) /* `one` ends here, its problems do not */
        if (ps->at[i].field == &one)
            ps->at[i].field = f;
    if (ok)
        put_text(f, in, codes.len ? codes.s : NULL);
    return ok;
}

/* --- identifiers --- */
static bool read_id_no(struct ctx *cx, const struct field *f, const char *text,
                       enum field_source source, void *in, struct field_problems *ps)
{
    char number[19];
    unsigned notes = 0;

    switch (id_no_normalise(text, number, &notes)) {
    case ID_OK:
        break;
    case ID_EMPTY:
        return true;
    case ID_LENGTH:
        return refuse(ps, f, "id_no.length",
                      T("身份证号应为 18 位", "an ID number has 18 characters"),
                      T("请按身份证重新录入", "enter it again from the ID card"));
    case ID_CHARACTER:
        return refuse(ps, f, "id_no.character",
                      T("身份证号含有不应有的字符", "the ID number holds a wrong character"),
                      T("只能是 17 位数字加数字或 X", "17 digits and a digit or X"));
    case ID_BIRTH:
        return refuse(ps, f, "id_no.birth",
                      T("身份证号中的出生日期不存在",
                        "the birth date in the ID number does not exist"),
                      T("请按身份证核对第 7–14 位", "check characters 7 to 14"));
    case ID_CHECKSUM:
        return refuse(ps, f, "id_no.checksum",
                      T("身份证号校验位不符，有一位录错",
                        "the ID number's check character disagrees"),
                      T("请按身份证逐位核对", "compare it digit by digit"));
    case ID_LOST_DIGITS:
        return refuse(ps, f, "id_no.lost_digits",
                      T("身份证号被表格当作数字，末几位已丢失",
                        "a spreadsheet kept the ID number as a number and lost its last digits"),
                      T("把该列设为文本格式后重新录入",
                        "format the column as text and enter it again"));
    }
    if (notes & ID_FROM_15)
        warn(ps, f, "id_no.old_15",
             T("15 位旧号码，已换算为 18 位", "an old 15-digit number, converted to 18"),
             T("请核对现行身份证", "check the present ID card"));
    if (source == FIELD_FROM_SHEET_NUMBER && notes & ID_ROUNDED)
        return refuse(ps, f, "id_no.lost_digits",
                      T("身份证号存成了数字，末几位不可靠",
                        "the ID number is stored as a number; its last digits cannot be trusted"),
                      T("把该列设为文本格式后重新录入",
                        "format the column as text and enter it again"));
    if (source == FIELD_FROM_SHEET_NUMBER)
        warn(ps, f, "id_no.number_cell",
             T("身份证号存成了数字，但各位完整",
               "the ID number is stored as a number, though complete"),
             T("请把该列设为文本格式", "format the column as text"));
    if (!id_no_plausible_on(number, cx->today))
        return refuse(ps, f, "id_no.birth",
                      T("身份证号中的出生日期不合理",
                        "the birth date in the ID number is not plausible"),
                      T("请按身份证核对第 7–14 位", "check characters 7 to 14"));
    put_text(f, in, arena_strdup(cx->mem, number));
    return true;
}

static bool read_phone(struct ctx *cx, const struct field *f, const char *text, void *in,
                       struct field_problems *ps)
{
    char numbers[2][16];
    int n = phone_split(text, numbers);

    if (n == 0)
        return refuse(ps, f, "phone.invalid", T("不是有效的电话号码", "not a valid phone number"),
                      T("请填 11 位手机号，或带区号的座机",
                        "an 11-digit mobile number, or a landline with area code"));
    if (n == 2)
        warn(ps, f, "phone.two",
             T("一格有两个号码，取第一个", "two numbers in one cell; the first is taken"),
             T("请把第二个填到备用电话", "put the second one elsewhere"));
    put_text(f, in, arena_strdup(cx->mem, numbers[0]));
    return true;
}

static bool read_account(struct ctx *cx, const struct field *f, const char *text, void *in,
                         struct field_problems *ps)
{
    char number[33];

    switch (card_normalise(text, number)) {
    case CARD_EMPTY:
        return true;
    case CARD_LUHN_WARN:
        warn(ps, f, "account.luhn",
             T("银行卡号校验位不符", "the card number's check digit disagrees"),
             T("如为存折账号可忽略", "ignore it if this is a passbook account"));
        break;
    case CARD_OK:
        break;
    case CARD_LENGTH:
    case CARD_CHARACTER:
        return refuse(ps, f, "account.invalid", T("不是有效的账号", "not a valid account number"),
                      T("账号为 8–32 位数字", "an account number has 8 to 32 digits"));
    case CARD_LOST_DIGITS:
        return refuse(ps, f, "account.lost_digits",
                      T("账号被表格当作数字，末几位已丢失",
                        "a spreadsheet kept the account as a number and lost its last digits"),
                      T("把该列设为文本格式后重新录入",
                        "format the column as text and enter it again"));
    }
    put_text(f, in, arena_strdup(cx->mem, number));
    return true;
}

static bool read_credit(struct ctx *cx, const struct field *f, const char *text, void *in,
                        struct field_problems *ps)
{
    char code[19];

    switch (credit_code_normalise(text, code)) {
    case CREDIT_EMPTY:
        return true;
    case CREDIT_EARLY_WARN:
        warn(ps, f, "credit.early",
             T("试点时期的信用代码，校验位不符",
               "a credit code of the pilot; its check character disagrees"),
             T("请与营业执照核对", "compare it with the licence"));
        break;
    case CREDIT_OK:
        break;
    case CREDIT_LENGTH:
    case CREDIT_CHARACTER:
    case CREDIT_CHECKSUM:
        return refuse(ps, f, "credit.invalid",
                      T("不是有效的统一社会信用代码", "not a valid unified social credit code"),
                      T("请按营业执照核对 18 位代码",
                        "compare all 18 characters with the licence"));
    }
    put_text(f, in, arena_strdup(cx->mem, code));
    return true;
}

bool field_read_text(struct ctx *cx, const struct field *f, const char *text,
                     enum field_source source, void *in, struct field_problems *ps)
{
    bool from_sheet = source != FIELD_FROM_CODE;

    if (f->type != FIELD_SECRET && str_blank(text))
        return true;
    switch (f->type) {
    case FIELD_TEXT:
    case FIELD_NAME:
    case FIELD_JSON:
        return read_text(cx, f, text, in, ps);
    case FIELD_SECRET:
        return read_secret(cx, f, text, in, ps);
    case FIELD_INT:
    case FIELD_INSTANT:
        return read_int(cx, f, text, from_sheet, in, ps);
    case FIELD_MONEY:
        return read_money(cx, f, text, from_sheet, in, ps);
    case FIELD_BOOL:
        return read_bool(cx, f, text, in, ps);
    case FIELD_DATE:
        return read_date(cx, f, text, from_sheet, in, ps);
    case FIELD_MONTH:
        return read_month(cx, f, text, from_sheet, in, ps);
    case FIELD_ID:
        return read_id(f, text, in, ps, cx);
    case FIELD_CHOICE:
        return read_choice(cx, f, text, from_sheet, in, ps);
    case FIELD_CHOICES:
        return read_choices(cx, f, text, from_sheet, in, ps);
    case FIELD_DIVISION:
        return read_division(cx, f, text, from_sheet, in, ps);
    case FIELD_DIVISIONS:
        return read_divisions(cx, f, text, from_sheet, in, ps);
    case FIELD_ID_NO:
        return read_id_no(cx, f, text, source, in, ps);
    case FIELD_PHONE:
        return read_phone(cx, f, text, in, ps);
    case FIELD_ACCOUNT:
        return read_account(cx, f, text, in, ps);
    case FIELD_CREDIT:
        return read_credit(cx, f, text, in, ps);
    }
    return false;
}

/* --- JSON --- */
/* The text form of a JSON value, or NULL if its type does not suit the field. */
static const char *json_as_field_text(struct ctx *cx, const struct field *f,
                                      const struct json_value *v)
{
    switch (json_type(v)) {
    case JSON_STRING:
        return json_as_str(v);
    case JSON_INT:
        return is_number_slot(f->type) ? arena_printf(cx->mem, "%lld", (long long)json_as_int(v))
                                       : NULL;
    case JSON_BOOL:
        return f->type == FIELD_BOOL ? (json_as_bool(v) ? "1" : "0") : NULL;
    case JSON_ARRAY: {
        struct str b = str_new(cx->mem);
        if (f->type != FIELD_CHOICES && f->type != FIELD_DIVISIONS)
            return NULL;
        for (size_t i = 0; i < json_count(v); i++) {
            const struct json_value *item = json_at(v, i);
            str_add(&b, i ? "," : "");
            if (json_type(item) == JSON_INT)
                str_addf(&b, "%lld", (long long)json_as_int(item));
            else
                str_add(&b, json_as_str(item));
        }
        return b.s;
    }
    default:
        return NULL;
    }
}

static enum err read_member(struct ctx *cx, const struct field *f, const struct json_value *v,
                            void *in)
{
    struct field_problems problems = { 0 };
    const char *text;

    if (json_type(v) == JSON_NULL)
        return OK;
    if (f->type == FIELD_JSON) {
        memcpy((char *)in + f->offset, &v, sizeof v);
        return OK;
    }
    text = json_as_field_text(cx, f, v);
    if (!text)
        return fail_field(cx, f->name, "field.type", T("%s 的类型不对", "%s has the wrong type"),
                          T(f->zh, f->en));
    if (field_read_text(cx, f, text, FIELD_FROM_CODE, in, &problems))
        return OK;
    for (int i = 0; i < problems.n; i++)
        if (!problems.at[i].is_warning)
            return hint(cx,
                        fail_field(cx, f->name, problems.at[i].code, T("%s：%s", "%s: %s"),
                                   T(f->zh, f->en), problems.at[i].message),
                        "%s", problems.at[i].cure);
    return E_INVALID;
}

enum err fields_check_required(struct ctx *cx, const struct field *fields)
{
    for (int i = 0; fields[i].name; i++)
        if (fields[i].required && fields[i].offset != FIELD_NO_INPUT && !field_given(cx, i))
            return fail_field(cx, fields[i].name, "field.required", T("缺少 %s", "%s is missing"),
                              T(fields[i].zh, fields[i].en));
    return OK;
}

enum err fields_read_json(struct ctx *cx, const struct field *fields, const struct json_value *v,
                          bool is_create, void *in)
{
    fields_clear(fields, in);
    cx->in_set[0] = cx->in_set[1] = 0;
    if (json_type(v) != JSON_OBJECT)
        return fail(cx, E_INVALID, "json.object", "%s",
                    T("请求体应为 JSON 对象", "the body must be a JSON object"));
    for (size_t k = 0; k < json_count(v); k++) {
        int i = field_index(fields, json_key_at(v, k));
        if (i < 0 || !field_is_input(&fields[i]))
            return fail_field(cx, json_key_at(v, k), "field.unknown", "%s",
                              T("没有这个字段", "there is no such field"));
        if (!is_create && fields[i].use & USE_FIXED)
            return fail_field(cx, fields[i].name, "field.fixed",
                              T("%s 建立后不能更改", "%s cannot be changed"),
                              T(fields[i].zh, fields[i].en));
        TRY(read_member(cx, &fields[i], json_at(v, k), in));
        if (json_type(json_at(v, k)) != JSON_NULL || !fields[i].required)
            cx->in_set[i / 64] |= (uint64_t)1 << (i % 64);
    }
    return is_create ? fields_check_required(cx, fields) : OK;
}
