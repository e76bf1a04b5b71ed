/* indicators.c — what each figure counts. Parameters, the same for all (figures.c):
 *   $1 $2    first and last day of the period        $3 $4  home range of the pairing   $5 $6  its
 * work range $7       1 January of the year of $2             $8     the day `months` before $2 $9
 * number of the last month that has ended by $2 (year * 12 + month)    $10  number of the month of
 * $1 $11 $12  the period in seconds, end exclusive    $15    $7 in seconds Whether somebody is the
 * first of a year is asked of all rows, whatever the reader may see: otherwise two offices would
 * count the same person in two places. */
#include "stats/indicators.h"

#define MONTH_NO(column) \
    "(CAST(SUBSTR(" column ", 1, 4) AS INTEGER) * 12 + CAST(SUBSTR(" column ", 6, 2) AS INTEGER))"
#define IN_PAIR(a) " AND " a ".home BETWEEN $3 AND $4 AND " a ".work BETWEEN $5 AND $6"
/* Both ends of the placement were paired on its first day. */
#define WAS_PAIRED(a)                                                                              \
    " AND EXISTS (SELECT 1 FROM pairing x WHERE " a ".home BETWEEN x.home_lo AND x.home_hi AND " a \
    ".work BETWEEN x.work_lo AND x.work_hi AND x.from_on <= " a                                    \
    ".start_on AND (x.until_on IS NULL OR x.until_on >= " a ".start_on))"
#define IN_OWN_PROVINCE(a) \
    " AND " a ".home BETWEEN $3 AND $4 AND " a ".work / 10000000000 = " a ".home / 10000000000"
/* Neither in the own province nor where it was paired. */
#define IS_ELSEWHERE(a)                                                                          \
    " AND " a ".home BETWEEN $3 AND $4 AND " a ".work / 10000000000 <> " a ".home / 10000000000" \
    " AND NOT EXISTS (SELECT 1 FROM pairing x WHERE " a                                          \
    ".home BETWEEN x.home_lo AND x.home_hi AND " a                                               \
    ".work BETWEEN x.work_lo AND x.work_hi AND x.from_on <= " a                                  \
    ".start_on AND (x.until_on IS NULL OR x.until_on >= " a ".start_on))"

#define PLACED                                                                                               \
    "SELECT a.home, a.work, a.id, a.person_id, a.employer_id, a.start_on AS day, a.end_on, 1 AS n, 0 AS fen" \
    " FROM placement a WHERE SCOPE(placement a)"
#define BEGAN " AND a.start_on BETWEEN $1 AND $2"
#define FIRST_OF_YEAR(where)                                                                                                 \
    " AND NOT EXISTS (SELECT 1 FROM placement b WHERE SCOPE_NOT(placement 'the first of the year decides where she counts')" \
    " AND b.person_id = a.person_id AND b.start_on >= $7 AND b.start_on < a.start_on" where ")"
#define IS_REGISTERED                                                                                                         \
    " AND EXISTS (SELECT 1 FROM person_status s WHERE SCOPE_NOT(person_status 'whoever is counted is counted by her status')" \
    " AND s.person_id = a.person_id AND s.kind IN ('REGISTERED_POOR', 'POVERTY_EXITED')"                                      \
    " AND (s.until_on IS NULL OR s.until_on >= a.start_on))"

#define TRANSFERRED \
    PLACED IN_PAIR("a") BEGAN WAS_PAIRED("a") FIRST_OF_YEAR(IN_PAIR("b") WAS_PAIRED("b"))
#define NEAR_HOME PLACED IN_OWN_PROVINCE("a") BEGAN FIRST_OF_YEAR(IN_OWN_PROVINCE("b"))
#define ELSEWHERE PLACED IS_ELSEWHERE("a") BEGAN FIRST_OF_YEAR(IS_ELSEWHERE("b"))
#define IN_WORK PLACED IN_PAIR("a") " AND a.start_on <= $2 AND (a.end_on IS NULL OR a.end_on >= $2)"
#define STABLE(months_less_one, months)                                                                            \
    IN_WORK                                                                                                        \
    " AND a.start_on <= $8 AND EXISTS (SELECT 1 FROM placement_month m WHERE"                                      \
    " SCOPE_NOT(placement_month 'its placement is in scope') AND m.placement_id = a.id AND m.status = 'CONFIRMED'" \
    " AND m.month <= SUBSTR($2, 1, 7) AND (SELECT COUNT(*) FROM placement_month k WHERE"                           \
    " SCOPE_NOT(placement_month 'its placement is in scope') AND k.placement_id = a.id AND k.status = 'CONFIRMED'" \
    " AND " MONTH_NO("k.month") " BETWEEN " MONTH_NO(                                                              \
        "m.month") " - " months_less_one " AND " MONTH_NO("m.month") ") = " months ")"

