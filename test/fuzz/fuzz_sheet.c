/* fuzz_sheet — foreign bytes into the spreadsheet reader. The first byte of the input says what the
 * rest is: a whole file, or one part of an .xlsx file around which the others are sound.
 *
 *     clang -g -O1 -std=gnu17 -D_GNU_SOURCE -Isrc -fsanitize=fuzzer,address,undefined \
 *         test/fuzz/fuzz_sheet.c src/sheet/sheet*.c src/base/[a-z]*.c -lz -lm -lxlsxwriter -o
 * fuzz_sheet
 *     ./fuzz_sheet -max_len=65536 test/fuzz/corpus/sheet
 *
 * test_sheet_hostile.c replays the corpus in every test run. */
#include "sheet/sheet.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { PARTS = 6, FILE_MAX = 1 << 20 };

#define FUZZ_REL "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"

/* A sound workbook. The input replaces the part whose number its first byte gives; 0: all. */
static const struct {
    const char *name, *content;
} parts[PARTS] = {
    { "_rels/.rels",
      "<R><Relationship Id='a' Type='" FUZZ_REL "officeDocument' Target='xl/workbook.xml'/></R>" },
    { "xl/worksheets/sheet1.xml",
      "<worksheet><sheetData><row r='1'><c r='A1' t='s'><v>0</v></c><c r='B1' s='1'><v>44986</v></c>"
      "</row></sheetData></worksheet>" },
    { "xl/sharedStrings.xml", "<sst><si><t>a</t></si></sst>" },
    { "xl/styles.xml", "<styleSheet><numFmts><numFmt numFmtId='164' formatCode='yyyy'/></numFmts>"
                       "<cellXfs><xf numFmtId='0'/><xf numFmtId='164'/></cellXfs></styleSheet>" },
    { "xl/workbook.xml", "<workbook><sheets><sheet name='s' r:id='a'/></sheets></workbook>" },
    { "xl/_rels/workbook.xml.rels",
      "<R><Relationship Id='a' Type='" FUZZ_REL "worksheet' Target='worksheets/sheet1.xml'/>"
      "<Relationship Id='b' Type='" FUZZ_REL "styles' Target='styles.xml'/>"
      "<Relationship Id='c' Type='" FUZZ_REL "sharedStrings' Target='sharedStrings.xml'/></R>" },
};

static size_t put(uint8_t *to, size_t at, uint64_t n, int bytes)
{
    for (int i = 0; i < bytes; i++)
        to[at + (size_t)i] = (uint8_t)(n >> 8 * i);
    return at + (size_t)bytes;
}

/* The fields that the local header and the directory share, from the version on. */
static size_t put_common(uint8_t *to, size_t at, const char *name, const uint8_t *s, size_t len)
{
    at = put(to, at, 20, 2);
    at = put(to, at, 0, 8); /* flags, stored, time */
    at = put(to, at, crc32(0, s, (uInt)len), 4);
    at = put(to, at, len, 4);
    at = put(to, at, len, 4);
    at = put(to, at, strlen(name), 2);
    return put(to, at, 0, 2);
}

/* A zip file of stored parts, part `replaced` being the input. */
static size_t make_zip(uint8_t *to, int replaced, const uint8_t *data, size_t size)
{
    size_t at = 0, starts[PARTS], directory;

    for (int i = 0; i < PARTS; i++) {
        const uint8_t *s = i == replaced ? data : (const uint8_t *)parts[i].content;
        size_t len = i == replaced ? size : strlen(parts[i].content);
        starts[i] = at;
        at = put_common(to, put(to, at, 0x04034b50, 4), parts[i].name, s, len);
        memcpy(to + at, parts[i].name, strlen(parts[i].name));
        at += strlen(parts[i].name);
        if (len)
            memcpy(to + at, s, len);
        at += len;
    }
    directory = at;
    for (int i = 0; i < PARTS; i++) {
        const uint8_t *s = i == replaced ? data : (const uint8_t *)parts[i].content;
        size_t len = i == replaced ? size : strlen(parts[i].content);
        at = put_common(to, put(to, put(to, at, 0x02014b50, 4), 20, 2), parts[i].name, s, len);
        at = put(to, at, 0, 8); /* comment, disk, attributes */
        at = put(to, put(to, at, 0, 2), starts[i], 4);
        memcpy(to + at, parts[i].name, strlen(parts[i].name));
        at += strlen(parts[i].name);
    }
    starts[0] = at - directory;
    at = put(to, put(to, at, 0x06054b50, 4), 0, 4);
    at = put(to, put(to, put(to, at, PARTS, 2), PARTS, 2), starts[0], 4);
    return put(to, put(to, at, directory, 4), 0, 2);
}

static void read_sheets(struct sheet *s)
{
    struct failure f;
    struct sheet_row row;

    for (int i = 0; i < sheet_count(s); i++) {
        int64_t last = 0;
        bool more = true;
        if (sheet_select(s, i, &f) != OK)
            continue;
        while (sheet_next(s, &row, &more, &f) == OK && more) {
            assert(row.number > last && row.n > 0);
            last = row.number;
            for (int k = 0; k < row.n; k++) {
                const struct cell *c = &row.cells[k];
                assert(strlen(c->text) == c->len && utf8_valid(c->text, c->len));
                assert((c->kind == CELL_EMPTY) == (c->len == 0) || c->kind == CELL_ERROR);
            }
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t file[FILE_MAX + 4096];
    struct sheet_limits limits = { .inflated_bytes = 16 << 20, .string_bytes = 1 << 20 };
    char path[64];
    struct failure f;
    struct sheet *s;
    size_t len;
    int fd;

    if (size < 1 || size > FILE_MAX)
        return 0;
    if (data[0] % PARTS == 0)
        memcpy(file, data + 1, len = size - 1);
    else
        len = make_zip(file, data[0] % PARTS, data + 1, size - 1);
    fd = memfd_create("sheet", MFD_CLOEXEC);
    if (fd < 0 || write(fd, file, len) != (ssize_t)len)
        abort();
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    if (sheet_open(path, &limits, (enum lang)(size & 1), &f, &s) == OK) {
        read_sheets(s);
        sheet_close(s);
    } else {
        assert(f.code[0] && f.message[0] && utf8_valid(f.message, strlen(f.message)));
    }
    close(fd);
    return 0;
}
