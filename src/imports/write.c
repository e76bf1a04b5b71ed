/* write.c — the good rows go in by one transaction: all of them with the batch's new state, or
 * none. They were checked, so they are written without ado; only when one is refused after all
 * (registered by another hand since) the transaction is run again with a savepoint for each chunk,
 * and for each row of the refused chunk. */
#include "imports/imports_int.h"

#include <stdio.h>

#include "platform/ahead.h"
#include "platform/seal.h"

enum { CHUNK = 400 };

struct waiting {
    void *in;
    struct packed_row row;
    const struct sealed_ahead *sealed;
    struct bytes key_index; /* of a sealed key */
};

/* Rows are unpacked and sealed by a thread of their own, some chunks ahead. */
struct chunk {
    int n;
    struct waiting rows[CHUNK];
};
struct unpacking {
    struct store *store;
    const struct import_check *check;
    const struct field *key;
    struct packed_at at;
    bool is_done;
};

struct writing {
    struct import_check *check;
    const struct record *rec;
    int64_t batch_id;
    int64_t created, changed, same, refused, problems;
    const struct chunk *chunk;
    struct rows batch, known;
    struct param keys[CHUNK];
    bool has_key[CHUNK];
    int one;         /* the row to be done alone */
    bool is_careful; /* with savepoints */
};

/* Sealed values stand in the journal as masks only, so what an undo needs is kept sealed beside the
 * batch. */
static enum err keep_former(struct ctx *cx, struct writing *w, const struct rows *before,
                            const void *in)
{
    for (int i = 0; w->rec->fields[i].name; i++) {
        const struct field *f = &w->rec->fields[i];
        struct bytes old, now;
        if (!f->column || !field_is_sealed(f) || f->use & USE_FIXED || !field_given(cx, i))
            continue;
        old = row_blob(before, 0, arena_printf(cx->mem, "%s_index", f->column));
        now = seal_index(cx->mem, arena_printf(cx->mem, "%s.%s", w->rec->table, f->column),
                         field_param(f, in).text);
        if (old.len == now.len && (old.len == 0 || memcmp(old.data, now.data, old.len) == 0))
            continue;
        TRY(db_exec(
            cx,
            "INSERT INTO import_former (batch_id, record_id, field, sealed) SELECT $1, $2, $3, $4"
            " WHERE SCOPE_NOT(import_former 'the record is in scope') ON CONFLICT (batch_id, record_id, field) DO NOTHING",
            P(w->batch_id), P(row_int(before, 0, "id")), P(f->name),
            P(row_blob(before, 0, arena_printf(cx->mem, "%s_sealed", f->column)))));
    }
    return OK;
}

static enum err change_row(struct ctx *cx, struct writing *w, const struct rows *before, void *in)
{
    bool changed;

    TRY(keep_former(cx, w, before, in));
    TRY(record_change(cx, w->rec, row_int(before, 0, "id"), in, NONE, &changed));
    if (changed)
        w->changed++;
    else
        w->same++;
    return OK;
}

static enum err write_row(struct ctx *cx, struct writing *w, int i)
{
    struct rows before;
    const struct waiting *row = &w->chunk->rows[i];
    void *in = row->in;
    int64_t id = NONE;
    bool changed;
    int at;

    memcpy(cx->in_set, row->row.in_set, sizeof cx->in_set);
    cx->sealed = row->sealed;
    if (w->rec->take_row) {
        if (w->rec->check)
            TRY(w->rec->check(cx, in, NULL));
        TRY(w->rec->take_row(cx, in, &changed));
        if (changed)
            w->created++;
        else
            w->same++;
        return OK;
    }
    at = w->has_key[i] ? import_known_row(w->rec, &w->known, &w->keys[i]) : -1;
    if (at >= 0) {
        before = rows_at(&w->known, at);
        return change_row(cx, w, &before, in);
    }
    if (w->rec->find_like)
        TRY(w->rec->find_like(cx, in, &id));
    if (id != NONE) {
        TRY(import_by_id(cx, w->rec, id, &before));
        return change_row(cx, w, &before, in);
    }
    TRY(record_insert(cx, w->rec, in, &id));
    w->created++;
    return OK;
}

static enum err look_up_chunk(struct ctx *cx, struct writing *w)
{
    const struct field *key = w->rec->find_like || w->rec->take_row ? NULL : import_key(w->rec);
    struct param *asked = NEW_ARRAY(cx->mem, struct param, CHUNK);
    int n = 0;

    memset(w->has_key, 0, sizeof w->has_key);
    w->known = (struct rows){ 0 };
    for (int i = 0; key && i < w->chunk->n; i++) {
        const struct waiting *row = &w->chunk->rows[i];
        const char *text = field_param(key, row->in).text;
        if (!text)
            continue;
        w->has_key[i] = true;
        asked[n++] = w->keys[i] =
            row->key_index.data ? param_blob(row->key_index) : param_text(text);
    }
    return n ? import_known(cx, w->rec, asked, n, &w->known) : OK;
}

/* Rows from..to of the chunk, with what they put off. */
static enum err write_some(struct ctx *cx, struct writing *w, int from, int to)
{
    cx->gathered = NULL;
    for (int i = from; i < to; i++)
        TRY(write_row(cx, w, i));
    return w->rec->save_gathered ? w->rec->save_gathered(cx) : OK;
}

