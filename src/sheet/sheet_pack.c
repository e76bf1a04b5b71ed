/* sheet_pack.c — the zip container of an .xlsx file, read only.
 *
 * A zip file says everything twice: in its directory at the end and before each entry. Bombs and
 * disguises live in the difference. So the directory is read whole and held against the local
 * headers before a byte is inflated: number of entries, sizes, ratios, names, methods, and that no
 * two entries share a byte of the file. libzip does not tell where an entry lies, so overlap
 * cannot be seen through it; for that reason the directory is read here, and zlib inflates.
 * While inflating, an entry can never yield more than the size that was checked. */
#include "sheet/sheet_int.h"

#include <stdlib.h>
#include <unistd.h>
#include <zlib.h>

enum {
    EOCD_SIZE = 22,
    EOCD64_SIZE = 56,
    LOCATOR_SIZE = 20,
    CENTRAL_SIZE = 46,
    LOCAL_SIZE = 30,
    COMMENT_MAX = 65535,
    RATIO_FREE = 10 << 20, /* entries up to here may have any ratio: deflate ends at 1032 */
    PACKED_CHUNK = 64 << 10
};

struct entry {
    char *name; /* with / and in lower case */
    int64_t at, data_at, packed, size;
    uint32_t crc;
    uint16_t flags, method;
};

struct pack {
    int fd;
    int64_t file_size;
    struct report *report;
    struct arena *mem;
    struct entry *entries;
    int n;
};

struct part {
    struct pack *pack;
    const struct entry *entry;
    z_stream z;
    int64_t packed_left, at, given;
    uint32_t crc;
    bool is_done;
    unsigned char in[PACKED_CHUNK];
};

static uint16_t u16(const unsigned char *p)
{
    return (uint16_t)(p[0] | p[1] << 8);
}

