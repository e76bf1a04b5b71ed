/* simulate_world.c — the people, employers and posts of a simulated year. Pure: seed and options
 * in, world out. */
#include "app/simulate.h"

#include "base/ids.h"
#include "platform/asset.h"

/* --- chance --- */
static uint64_t next(struct sim_chance *c)
{
    uint64_t z = c->state += 0x9E3779B97F4A7C15u;

    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    return z ^ z >> 31;
}

struct sim_chance sim_chance(uint64_t seed, const char *purpose, int64_t n)
{
    struct sim_chance c = { seed ^ (uint64_t)n * 0xD6E8FEB86659FD93u };

    for (; *purpose; purpose++)
        c.state = (c.state ^ (unsigned char)*purpose) * 0x100000001B3u;
    next(&c);
    return c;
}

int sim_below(struct sim_chance *c, int n)
{
    return (int)((next(c) >> 32) * (uint64_t)n >> 32);
}

bool sim_percent(struct sim_chance *c, int percent)
{
    return sim_below(c, 100) < percent;
}

/* --- places --- */
/* Old prefixes: Dingxi prefecture until 2003, Sichuan's Chongqing until 1997. */
struct county {
    int code, old_prefix;
};
static const struct scenario {
    const char *key, *west_name, *east_name, *east_full_name;
    int64_t west_code, east_code;
    int old_until;
    struct county west[12], east[12];
} scenarios[] = {
    { "fuzhou-dingxi",
      "定西市",
      "福州市",
      "福建省福州市",
      621100000000,
      350100000000,
      2002,
      { { 621121, 622424 },
        { 621124, 622427 },
        { 621102, 622421 },
        { 621122, 622425 },
        { 621123, 622426 },
        { 621125, 622428 },
        { 621126, 622429 } },
      { { 350181, 0 },
        { 350104, 0 },
        { 350121, 0 },
        { 350112, 0 },
        { 350105, 0 },
        { 350111, 0 },
        { 350122, 0 } } },
    { "shandong-chongqing",
      "重庆市",
      "山东省",
      "山东省",
      500000000000,
      370000000000,
      1996,
      { { 500237, 512227 },
        { 500238, 512228 },
        { 500101, 512201 },
        { 500156, 512326 },
        { 500154, 512222 },
        { 500240, 513521 },
        { 500243, 513525 },
        { 500230, 512324 },
        { 500242, 513524 },
        { 500241, 513522 } },
      { { 370600, 0 },
        { 370900, 0 },
        { 370800, 0 },
        { 370100, 0 },
        { 370700, 0 },
        { 370300, 0 },
        { 371500, 0 },
        { 370400, 0 },
        { 370500, 0 },
        { 371400, 0 } } },
};

/* The name that the shipped table gives a code of 6 or 9 digits. */
static const char *shipped_name(struct arena *mem, int64_t code)
{
    const char *line =
        strstr((const char *)facts_assets[0].start, arena_printf(mem, "\n%lld,", (long long)code));
    const char *name = line ? strchr(line, ',') + 1 : NULL;

    return name ? arena_strndup(mem, name, strcspn(name, ",")) : "";
}

static bool is_whole_name(const char *name)
{
    return str_ends(name, "镇") || str_ends(name, "乡") || str_ends(name, "街道");
}

static void find_towns(struct arena *mem, struct sim_place *p, int county)
{
    const char *prefix = arena_printf(mem, "\n%d", county);
    struct sim_town *towns = NULL;
    size_t n = 0, cap = 0;

    for (const char *at = strstr((const char *)facts_assets[0].start, prefix); at;
         at = strstr(at + 1, prefix)) {
        int64_t code;
        char *name = arena_strndup(mem, at + 11, strcspn(at + 11, ","));
        if (at[10] == ',' && str_starts(at + 11 + strlen(name), ",,,") &&
            str_int(arena_strndup(mem, at + 1, 9), &code) && is_whole_name(name))
            *ARENA_PUSH(mem, towns, n, cap) = (struct sim_town){ code * 1000, name };
    }
    p->town = towns;
    p->towns = (int)n;
}

static int make_places(struct sim_world *w, const struct county *counties, int old_until,
                       struct sim_place **ret)
{
    struct sim_place *places = NEW_ARRAY(w->mem, struct sim_place, 12);
    int n = 0;

