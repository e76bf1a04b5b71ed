/* reasons.c — reasons as stored JSON and as sentences (score.h, last part). The stored form holds
 * code and values only, so that the sentence can be told in either language later. */
#include "matching/score.h"

#include <stdio.h>
#include <stdlib.h>

static const char *const outcome_names[] = { "PASS", "CHECK", "FAIL" };

/* --- JSON --- */

/* Trailing zeros are left out: a value not stored reads as 0. Names come last. */
static void reason_add_json(struct str *b, const struct match_reason *r)
{
    int n = ARRAY_LEN(r->v);

    while (n > 0 && r->v[n - 1] == 0)
        n--;
    str_addf(b, "%s[\"%s\",", b->len > 1 ? "," : "", match_code_name(r->code));
    if (r->code < MATCH_RULE_COUNT)
        str_addf(b, "\"%s\"", outcome_names[r->outcome]);
    else
        str_addf(b, "%d", r->points);
    for (int i = 0; i < n; i++) {
        if (r->v[i] == NONE)
            str_add(b, ",null");
        else
            str_addf(b, ",%lld", (long long)r->v[i]);
    }
    for (size_t i = 0; i < ARRAY_LEN(r->name) && r->name[0].text; i++)
        str_addf(b, ",\"%.*s\"", (int)r->name[i].n, r->name[i].text);
    str_add(b, "]");
}

const char *match_score_json(struct arena *mem, const struct match_score *score)
{
    struct str b = str_new(mem);

    str_add(&b, "[");
    for (int i = 0; i < score->n; i++)
        reason_add_json(&b, &score->parts[i]);
    str_add(&b, "]");
    return b.s;
}

const char *match_verdict_json(struct arena *mem, const struct match_verdict *verdict)
{
    struct str b = str_new(mem);

    str_add(&b, "[");
    for (int i = 0; i < MATCH_RULE_COUNT; i++)
        if (verdict->rules[i].outcome != MATCH_PASS)
            reason_add_json(&b, &verdict->rules[i]);
    str_add(&b, "]");
    return b.s;
}

/* Reads one character after white space; false leaves *at where it was. */
static bool read_char(const char **at, char c)
{
    const char *p = *at;

    while (*p == ' ' || *p == '\n' || *p == '\t' || *p == '\r')
        p++;
    if (*p != c)
        return false;
    *at = p + 1;
    return true;
}

/* A quoted text without escapes, as ours are. */
static bool read_quoted(const char **at, struct match_name *ret)
{
    const char *p = *at;
    size_t n;

    if (!read_char(&p, '"'))
        return false;
    n = strcspn(p, "\"\\");
    if (p[n] != '"' || n > INT32_MAX)
        return false;
    *ret = (struct match_name){ p, (int32_t)n };
    *at = p + n + 1;
    return true;
}

/* The same; the index in `names` or -1. */
static int read_name(const char **at, const char *const *names, int n)
{
    struct match_name name;

    if (!read_quoted(at, &name))
        return -1;
    for (int i = 0; i < n; i++)
        if (strlen(names[i]) == (size_t)name.n && memcmp(names[i], name.text, (size_t)name.n) == 0)
            return i;
    return -1;
}

static bool read_int(const char **at, int64_t *ret)
{
    const char *p = *at;
    char *end;

    while (*p == ' ' || *p == '\n' || *p == '\t' || *p == '\r')
        p++;
    if (strncmp(p, "null", 4) == 0) {
        *ret = NONE;
        *at = p + 4;
        return true;
    }
    if (*p != '-' && (*p < '0' || *p > '9'))
        return false;
    *ret = strtoll(p, &end, 10);
    *at = end;
    return end > p;
}

static bool read_reason(const char **at, const char *const *codes, struct match_reason *ret)
{
    struct match_reason r = { 0 };
    int64_t points = 0;
    int code, outcome = 0;

    if (!read_char(at, '[') || (code = read_name(at, codes, MATCH_CODE_COUNT)) < 0 ||
        !read_char(at, ','))
        return false;
    if (code < MATCH_RULE_COUNT)
        outcome = read_name(at, outcome_names, ARRAY_LEN(outcome_names));
    else if (!read_int(at, &points) || points < INT32_MIN || points > INT32_MAX)
        return false;
    if (outcome < 0)
        return false;
    r.code = (enum match_code)code;
    r.outcome = (enum match_outcome)outcome;
    r.points = (int32_t)points;
    for (size_t i = 0, names = 0; read_char(at, ',');) {
        if (names < ARRAY_LEN(r.name) && read_quoted(at, &r.name[names]))
            names++;
        else if (names > 0 || i == ARRAY_LEN(r.v) || !read_int(at, &r.v[i++]))
            return false;
    }
    *ret = r;
    return read_char(at, ']');
}