#define COHORT(n)                                                   \
    PLACED IN_PAIR("a") " AND a.previous_id IS NULL AND " MONTH_NO( \
        "a.start_on") " + " n " BETWEEN $10 AND $9"
#define RETAINED(n)                                                                                      \
    COHORT(n)                                                                                            \
    " AND EXISTS (SELECT 1 FROM placement b WHERE SCOPE_NOT(placement 'a re-posted person has stayed')"  \
    " AND b.person_id = a.person_id AND b.start_on >= a.start_on" IN_PAIR("b") " AND " MONTH_NO(         \
        "b.start_on") " <= " MONTH_NO("a.start_on") " + " n                                              \
                                                    " AND (b.end_on IS NULL OR " MONTH_NO(               \
                                                        "b.end_on") " > " MONTH_NO("a.start_on") " + " n \
                                                                                                 "))"

#define OFFERED                                                                                                           \
    "SELECT o.home, o.work, o.id, o.person_id, o.employer_id, o.offered_on AS day, CAST(NULL AS TEXT) AS end_on, 1 AS n," \
    " 0 AS fen FROM offer o WHERE SCOPE(offer o)" IN_PAIR("o")
#define EARLIER_OFFER                                                                                                \
    " AND NOT EXISTS (SELECT 1 FROM offer b WHERE SCOPE_NOT(offer 'the first of the year decides where she counts')" \
    " AND b.person_id = o.person_id" IN_PAIR("b")
#define TRAVELLED                                                                                                 \
    "SELECT g.home, g.work, g.id, g.person_id, g.employer_id, COALESCE(t.arrive_on, t.depart_on) AS day,"         \
    " CAST(NULL AS TEXT) AS end_on, 1 AS n, 0 AS fen FROM passenger g JOIN transfer_batch t ON t.id = g.batch_id" \
    " WHERE SCOPE(passenger g) AND SCOPE_NOT(transfer_batch 'the passenger is in scope')" IN_PAIR(                \
        "g")
#define REGISTER                                                                                                          \
    "SELECT p.home, p.work, p.id, p.id AS person_id, p.employer_id, p.collected_on AS day, CAST(NULL AS TEXT) AS end_on," \
    " 1 AS n, 0 AS fen FROM person p WHERE SCOPE(person p) AND p.home BETWEEN $3 AND $4"
#define OPEN_POSTS(n)                                                                                                         \
    "SELECT CAST(NULL AS BIGINT) AS home, j.work, j.id, CAST(NULL AS BIGINT) AS person_id, j.employer_id, j.start_on AS day," \
    " j.expires_on AS end_on, " n                                                                                             \
    " AS n, 0 AS fen FROM job_post j WHERE SCOPE(job_post j) AND j.state = 'OPEN'"                                            \
    " AND j.taken < j.headcount AND j.work BETWEEN $5 AND $6"

/* What one side pays and the other has no part in carries no place of the other. */
#define CLAIMED                                                                                                       \
    "SELECT c.home, c.work, c.id, c.person_id, c.employer_id, c.due_on AS day, CAST(NULL AS TEXT) AS end_on, 1 AS n," \
    " c.amount_fen AS fen FROM claim c WHERE SCOPE(claim c) AND COALESCE(c.home, $3) BETWEEN $3 AND $4"               \
    " AND COALESCE(c.work, $5) BETWEEN $5 AND $6 AND c.due_on BETWEEN $1 AND $2"
#define PAID                                                                                                                                 \
    "SELECT l.home, l.work, l.id, l.person_id, l.employer_id, CAST(NULL AS TEXT) AS day, CAST(NULL AS TEXT) AS end_on,"                      \
    " 1 AS n, l.amount_fen - l.offset_fen AS fen FROM payment_line l WHERE SCOPE(payment_line l) AND COALESCE(l.home, $3) BETWEEN $3 AND $4" \
    " AND COALESCE(l.work, $5) BETWEEN $5 AND $6 AND l.state = 'SUCCESS' AND l.updated_at >= $11 AND l.updated_at < $12"

#define PERSONS .measure = MEASURE_PERSONS
#define PERSON_TIMES .measure = MEASURE_PERSON_TIMES
#define FROM_PLACEMENTS .path = "/placements", .perm = PERM_PLACEMENT_READ
#define COHORT_ROW(n)                                                                          \
    {                                                                                          \
        "begun_" n "m", "满 " n " 个月可核的就业人次", "Begun " n " month(s) ago",             \
            "上岗后第 " n " 个月的月末落在统计期内的就业段数，同地转岗续接的不另计",           \
            "Placements whose month " n                                                        \
            " after the starting month ends in the period; re-postings are not counted again", \
            PERSON_TIMES, FROM_PLACEMENTS, .sql = COHORT(n)                                    \
    }