    for (; n < 12 && counties[n].code; n++) {
        struct sim_place *p = &places[n];
        int code = counties[n].code, city = code / 100 * 100, province = code / 10000 * 10000;
        p->code = (int64_t)code * 1000000;
        p->name = shipped_name(w->mem, code);
        p->full_name =
            arena_printf(w->mem, "%s%s%s", shipped_name(w->mem, province),
                         city == code || province == 500000 ? "" : shipped_name(w->mem, city),
                         p->name);
        p->old_prefix = arena_printf(w->mem, "%d", counties[n].old_prefix);
        p->old_until = old_until;
        find_towns(w->mem, p, code);
    }
    *ret = places;
    return n;
}

/* --- people --- */
/* Frequent surnames first: a third of all draws falls on the first eight. */
static const char *const surnames[] = {
    "王", "李", "张", "刘", "陈", "杨", "马", "赵",   "黄",   "周",   "吴",  "徐", "孙",
    "朱", "高", "林", "何", "郭", "罗", "梁", "宋",   "郑",   "谢",   "韩",  "唐", "冯",
    "董", "程", "曹", "袁", "邓", "许", "曾", "彭",   "吕",   "苏",   "蒋",  "贾", "魏",
    "薛", "叶", "余", "潘", "杜", "夏", "汪", "田",   "任",   "姜",   "范",  "石", "姚",
    "谭", "廖", "陆", "白", "崔", "康", "毛", "史",   "侯",   "邵",   "孟",  "龙", "雷",
    "景", "常", "牛", "祁", "包", "蔺", "边", "欧阳", "令狐", "上官", "司徒"
};
static const char *const men[] = { "建", "国", "强", "伟", "勇", "平", "明", "志", "文", "华", "永",
                                   "海", "峰", "龙", "小", "军", "斌", "涛", "超", "鹏", "宏", "玉",
                                   "福", "贵", "生", "祥", "俊", "杰", "林", "辉", "东", "刚", "兵",
                                   "成", "世", "德", "学", "仁", "义", "有", "得", "喜" };
static const char *const women[] = { "芳", "秀", "英", "兰", "梅", "霞", "玲", "丽", "娟", "燕",
                                     "艳", "红", "桂", "花", "萍", "琴", "莲", "香", "彩", "翠",
                                     "凤", "娥", "淑", "玉", "月", "静", "敏", "雪", "巧", "婷",
                                     "莉", "倩", "转", "爱", "春", "云", "菊", "珍" };
static const char *const village_heads[] = { "李家", "张家", "王家", "马家", "陈家", "上",
                                             "下",   "大",   "新",   "石",   "黄土", "柳树",
                                             "杨家", "红",   "青",   "白杨", "古" };
static const char *const village_tails[] = { "湾", "沟", "坪", "庄", "岔", "川",
                                             "坡", "河", "山", "堡", "塬", "咀" };
static const char *const occupations_wished[] = {
    "普工",   "操作工", "缝纫工", "制鞋工", "电子厂工", "装配工", "包装工", "食品加工工", "保安",
    "保洁员", "服务员", "焊工",   "叉车工", "装卸工",   "护理员", "厨师",   "质检员",     "驾驶员"
};
static const char *const skills[] = {
    "缝纫", "电焊", "驾驶", "烹饪", "砌筑", "家政", "电工", "养殖"
};

static const char *draw_surname(struct sim_chance *c)
{
    return sim_percent(c, 45) ? surnames[sim_below(c, 10)] : SIM_PICK(c, surnames);
}

static const char *draw_given(struct arena *mem, struct sim_chance *c, bool is_female)
{
    const char *first = is_female ? SIM_PICK(c, women) : SIM_PICK(c, men);
    const char *second = is_female ? SIM_PICK(c, women) : SIM_PICK(c, men);

    return sim_percent(c, 22) || first == second ? first : arena_printf(mem, "%s%s", first, second);
}

/* Numbers already given out, by their 17 digits: an open table. */
struct taken {
    uint64_t *slots;
    size_t mask;
};

static bool take(struct taken *t, uint64_t number)
{
    size_t i = (size_t)(number * 0x9E3779B97F4A7C15u >> 20) & t->mask;

    for (; t->slots[i]; i = (i + 1) & t->mask)
        if (t->slots[i] == number)
            return false;
    t->slots[i] = number;
    return true;
}

static const char *draw_id_no(struct sim_world *w, struct sim_chance *c, const struct sim_person *p,
                              struct taken *taken)
{
    const struct sim_place *county = &w->west[p->county];
    char digits[40];
    int64_t number;

