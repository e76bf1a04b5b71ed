/* identity.c — which natural person acts. The hands that money passes through are people, not
 * accounts: whoever has an account in the county and another one in the city is one
 * hand. The citizen number behind an account tells; it is sealed, and compared by its blind index.
 */
#include "accounts/accounts.h"
#include "platform/seal.h"

uint64_t money_perms(void)
{
    return PERM_BIT(PERM_CLAIM_WRITE) | PERM_BIT(PERM_CLAIM_CHECK) | PERM_BIT(PERM_CLAIM_REVIEW) |
           PERM_BIT(PERM_CLAIM_APPROVE) | PERM_BIT(PERM_PAYMENT_MAKE) |
           PERM_BIT(PERM_PAYMENT_APPROVE) | PERM_BIT(PERM_MONTH_LOCK);
}

static enum err read_number(struct ctx *cx, int64_t user_id, struct rows *ret)
{
    return db_one(
        cx, ret,
        "SELECT id, person_id, id_no_sealed, id_no_index FROM user_account u"
        " WHERE SCOPE_NOT(user_account 'whoever acts, or in whose stead she does') AND u.id = $1",
        P(user_id));
}

enum err account_check_identity(struct ctx *cx)
{
    struct rows own;

    if (cx->who.user_id == NONE)
        return OK;
    TRY(read_number(cx, cx->who.user_id, &own));
    if (row_int(&own, 0, "person_id") != NONE || row_blob(&own, 0, "id_no_index").data)
        return OK;
    return hint(cx,
                fail(cx, E_FORBIDDEN, "account.no_identity", "%s",
                     T("您的账号未登记身份证号，不能办理资金业务",
                       "your account has no citizen number: it cannot act on money")),
                "%s",
                T("请本单位管理员在“账号”中补登您的身份证号",
                  "have your administrator enter it with your account"));
}

enum err account_hand(struct ctx *cx, int64_t user_id, struct hand *ret)
{
    int64_t *ids;
    struct rows r;

    *ret = (struct hand){ 0 };
    if (user_id == NONE)
        return OK;
    TRY(db_rows(
        cx, &r,
        "SELECT o.id FROM user_account o WHERE SCOPE_NOT(user_account 'one person may hold accounts in several offices')"
        " AND o.id_no_index = (SELECT u.id_no_index FROM user_account u"
        " WHERE SCOPE_NOT(user_account 'one person may hold accounts in several offices') AND u.id = $1) AND o.id <> $1 ORDER BY o.id",
        P(user_id)));
    ids = NEW_ARRAY(cx->mem, int64_t, r.n + 1);
    ids[ret->n++] = user_id;
    for (int i = 0; i < r.n; i++)
        ids[ret->n++] = row_int(&r, i, "id");
    ret->users = ids;
    return OK;
}

bool hand_has(const struct hand *hand, int64_t user_id)
{
    for (int i = 0; i < hand->n; i++)
        if (hand->users[i] == user_id)
            return true;
    return false;
}

enum err account_has_number(struct ctx *cx, int64_t user_id, const char *place, struct bytes index,
                            bool *ret)
{
    const char *number;
    struct bytes sealed, own_index;
    struct rows own;

    *ret = false;
    if (user_id == NONE || !index.data)
        return OK;
    TRY(read_number(cx, user_id, &own));
    sealed = row_blob(&own, 0, "id_no_sealed");
    if (!sealed.data)
        return OK;
    TRY(seal_open(cx, "user_account.id_no", user_id, sealed, &number));
    own_index = seal_index(cx->mem, place, number);
    *ret = own_index.len == index.len && memcmp(own_index.data, index.data, index.len) == 0;
    return OK;
}