int match_reasons_read(const char *json, struct match_reason ret[MATCH_CODE_COUNT])
{
    const char *codes[MATCH_CODE_COUNT], *at = json;
    int n = 0;

    if (!json)
        return 0;
    for (int i = 0; i < MATCH_CODE_COUNT; i++)
        codes[i] = match_code_name((enum match_code)i);
    if (!read_char(&at, '['))
        return -1;
    if (!read_char(&at, ']')) {
        do {
            if (n == MATCH_CODE_COUNT || !read_reason(&at, codes, &ret[n++]))
                return -1;
        } while (read_char(&at, ','));
        if (!read_char(&at, ']'))
            return -1;
    }
    return read_char(&at, '\0') ? n : -1;
}

/* --- sentences --- */

/* Yuan, with cents only where there are any. */
static const char *yuan(struct arena *mem, int64_t fen)
{
    if (fen % 100 == 0)
        return arena_printf(mem, "%lld", (long long)(fen / 100));
    return arena_printf(mem, "%s%lld.%02lld", fen < 0 ? "-" : "", (long long)llabs(fen / 100),
                        (long long)llabs(fen % 100));
}

static const char *day(struct arena *mem, int64_t number)
{
    return arena_printf(mem, "%04lld-%02lld-%02lld", (long long)(number / 10000),
                        (long long)(number / 100 % 100), (long long)(number % 100));
}

/* The text in the wanted language; both take the same arguments in the same order. */
#define L(zh, en) (lang == LANG_EN ? (en) : (zh))
#define SAY(zh, en, ...) arena_printf(mem, L(zh, en), __VA_ARGS__)

static const char *age_text(struct arena *mem, enum lang lang, const struct match_reason *r)
{
    if (r->v[0] == NONE)
        return L("出生日期不明，须核实年满16周岁",
                 "birth date unknown: check that she or he is 16");
    if (r->outcome == MATCH_FAIL)
        return SAY("到岗时%lld周岁，未满16周岁，法律禁止招用（劳动法第十五条）",
                   "aged %lld on the first day: the law forbids work under 16 (Labour Law art. 15)",
                   (long long)r->v[0]);
    if (r->outcome == MATCH_CHECK)
        return SAY("%lld周岁为未成年工，重体力岗位须核实（劳动法第六十四条）",
                   "aged %lld, a minor: heavy work must be checked (Labour Law art. 64)",
                   (long long)r->v[0]);
    return L("符合法定就业年龄", "of legal working age");
}

static const char *pay_rule_text(struct arena *mem, enum lang lang, const struct match_reason *r)
{
    if (r->outcome == MATCH_PASS)
        return L("收入不低于期望", "pay is not below the wish");
    if (r->v[0] == NONE)
        return SAY("岗位未写明收入，本人最低要求每月%s元，须核实",
                   "pay is not stated; at least %s yuan a month is wanted: check",
                   yuan(mem, r->v[1]));
    if (r->v[2])
        return SAY("计件岗位，新人每月约%s元，低于本人最低要求%s元",
                   "piece rate: newcomers reach %s yuan a month, below the %s wanted at least",
                   yuan(mem, r->v[0]), yuan(mem, r->v[1]));
    return SAY("每月%s元，低于本人最低要求%s元", "%s yuan a month, below the %s wanted at least",
               yuan(mem, r->v[0]), yuan(mem, r->v[1]));
}

static const char *dates_text(struct arena *mem, enum lang lang, const struct match_reason *r)
{
    if (r->outcome == MATCH_PASS)
        return L("时间合适", "the dates fit");
    if (r->v[0] != NONE)
        return SAY("岗位%s截止，本人%s起才可上岗",
                   "the post closes on %s, and the person is free from %s only", day(mem, r->v[0]),
                   day(mem, r->v[2]));
    return SAY("岗位%s开工，本人%s起才可上岗",
               "work begins on %s, and the person is free from %s only", day(mem, r->v[1]),
               day(mem, r->v[2]));
}

static const char *skill_rule_text(struct arena *mem, enum lang lang, const struct match_reason *r)
{
    if (r->outcome == MATCH_CHECK)
        return SAY("岗位要求技能%lld级，本人技能等级不明，须核实",
                   "skill level %lld is asked, the person's is unknown: check", (long long)r->v[1]);
    if (r->outcome == MATCH_FAIL)
        return SAY("岗位要求技能%2$lld级，本人%1$lld级",
                   "skill level %2$lld is asked, the person has %1$lld", (long long)r->v[0],
                   (long long)r->v[1]);
    return L("技能符合要求", "skill is as asked");
}