    do {
        int sequence = sim_below(c, 499) * 2 + (p->is_female ? 2 : 1);
        if (p->birth.year <= county->old_until)
            memcpy(digits, county->old_prefix, 7);
        else
            memcpy(digits, arena_printf(w->mem, "%lld", (long long)county->code / 1000000), 7);
        memcpy(digits + 6,
               arena_printf(w->mem, "%04d%02d%02d%03d", p->birth.year, p->birth.month, p->birth.day,
                            sequence),
               12);
    } while (!str_int(digits, &number) || !take(taken, (uint64_t)number));
    return arena_printf(w->mem, "%s%c", digits, id_no_check(digits));
}

/* A number whose last digit is its check digit. */
static const char *with_check(char *card)
{
    int sum = 0, n = (int)strlen(card);

    for (int k = 0; k < n; k++) {
        int d = (card[n - 1 - k] - '0') * (k % 2 ? 2 : 1);
        sum += d > 9 ? d - 9 : d;
    }
    card[n - 1] = (char)('0' + (10 - sum % 10) % 10);
    return card;
}

/* A card of 19 digits. */
static const char *draw_account(struct arena *mem, struct sim_chance *c, int i)
{
    return with_check(arena_printf(mem, "62170%02d%04d%07d0", sim_below(c, 100),
                                   sim_below(c, 10000), i % 10000000));
}

static struct date draw_birth(struct sim_world *w, struct sim_chance *c, int age_low, int age_high)
{
    int age = age_low + sim_below(c, age_high - age_low);

    return date_add_days(date_make(w->start.year - age - 1, w->start.month, 1),
                         20 + sim_below(c, 340));
}

static void draw_wishes(struct sim_world *w, struct sim_chance *c, struct sim_person *p)
{
    int dice = sim_below(c, 100);

    p->willing = dice < 72 ? "有意愿" : dice < 84 ? "无意愿" : dice < 90 ? "无法外出" : "";
    p->wish_place = p->wish_work = "";
    if (dice >= 72)
        return;
    dice = sim_below(c, 100);
    p->wish_place = dice < 62   ? w->east_name
                    : dice < 80 ? arena_strndup(w->mem, w->east_full_name, strlen("福建省"))
                    : dice < 86 ? "新疆维吾尔自治区"
                                : "";
    if (sim_percent(c, 85))
        p->wish_work = sim_percent(c, 30)
                           ? arena_printf(w->mem, "%s、%s", occupations_wished[sim_below(c, 9)],
                                          occupations_wished[9 + sim_below(c, 9)])
                           : SIM_PICK(c, occupations_wished);
    if (sim_percent(c, 80))
        p->least_wage = 2800 + 100 * (sim_below(c, 8) + sim_below(c, 8)); /* about 3,500 (A3) */
}

/* What does not depend on the rest of the household. */
static void draw_rest(struct sim_world *w, struct sim_chance *c, struct sim_person *p, int i)
{
    static const char *const schools[] = { "小学", "小学", "初中", "初中",        "初中",
                                           "高中", "中专", "大专", "文盲或半文盲" };
    static const char *const banks[] = { "甘肃省农村信用社", "中国农业银行", "中国邮政储蓄银行",
                                         "中国建设银行" };
    static const char *const prefixes[] = { "139", "138", "150", "151", "182",
                                            "187", "180", "177", "199", "133" };
    int age = date_age(p->birth, w->start);

    p->education = age < 26 && sim_percent(c, 40) ? "大专" : SIM_PICK(c, schools);
    p->health = sim_percent(c, 93) ? "健康" : sim_percent(c, 70) ? "长期慢性病" : "残疾";
    p->ability = sim_percent(c, 80)   ? "普通劳动力"
                 : sim_percent(c, 60) ? "技能劳动力"
                                      : "弱劳动力或半劳动力";
    p->skill = str_eq(p->ability, "技能劳动力") ? SIM_PICK(c, skills) : "";
    p->phone = arena_printf(w->mem, "%s%08lld", SIM_PICK(c, prefixes),
                            ((long long)i * 7368787 + 20190211) % 100000000);
    /* Nearly everybody has a social-security card; a few numbers were never collected. */
    p->account = sim_percent(c, 97) ? draw_account(w->mem, c, i) : "";
    p->bank = *p->account
                  ? (w->west_code / 10000000000 == 50 ? "重庆农村商业银行" : SIM_PICK(c, banks))
                  : "";
    p->identified = date_add_days(date_make(2014, 1, 10), sim_below(c, 700));
    p->collected = date_add_days(date_make(w->start.year, 1, 2), sim_below(c, 25));
    draw_wishes(w, c, p);
}

