/* Identifiers: what is accepted, what is refused and why, and what may be shown. */
#include "base/ids.h"
#include "harness.h"

static const char *iso(struct date d)
{
    return date_format(d, arena_alloc(test_arena(), 11));
}

/* Reproducible numbers; the quality does not matter here. */
static uint32_t next_random(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

static const struct {
    const char *text;
    enum id_reason reason;
    const char *id;
    unsigned notes;
} numbers[] = {
    /* vectors from the standards and from the field */
    { "621125199003070013", ID_OK, "621125199003070013", 0 },
    { "512223197602150022", ID_OK, "512223197602150022", 0 },
    { "500237199512300035", ID_OK, "500237199512300035", 0 },
    { "622424196811010040", ID_OK, "622424196811010040", 0 },
    { "350182198505050051", ID_OK, "350182198505050051", 0 },
    { "62112619880808019X", ID_OK, "62112619880808019X", 0 },
    /* spellings of X */
    { "62112619880808019x", ID_OK, "62112619880808019X", 0 },
    { "62112619880808019Ｘ", ID_OK, "62112619880808019X", 0 },
    { "62112619880808019ｘ", ID_OK, "62112619880808019X", 0 },
    { "62112619880808019×", ID_OK, "62112619880808019X", ID_LOOKALIKE },
    { "62112619880808019*", ID_OK, "62112619880808019X", ID_LOOKALIKE },
    { "62112619880808019Ⅹ", ID_OK, "62112619880808019X", ID_LOOKALIKE },
    { "62112619880808019Х", ID_OK, "62112619880808019X", ID_LOOKALIKE },
    { "62112619880808019х", ID_OK, "62112619880808019X", ID_LOOKALIKE },
    /* wrappings */
    { " '621125199003070013\t", ID_OK, "621125199003070013", 0 },
    { "\"621125199003070013\"", ID_OK, "621125199003070013", 0 },
    { "‘621125199003070013’", ID_OK, "621125199003070013", 0 },
    { "621125 19900307 0013", ID_OK, "621125199003070013", 0 },
    { "\ufeff621125199003070013\u200b", ID_OK, "621125199003070013", 0 },
    { "６２１１２５１９９００３０７００１３", ID_OK, "621125199003070013", 0 },
    { "621125199003070013\u3000", ID_OK, "621125199003070013", 0 },
    /* other documents */
    { "621125900307001", ID_OK, "621125199003070013", ID_FROM_15 },
    { "621126880808019", ID_OK, "62112619880808019X", ID_FROM_15 },
    { "621125900307001.0", ID_OK, "621125199003070013", ID_FROM_15 },
    { "62112519900307001343", ID_OK, "621125199003070013", ID_DISABILITY },
    { "62112619880808019x11", ID_OK, "62112619880808019X", ID_DISABILITY },
    { "621125199003070013B1", ID_CHARACTER, NULL, 0 },
    { "62112519900307001383", ID_LENGTH, NULL, 0 },
    { "62112519900307001345", ID_LENGTH, NULL, 0 },
    /* wrong */
    { "", ID_EMPTY, NULL, 0 },
    { " \t'", ID_EMPTY, NULL, 0 },
    { "62112519900307001", ID_LENGTH, NULL, 0 },
    { "6211251990030700130", ID_LENGTH, NULL, 0 },
    { "621125199003070O13", ID_CHARACTER, NULL, 0 },
    { "X21125199003070013", ID_CHARACTER, NULL, 0 },
    { "张三", ID_CHARACTER, NULL, 0 },
    { "621125199002300015", ID_BIRTH, NULL, 0 },
    { "621125199013070011", ID_BIRTH, NULL, 0 },
    { "621125900230001", ID_BIRTH, NULL, 0 },
    { "621125199003070014", ID_CHECKSUM, NULL, 0 },
    { "62112519900307001X", ID_CHECKSUM, NULL, 0 },
    { "621126198808080191", ID_CHECKSUM, NULL, 0 },
    /* mangled by a spreadsheet */
    { "6.21125E+17", ID_LOST_DIGITS, NULL, 0 },
    { "6.2112519900307e17", ID_LOST_DIGITS, NULL, 0 },
    { "6E+17", ID_LOST_DIGITS, NULL, 0 },
    { "621125199003070000", ID_LOST_DIGITS, NULL, 0 },
    { "621125199003069952", ID_OK, "621125199003069952", ID_ROUNDED }, /* checks by chance */
    { "621125199003069824", ID_LOST_DIGITS, NULL, 0 },
    { "110105199003071024", ID_LOST_DIGITS, NULL, 0 },
    { "110105199003071025", ID_CHECKSUM, NULL, 0 },
    { "621125199003070013.0", ID_LOST_DIGITS, NULL, 0 },
    { "6.21125E+", ID_CHARACTER, NULL, 0 },
};

TEST("citizen numbers are cleaned, or refused for the right reason")
{
    for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
        char id[19] = "untouched";
        unsigned notes = 0;
        enum id_reason reason = id_no_normalise(numbers[i].text, id, &notes);

        if (reason != numbers[i].reason || notes != numbers[i].notes ||
            !str_eq(id, numbers[i].id ? numbers[i].id : "untouched"))
            test_fail(__FILE__, __LINE__, "%s is %s %s notes %u", numbers[i].text,
                      id_reason_name(reason), id, notes);
    }
    char id[19];
    unsigned notes;

    EXPECT_INT(id_no_normalise(NULL, id, &notes), ID_EMPTY);
}