static const char *health_text(enum lang lang, const struct match_reason *r)
{
    switch (r->v[0]) {
    case MATCH_NIGHT:
        return L("岗位需上夜班，本人不适宜", "night shifts, which the person cannot work");
    case MATCH_HEAVY:
        return L("岗位为重体力劳动，本人不适宜", "heavy work, which the person cannot do");
    case MATCH_NIGHT | MATCH_HEAVY:
        return L("岗位需上夜班且为重体力劳动，本人不适宜",
                 "night shifts and heavy work, which the person cannot do");
    default:
        return L("身体条件合适", "health allows it");
    }
}

static const char *rule_text(struct arena *mem, enum lang lang, const struct match_reason *r)
{
    bool failed = r->outcome == MATCH_FAIL;

    switch (r->code) {
    case MATCH_RULE_UNWILLING:
        return failed ? L("本人尚未表示愿意外出务工", "has not said that she or he wants to go")
                      : L("本人愿意外出务工", "wants to go");
    case MATCH_RULE_AGE:
        return age_text(mem, lang, r);
    case MATCH_RULE_DESTINATION:
        return failed ? L("工作地不在本人愿去的地区", "the place is not among those wanted")
                      : L("工作地合意愿", "the place is as wished");
    case MATCH_RULE_OCCUPATION:
        if (r->outcome == MATCH_CHECK)
            return L("岗位未注明工种，须核实是否合意愿",
                     "the post names no occupation: check whether it is wanted");
        return failed ? L("工种不合意愿，且不属可培训的相近工种",
                          "the occupation is not wanted, nor a related one that is taught")
                      : L("工种合意愿或可培训", "the occupation is wanted or can be taught");
    case MATCH_RULE_PAY:
        return pay_rule_text(mem, lang, r);
    case MATCH_RULE_SKILL:
        return skill_rule_text(mem, lang, r);
    case MATCH_RULE_RESERVED:
        return failed ? L("定向岗位，仅限脱贫户和监测对象",
                          "reserved for poverty-exited and monitored households")
                      : L("岗位对本人开放", "open to the person");
    case MATCH_RULE_HEALTH:
        return health_text(lang, r);
    case MATCH_RULE_DATES:
        return dates_text(mem, lang, r);
    default:
        return failed ? L("岗位已无名额", "no free seat") : L("岗位有名额", "seats are free");
    }
}

/* What meals and lodging cost there, as an estimate; of answers stored before that was known, what
 * was free. */
static const char *living_text(struct arena *mem, enum lang lang, const struct match_reason *r)
{
    const char *what = r->v[4] == 1   ? L("包吃，住宿", "meals are free, lodging costs")
                       : r->v[4] == 2 ? L("包住，伙食", "lodging is free, meals cost")
                                      : L("食宿自理，", "meals and lodging cost");
    const char *cost = yuan(mem, r->v[3]), *saved = yuan(mem, llabs(r->v[2]));

    if (r->v[3] == 0)
        return r->v[2] > 0 ? SAY("（另包食宿折%s元）", " and board or lodging worth %s", saved)
                           : "";
    return r->v[2] >= 0 ? SAY("（%s约%s元，估算，比通常省%s元）",
                              " (%s about %s, an estimate, %s less than usual)", what, cost, saved)
                        : SAY("（%s约%s元，估算，比通常多%s元）",
                              " (%s about %s, an estimate, %s more than usual)", what, cost, saved);
}

static const char *take_home_text(struct arena *mem, enum lang lang, const struct match_reason *r)
{
    const char *pay;
    int64_t more = r->v[0] + r->v[2] - r->v[1];

    if (r->v[0] == NONE)
        return L("岗位未写明收入", "pay is not stated");
    pay = SAY("预计月收入%s元%s", "about %s yuan a month%s", yuan(mem, r->v[0]),
              living_text(mem, lang, r));
    if (r->v[1] == NONE)
        return pay;
    if (more == 0)
        return SAY("%s，与期望%s元相当", "%s, just the %s wished", pay, yuan(mem, r->v[1]));
    return more > 0 ? SAY("%s，比期望高%s元", "%s, %s more than wished", pay, yuan(mem, more))
                    : SAY("%s，比期望低%s元", "%s, %s less than wished", pay, yuan(mem, -more));
}