#define RETENTION_ROW(n)                                                                                                                                 \
    {                                                                                                                                                    \
        "retention_" n "m", n " 个月留存", "Retained for " n " month(s)",                                                                                \
            "上述就业段中，上岗后第 " n                                                                                                                  \
            " 个月的月末仍在结对地区在岗（含转岗）的段数；除以可核段数为留存率",                                                                         \
            "Of these, how many were still at work in the paired area when that month ended, re-posted or not; over all of them: the rate of retention", \
            PERSON_TIMES, .of = "begun_" n "m", FROM_PLACEMENTS, .sql = RETAINED(n)                                                                      \
    }

const struct indicator indicators[] = {
    { "people", "登记劳动力", "Registered persons", "目前在册的劳动力，按户籍地",
      "Persons in the register today, by domicile", PERSONS, .is_stock = true, .path = "/people",
      .perm = PERM_PERSON_READ, .sql = REGISTER },
    { "willing", "有外出务工意愿", "Willing to go", "目前在册且最近一次调查愿意外出务工的劳动力",
      "Persons in the register who said yes when last asked", PERSONS, .is_stock = true,
      .path = "/people", .perm = PERM_PERSON_READ,
      .sql = REGISTER " AND p.willingness = 'WILLING'" },
    { "matched", "已匹配岗位", "Offered a post",
      "统计期内收到录用通知的劳动力，每人每年按第一份计一次",
      "Persons who were offered a post in the period; each once a year, by the first offer",
      PERSONS, .path = "/offers", .perm = PERM_OFFER_READ,
      .sql = OFFERED
      " AND o.offered_on BETWEEN $1 AND $2" EARLIER_OFFER
      " AND b.offered_on >= $7 AND (b.offered_on < o.offered_on OR (b.offered_on = o.offered_on AND b.id < o.id)))" },
    { "signed_up", "已报名", "Signed up",
      "统计期内接受录用的劳动力，每人每年计一次；后又谢绝的不计",
      "Persons who accepted an offer in the period; each once a year; not those who later declined",
      PERSONS, .path = "/offers", .perm = PERM_OFFER_READ,
      .sql = OFFERED
      " AND o.state IN ('ACCEPTED', 'CONVERTED') AND o.answered_at >= $11 AND o.answered_at < $12" EARLIER_OFFER
      " AND b.state IN ('ACCEPTED', 'CONVERTED') AND b.answered_at >= $15"
      " AND (b.answered_at < o.answered_at OR (b.answered_at = o.answered_at AND b.id < o.id)))" },
    { "departed", "已出发", "Departed", "统计期内随点对点批次上车出发的人次，按出发日期",
      "Journeys begun with a transfer batch in the period, by the day of departure", PERSON_TIMES,
      .path = "/passengers", .perm = PERM_BATCH_READ,
      .sql = TRAVELLED
      " AND t.depart_on BETWEEN $1 AND $2 AND g.state IN ('BOARDED', 'ARRIVED', 'HANDED_OVER', 'REFUSED')" },
    { "arrived", "已到达", "Arrived", "统计期内随点对点批次到达输入地的人次，按到达日期",
      "Journeys that reached their destination in the period, by the day of arrival", PERSON_TIMES,
      .path = "/passengers", .perm = PERM_BATCH_READ,
      .sql = TRAVELLED
      " AND COALESCE(t.arrive_on, t.depart_on) BETWEEN $1 AND $2 AND g.state IN ('ARRIVED', 'HANDED_OVER', 'REFUSED')" },
    { "transferred_east", "转移到东部结对地区就业", "Transferred to the paired city",
      "统计期内上岗、上岗日两地处于结对期的劳动力，每人每年按第一段计一次，记在其户籍县和首个务工县",
      "Persons who began work in the period where their domicile was paired on that day; each once a year, by the first placement",
      PERSONS, FROM_PLACEMENTS, .sql = TRANSFERRED },
    { "transferred_east_registered", "其中：建档立卡（脱贫）劳动力", "of which registered",
      "其中上岗日在建档立卡或脱贫户状态内的劳动力",
      "Of these, whose household was registered poor or had left poverty on the first day", PERSONS,
      .of = "transferred_east", FROM_PLACEMENTS, .sql = TRANSFERRED IS_REGISTERED },
    { "placed_near_home", "省内就近就业", "Placed in the own province",
      "统计期内在本省上岗的劳动力，每人每年计一次；结对双方同看一个数，输入地看不到姓名",
      "Persons who began work in their own province in the period; each once a year. Both sides of a pairing see the figure, the destination without names",
      PERSONS, .is_agreed = true, FROM_PLACEMENTS, .sql = NEAR_HOME },
    { "placed_near_home_registered", "其中：就近就业的建档立卡（脱贫）劳动力",
      "of which registered, near home", "省内就近就业中建档立卡或脱贫户的劳动力",
      "Of those placed in their own province, who were of registered households", PERSONS,
      .is_agreed = true, .of = "placed_near_home", FROM_PLACEMENTS,
      .sql = NEAR_HOME IS_REGISTERED },
    { "placed_elsewhere", "其他地区就业", "Placed elsewhere",
      "统计期内在省外非结对地区上岗的劳动力，每人每年计一次",
      "Persons who began work outside of their province where it was not paired; each once a year",
      PERSONS, .is_agreed = true, FROM_PLACEMENTS, .sql = ELSEWHERE },
    { "in_work", "在岗人数", "At work", "统计日在岗的劳动力", "Persons with a placement on the day",
      PERSONS, .is_stock = true, FROM_PLACEMENTS, .sql = IN_WORK },
    { "stable_3m", "稳定就业 3 个月", "Stable for 3 months",
      "统计日在岗、上岗满 3 个月且有连续 3 个月在岗核实记录的劳动力；未核实的月份不计",
      "Persons at work on the day, begun three months ago or more, with three months confirmed in a row; a month without evidence does not count",
      PERSONS, .is_stock = true, .months = 3, .of = "in_work", FROM_PLACEMENTS,
      .sql = STABLE("2", "3") },
    { "stable_6m", "稳定就业 6 个月", "Stable for 6 months",
      "统计日在岗、上岗满 6 个月且有连续 6 个月在岗核实记录的劳动力；未核实的月份不计",
      "Persons at work on the day, begun six months ago or more, with six months confirmed in a row; a month without evidence does not count",
      PERSONS, .is_stock = true, .months = 6, .of = "in_work", FROM_PLACEMENTS,
      .sql = STABLE("5", "6") },
    COHORT_ROW("1"),
    RETENTION_ROW("1"),
    COHORT_ROW("3"),
    RETENTION_ROW("3"),
    COHORT_ROW("6"),
    RETENTION_ROW("6"),
    { "posts_open", "在招岗位", "Open posts", "目前在招且有空额的岗位",
      "Posts open today with a free seat", MEASURE_COUNT, .is_stock = true, .path = "/posts",
      .perm = PERM_POST_READ, .sql = OPEN_POSTS("1") },
    { "seats_open", "在招名额", "Free seats", "目前在招岗位的空余名额",
      "Free seats of open posts today", MEASURE_COUNT, .is_stock = true, .path = "/posts",
      .perm = PERM_POST_READ, .sql = OPEN_POSTS("j.headcount - j.taken") },
    { "claims_found", "应发补贴", "Subsidies found due",
      "到期日在统计期内的补贴申领金额，不予发放和撤回的不计",
      "Claims that fell due in the period, without those rejected or withdrawn", MEASURE_YUAN,
      .path = "/claims", .perm = PERM_CLAIM_READ,
      .sql = CLAIMED " AND c.state NOT IN ('REJECTED', 'WITHDRAWN', 'LAPSED')" },
    { "claims_approved", "已审批补贴", "Subsidies approved", "其中已终审通过的金额，含已支付",
      "Of these, what is approved, paid or not", MEASURE_YUAN, .of = "claims_found",
      .path = "/claims", .perm = PERM_CLAIM_READ,
      .sql = CLAIMED " AND c.state IN ('APPROVED', 'IN_PAYMENT', 'PAID', 'PAYMENT_FAILED')" },
    { "paid_yuan", "已发补贴", "Subsidies paid", "统计期内银行回盘成功的金额，按回盘日期",
      "What the bank reported as paid in the period, by the day of its return", MEASURE_YUAN,
      .path = "/payment-lines", .perm = PERM_PAYMENT_READ, .sql = PAID },
    { 0 },
};

enum err indicator_find(struct ctx *cx, const char *id, const struct indicator **ret)
{
    for (const struct indicator *i = indicators; i->id; i++)
        if (str_eq(i->id, id)) {
            *ret = i;
            return OK;
        }
    return fail_field(cx, "id", "indicator.unknown", "%s",
                      T("没有这个指标", "there is no such indicator"));
}

const char *measure_code(enum measure m)
{
    static const char *const codes[] = { "persons", "person_times", "count", "fen" };

    return codes[m];
}

const char *measure_unit(enum measure m, enum lang lang)
{
    static const char *const units[][2] = {
        { "人", "persons" }, { "人次", "person-times" }, { "个", "" }, { "元", "yuan" }
    };

    return units[m][lang == LANG_EN];
}
