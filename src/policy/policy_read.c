/* policy_read.c — values of policy files: each either fits or is refused with the place and a cure.
 */
#include "policy/policy_read.h"

/* "A, B, C" of a table, to show what would have been right. */
static const char *names_list(struct arena *mem, const struct policy_name *names)
{
    struct str s = str_new(mem);

    for (int i = 0; names[i].code; i++) {
        str_add(&s, i ? ", " : "");
        str_add(&s, names[i].code);
    }
    return s.s;
}

bool read_text(struct policy_problems *pb, const struct policy_node *node, const char **ret)
{
    if (node->kind != NODE_SCALAR || str_blank(node->text)) {
        PROBLEM(pb, node, "此处应是一段文字", "a text belongs here");
        CURE(pb, "请在冒号后写文字", "write it after the colon");
        return false;
    }
    *ret = node->text;
    return true;
}

bool read_code(struct policy_problems *pb, const struct policy_node *node,
               const struct policy_name *names, int *ret)
{
    int i = node->kind == NODE_SCALAR ? policy_name_find(names, node->text) : -1;

    if (i < 0) {
        if (node->kind == NODE_SCALAR)
            PROBLEM(pb, node, "不认识的代码“%s”", "unknown code “%s”", node->text);
        else
            PROBLEM(pb, node, "此处应是一个代码", "a code belongs here");
        CURE(pb, "可用的代码：%s", "the codes are: %s", names_list(pb->mem, names));
        return false;
    }
    *ret = i;
    return true;
}

bool read_date(struct policy_problems *pb, const struct policy_node *node, struct date *ret)
{
    if (node->kind != NODE_SCALAR || !date_parse_iso(node->text, ret)) {
        PROBLEM(pb, node, "“%s”不是日期", "“%s” is no date",
                node->kind == NODE_SCALAR ? node->text : "");
        CURE(pb, "请写成 2019-01-31，且须是存在的日子",
             "write it as 2019-01-31, a day that exists");
        return false;
    }
    return true;
}

bool read_int(struct policy_problems *pb, const struct policy_node *node, int64_t min, int64_t max,
              int64_t *ret)
{
    int64_t n;

    if (node->kind != NODE_SCALAR || !str_int(node->text, &n) || n < min || n > max) {
        PROBLEM(pb, node, "此处应是 %lld 至 %lld 的整数",
                "a whole number from %lld to %lld belongs here", (long long)min, (long long)max);
        CURE(pb, "请改写这个数", "change the number");
        return false;
    }
    *ret = n;
    return true;
}

bool read_yuan(struct policy_problems *pb, const struct policy_node *node, int64_t *ret)
{
    const char *s = node->kind == NODE_SCALAR ? node->text : "";
    int64_t yuan = 0, fen = 0;
    int digits = 0, decimals = 0;

    for (; *s >= '0' && *s <= '9' && digits < 12; s++, digits++)
        yuan = yuan * 10 + (*s - '0');
    if (digits && *s == '.') {
        for (s++; *s >= '0' && *s <= '9' && decimals < 2; s++, decimals++)
            fen = fen * 10 + (*s - '0');
        fen *= decimals == 1 ? 10 : 1;
    }
    if (!digits || *s || (strchr(node->text, '.') && !decimals)) {
        PROBLEM(pb, node, "此处应是金额（元）", "an amount in yuan belongs here");
        CURE(pb, "请写成 3000 或 386.50，不写单位与逗号",
             "write 3000 or 386.50, without unit or commas");
        return false;
    }
    *ret = yuan * 100 + fen;
    return true;
}

bool read_bool(struct policy_problems *pb, const struct policy_node *node, bool *ret)
{
    bool is_true = node->kind == NODE_SCALAR && strcmp(node->text, "true") == 0;

    if (!is_true && (node->kind != NODE_SCALAR || strcmp(node->text, "false") != 0)) {
        PROBLEM(pb, node, "此处应是 true 或 false", "true or false belongs here");
        CURE(pb, "是写 true，否写 false", "write true for yes, false for no");
        return false;
    }
    *ret = is_true;
    return true;
}