/* Names as they occur among the small peoples of the north-west (C4 #6). */
static const char *const dotted_names[] = { "马·尤素夫",   "马·哈力克",     "阿依古丽·买买提",
                                            "古丽娜·艾力", "穆罕默德·亚库", "卓玛·才让" };

struct household {
    const char *no, *head, *surname, *type, *village, *collector;
    int county, town, members, head_age;
};

/* The first township of the first county is mobilised as a whole (整乡推进), so that more than 20
 * of its people travel together and it must name a leader. */
enum { PILOT_PERCENT = 8 };

static struct household draw_household(struct sim_world *w, struct sim_chance *c, int n)
{
    bool is_pilot = sim_percent(c, PILOT_PERCENT);
    struct household h = { .county = is_pilot ? 0 : sim_below(c, w->west_n),
                           .members = 1 + sim_below(c, 3),
                           .head_age = 30 + sim_below(c, 30) };
    const struct sim_place *county = &w->west[h.county];

    h.town = is_pilot ? 0 : sim_below(c, county->towns);
    h.no =
        arena_printf(w->mem, "%lld%05d", (long long)county->town[h.town].code / 1000, n % 100000);
    h.surname = draw_surname(c);
    h.type = sim_percent(c, 70) ? "建档立卡贫困户" : "一般农户";
    h.village =
        arena_printf(w->mem, "%s%s村", SIM_PICK(c, village_heads), SIM_PICK(c, village_tails));
    h.collector =
        arena_printf(w->mem, "%s%s", draw_surname(c), draw_given(w->mem, c, sim_percent(c, 30)));
    return h;
}

/* Head, spouse, grown-up child. */
static void draw_member(struct sim_world *w, struct sim_chance *c, struct household *h, int nth,
                        struct sim_person *p)
{
    bool is_dotted = sim_below(c, 300) == 0;

    p->county = h->county;
    p->town = h->town;
    p->village = h->village;
    p->household_no = h->no;
    p->household_type = h->type;
    p->collector = h->collector;
    p->ethnic = is_dotted            ? (sim_percent(c, 50) ? "回族" : "东乡族")
                : sim_percent(c, 96) ? "汉族"
                                     : "回族";
    p->is_female = nth == 0 ? sim_percent(c, 15) : nth == 1 ? true : sim_percent(c, 45);
    p->relation = nth == 0 ? "户主" : nth == 1 ? "配偶" : p->is_female ? "女" : "子";
    if (nth == 0)
        p->birth = draw_birth(w, c, h->head_age, h->head_age + 1);
    else if (nth == 1)
        p->birth = draw_birth(w, c, h->head_age - 3, h->head_age + 2);
    else
        p->birth = draw_birth(w, c, 18, MAX(19, MIN(30, h->head_age - 20)));
    p->name = is_dotted ? SIM_PICK(c, dotted_names)
                        : arena_printf(w->mem, "%s%s", nth == 1 ? draw_surname(c) : h->surname,
                                       draw_given(w->mem, c, p->is_female));
    if (nth == 0)
        h->head = p->name;
    p->head_name = h->head;
}

static void make_people(struct sim_world *w)
{
    struct sim_chance c = sim_chance(w->options.seed, "people", 0);
    size_t slots = 1024;
    struct taken taken;
    int n = 0;

    while (slots < (size_t)w->options.workers * 2)
        slots *= 2;
    taken = (struct taken){ NEW_ARRAY(w->mem, uint64_t, slots), slots - 1 };
    w->people = NEW_ARRAY(w->mem, struct sim_person, w->options.workers);
    for (int household = 1; n < w->options.workers; household++) {
        struct household h = draw_household(w, &c, household);
        for (int nth = 0; nth < h.members && n < w->options.workers; nth++, n++) {
            draw_member(w, &c, &h, nth, &w->people[n]);
            w->people[n].id_no = draw_id_no(w, &c, &w->people[n], &taken);
            draw_rest(w, &c, &w->people[n], n);
        }
    }
    w->people_n = n;
}