static enum err write_all_of_chunk(struct ctx *cx, void *arg)
{
    struct writing *w = arg;

    return write_some(cx, w, 0, w->chunk->n);
}

static enum err write_one(struct ctx *cx, void *arg)
{
    struct writing *w = arg;

    return write_some(cx, w, w->one, w->one + 1);
}

/* What a rule refused only now, such as a number registered between check and commit. */
static enum err note_refusal(struct ctx *cx, struct writing *w, const struct waiting *row)
{
    const struct failure *f = &cx->failure;
    int field = f->field[0] ? field_index(w->rec->fields, f->field) : -1;
    struct import_problem p = { .sheet = row->row.sheet,
                                .row = row->row.row,
                                .code = f->code,
                                .message = f->message,
                                .cure = f->hint[0] ? f->hint : NULL,
                                .field = field >= 0 ? w->rec->fields[field].name : NULL,
                                .header = field >= 0 ? w->rec->fields[field].zh : NULL };

    w->refused++;
    return batch_add_problem(cx, &w->batch, (int64_t)w->check->problem_count + ++w->problems, &p);
}

static enum err write_chunk(struct ctx *cx, struct writing *w)
{
    int64_t created = w->created, changed = w->changed, same = w->same;
    enum err err;

    if (w->chunk->n == 0)
        return OK;
    TRY(look_up_chunk(cx, w));
    if (!w->is_careful)
        return write_all_of_chunk(cx, w);
    err = db_write(cx, write_all_of_chunk, w);
    if (err == OK || err == E_BUSY || err == E_INTERNAL)
        return err;
    w->created = created, w->changed = changed, w->same = same;
    for (w->one = 0; w->one < w->chunk->n; w->one++) {
        err = db_write(cx, write_one, w);
        if (err == E_BUSY || err == E_INTERNAL)
            return err;
        if (err != OK)
            TRY(note_refusal(cx, w, &w->chunk->rows[w->one]));
    }
    memset(&cx->failure, 0, sizeof cx->failure);
    return OK;
}

static bool is_good(const struct import_check *check, int64_t ordinal)
{
    return (size_t)ordinal >= check->status_cap || !(check->status[ordinal] & ROW_BAD);
}

static void *unpack_some(struct arena *mem, void *arg)
{
    struct unpacking *u = arg;
    const struct record *rec = u->check->rec;
    struct chunk *c = NEW(mem, struct chunk);

    if (u->is_done)
        return NULL;
    while (c->n < CHUNK && !u->is_done) {
        struct waiting *row = &c->rows[c->n];
        row->in = arena_alloc(mem, rec->size);
        u->is_done = !packed_next(u->check, &u->at, &row->row, row->in);
        if (u->is_done || !is_good(u->check, row->row.ordinal))
            continue;
        if (!rec->take_row)
            row->sealed = record_seal_ahead(mem, rec, store_new_id(u->store), row->in);
        for (const struct sealed_ahead *s = row->sealed; s && s->field; s++)
            if (s->field == u->key)
                row->key_index = s->index;
        c->n++;
    }
    return c;
}

static enum err write_rows(struct ctx *cx, struct writing *w)
{
    struct unpacking u = { .store = cx->store, .check = w->check, .key = import_key(w->rec) };
    struct ahead *ahead = ahead_start("seals", unpack_some, &u);
    enum err err = OK;

    while (err == OK && (w->chunk = ahead_next(ahead))) {
        err = write_chunk(cx, w);
        arena_reset(cx->mem);
    }
    ahead_stop(ahead);
    return err;
}

static enum err write_batch(struct ctx *cx, void *arg)
{
    struct writing *w = arg;
    struct arena *outer = cx->mem;
    enum err err;

    w->created = w->changed = w->same = w->refused = w->problems =
        0; /* a transaction may be run again */
    TRY(batch_load(cx, w->batch_id, &w->batch));
    if (str_eq(row_text(&w->batch, 0, "state"), "COMMITTED"))
        return OK;
    cx->batch_id = arena_printf(cx->mem, "%lld", (long long)w->batch_id);
    cx->mem = arena_new();
    cx->is_bulk = true;
    err = write_rows(cx, w);
    cx->is_bulk = false;
    cx->gathered = NULL;
    cx->sealed = NULL;
    arena_free(cx->mem);
    cx->mem = outer;
    cx->batch_id = NULL;
    TRY(err);
    return db_exec(
        cx,
        "UPDATE import_batch AS b SET state = 'COMMITTED', good_rows = good_rows - $1, bad_rows = bad_rows + $1,"
        " created_rows = $2, changed_rows = $3, same_rows = $4, updated_at = $5, version = version + 1"
        " WHERE b.id = $6 AND SCOPE(import_batch b)",
        P(w->refused), P(w->created), P(w->changed), P(w->same), P(cx->now), P(w->batch_id));
}

enum err import_write(struct ctx *cx, int64_t batch_id, struct import_check *check)
{
    struct writing *w = NEW(check->mem, struct writing);
    enum err err;

    *w = (struct writing){ .check = check, .rec = check->rec, .batch_id = batch_id };
    err = db_write(cx, write_batch, w);
    if (err == OK || err == E_BUSY || err == E_INTERNAL)
        return err;
    w->is_careful = true;
    return db_write(cx, write_batch, w);
}