/* The sum a month first: lists cut long sentences off. Without a policy's name it is what a list of
 * posts says. */
static const char *subsidy_sum(struct arena *mem, enum lang lang, const struct match_reason *r)
{
    struct match_name name = r->name[lang == LANG_EN];
    const char *others = r->v[3] > 1 ? SAY("等%lld项", " and %lld more",
                                           (long long)(lang == LANG_EN ? r->v[3] - 1 : r->v[3]))
                                     : "";

    if (!name.text)
        return SAY("岗位表所填政策补贴每月%s元",
                   "%s yuan of subsidies a month by the list of posts", yuan(mem, r->v[0]));
    return SAY("估计补贴平均每月%s元（做满%lld个月共%s元，现行政策《%.*s》%s）",
               "an estimated %s yuan of subsidies a month (%lld months of work earn %s"
               " under the policies in force: “%.*s”%s)",
               yuan(mem, r->v[0]), (long long)r->v[1], yuan(mem, r->v[2]), (int)name.n, name.text,
               others);
}

static const char *subsidy_text(struct arena *mem, enum lang lang, const struct match_reason *r)
{
    const char *sum = subsidy_sum(mem, lang, r);

    if (r->v[4] == NONE)
        return sum;
    return SAY("%s；连同工资、除去自理食宿，每月到手约%s元",
               "%s; with pay and after meals and lodging about %s in hand", sum,
               yuan(mem, r->v[4]));
}

static const char *arrears_text(struct arena *mem, enum lang lang, const struct match_reason *r)
{
    if (r->v[1] == 0)
        return SAY("该单位有%lld起欠薪记录", "cases of unpaid wages on record: %lld",
                   (long long)r->v[0]);
    if (r->v[0] == 0)
        return SAY("该单位有%lld起维权案件记录（非欠薪）",
                   "rights cases on record, none of unpaid wages: %lld", (long long)r->v[1]);
    return SAY("该单位有%lld起欠薪、%lld起其他维权案件记录",
               "rights cases on record: %lld of unpaid wages, %lld others", (long long)r->v[0],
               (long long)r->v[1]);
}

static const char *food_text(enum lang lang, const struct match_reason *r)
{
    if (r->v[1])
        return r->v[2] ? L("食堂有西部饭菜，合本人要求", "western food is served, as asked")
                       : L("食堂有西部饭菜", "western food is served");
    if (r->v[2])
        return L("本人要求西部饭菜，岗位没有", "western food is asked for and not served");
    return r->v[3] ? L("主食习惯不同，食堂无西部饭菜",
                       "another staple food, and the canteen has no western food")
                   : L("主食习惯不同，且无食堂", "another staple food, and no canteen");
}

static const char *companion_text(struct arena *mem, enum lang lang, const struct match_reason *r)
{
    const char *room = r->v[0] == NONE ? NULL
                       : r->v[0]       ? L("有夫妻房", "couple's rooms")
                                       : L("没有夫妻房", "no couple's rooms");
    const char *seats = NULL;

    if (r->v[1] != NONE && r->v[1] < 2)
        seats = L("同伴在此没有名额", "no second seat for the companion");
    else if (r->v[1] != NONE)
        seats =
            SAY("同伴须另行安排，此岗位尚有%lld个名额",
                "the companion is placed separately; %lld seats are free here", (long long)r->v[1]);
    if (room && seats)
        return SAY("%s；%s", "%s; %s", room, seats);
    return room ? room : seats ? seats : "";
}

/* What is known after another time; "" without a case. */
static const char *stays_text(struct arena *mem, enum lang lang, const char *time, int64_t placed,
                              int64_t stayed)
{
    if (placed <= 0)
        return "";
    return SAY("，满%s%lld/%lld人", ", %1$s %2$lld of %3$lld", time, (long long)stayed,
               (long long)placed);
}

static const char *retention_text(struct arena *mem, enum lang lang, const struct match_reason *r)
{
    const char *others =
        arena_printf(mem, "%s%s", stays_text(mem, lang, L("1个月", "a month"), r->v[4], r->v[5]),
                     stays_text(mem, lang, L("6个月", "six months"), r->v[6], r->v[7]));

    if (r->v[0] > 0)
        return SAY("本县曾有%lld人到该单位，%lld人稳定满3个月%s（单位共%lld人，折算留存率%lld%%）",
                   "%lld people of this county came here, %lld stayed three months%s"
                   " (%lld from all counties; retention taken as %lld%%)",
                   (long long)r->v[0], (long long)r->v[1], others, (long long)r->v[2],
                   (long long)((r->v[3] + 50) / 100));
    return SAY("本县尚无人在该单位满3个月期%s；单位共接收%lld人，折算留存率%lld%%",
               "nobody of this county came here three months ago or more yet%s; %lld from"
               " elsewhere, retention taken as %lld%%",
               others, (long long)r->v[2], (long long)((r->v[3] + 50) / 100));
}