/* --- employers and posts --- */
/* Pay per month in hundreds of yuan; piece rate leaves a newcomer with less (A3 cause 1). */
static const struct trade {
    const char *suffix, *industry;
    struct {
        const char *title, *occupation;
        int low, high;
        bool is_piece;
    } posts[3];
} trades[] = {
    { "鞋业",
      "制造业",
      { { "针车工", "制鞋工", 36, 55, true },
        { "成型普工", "普工", 32, 42, true },
        { "包装工", "包装工", 30, 38, false } } },
    { "电子",
      "制造业",
      { { "电子装配工", "电子厂工", 35, 48, false },
        { "质检员", "质检员", 36, 45, false },
        { "仓管员", "仓管员", 34, 40, false } } },
    { "服装",
      "制造业",
      { { "平车工", "缝纫工", 36, 56, true },
        { "裁剪普工", "普工", 31, 40, true },
        { "后道包装", "包装工", 29, 36, true } } },
    { "食品",
      "制造业",
      { { "水产加工工", "食品加工工", 30, 42, true },
        { "操作工", "操作工", 31, 40, false },
        { "叉车工", "叉车工", 42, 52, false } } },
    { "物业服务",
      "居民服务",
      { { "保安员", "保安", 32, 38, false },
        { "保洁员", "保洁员", 28, 32, false },
        { "绿化工", "绿化工", 29, 34, false } } },
    { "酒店管理",
      "餐饮",
      { { "餐厅服务员", "服务员", 32, 40, false },
        { "帮厨", "厨师", 34, 45, false },
        { "客房服务员", "服务员", 31, 38, false } } },
    { "机械",
      "制造业",
      { { "焊工", "焊工", 48, 65, false },
        { "装配工", "装配工", 36, 46, false },
        { "数控操作工", "数控操作工", 42, 58, false } } },
    { "纺织",
      "制造业",
      { { "挡车工", "纺织工", 36, 50, true },
        { "落纱普工", "普工", 32, 41, true },
        { "维修工", "维修工", 42, 52, false } } },
};
static const char *const firm_words[] = { "瑞", "隆", "鑫", "宏", "达", "恒", "丰",
                                          "泰", "昌", "盛", "华", "联", "鹊", "桥",
                                          "兴", "和", "顺", "裕", "祥", "嘉" };

/* GB 32100: private legal person of the county; the body's own number is drawn. */
static const char *draw_credit_code(const struct sim_world *w, struct sim_chance *c, int64_t place)
{
    static const char alphabet[] = "0123456789ABCDEFGHJKLMNPQRTUWXY";
    static const int weights[] = { 1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28 };
    char code[40];
    int sum = 0;

    memcpy(code,
           arena_printf(w->mem, "91%06lld%08d", (long long)place / 1000000,
                        30000000 + sim_below(c, 60000000)),
           17);
    code[16] = alphabet[sim_below(c, 10)];
    for (int i = 0; i < 17; i++)
        sum += (int)(strchr(alphabet, code[i]) - alphabet) * weights[i];
    code[17] = alphabet[(31 - sum % 31) % 31];
    code[18] = 0;
    return arena_strdup(w->mem, code);
}

const char *sim_credit_code(const struct sim_world *w, int64_t place, int nth)
{
    struct sim_chance c =
        sim_chance(w->options.seed, "other employers", place / 1000000 * 100 + nth);

    return draw_credit_code(w, &c, place);
}

/* Without 市, 区, 县: 福清 */
static const char *short_place(struct arena *mem, const char *name)
{
    return arena_strndup(mem, name, strlen(name) - strlen("市"));
}

