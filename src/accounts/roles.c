/* roles.c — what each role may do, by side. The west keeps the people, sends them and pays its
 * subsidies; the east keeps employers and posts, receives and confirms; each gets what its work
 * needs and no more. The entry of a claim, its checks, its approval and its payment are different
 * roles; that they are different people is seen to where they act (claims, payments). */
#include "accounts/accounts.h"
#include "divisions/divisions.h"

const struct choice roles[] = {
    { "ADMIN", "管理员", "Administrator", "系统管理员" },
    { "CLERK", "经办", "Clerk", "经办人" },
    { "CHECKER", "初审", "First check", "初审人" },
    { "REVIEWER", "复审", "Review", "复审人" },
    { "APPROVER", "终审", "Approval", "终审人" },
    { "PAYER", "支付", "Payment", "出纳|财务" },
    { "CADRE", "村级", "Village cadre", "村干部|驻村干部" },
    { "STATION", "驻点", "Station staff", "劳务站" },
    { "EMPLOYER", "企业", "Employer", "用工企业" },
    { "WORKER", "务工人员", "Worker", "劳动力" },
    { "AUDITOR", "审计", "Auditor", "审计人员" },
    { "LEADER", "领导", "Leader (reads only)", "只读" },
    { 0 },
};
const struct choice org_kinds[] = {
    { "BUREAU", "人社部门", "Bureau", "人社局|乡镇|村" },
    { "STATION", "劳务工作站", "Labour station", "工作站" },
    { "EMPLOYER", "企业", "Employer", "用工单位" },
    { "AUDITOR", "审计监督", "Audit office", "审计局" },
    { 0 },
};
const struct choice sides[] = {
    { "HOME", "输出地（西部）", "Origin (west)", "输出地|西部" },
    { "WORK", "输入地（东部）", "Destination (east)", "输入地|东部" },
    { 0 },
};

#define B(name) PERM_BIT(PERM_##name)
#define READS                                                                               \
    (B(PERSON_READ) | B(EMPLOYER_READ) | B(POST_READ) | B(MATCH_READ) | B(OFFER_READ) |     \
     B(BATCH_READ) | B(PLACEMENT_READ) | B(POLICY_READ) | B(CLAIM_READ) | B(PAYMENT_READ) | \
     B(TARGET_READ) | B(STATS_READ))

struct role {
    const char *code, *kind;   /* kind: of the organisations that may have it */
    uint64_t both, home, work; /* on either side, and what each side adds */
    bool is_alone;             /* never together with another role */
};

