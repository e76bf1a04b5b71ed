/* claims_discovery.c — policies look for people (政策找人): what somebody has become entitled to is
 * found without her asking. Each night the whole ledger is looked through; in between, whoever's
 * record changes is looked at within a minute. A claim whose window is about to close is counted on
 * the home page (stats/home.c); one whose window has closed unclaimed does not vanish: it becomes
 * LAPSED, with a journal entry. */
#include "claims/claims_int.h"

#include <stdlib.h>

#include "platform/journal.h"
#include "platform/log.h"

enum { ENTRIES_A_READ = 5000, PERSONS_A_TURN = 2000, LAPSED_A_TURN = 500 };

struct discovery {
    int64_t cursor;
    const char *found_on;
    int64_t *persons; /* ascending, each once */
    int person_count;
    struct claims_found *found;
};

/* Changes after which somebody may be entitled to more. */
static bool matters(const char *kind)
{
    return str_eq(kind, "person") || str_eq(kind, "placement") || str_eq(kind, "passenger");
}

static int compare_ids(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return (x > y) - (x < y);
}

static void add_persons(struct discovery *d, const struct rows *entries)
{
    int n = 0;

    for (int i = 0; i < entries->n; i++) {
        int64_t id = row_int(entries, i, "person_id");
        if (id != NONE && matters(row_text(entries, i, "kind")))
            d->persons[d->person_count++] = id;
    }
    qsort(d->persons, (size_t)d->person_count, sizeof *d->persons, compare_ids);
    for (int i = 0; i < d->person_count; i++)
        if (n == 0 || d->persons[n - 1] != d->persons[i])
            d->persons[n++] = d->persons[i];
    d->person_count = n;
}

/* Where the last turn ended. A store that was never looked through begins at the journal's end, and
 * with the whole ledger. */
static enum err read_place(struct ctx *cx, void *arg)
{
    struct discovery *d = arg;
    struct rows r;

    TRY(db_rows(cx, &r, "SELECT cursor, found_on FROM claim_discovery WHERE one = 1"));
    d->found_on = r.n ? row_text(&r, 0, "found_on") : "";
    d->person_count = 0;
    if (!r.n)
        return journal_cursor(cx, &d->cursor);
    d->cursor = row_int(&r, 0, "cursor");
    return OK;
}

static enum err read_changes(struct ctx *cx, void *arg)
{
    struct discovery *d = arg;
    struct rows entries;
    int64_t before;

    d->persons = NEW_ARRAY(cx->mem, int64_t, PERSONS_A_TURN + ENTRIES_A_READ);
    do {
        before = d->cursor;
        TRY(journal_since(cx, d->cursor, ENTRIES_A_READ, &entries, &d->cursor));
        add_persons(d, &entries);
    } while (d->cursor != before && d->person_count < PERSONS_A_TURN);
    return OK;
}

static enum err write_place(struct ctx *cx, void *arg)
{
    const struct discovery *d = arg;

    return db_exec(cx,
                   "INSERT INTO claim_discovery (one, cursor, found_on) VALUES (1, $1, $2)"
                   " ON CONFLICT (one) DO UPDATE SET cursor = excluded.cursor,"
                   " found_on = excluded.found_on",
                   P(d->cursor), P(d->found_on));
}

static enum err lapse(struct ctx *cx, void *arg)
{
    int *ret_n = arg;
    struct rows r;

    TRY(db_rows(
        cx, &r,
        "SELECT id, state, home, work, employer_id, person_id FROM claim c"
        " WHERE SCOPE_NOT(claim 'the windows of all close')"
        " AND c.state IN ('ELIGIBLE', 'RETURNED') AND c.close_on < $1 ORDER BY c.id LIMIT $2",
        P(date_text(cx->mem, cx->today)), P(LAPSED_A_TURN)));
    for (int i = 0; i < r.n; i++) {
        TRY(db_exec(cx,
                    "UPDATE claim SET state = 'LAPSED', version = version + 1, updated_at = $1"
                    " WHERE SCOPE_NOT(claim 'the windows of all close') AND id = $2",
                    P(cx->now), P(row_int(&r, i, "id"))));
        TRY(journal_append(cx, &(struct journal_entry){
                                   .kind = "claim",
                                   .record_id = row_int(&r, i, "id"),
                                   .action = "lapse",
                                   .before = arena_printf(cx->mem, "{\"state\":\"%s\"}",
                                                          row_text(&r, i, "state")),
                                   .after = "{\"state\":\"LAPSED\"}",
                                   .home = row_int(&r, i, "home"),
                                   .work = row_int(&r, i, "work"),
                                   .employer_id = row_int(&r, i, "employer_id"),
                                   .person_id = row_int(&r, i, "person_id") }));
    }
    *ret_n = r.n;
    return OK;
}

enum err claims_discover(struct ctx *cx, struct claims_found *ret)
{
    struct claims_found found = { 0 };
    struct discovery d = { .found = &found };
    const char *today = date_text(cx->mem, cx->today);
    int lapsed;

    do
        TRY(db_write(cx, lapse, &lapsed));
    while (lapsed == LAPSED_A_TURN);
    TRY(db_read(cx, read_place, &d));
    if (str_eq(d.found_on, today)) {
        int64_t before = d.cursor;
        TRY(db_read(cx, read_changes, &d));
        if (d.cursor == before)
            goto done;
        TRY(claims_find_for(cx, d.persons, d.person_count, cx->today, &found));
    } else {
        TRY(claims_find(cx, NONE, cx->today, &found));
        d.found_on = today;
    }
    TRY(db_write(cx, write_place, &d));
done:
    *ret = found;
    return OK;
}

void claims_discovery(struct store *store)
{
    struct ctx *cx = ctx_new(store, store_now(store));
    struct claims_found found;

    ctx_as_system(cx);
    if (claims_discover(cx, &found) != OK)
        log_event("claims.discovery_failed", cx->failure.code);
    ctx_free(cx);
}