static void make_employer(struct sim_world *w, struct sim_chance *c, int i)
{
    struct sim_employer *e = &w->employers[i];
    const struct sim_place *place;

    e->place = i % w->east_n;
    place = &w->east[e->place];
    /* Two words by the number, so that no two have the same name. */
    e->name =
        arena_printf(w->mem, "%s%s%s%s有限公司", short_place(w->mem, place->name),
                     firm_words[i % 20], firm_words[(i / 20 + i + 7) % 20], trades[i % 8].suffix);
    e->credit_code = draw_credit_code(w, c, place->code);
    e->is_base = sim_percent(c, 60);
    e->kind = e->is_base ? "就业扶贫基地" : "企业";
    e->industry = trades[i % 8].industry;
    e->size = 60 + 20 * sim_below(c, 60);
    e->address = arena_printf(w->mem, "%s%s%d号", place->full_name,
                              place->towns ? place->town[sim_below(c, place->towns)].name : "",
                              1 + sim_below(c, 300));
    e->contact =
        arena_printf(w->mem, "%s%s", draw_surname(c), draw_given(w->mem, c, sim_percent(c, 50)));
    e->phone = arena_printf(w->mem, "136%08lld", ((long long)i * 7368787 + 8200311) % 100000000);
    e->account = with_check(arena_printf(w->mem, "35050161%02d%09d0", sim_below(c, 100),
                                         100000 + i * 7368787 % 100000));
    e->bank = i % 3 ? "中国建设银行福州分行" : "海峡银行";
    e->has_canteen = sim_percent(c, 85);
    e->has_noodles = e->has_canteen && sim_percent(c, 40);
    e->has_lodging = sim_percent(c, 85);
    e->has_couple_rooms = e->has_lodging && sim_percent(c, 30);
}

static void make_post(struct sim_world *w, struct sim_chance *c, int i)
{
    struct sim_post *p = &w->posts[i];
    const struct sim_employer *e;
    int shift = sim_below(c, 5) - 2, kind = i / w->employers_n % 3;

    p->employer = i % w->employers_n;
    e = &w->employers[p->employer];
    p->number = arena_printf(w->mem, "GW%04d", i + 1);
    p->title = trades[p->employer % 8].posts[kind].title;
    p->occupation = trades[p->employer % 8].posts[kind].occupation;
    p->pay_low = (trades[p->employer % 8].posts[kind].low + shift) * 100;
    p->pay_high = (trades[p->employer % 8].posts[kind].high + shift) * 100;
    p->pay_form = trades[p->employer % 8].posts[kind].is_piece ? "计件" : "计时";
    p->newcomer_pay = str_eq(p->pay_form, "计件") ? p->pay_low - 100 * (3 + sim_below(c, 5)) : 0;
    /* Together the posts have somewhat fewer seats than there are people who want to go. */
    p->headcount =
        MAX(2, w->options.workers * (40 + sim_below(c, 50)) / 100 / MAX(1, w->options.posts));
    p->has_board = e->has_canteen;
    p->has_lodging = e->has_lodging;
    p->is_reserved = e->is_base && sim_percent(c, 55);
    p->is_night = sim_percent(c, 20);
}

struct sim_world *sim_world_make(struct arena *mem, const struct sim_options *options)
{
    struct sim_world *w = NEW(mem, struct sim_world);
    const struct scenario *s = NULL;
    struct sim_chance c = sim_chance(options->seed, "employers", 0);

    for (size_t i = 0; i < ARRAY_LEN(scenarios); i++)
        if (str_eq(scenarios[i].key, options->pairing))
            s = &scenarios[i];
    if (!s)
        return NULL;
    *w = (struct sim_world){ .mem = mem,
                             .options = *options,
                             .west_name = s->west_name,
                             .east_name = s->east_name,
                             .east_full_name = s->east_full_name,
                             .west_code = s->west_code,
                             .east_code = s->east_code,
                             .start = date_make(2019, 2, 11) };
    w->west_n = make_places(w, s->west, s->old_until, &w->west);
    w->east_n = make_places(w, s->east, 0, &w->east);
    make_people(w);
    w->employers_n = MAX(1, MIN(options->posts, (options->posts + 1) / 2));
    w->employers = NEW_ARRAY(mem, struct sim_employer, w->employers_n);
    for (int i = 0; i < w->employers_n; i++)
        make_employer(w, &c, i);
    w->posts_n = options->posts;
    w->posts = NEW_ARRAY(mem, struct sim_post, w->posts_n);
    for (int i = 0; i < w->posts_n; i++)
        make_post(w, &c, i);
    return w;
}

struct sim_month_line sim_month(const struct sim_world *w, const struct sim_person *p,
                                const struct sim_post *post, struct month month, int nth)
{
    struct sim_chance c = sim_chance(w->options.seed, p->id_no, month.year * 12 + month.month);
    int full = post->pay_low + sim_below(&c, MAX(1, post->pay_high - post->pay_low));
    int pay = post->newcomer_pay && nth < 3 ? post->newcomer_pay + 50 * sim_below(&c, 6) : full;

    return (struct sim_month_line){ .name = p->name,
                                    .id_no = p->id_no,
                                    .status = "在岗",
                                    .days = 22 + sim_below(&c, 6),
                                    .wage = pay };
}