TEST("any one mistyped digit is noticed")
{
    static const char *const good[] = { "621125199003070013", "512223197602150022",
                                        "500237199512300035", "622424196811010040",
                                        "350182198505050051", "62112619880808019X" };
    char id[19], out[19];
    unsigned notes;

    for (size_t i = 0; i < ARRAY_LEN(good); i++)
        for (int at = 0; at < 18; at++)
            for (const char *c = "0123456789X"; *c; c++) {
                memcpy(id, good[i], 19);
                if (id[at] == *c)
                    continue;
                id[at] = *c;
                if (id_no_normalise(id, out, &notes) == ID_OK)
                    test_fail(__FILE__, __LINE__, "%s passes for %s", id, good[i]);
            }
}

TEST("a hundred thousand random citizens keep their number, birth and sex")
{
    uint32_t seed = 1;

    for (int i = 0; i < 100000; i++) {
        struct date birth = date_from_days((int64_t)(next_random(&seed) % 38000) - 18000), got;
        char day[11], id[19], out[19];
        unsigned notes;
        int sequence = (int)(next_random(&seed) % 1000);

        date_format(birth, day);
        for (int k = 0; k < 6; k++)
            id[k] = (char)('0' + next_random(&seed) % 10);
        memcpy(id + 6, day, 4);
        memcpy(id + 10, day + 5, 2);
        memcpy(id + 12, day + 8, 2);
        id[14] = (char)('0' + sequence / 100);
        id[15] = (char)('0' + sequence / 10 % 10);
        id[16] = (char)('0' + sequence % 10);
        id[17] = id_no_check(id);
        id[18] = '\0';
        bool ok = id_no_normalise(id, out, &notes) == ID_OK && str_eq(id, out);

        got = id_no_birth(out);
        if (!ok || date_compare(got, birth) || id_no_is_female(out) != (sequence % 2 == 0)) {
            test_fail(__FILE__, __LINE__, "%s is not itself", id);
            return;
        }
    }
}

TEST("a number that ends in 000 passes only with a note, for it may have been mangled")
{
    char id[19] = "621125199003070", out[19];
    unsigned notes = 0;
    int passed = 0;

    for (int county = 0; county < 100; county++) {
        id[4] = (char)('0' + county / 10);
        id[5] = (char)('0' + county % 10);
        memcpy(id + 15, "000", 4);
        enum id_reason reason = id_no_normalise(id, out, &notes);

        EXPECT(reason == ID_OK || reason == ID_LOST_DIGITS);
        if (reason == ID_OK) {
            EXPECT_INT(notes, ID_ROUNDED);
            passed++;
        }
    }
    EXPECT(passed >= 5 && passed <= 15);
}

TEST("birth and sex are read from the number, and must be possible on the day")
{
    EXPECT_STR(iso(id_no_birth("621125199003070013")), "1990-03-07");
    EXPECT(!id_no_is_female("621125199003070013"));
    EXPECT(id_no_is_female("512223197602150022"));
    EXPECT(!id_no_is_female("62112619880808019X"));
    EXPECT(id_no_plausible_on("621125199003070013", date_make(1990, 3, 7)));
    EXPECT(!id_no_plausible_on("621125199003070013", date_make(1990, 3, 6)));
    EXPECT(id_no_plausible_on("621125199003070013", date_make(2111, 3, 6)));
    EXPECT(!id_no_plausible_on("621125199003070013", date_make(2111, 3, 7)));
}