static const struct role table[] = {
    /* Keeps accounts and sees what was done with them, but no person's row. */
    { "ADMIN", "BUREAU",
      B(ACCOUNT_MANAGE) | B(EMPLOYER_READ) | B(POLICY_READ) | B(TARGET_READ) | B(STATS_READ) |
          B(JOURNAL_READ) | B(STAND_IN),
      B(DIVISION_MANAGE), B(DIVISION_MANAGE), false },
    { "CLERK", "BUREAU",
      READS | B(PERSON_REVEAL) | B(MATCH_RUN) | B(OFFER_WRITE) | B(OFFER_ANSWER) |
          B(PLACEMENT_WRITE) | B(MONTH_CONFIRM) | B(CLAIM_WRITE) | B(TARGET_WRITE) | B(IMPORT) |
          B(EXPORT),
      B(PERSON_WRITE) | B(BATCH_WRITE), B(EMPLOYER_WRITE) | B(POST_WRITE) | B(BATCH_RECEIVE),
      false },
    { "CHECKER", "BUREAU", READS | B(PERSON_REVEAL) | B(CLAIM_CHECK) | B(STAND_IN), 0,
      B(POST_REVIEW), false },
    { "REVIEWER", "BUREAU", READS | B(CLAIM_REVIEW) | B(MONTH_LOCK) | B(EXPORT) | B(STAND_IN), 0,
      B(POST_REVIEW), false },
    { "APPROVER", "BUREAU",
      READS | B(CLAIM_APPROVE) | B(PAYMENT_APPROVE) | B(POLICY_WRITE) | B(TARGET_WRITE) |
          B(MONTH_LOCK) | B(EXPORT) | B(STAND_IN),
      B(BATCH_WRITE), 0, false },
    { "PAYER", "BUREAU",
      B(PERSON_READ) | B(POLICY_READ) | B(CLAIM_READ) | B(PAYMENT_READ) | B(PAYMENT_MAKE) |
          B(PAYMENT_APPROVE) | B(EXPORT),
      0, 0, false },
    /* Visits and phones: needs the telephone number, with its reason and quota. */
    { "CADRE", "BUREAU",
      B(PERSON_READ) | B(PERSON_REVEAL) | B(EMPLOYER_READ) | B(POST_READ) | B(MATCH_READ) |
          B(OFFER_READ) | B(OFFER_ANSWER) | B(BATCH_READ) | B(PLACEMENT_READ) | B(MONTH_CONFIRM) |
          B(POLICY_READ) | B(CLAIM_READ) | B(CLAIM_WRITE) | B(IMPORT),
      B(PERSON_WRITE), 0, false },
    /* Resident staff of the western county in the eastern city. */
    { "STATION", "STATION",
      B(PERSON_READ) | B(PERSON_REVEAL) | B(EMPLOYER_READ) | B(POST_READ) | B(MATCH_READ) |
          B(OFFER_READ) | B(OFFER_WRITE) | B(OFFER_ANSWER) | B(BATCH_READ) | B(BATCH_RECEIVE) |
          B(PLACEMENT_READ) | B(PLACEMENT_WRITE) | B(MONTH_CONFIRM) | B(POLICY_READ) |
          B(CLAIM_READ) | B(CLAIM_WRITE) | B(STATS_READ) | B(IMPORT) | B(EXPORT),
      0, 0, false },
    { "EMPLOYER", "EMPLOYER",
      B(PERSON_READ) | B(EMPLOYER_READ) | B(POST_READ) | B(POST_WRITE) | B(OFFER_READ) |
          B(BATCH_READ) | B(BATCH_RECEIVE) | B(PLACEMENT_READ) | B(MONTH_CONFIRM) | B(POLICY_READ) |
          B(CLAIM_READ) | B(CLAIM_WRITE) | B(IMPORT),
      0, 0, true },
    { "WORKER", "BUREAU",
      B(PERSON_READ) | B(POST_READ) | B(MATCH_READ) | B(OFFER_READ) | B(OFFER_ANSWER) |
          B(BATCH_READ) | B(PLACEMENT_READ) | B(MONTH_CONFIRM) | B(POLICY_READ) | B(CLAIM_READ) |
          B(CLAIM_WRITE) | B(PAYMENT_READ),
      0, 0, true },
    { "AUDITOR", "AUDITOR", READS | B(JOURNAL_READ) | B(EXPORT), 0, 0, true },
    { "LEADER", "BUREAU", READS, 0, 0, false },
    { 0 },
};

/* Writing accounts must not be a way to money: an administrator approves and pays nothing herself.
 */
static const char *const kept_apart[] = { "APPROVER", "PAYER" };

static const struct role *role_named(const char *code, size_t len)
{
    for (const struct role *r = table; r->code; r++)
        if (strlen(r->code) == len && memcmp(r->code, code, len) == 0)
            return r;
    return NULL;
}

static uint64_t perms_on(const struct role *r, const char *side)
{
    return r->both | (str_eq(side, "WORK") ? r->work : r->home);
}

uint64_t roles_perms(const char *held, const char *side)
{
    uint64_t perms = 0;

    for (const char *at = held; at && *at; at += strcspn(at, ","), at += *at == ',') {
        const struct role *r = role_named(at, strcspn(at, ","));
        if (r)
            perms |= perms_on(r, side);
    }
    return perms;
}

static enum err refuse(struct ctx *cx, const char *code, const char *message)
{
    return fail_field(cx, "roles", code, "%s", message);
}

enum err roles_check(struct ctx *cx, const char *held, const char *kind, int64_t division)
{
    bool is_admin = false, is_kept_apart = false, is_alone = false;
    int n = 0;

    for (const char *at = held; at && *at; at += strcspn(at, ","), at += *at == ',') {
        const struct role *r = role_named(at, strcspn(at, ","));
        if (!r)
            return refuse(cx, "role.unknown", T("没有这个角色", "there is no such role"));
        if (!str_eq(r->kind, kind))
            return refuse(cx, "role.kind",
                          T("该类单位不能有这个角色",
                            "an organisation of this kind has no such role"));
        if (str_eq(r->code, "CADRE") && division_level(division) < LEVEL_TOWNSHIP)
            return refuse(cx, "role.level",
                          T("村级角色只能用于乡镇或村",
                            "village cadres belong to a township or village"));
        is_alone |= r->is_alone;
        is_admin |= str_eq(r->code, "ADMIN");
        for (size_t i = 0; i < ARRAY_LEN(kept_apart); i++)
            is_kept_apart |= str_eq(r->code, kept_apart[i]);
        n++;
    }
    if (n == 0)
        return refuse(cx, "role.none", T("请至少选择一个角色", "choose at least one role"));
    if ((is_alone && n > 1) || (is_admin && is_kept_apart))
        return refuse(cx, "role.apart",
                      T("这些角色不能由同一账号兼任",
                        "one account cannot hold these roles together"));
    return OK;
}
