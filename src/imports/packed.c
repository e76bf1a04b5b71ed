/* packed.c — good rows wait for the commit as bytes, some 300 each, so that 100 000 rows fit into
 * some tens of megabytes. */
#include "imports/check_int.h"

enum { PACK_BLOCK = 1 << 20 };

/* ordinal, row, in_set, sheet, then each field given: number or text with its NUL. */
static void pack_bytes(struct str *b, const void *data, size_t len)
{
    str_add_len(b, data, len);
}

void pack_row(struct reading *r, const struct pending *row)
{
    struct import_check *check = r->check;
    struct packed_rows *to = check->last;
    struct str b = str_new(r->chunk_mem);
    uint64_t present[2] = { 0, 0 };

    for (int i = 0; r->rec->fields[i].name; i++) {
        struct param p;
        if (r->rec->fields[i].offset == FIELD_NO_INPUT)
            continue;
        p = field_param(&r->rec->fields[i], row->in);
        if (p.type == PARAM_INT ? p.integer != NONE : p.text != NULL)
            present[i / 64] |= (uint64_t)1 << (i % 64);
    }
    pack_bytes(&b, &row->ordinal, sizeof row->ordinal);
    pack_bytes(&b, &row->row, sizeof row->row);
    pack_bytes(&b, row->in_set, sizeof row->in_set);
    pack_bytes(&b, present, sizeof present);
    pack_bytes(&b, &r->sheet, sizeof r->sheet);
    for (int i = 0; r->rec->fields[i].name; i++) {
        struct param p;
        if (!(present[i / 64] >> (i % 64) & 1))
            continue;
        p = field_param(&r->rec->fields[i], row->in);
        if (p.type == PARAM_INT)
            pack_bytes(&b, &p.integer, sizeof p.integer);
        else
            pack_bytes(&b, p.text, strlen(p.text) + 1);
    }
    if (!to || to->cap - to->len < b.len) {
        struct packed_rows *fresh = NEW(check->mem, struct packed_rows);
        fresh->cap = MAX((size_t)PACK_BLOCK, b.len);
        fresh->bytes = arena_alloc(check->mem, fresh->cap);
        if (to)
            to->next = fresh;
        else
            check->first = fresh;
        check->last = to = fresh;
    }
    memcpy(to->bytes + to->len, b.s, b.len);
    to->len += b.len;
    to->n++;
}

static const char *unpack(const char *from, void *to, size_t len)
{
    memcpy(to, from, len);
    return from + len;
}

bool packed_next(const struct import_check *check, struct packed_at *at, struct packed_row *ret,
                 void *in)
{
    const char *p;
    uint64_t present[2];

    if (!at->chunk)
        at->chunk = check->first;
    while (at->chunk && at->offset >= at->chunk->len) {
        at->chunk = at->chunk->next;
        at->offset = 0;
        if (!at->chunk)
            return false;
    }
    if (!at->chunk)
        return false;
    p = at->chunk->bytes + at->offset;
    p = unpack(p, &ret->ordinal, sizeof ret->ordinal);
    p = unpack(p, &ret->row, sizeof ret->row);
    p = unpack(p, ret->in_set, sizeof ret->in_set);
    p = unpack(p, present, sizeof present);
    p = unpack(p, &ret->sheet, sizeof ret->sheet);
    memset(in, 0, check->rec->size);
    fields_clear(check->rec->fields, in);
    for (int i = 0; check->rec->fields[i].name; i++) {
        const struct field *f = &check->rec->fields[i];
        if (!(present[i / 64] >> (i % 64) & 1))
            continue;
        if (field_param(f, in).type == PARAM_INT) {
            memcpy((char *)in + f->offset, p, sizeof(int64_t));
            p += sizeof(int64_t);
        } else {
            memcpy((char *)in + f->offset, &p, sizeof p);
            p += strlen(p) + 1;
        }
    }
    at->offset = (size_t)(p - at->chunk->bytes);
    return true;
}