static const struct {
    const char *text;
    enum credit_reason reason;
} credit_codes[] = {
    { "91350100M0001TGQXM", CREDIT_EARLY_WARN }, /* both named in C3 */
    { "91350203M0001QAY9B", CREDIT_EARLY_WARN },
    { "91350100m0001tgqxm", CREDIT_EARLY_WARN },
    { "9135010006413800XM", CREDIT_CHECKSUM },
    { "91110000600037341L", CREDIT_OK },
    { " 9１110000600037341l\t", CREDIT_OK },
    { "91110000600037341A", CREDIT_CHECKSUM },
    { "91110000600037314L", CREDIT_CHECKSUM },
    { "91110000600037341I", CREDIT_CHARACTER },
    { "9111O000600037341L", CREDIT_CHARACTER },
    { "911A0000600037341L", CREDIT_CHARACTER },
    { "9111000060003734", CREDIT_LENGTH },
    { "350100100012345", CREDIT_LENGTH },
    { "", CREDIT_EMPTY },
};

TEST("credit codes are checked, and the early pilot ones only warned about")
{
    for (size_t i = 0; i < ARRAY_LEN(credit_codes); i++) {
        char code[19] = "";
        enum credit_reason reason = credit_code_normalise(credit_codes[i].text, code);

        if (reason != credit_codes[i].reason)
            test_fail(__FILE__, __LINE__, "%s is %d", credit_codes[i].text, reason);
        EXPECT_INT(strlen(code), reason <= CREDIT_EARLY_WARN ? 18 : 0);
    }
}

static const struct {
    const char *text;
    enum card_reason reason;
    const char *card;
} cards[] = {
    { "6222 0202 0011 2233 446", CARD_OK, "6222020200112233446" },
    { "4111-1111-1111-1111", CARD_OK, "4111111111111111" },
    { "'4111111111111111", CARD_OK, "4111111111111111" },
    { "4111111111111112", CARD_LUHN_WARN, "4111111111111112" },
    { "27201010010123456", CARD_LUHN_WARN, "27201010010123456" },
    { "6.22202E+18", CARD_LOST_DIGITS, NULL },
    { "6222021234567890000", CARD_LOST_DIGITS, NULL },
    { "1234567", CARD_LENGTH, NULL },
    { "411111111111111X", CARD_CHARACTER, NULL },
    { "无", CARD_CHARACTER, NULL },
    { "", CARD_EMPTY, NULL },
};

TEST("bank accounts keep their digits; a failed Luhn check only warns")
{
    for (size_t i = 0; i < ARRAY_LEN(cards); i++) {
        char card[33] = "untouched";
        enum card_reason reason = card_normalise(cards[i].text, card);

        if (reason != cards[i].reason || !str_eq(card, cards[i].card ? cards[i].card : "untouched"))
            test_fail(__FILE__, __LINE__, "%s is %d %s", cards[i].text, reason, card);
    }
}

static const struct {
    const char *text;
    int count;
    const char *first, *second;
} phones[] = {
    { "13812345678", 1, "13812345678", NULL },
    { "138 1234 5678", 1, "13812345678", NULL },
    { "138-1234-5678", 1, "13812345678", NULL },
    { "+86 13812345678", 1, "13812345678", NULL },
    { "008613812345678", 1, "13812345678", NULL },
    { "１３８１２３４５６７８", 1, "13812345678", NULL },
    { "13812345678.0", 1, "13812345678", NULL },
    { "0591-87654321", 1, "0591-87654321", NULL },
    { "059187654321", 1, "0591-87654321", NULL },
    { "(0591)87654321", 1, "0591-87654321", NULL },
    { "+86 591 87654321", 0, NULL, NULL },
    { "0932-8212345", 1, "0932-8212345", NULL },
    { "023-67123456", 1, "023-67123456", NULL },
    { "010-67123456", 1, "010-67123456", NULL },
    { "13812345678/13912345678", 2, "13812345678", "13912345678" },
    { "13812345678、0591-87654321", 2, "13812345678", "0591-87654321" },
    { "13812345678，13912345678", 2, "13812345678", "13912345678" },
    { "13812345678; 13912345678", 2, "13812345678", "13912345678" },
    { "13812345678 13912345678", 2, "13812345678", "13912345678" },
    { "138 1234 5678 139 1234 5678", 2, "13812345678", "13912345678" },
    { "13812345678\n13912345678", 2, "13812345678", "13912345678" },
    { "13812345678或13912345678", 2, "13812345678", "13912345678" },
    { "13812345678/", 1, "13812345678", NULL },
    { "13812345678/13912345678/13712345678", 0, NULL, NULL },
    { "13812345678/13912345678 13712345678", 0, NULL, NULL },
    { "13812345678/无", 0, NULL, NULL },
    { "12812345678", 0, NULL, NULL },
    { "1381234567", 0, NULL, NULL },
    { "138123456789", 0, NULL, NULL },
    { "87654321", 0, NULL, NULL },
    { "1.38123E+10", 0, NULL, NULL },
    { "", 0, NULL, NULL },
    { "/ 、", 0, NULL, NULL },
};

