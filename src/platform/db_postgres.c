/* db_postgres.c — the store for where users outgrow a machine. */
#include "platform/db_backend.h"

enum err postgres_open_store(const char *url, struct ctx *cx, struct store **ret)
{
    (void)url, (void)ret;
    return fail(cx, E_BUSY, "db.cannot_open",
                T("此版本尚不支持 PostgreSQL", "PostgreSQL is not supported yet"));
}