/* The first two digits of a division code are a province. */
static bool is_province(int64_t n)
{
    static const int8_t last[] = {
        [1] = 5, [2] = 3, [3] = 7, [4] = 6, [5] = 4, [6] = 5, [7] = 1, [8] = 2
    };
    int64_t tens = n / 10, ones = n % 10;

    return tens >= 1 && tens <= 8 && (ones >= 1 || tens == 5) && ones <= last[tens];
}

bool read_range(struct policy_problems *pb, const struct policy_node *node,
                struct policy_range *ret)
{
    int64_t n = 0;
    size_t len = node->kind == NODE_SCALAR ? strlen(node->text) : 0;

    bool ok = (len == 6 || len == 9 || len == 12) && str_int(node->text, &n) && n >= 110000 &&
              node->text[0] >= '1' && node->text[0] <= '8' &&
              is_province((node->text[0] - '0') * 10 + (node->text[1] - '0'));

    if (!ok) {
        PROBLEM(pb, node, "此处应是行政区划代码", "a division code belongs here");
        CURE(pb, "请写 6、9 或 12 位代码，如 621100（定西市）",
             "write 6, 9 or 12 digits, such as 621100 (Dingxi)");
        return false;
    }
    *ret = policy_range(n);
    return true;
}

static bool read_day(struct policy_problems *pb, const struct policy_node *node, int8_t *ret)
{
    const char *s = node->kind == NODE_SCALAR ? node->text : "";
    int64_t month = 0, mday = 0;
    bool ok = strlen(s) == 5 && s[2] == '-' && str_int(arena_strndup(pb->mem, s, 2), &month) &&
              str_int(s + 3, &mday) && s[3] >= '0' && month >= 1 && month <= 12 && mday >= 1 &&
              mday <= days_in_month(2024, (int)month);

    if (!ok) {
        PROBLEM(pb, node, "此处应是月日", "a month and day belong here");
        CURE(pb, "请写成 03-31；二月末写 02-29", "write 03-31; the end of February is 02-29");
        return false;
    }
    ret[0] = (int8_t)month;
    ret[1] = (int8_t)mday;
    return true;
}

static bool read_id(struct policy_problems *pb, const struct policy_node *node, const char **ret)
{
    const char *s = node->kind == NODE_SCALAR ? node->text : "";
    size_t len = strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789-_");

    if (len == 0 || s[len] || len > 64) {
        PROBLEM(pb, node, "此处应是标识符", "an identifier belongs here");
        CURE(pb, "只用小写字母、数字、“-”与“_”，如 fuzhou-post-wage-2018",
             "small letters, digits, “-” and “_” only, such as fuzhou-post-wage-2018");
        return false;
    }
    *ret = s;
    return true;
}

static const struct key both_keys[] = {
    K("zh", KEY_TEXT, offsetof(struct policy_text, zh), .required = true),
    K("en", KEY_TEXT, offsetof(struct policy_text, en), .required = true),
    { 0 },
};

int node_items(struct policy_problems *pb, const struct policy_node *node, int max,
               const struct policy_node *const **ret)
{
    if (node->kind != NODE_LIST) {
        const struct policy_node **one = NEW_ARRAY(pb->mem, const struct policy_node *, 1);

        one[0] = node;
        *ret = one;
        return 1;
    }
    *ret = node->items;
    if (node->n > max) {
        PROBLEM(pb, node, "此处最多 %d 项", "at most %d entries here", max);
        CURE(pb, "请删减", "remove some");
        return 0;
    }
    return node->n;
}