TEST("a phone cell holds one or two numbers, or is refused")
{
    for (size_t i = 0; i < ARRAY_LEN(phones); i++) {
        char found[2][16] = { "", "" };
        int n = phone_split(phones[i].text, found);

        if (n != phones[i].count || (n > 0 && !str_eq(found[0], phones[i].first)) ||
            (n > 1 && !str_eq(found[1], phones[i].second)))
            test_fail(__FILE__, __LINE__, "%s is %d: %s %s", phones[i].text, n, found[0], found[1]);
    }
    char one[16];

    EXPECT_INT(phone_normalise("13812345678", one), PHONE_MOBILE);
    EXPECT_INT(phone_normalise("0591-87654321", one), PHONE_LANDLINE);
    EXPECT_INT(phone_normalise(NULL, one), PHONE_BAD);
    EXPECT_INT(phone_split(NULL, (char[2][16]){ "" }), 0);
}

TEST("masks show no more than they may")
{
    char out[24];

    EXPECT_STR(id_no_mask("621125199003070014", out), "6****************4");
    EXPECT_STR(id_no_mask("62112619880808019X", out), "6****************X");
    EXPECT_STR(id_no_mask("12", out), "**");
    EXPECT_STR(id_no_mask("", out), "");
    EXPECT_STR(id_no_mask("123456789012345678901234567890", out), "********************");
    EXPECT_STR(phone_mask("13812341234", out), "138****1234");
    EXPECT_STR(phone_mask("0591-87654321", out), "0591-****4321");
    EXPECT_STR(phone_mask("12345", out), "****");
    EXPECT_STR(phone_mask("", out), "****");
    EXPECT_STR(card_mask("6222020000000000003", out), "****0003");
    EXPECT_STR(card_mask("123", out), "****");
    EXPECT_STR(name_mask("张三", out), "张*");
    EXPECT_STR(name_mask("张", out), "张*");
    EXPECT_STR(name_mask("欧阳小明", out), "欧阳*");
    EXPECT_STR(name_mask("欧阳", out), "欧*");
    EXPECT_STR(name_mask("阿依古丽·买买提", out), "阿*");
    EXPECT_STR(name_mask("𠮷野", out), "𠮷*");
    EXPECT_STR(name_mask("", out), "*");
}

static const struct {
    enum retirement_category category;
    const char *birth, *day;
} retirements[] = {
    { MAN, "1966-03-15", "2026-07-15" }, /* B4 case 12 */
    { MAN, "1964-12-31", "2024-12-31" },      { MAN, "1965-01-01", "2025-02-01" },
    { MAN, "1965-04-30", "2025-05-30" },      { MAN, "1965-05-01", "2025-07-01" },
    { MAN, "1976-08-31", "2039-07-31" },      { MAN, "1976-09-01", "2039-09-01" },
    { MAN, "1990-01-31", "2053-01-31" },      { WOMAN_55, "1969-12-01", "2024-12-01" },
    { WOMAN_55, "1970-01-01", "2025-02-01" }, { WOMAN_55, "1981-09-01", "2039-09-01" },
    { WOMAN_50, "1974-12-31", "2024-12-31" }, { WOMAN_50, "1975-01-31", "2025-02-28" },
    { WOMAN_50, "1975-03-01", "2025-05-01" }, { WOMAN_50, "1984-11-01", "2039-11-01" },
    { WOMAN_50, "1984-10-31", "2039-09-30" },
};

TEST("the retirement age rises month by month from 2025")
{
    for (size_t i = 0; i < ARRAY_LEN(retirements); i++) {
        struct date birth = date_of_text(retirements[i].birth);

        EXPECT_STR(iso(statutory_retirement(birth, retirements[i].category)), retirements[i].day);
    }
    EXPECT(date_is_none(statutory_retirement((struct date){ 0 }, MAN)));
}
