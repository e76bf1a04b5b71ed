/* occupations.c — the kinds of work, with the words people use for them. */
#include "posts/occupations.h"

const struct choice occupations[] = {
    /* 6 production */
    { "6-00-00-00", "普工", "General worker",
      "操作工|一线员工|普通工|生产工|流水线工|车间工人|工人|学徒|学徒工|实习生" },
    { "6-05-01-03", "缝纫工", "Sewer", "车工(服装)|平车工|缝制工|服装工|制衣工" },
    { "6-05-04-01", "制鞋工", "Shoemaker", "鞋工|针车工" },
    { "6-04-03-00", "纺织工", "Textile worker", "挡车工|织布工|细纱工" },
    { "6-18-02-04", "焊工", "Welder", "电焊工|氩弧焊工|等离子焊工" },
    { "6-20-01-01", "钳工", "Fitter", "装配钳工|机修工" },
    { "6-18-01-01", "车工", "Lathe operator", "数控车工|机加工" },
    { "6-18-01-07", "数控操作工", "CNC operator", "CNC操作员|数控" },
    { "6-20-00-00", "装配工", "Assembler", "组装工|装配" },
    { "6-25-00-00", "电子厂工", "Electronics worker", "电子装配工|SMT操作员|电子工" },
    { "6-31-03-05", "质检员", "Quality inspector", "检验员|品检|QC" },
    { "6-31-05-01", "包装工", "Packer", "打包工|包装" },
    { "6-02-00-00", "食品加工工", "Food processor", "食品工|水产加工工|海产品加工" },
    { "6-14-02-01", "注塑工", "Injection moulder", "注塑操作工" },
    { "6-18-03-03", "喷漆工", "Painter", "油漆工|喷涂工" },
    { "6-06-03-01", "木工", "Woodworker", "木雕工|家具工" },
    { "6-15-05-00", "陶瓷工", "Ceramic worker", "制陶工|陶工" },
    { "6-09-03-00", "刺绣工", "Embroiderer", "绣工|绣娘" },
    { "6-11-01-00", "化工操作工", "Chemical operator", "化工" },
    { "6-17-00-00", "冶炼工", "Smelter", "炉前工|铸造工" },
    { "6-31-01-03", "电工", "Electrician", "维修电工" },
    { "6-31-01-00", "维修工", "Maintenance worker", "设备维修" },
    { "6-30-05-01", "叉车工", "Forklift driver", "叉车司机" },
    { "6-30-05-05", "挖掘机工", "Excavator operator", "挖机司机|挖掘机操作" },
    { "6-30-05-02", "起重工", "Crane operator", "行车工|塔吊工" },
    { "6-29-01-01", "砌筑工", "Bricklayer", "瓦工|泥工|泥瓦工" },
    { "6-29-01-04", "钢筋工", "Rebar worker" },
    { "6-29-01-00", "建筑工", "Building worker", "建筑小工|工地小工|杂工" },
    { "6-29-04-01", "装修工", "Decorator", "装潢工" },
    { "6-16-01-00", "采矿工", "Miner", "矿工" },
    { "4-02-06-01", "仓管员", "Warehouse keeper", "仓库管理员|仓管|库管" },
    /* 4 services */
    { "4-07-05-01", "保安", "Security guard", "保安员|安保|门卫" },
    { "3-02-00-00", "辅警", "Auxiliary police", "警务辅助人员|协警" },
    { "4-09-08-01", "保洁员", "Cleaner", "保洁|清洁工|环卫工" },
    { "4-10-01-06", "家政服务员", "Domestic worker", "家政|家政员|钟点工|住家保姆" },
    { "4-10-01-05", "护理员", "Care worker", "养老护理员|护工|陪护" },
    { "4-10-01-02", "育婴员", "Nanny", "月嫂|育婴师|保育员" },
    { "4-03-02-01", "厨师", "Cook", "炊事员|帮厨|厨工|面点师" },
    { "4-03-02-05", "服务员", "Waiter", "餐厅服务员|传菜员|客房服务员|酒店服务员" },
    { "4-01-02-03", "营业员", "Shop assistant", "导购|收银员|售货员|店员" },
    { "4-01-02-01", "销售员", "Salesperson", "销售|业务员" },
    { "4-02-07-08", "快递员", "Courier", "外卖员|配送员|骑手" },
    { "4-02-02-00", "驾驶员", "Driver", "司机|货车司机" },
    { "4-02-05-01", "装卸工", "Loader", "搬运工" },
    { "4-02-07-05", "分拣员", "Sorter", "快递分拣|理货员" },
    { "4-10-03-00", "美容美发师", "Hairdresser", "美发师|美容师" },
    { "4-07-02-03", "客服", "Call agent", "客服专员|话务员" },
    { "4-09-10-01", "绿化工", "Greenkeeper", "园林工|护林员" },
    { "4-01-06-02", "电商主播", "Livestream host", "主播|电商" },
    /* 5 farming */
    { "5-01-00-00", "种植工", "Crop worker", "农业工|大棚工|采茶工" },
    { "5-03-00-00", "养殖工", "Livestock worker", "饲养员|水产养殖工" },
    { "5-04-00-00", "渔工", "Fishery worker", "渔船船员|船员" },
    /* 2, 3 technicians and clerks */
    { "3-01-00-00", "文员", "Clerk", "办公室文员|行政|文秘" },
    { "2-06-03-00", "会计", "Accountant", "出纳|财务" },
    { "2-08-00-00", "教师", "Teacher", "幼师|老师" },
    { "2-05-08-00", "护士", "Nurse" },
    { "2-05-00-00", "医生", "Doctor", "医师" },
    { "2-02-07-00", "技术员", "Technician", "技工|工程技术人员" },
    { "2-02-00-00", "工程师", "Engineer" },
    { "2-02-10-00", "软件人员", "IT worker", "程序员|网络管理员" },
    { "8-00-00-00", "其他", "Other", "不限|其它|都可以|均可|无要求" },
    { 0 },
};