static void read_codes(struct policy_problems *pb, const struct policy_node *node,
                       const struct policy_name *names, uint32_t *ret)
{
    const struct policy_node *const *items;
    int n = node_items(pb, node, 32, &items), code;

    if (node->kind == NODE_LIST && node->n == 0) {
        PROBLEM(pb, node, "列表是空的", "the list is empty");
        CURE(pb, "请写入代码，或删去这个键", "write codes into it or delete the key");
    }
    for (int i = 0; i < n; i++) {
        if (!read_code(pb, items[i], names, &code))
            continue;
        if (*ret & 1u << code) {
            PROBLEM(pb, items[i], "“%s”写了两次", "“%s” is listed twice", items[i]->text);
            CURE(pb, "请删去其中一个", "delete one of them");
        }
        *ret |= 1u << code;
    }
}

static void read_key(struct policy_problems *pb, const struct policy_node *node,
                     const struct key *k, void *into)
{
    void *at = (char *)into + k->offset;
    struct policy_range range;
    int64_t n;
    int code;

    switch (k->kind) {
    case KEY_TEXT:
        read_text(pb, node, at);
        break;
    case KEY_BOTH:
        read_map(pb, node, both_keys, at);
        break;
    case KEY_ID:
        read_id(pb, node, at);
        break;
    case KEY_INT:
        if (read_int(pb, node, k->min, k->max, &n))
            *(int32_t *)at = (int32_t)n;
        break;
    case KEY_YUAN:
        read_yuan(pb, node, at);
        break;
    case KEY_BOOL:
        read_bool(pb, node, at);
        break;
    case KEY_CODE:
        if (read_code(pb, node, k->names, &code))
            memcpy(at, &code, sizeof code);
        break;
    case KEY_CODES:
        read_codes(pb, node, k->names, at);
        break;
    case KEY_DATE:
        read_date(pb, node, at);
        break;
    case KEY_MONTH:
        if (node->kind != NODE_SCALAR || !month_parse(node->text, at)) {
            PROBLEM(pb, node, "此处应是月份", "a month belongs here");
            CURE(pb, "请写成 2019-01", "write it as 2019-01");
        }
        break;
    case KEY_DAY:
        read_day(pb, node, at);
        break;
    case KEY_DIVISION:
        if (read_range(pb, node, &range))
            *(int64_t *)at = range.lo;
        break;
    case KEY_RANGE:
        read_range(pb, node, at);
        break;
    case KEY_MAP:
        read_map(pb, node, k->keys, at);
        break;
    case KEY_OTHER:
        k->read(pb, node, into);
        break;
    case KEY_LATER:
        break;
    }
}

static void unknown_key(struct policy_problems *pb, const struct policy_node *key,
                        const struct key *keys)
{
    struct str s = str_new(pb->mem);

    for (int i = 0; keys[i].name; i++) {
        str_add(&s, i ? ", " : "");
        str_add(&s, keys[i].name);
    }
    PROBLEM(pb, key, "不认识的键“%s”", "unknown key “%s”", key->text);
    CURE(pb, "此处可用：%s", "here you may use: %s", s.s);
}

void read_map(struct policy_problems *pb, const struct policy_node *node, const struct key *keys,
              void *into)
{
    if (node->kind != NODE_MAP) {
        PROBLEM(pb, node, "此处应是若干“键: 值”", "“key: value” lines belong here");
        CURE(pb, "请参照 docs/policies.md", "see docs/policies.md");
        return;
    }
    for (int i = 0; i < node->n; i++) {
        const struct key *k = keys;

        while (k->name && strcmp(k->name, node->keys[i]->text) != 0)
            k++;
        if (k->name)
            read_key(pb, node->items[i], k, into);
        else
            unknown_key(pb, node->keys[i], keys);
    }
    for (const struct key *k = keys; k->name; k++) {
        if (k->required && !node_get(node, k->name)) {
            PROBLEM(pb, node, "缺少“%s”", "“%s” is missing", k->name);
            CURE(pb, "请补上这个键", "add this key");
        }
    }
}