static const char *estimate_text(struct arena *mem, enum lang lang, const struct match_reason *r)
{
    return SAY("预计满3个月留存%lld%%（依据%lld段，校准误差%lld%%）",
               "an estimated %lld%% stay three months (from %lld earlier stretches of work,"
               " calibration error %lld%%)",
               (long long)((r->v[0] + 50) / 100), (long long)r->v[1],
               (long long)((r->v[2] + 50) / 100));
}

static const char *part_text(struct arena *mem, enum lang lang, const struct match_reason *r)
{
    switch (r->code) {
    case MATCH_PART_BASE:
        return L("有岗位可去", "a post to go to");
    case MATCH_PART_TAKE_HOME:
        return take_home_text(mem, lang, r);
    case MATCH_PART_SUBSIDY:
        return subsidy_text(mem, lang, r);
    case MATCH_PART_DISTANCE:
        return SAY("离家约%lld公里（按省会直线距离）",
                   "about %lld km from home (between province capitals)",
                   (long long)((r->v[0] + 50) / 100 * 100));
    case MATCH_PART_HABIT:
        return r->v[0] == 2 ? L("曾在该市务工", "worked in this city before")
                            : L("曾在该省务工", "worked in this province before");
    case MATCH_PART_CLIMATE:
        return r->v[0] >= 2 ? L("气候与家乡差别大", "a very different climate from home")
                            : L("气候与家乡有差别", "a somewhat different climate from home");
    case MATCH_PART_FOOD:
        return food_text(lang, r);
    case MATCH_PART_COMPANION:
        return companion_text(mem, lang, r);
    case MATCH_PART_VILLAGE:
        return SAY("同村已有%lld人在该单位", "%lld people of the same village work there",
                   (long long)r->v[0]);
    case MATCH_PART_WISH:
        return r->v[0] == 1 ? L("工种合本人意愿", "the occupation wished for")
                            : L("相近工种，到岗后培训", "a related occupation, taught on the job");
    case MATCH_PART_FIT:
        return SAY("技能%lld级，比要求的%lld级低", "skill level %lld, below the %lld asked",
                   (long long)r->v[0], (long long)r->v[1]);
    case MATCH_PART_TRAINED:
        return r->v[0] == 2 ? L("参加过该单位的订单培训", "trained on order of this employer")
                            : L("参加过该工种的订单培训", "trained for the occupation on order");
    case MATCH_PART_RETENTION:
        return retention_text(mem, lang, r);
    case MATCH_PART_ESTIMATE:
        return estimate_text(mem, lang, r);
    case MATCH_PART_ARREARS:
        return arrears_text(mem, lang, r);
    default:
        return L("定向岗位，优先脱贫户和监测对象", "reserved for households like this one");
    }
}

const char *match_reason_text(struct arena *mem, enum lang lang, const struct match_reason *reason)
{
    return reason->code < MATCH_RULE_COUNT ? rule_text(mem, lang, reason)
                                           : part_text(mem, lang, reason);
}

static int64_t reason_weight(const struct match_reason *r)
{
    return r->code < MATCH_RULE_COUNT ? (int64_t)r->outcome << 40 : llabs((int64_t)r->points);
}

const char *match_reasons_text(struct arena *mem, enum lang lang, const char *json)
{
    struct match_reason reasons[MATCH_CODE_COUNT];
    int n = match_reasons_read(json, reasons);
    struct str b = str_new(mem);

    for (int i = 1; i < n; i++) { /* insertion keeps the order of equals */
        struct match_reason moving = reasons[i];
        int at = i;

        for (; at > 0 && reason_weight(&reasons[at - 1]) < reason_weight(&moving); at--)
            reasons[at] = reasons[at - 1];
        reasons[at] = moving;
    }
    for (int i = 0; i < n; i++) {
        str_add(&b, i ? L("；", "; ") : "");
        str_add(&b, match_reason_text(mem, lang, &reasons[i]));
        if (reasons[i].code >= MATCH_RULE_COUNT)
            str_addf(&b, L("（%+d分）", " (%+d)"), reasons[i].points);
    }
    return b.s;
}