static uint32_t u32(const unsigned char *p)
{
    return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

/* A 64-bit size; anything above 2^62 reads as 2^62, which every limit refuses. */
static int64_t u64(const unsigned char *p)
{
    uint64_t n = u32(p) | (uint64_t)u32(p + 4) << 32;

    return (int64_t)MIN(n, (uint64_t)1 << 62);
}

static bool read_at(int fd, int64_t at, void *to, size_t size)
{
    char *p = to;

    while (size > 0) {
        ssize_t n = pread(fd, p, size, at);
        if (n <= 0)
            return false;
        p += n;
        at += n;
        size -= (size_t)n;
    }
    return true;
}

static enum err cut_off(struct report *r)
{
    return report_broken(r, SAY(r, "文件不完整(可能没有下载完或没有传完)",
                                "the file is incomplete (download or upload cut off)"));
}

static enum err unsafe(struct report *r)
{
    failure_set(r->failure, E_INVALID, "sheet.unsafe",
                SAY(r, "文件内部各部分互相重叠或前后不一致,不予读取",
                    "parts of the file overlap or contradict each other; it is not read"));
    return report_hint(r, E_INVALID,
                       SAY(r, "请用 WPS 或 Excel 打开后另存为新的 .xlsx 文件",
                           "open it in WPS or Excel and save it as a new .xlsx file"));
}

static enum err too_big(struct report *r, const char *zh, const char *en)
{
    failure_set(r->failure, E_LIMIT, "sheet.too_big", "%s", SAY(r, zh, en));
    return report_hint(r, E_LIMIT,
                       SAY(r, "请删去无用的工作表和空白格式,或拆成几个文件",
                           "delete unused sheets and blank formatting, or split the file"));
}

/* Where the directory is: its offset, size and number of entries. */
struct directory {
    int64_t at, size, n;
};

static enum err find_directory(struct pack *p, struct directory *ret)
{
    int64_t tail = MIN(p->file_size, (int64_t)EOCD_SIZE + COMMENT_MAX), base = p->file_size - tail;
    unsigned char *buf = arena_alloc(p->mem, (size_t)tail), extra[EOCD64_SIZE];
    int64_t i = tail - EOCD_SIZE;

    if (i < 0 || !read_at(p->fd, base, buf, (size_t)tail))
        return cut_off(p->report);
    while (i >= 0 && (u32(buf + i) != 0x06054b50 || u16(buf + i + 20) > tail - i - EOCD_SIZE))
        i--;
    if (i < 0)
        return cut_off(p->report);
    *ret = (struct directory){ u32(buf + i + 16), u32(buf + i + 12), u16(buf + i + 10) };
    if (ret->at == UINT32_MAX || ret->size == UINT32_MAX || ret->n == UINT16_MAX) {
        int64_t locator = base + i - LOCATOR_SIZE;
        if (locator < 0 || !read_at(p->fd, locator, extra, LOCATOR_SIZE) ||
            u32(extra) != 0x07064b50 || u64(extra + 8) > p->file_size ||
            !read_at(p->fd, u64(extra + 8), extra, EOCD64_SIZE) || u32(extra) != 0x06064b50)
            return cut_off(p->report);
        *ret = (struct directory){ u64(extra + 48), u64(extra + 40), u64(extra + 32) };
    }
    if (ret->at > base + i || ret->size > base + i - ret->at)
        return cut_off(p->report);
    return OK;
}

/* Sizes that do not fit 32 bits stand in extra field 1, in this order, only those that do not fit.
 */
static bool wide_sizes(const unsigned char *extra, size_t len, struct entry *e)
{
    int64_t *wanted[] = { &e->size, &e->packed, &e->at };

    if (e->size != UINT32_MAX && e->packed != UINT32_MAX && e->at != UINT32_MAX)
        return true;
    while (len >= 4) {
        size_t n = u16(extra + 2), used = 0;
        if (n > len - 4)
            return false;
        if (u16(extra) == 1) {
            for (size_t i = 0; i < ARRAY_LEN(wanted); i++) {
                if (*wanted[i] != UINT32_MAX)
                    continue;
                if (used + 8 > n)
                    return false;
                *wanted[i] = u64(extra + 4 + used);
                used += 8;
            }
            return true;
        }
        extra += 4 + n;
        len -= 4 + n;
    }
    return false;
}

static char *canonical(struct arena *mem, const char *name, size_t len)
{
    char *out = arena_strndup(mem, name, len);

    for (char *c = out; *c; c++) {
        if (*c == '\\')
            *c = '/';
        else if (*c >= 'A' && *c <= 'Z')
            *c += 'a' - 'A';
    }
    return out;
}

static enum err check_entry(struct pack *p, const struct entry *e)
{
    struct report *r = p->report;

    if (e->flags & 0x2041) { /* encrypted, strongly encrypted, masked headers */
        failure_set(r->failure, E_INVALID, "sheet.protected",
                    SAY(r, "文件有密码,无法读取", "the file has a password and cannot be read"));
        return report_hint(r, E_INVALID,
                           SAY(r, "请打开文件,取消密码后再保存",
                               "open it, remove the password, save"));
    }
    if (e->method != 0 && e->method != 8)
        return report_broken(r, SAY(r, "压缩方式不认识", "unknown compression method"));
    if (e->method == 0 && e->packed != e->size)
        return unsafe(r);
    if (e->size > RATIO_FREE && e->size / r->limits.ratio > e->packed)
        return too_big(r, "文件解压后异常膨胀(压缩炸弹),不予读取",
                       "the file inflates beyond reason (zip bomb); it is not read");
    return OK;
}

/* The header before the data: same name and method, and sizes unless they follow the data. */
static enum err check_local(struct pack *p, struct entry *e, const char *name, size_t name_len)
{
    unsigned char h[LOCAL_SIZE];
    char local[1024];

    if (e->at > p->file_size - LOCAL_SIZE || !read_at(p->fd, e->at, h, LOCAL_SIZE))
        return cut_off(p->report);
    if (u32(h) != 0x04034b50 || u16(h + 8) != e->method || u16(h + 26) != name_len)
        return unsafe(p->report);
    if (!read_at(p->fd, e->at + LOCAL_SIZE, local, name_len))
        return cut_off(p->report);
    if (memcmp(local, name, name_len) != 0)
        return unsafe(p->report);
    if (!(u16(h + 6) & 8) && ((u32(h + 18) != UINT32_MAX && u32(h + 18) != e->packed) ||
                              (u32(h + 22) != UINT32_MAX && u32(h + 22) != e->size)))
        return unsafe(p->report);
    e->data_at = e->at + LOCAL_SIZE + (int64_t)name_len + u16(h + 28);
    if (e->data_at > p->file_size || e->packed > p->file_size - e->data_at)
        return cut_off(p->report);
    return OK;
}

static int by_place(const void *a, const void *b)
{
    int64_t x = ((const struct entry *)a)->at, y = ((const struct entry *)b)->at;

    return (x > y) - (x < y);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct entry *)a)->name, ((const struct entry *)b)->name);
}