static bool names(const char *text, size_t len, const char *word, size_t n)
{
    return len == n && strncmp(text, word, n) == 0;
}

/* The word after this one among label and synonyms of an occupation, and its length; the first for
 * NULL, NULL behind the last. */
static const char *next_word(const struct choice *c, const char *word, size_t *len)
{
    const char *next = c->zh;

    if (word == c->zh)
        next = c->synonyms;
    else if (word)
        next = word[*len] == '|' ? word + *len + 1 : NULL;
    if (next)
        *len = strcspn(next, "|");
    return next;
}

static const char *find(const char *text, size_t len)
{
    const char *best = NULL;
    size_t best_len = 0;

    for (const struct choice *c = occupations; c->code; c++) {
        size_t n = 0;

        if (names(text, len, c->code, strlen(c->code)))
            return c->code;
        for (const char *word = next_word(c, NULL, &n); word; word = next_word(c, word, &n)) {
            if (names(text, len, word, n))
                return c->code;
            if (n > best_len && n <= len && memmem(text, len, word, n)) {
                best = c->code;
                best_len = n;
            }
        }
    }
    return best;
}

/* Codes that are not in the list but have the form of one are codes all the same. */
static bool is_code(const char *text)
{
    static const char form[] = "0-00-00-00";
    size_t i = 0;

    for (; text[i] && i < sizeof form - 1; i++)
        if (form[i] == '-' ? text[i] != '-' : text[i] < '0' || text[i] > '9')
            return false;
    return i == sizeof form - 1 && !text[i];
}

const char *occupation_find(const char *text)
{
    if (!text || !*text)
        return NULL;
    return is_code(text) ? text : find(text, strlen(text));
}

/* The bytes up to the next mark that stands between wishes. */
static size_t word_length(const char *text)
{
    static const char *const marks[] = {
        ",", ";", "/", "|", " ", "，", "、", "；", "。", "或", "\n"
    };
    size_t n = 0;

    for (; text[n]; n++)
        for (size_t i = 0; i < ARRAY_LEN(marks); i++)
            if (str_starts(text + n, marks[i]))
                return n;
    return n;
}

const char *occupations_next(struct arena *mem, const char **at)
{
    size_t len = *at ? word_length(*at) : 0;
    const char *word;

    if (!*at || !**at)
        return NULL;
    word = arena_strndup(mem, *at, len);
    *at += len;
    if (**at)
        utf8_next(at);
    return word;
}

int occupations_read(struct arena *mem, const char *text, const char **ret, int most)
{
    const char *word;
    int n = 0;

    while (n < most && (word = occupations_next(mem, &text))) {
        const char *code = occupation_find(word);

        if (str_eq(code, "8-00-00-00"))
            return 0;
        for (int i = 0; code && i < n; i++)
            if (str_eq(ret[i], code))
                code = NULL;
        if (code)
            ret[n++] = code;
    }
    return n;
}