static enum err check_together(struct pack *p, const struct directory *dir)
{
    struct report *r = p->report;
    int64_t total = 0, end = 0;

    qsort(p->entries, (size_t)p->n, sizeof *p->entries, by_place);
    for (int i = 0; i < p->n; i++) {
        const struct entry *e = &p->entries[i];
        if (e->at < end || e->data_at + e->packed > dir->at)
            return unsafe(r);
        end = e->data_at + e->packed;
        if (e->size > r->limits.inflated_bytes - total)
            return too_big(r, "文件解压后过大,不予读取", "the file is too large when inflated");
        total += e->size;
    }
    qsort(p->entries, (size_t)p->n, sizeof *p->entries, by_name);
    for (int i = 1; i < p->n; i++)
        if (strcmp(p->entries[i - 1].name, p->entries[i].name) == 0)
            return unsafe(r);
    return OK;
}

static enum err read_directory(struct pack *p)
{
    struct directory dir = { 0 };
    unsigned char *d;
    int64_t i = 0;

    TRY(find_directory(p, &dir));
    if (dir.n > p->report->limits.entries || dir.size > (int64_t)p->report->limits.entries * 1024)
        return too_big(p->report, "文件内部条目过多,不予读取", "the file has too many entries");
    d = arena_alloc(p->mem, (size_t)dir.size + 1);
    if (!read_at(p->fd, dir.at, d, (size_t)dir.size))
        return cut_off(p->report);
    p->entries = NEW_ARRAY(p->mem, struct entry, dir.n + 1);
    for (; p->n < dir.n; p->n++) {
        struct entry *e = &p->entries[p->n];
        const unsigned char *h = d + i;
        size_t name_len, extra_len;
        if (dir.size - i < CENTRAL_SIZE || u32(h) != 0x02014b50)
            return cut_off(p->report);
        name_len = u16(h + 28);
        extra_len = u16(h + 30);
        i += CENTRAL_SIZE + (int64_t)name_len + (int64_t)extra_len + u16(h + 32);
        if (i > dir.size || name_len > 512)
            return cut_off(p->report);
        *e = (struct entry){ .flags = u16(h + 8),
                             .method = u16(h + 10),
                             .crc = u32(h + 16),
                             .packed = u32(h + 20),
                             .size = u32(h + 24),
                             .at = u32(h + 42) };
        if (!wide_sizes(h + CENTRAL_SIZE + name_len, extra_len, e))
            return cut_off(p->report);
        e->name = canonical(p->mem, (const char *)h + CENTRAL_SIZE, name_len);
        TRY(check_entry(p, e));
        TRY(check_local(p, e, (const char *)h + CENTRAL_SIZE, name_len));
    }
    return check_together(p, &dir);
}

enum err pack_open(int fd, int64_t file_size, struct report *r, struct pack **ret)
{
    struct arena *mem = arena_new();
    struct pack *p = NEW(mem, struct pack);
    enum err err;

    *p = (struct pack){ .fd = fd, .file_size = file_size, .report = r, .mem = mem };
    err = read_directory(p);
    if (err != OK) {
        arena_free(mem);
        return err;
    }
    *ret = p;
    return OK;
}

void pack_close(struct pack *p)
{
    if (!p)
        return;
    arena_free(p->mem);
}

int pack_find(const struct pack *p, const char *name)
{
    char lower[1024];
    struct entry key = { .name = lower };
    size_t len = strlen(name);
    const struct entry *found;

    if (len >= sizeof lower)
        return -1;
    for (size_t i = 0; i <= len; i++)
        lower[i] = name[i] >= 'A' && name[i] <= 'Z' ? (char)(name[i] + 'a' - 'A') : name[i];
    found = bsearch(&key, p->entries, (size_t)p->n, sizeof key, by_name);
    return found ? (int)(found - p->entries) : -1;
}

enum err part_open(struct pack *p, int entry, struct part **ret)
{
    struct part *part = sheet_realloc(NULL, sizeof *part);

    part->pack = p;
    part->entry = &p->entries[entry];
    part->z = (z_stream){ 0 };
    part->packed_left = part->entry->packed;
    part->at = part->entry->data_at;
    part->given = 0;
    part->crc = 0;
    part->is_done = false;
    if (inflateInit2(&part->z, -MAX_WBITS) != Z_OK) {
        free(part);
        return report_broken(p->report, SAY(p->report, "无法解压", "cannot be inflated"));
    }
    *ret = part;
    return OK;
}

void part_close(struct part *part)
{
    if (!part)
        return;
    inflateEnd(&part->z);
    free(part);
}

/* Next piece of packed bytes into part->in. */
static bool refill(struct part *part)
{
    size_t n = (size_t)MIN(part->packed_left, (int64_t)sizeof part->in);

    if (n == 0 || !read_at(part->pack->fd, part->at, part->in, n))
        return false;
    part->at += (int64_t)n;
    part->packed_left -= (int64_t)n;
    part->z.next_in = part->in;
    part->z.avail_in = (uInt)n;
    return true;
}

/* Inflates into the room given; false when the stream is damaged or ends too early. */
static bool inflate_some(struct part *part, char *to, size_t room, size_t *ret_len)
{
    part->z.next_out = (unsigned char *)to;
    part->z.avail_out = (uInt)room;
    while (part->z.avail_out > 0) {
        int rc;
        if (part->z.avail_in == 0 && !refill(part))
            return false;
        rc = inflate(&part->z, Z_NO_FLUSH);
        if (rc == Z_STREAM_END) {
            part->is_done = true;
            break;
        }
        if (rc != Z_OK)
            return false;
    }
    *ret_len = room - part->z.avail_out;
    return true;
}

static bool copy_some(struct part *part, char *to, size_t room, size_t *ret_len)
{
    size_t n = (size_t)MIN((int64_t)room, part->packed_left);

    if (n > 0 && !read_at(part->pack->fd, part->at, to, n))
        return false;
    part->at += (int64_t)n;
    part->packed_left -= (int64_t)n;
    part->is_done = part->packed_left == 0;
    *ret_len = n;
    return true;
}

/* At most one byte more than declared is asked for: enough to see the lie. */
enum err part_read(struct part *part, char *to, size_t size, size_t *ret_len)
{
    struct report *r = part->pack->report;
    size_t room = (size_t)MIN((int64_t)size, part->entry->size - part->given + 1), n = 0;

    if (!part->is_done) {
        if (!(part->entry->method == 8 ? inflate_some(part, to, room, &n)
                                       : copy_some(part, to, room, &n)))
            return report_broken(r, SAY(r, "压缩数据损坏", "packed data is damaged"));
        part->crc = (uint32_t)crc32(part->crc, (const unsigned char *)to, (uInt)n);
        part->given += (int64_t)n;
        if (part->given > part->entry->size || (part->is_done && part->given < part->entry->size))
            return unsafe(r);
        if (part->is_done && part->crc != part->entry->crc)
            return report_broken(r, SAY(r, "校验和不符", "checksum does not match"));
    }
    *ret_len = n;
    return OK;
}
