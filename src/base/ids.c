/* ids.c — citizen number, credit code, bank account, phone, retirement. */
#include "base/ids.h"

enum { FOLDED_MAX = 48 };

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool all_digits(const char *text, int n)
{
    for (int i = 0; i < n; i++)
        if (!is_digit(text[i]))
            return false;
    return true;
}

static bool is_dropped(uint32_t c)
{
    static const uint16_t quotes[] = { '\'', '"', '`', 0xB4, 0x2018, 0x2019, 0x201C, 0x201D };

    if (c <= ' ' || c == 0x7F || c == 0xA0 || c == 0xAD || c == 0x3000 || c == 0xFEFF ||
        (c >= 0x2000 && c <= 0x200F) || (c >= 0x202A && c <= 0x202F) ||
        (c >= 0x205F && c <= 0x2064))
        return true;
    for (size_t i = 0; i < ARRAY_LEN(quotes); i++)
        if (c == quotes[i])
            return true;
    return false;
}

/* Half width and upper case; what is not ASCII becomes '?', which no identifier holds. */
static char fold(uint32_t c, bool *ret_lookalike)
{
    static const uint16_t crosses[] = { '*',   0xD7,  0x2169, 0x2179, 0x425,
                                        0x445, 0x3A7, 0x3C7,  0x2715, 0x2716 };

    if (c >= 0xFF01 && c <= 0xFF5E)
        c -= 0xFEE0;
    for (size_t i = 0; i < ARRAY_LEN(crosses); i++)
        if (c == crosses[i]) {
            *ret_lookalike = true;
            return 'X';
        }
    if (c >= 'a' && c <= 'z')
        return (char)(c - 'a' + 'A');
    return c < 0x7F ? (char)c : '?';
}

/* Folds into out; returns the length, or FOLDED_MAX when the text is too long for anything. */
static int fold_text(const char *text, char out[FOLDED_MAX], bool *ret_lookalike)
{
    int n = 0;

    for (uint32_t c; text && (c = utf8_next(&text));) {
        if (is_dropped(c))
            continue;
        if (n == FOLDED_MAX - 1)
            return FOLDED_MAX;
        out[n++] = fold(c, ret_lookalike);
    }
    out[n] = '\0';
    return n;
}

/* "6.21125E+17": how a spreadsheet shows a long number. */
static bool is_scientific(const char *p)
{
    size_t n = strspn(p, "0123456789");

    if (n == 0)
        return false;
    p += n;
    if (*p == '.')
        p += 1 + strspn(p + 1, "0123456789");
    if (*p++ != 'E')
        return false;
    if (*p == '+')
        p++;
    return *p && p[strspn(p, "0123456789")] == '\0';
}

/* Length without a ".0" that a number got when it was read as one. */
static int cut_zero_fraction(char *text, int n)
{
    char *dot = strchr(text, '.');

    if (!dot || dot == text || !dot[1] || dot[1 + strspn(dot + 1, "0")])
        return n;
    *dot = '\0';
    return (int)(dot - text);
}

/* How many low binary digits a double has dropped from a whole number (…070013 → …069952), if the
 * number looks like that; 0 when it does not. The fewer, the likelier by nature. */
static int bits_lost(const char *digits, int n)
{
    uint64_t value = 0;

    for (int i = 0; i < n; i++)
        value = value * 10 + (uint64_t)(digits[i] - '0');
    int lost = value ? 64 - __builtin_clzll(value) - 53 : 0;

    return lost > 0 && (value & ((UINT64_C(1) << lost) - 1)) == 0 ? lost : 0;
}

/* --- citizen number --- */

char id_no_check(const char digits[17])
{
    static const int8_t weights[17] = { 7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2 };
    int sum = 0;

    for (int i = 0; i < 17; i++)
        sum += (digits[i] - '0') * weights[i];
    return "10X98765432"[sum % 11];
}

static int number_at(const char *digits, int n)
{
    int value = 0;

    for (int i = 0; i < n; i++)
        value = value * 10 + (digits[i] - '0');
    return value;
}

struct date id_no_birth(const char *id_no)
{
    return date_make(number_at(id_no + 6, 4), number_at(id_no + 10, 2), number_at(id_no + 12, 2));
}

bool id_no_is_female(const char *id_no)
{
    return (id_no[16] - '0') % 2 == 0;
}

bool id_no_plausible_on(const char *id_no, struct date on)
{
    int age = date_age(id_no_birth(id_no), on);

    return age >= 0 && age <= 120;
}

/* The 18 folded characters; *notes keeps what is known so far. */
static enum id_reason judge_18(const char *id, unsigned *notes)
{
    if (!all_digits(id, 17) || !(is_digit(id[17]) || id[17] == 'X'))
        return ID_CHARACTER;

    bool zeros = memcmp(id + 15, "000", 3) == 0;
    int lost = id[17] == 'X' ? 0 : bits_lost(id, 18);
    bool checks = id_no_check(id) == id[17];
    struct date birth = id_no_birth(id);
    bool born = !date_is_none(birth) && birth.year >= 1800;

    if (checks && born) {
        if (zeros || lost >= 6)
            *notes |= ID_ROUNDED;
        return ID_OK;
    }
    if (zeros || lost)
        return ID_LOST_DIGITS;
    return born ? ID_CHECKSUM : ID_BIRTH;
}

static void convert_15(char id[FOLDED_MAX])
{
    memmove(id + 8, id + 6, 9);
    memcpy(id + 6, "19", 2);
    id[17] = id_no_check(id);
    id[18] = '\0';
}

enum id_reason id_no_normalise(const char *text, char ret[19], unsigned *ret_notes)
{
    char id[FOLDED_MAX];
    bool lookalike = false;
    unsigned notes = 0;
    int n = fold_text(text, id, &lookalike);

    if (n == 0)
        return ID_EMPTY;
    if (n == FOLDED_MAX)
        return ID_LENGTH;
    if (is_scientific(id))
        return ID_LOST_DIGITS;
    int whole = cut_zero_fraction(id, n);

    if (whole != n && whole > 15 && all_digits(id, whole))
        return ID_LOST_DIGITS;
    n = whole;
    if (n == 20 && id[18] >= '1' && id[18] <= '7' && id[19] >= '1' && id[19] <= '4') {
        notes |= ID_DISABILITY;
        id[18] = '\0';
    } else if (n == 15 && all_digits(id, 15)) {
        notes |= ID_FROM_15;
        convert_15(id);
    } else if (n != 18) {
        return strspn(id, "0123456789X") == (size_t)n ? ID_LENGTH : ID_CHARACTER;
    }
    if (lookalike)
        notes |= ID_LOOKALIKE;
    enum id_reason reason = judge_18(id, &notes);

    if (reason != ID_OK)
        return reason;
    memcpy(ret, id, 19);
    *ret_notes = notes;
    return ID_OK;
}

const char *id_reason_name(enum id_reason reason)
{
    static const char *const names[] = {
#define X(name) #name,
        ID_REASON_LIST(X)
#undef X
    };

    return names[reason];
}

/* --- credit code --- */

enum credit_reason credit_code_normalise(const char *text, char ret[19])
{
    static const char alphabet[] = "0123456789ABCDEFGHJKLMNPQRTUWXY";
    static const int8_t weights[17] = { 1,  3,  9,  27, 19, 26, 16, 17, 20,
                                        29, 25, 13, 8,  24, 10, 30, 28 };
    char code[FOLDED_MAX];
    bool lookalike = false;
    int n = fold_text(text, code, &lookalike), sum = 0;

    if (n == 0)
        return CREDIT_EMPTY;
    if (n != 18)
        return CREDIT_LENGTH;
    if (strspn(code, alphabet) != 18 || !all_digits(code + 2, 6))
        return CREDIT_CHARACTER;
    for (int i = 0; i < 17; i++)
        sum += (int)(strchr(alphabet, code[i]) - alphabet) * weights[i];
    bool checks = alphabet[(31 - sum % 31) % 31] == code[17];

    if (!checks && code[8] != 'M')
        return CREDIT_CHECKSUM;
    memcpy(ret, code, 19);
    return checks ? CREDIT_OK : CREDIT_EARLY_WARN;
}

/* --- bank account --- */

static bool luhn_holds(const char *digits, int n)
{
    int sum = 0;

    for (int i = 0; i < n; i++) {
        int d = digits[n - 1 - i] - '0';

        if (i % 2)
            d = d * 2 > 9 ? d * 2 - 9 : d * 2;
        sum += d;
    }
    return sum % 10 == 0;
}

/* Removes every c. */
static int remove_char(char *text, char c)
{
    char *to = text;

    for (const char *from = text; *from; from++)
        if (*from != c)
            *to++ = *from;
    *to = '\0';
    return (int)(to - text);
}

enum card_reason card_normalise(const char *text, char ret[33])
{
    char card[FOLDED_MAX];
    bool lookalike = false;
    int n = fold_text(text, card, &lookalike);

    if (n == 0)
        return CARD_EMPTY;
    if (n == FOLDED_MAX)
        return CARD_LENGTH;
    if (is_scientific(card))
        return CARD_LOST_DIGITS;
    remove_char(card, '-');
    n = cut_zero_fraction(card, (int)strlen(card));
    if (!all_digits(card, n))
        return CARD_CHARACTER;
    if (n < 8 || n > 32)
        return CARD_LENGTH;
    bool holds = luhn_holds(card, n);

    /* Beyond 15 digits a spreadsheet leaves zeros; a real account may end in one or two. */
    if (!holds && n >= 18 && strspn(card + 15, "0") == (size_t)n - 15)
        return CARD_LOST_DIGITS;
    memcpy(ret, card, (size_t)n + 1);
    return holds ? CARD_OK : CARD_LUHN_WARN;
}

/* --- phone --- */

static bool is_mobile(const char *p, int n)
{
    return n == 11 && p[0] == '1' && p[1] >= '3' && p[1] <= '9' && all_digits(p, 11);
}

/* 010 and 02x are followed by 8 digits, the four-digit areas by 7 or 8. */
static int area_length(const char *p, int n)
{
    if (n < 11 || p[0] != '0' || p[1] == '0' || !all_digits(p, n))
        return 0;
    if (p[1] == '1' || p[1] == '2')
        return n == 11 && (p[1] == '2' || p[2] == '0') ? 3 : 0;
    return n <= 12 ? 4 : 0;
}

enum phone_kind phone_normalise(const char *text, char ret[16])
{
    char folded[FOLDED_MAX], *p = folded;
    bool lookalike = false;

    if (fold_text(text, folded, &lookalike) == FOLDED_MAX)
        return PHONE_BAD;
    for (const char *drop = "-()"; *drop; drop++)
        remove_char(p, *drop);
    int n = cut_zero_fraction(p, (int)strlen(p));

    if (*p == '+')
        p++, n--;
    for (size_t i = 0; i < 2; i++) {
        static const char *const country[] = { "00", "86" };

        if (n >= 13 && str_starts(p, country[i]))
            p += 2, n -= 2;
    }
    if (is_mobile(p, n)) {
        memcpy(ret, p, 12);
        return PHONE_MOBILE;
    }
    int area = area_length(p, n);

    if (!area)
        return PHONE_BAD;
    memcpy(ret, p, (size_t)area);
    ret[area] = '-';
    memcpy(ret + area + 1, p + area, (size_t)(n - area) + 1);
    return PHONE_LANDLINE;
}

static bool is_blank(uint32_t c)
{
    return c == ' ' || c == '\t' || c == 0xA0 || c == 0x3000;
}

static bool parts_phones(uint32_t c)
{
    static const uint16_t separators[] = { '/',    ',',    ';',    '|',    '\\',   '\n',  '\r',
                                           0x3001, 0xFF0C, 0xFF1B, 0xFF0F, 0xFF5C, 0x6216 };

    for (size_t i = 0; i < ARRAY_LEN(separators); i++)
        if (c == separators[i])
            return true;
    return false;
}

/* One piece between separators: one number, or two with only a blank (or nothing) between. */
static int phones_in_piece(char *piece, char ret[2][16])
{
    char second[16];

    if (str_blank(piece))
        return 0;
    if (phone_normalise(piece, ret[0]) != PHONE_BAD)
        return 1;
    for (char *p = piece + 1; *p; p++) {
        if (*p != ' ')
            continue;
        *p = '\0';
        bool both = phone_normalise(piece, ret[0]) != PHONE_BAD &&
                    phone_normalise(p + 1, second) != PHONE_BAD;

        *p = ' ';
        if (both) {
            memcpy(ret[1], second, sizeof(second));
            return 2;
        }
    }
    return -1;
}

int phone_split(const char *text, char ret[2][16])
{
    char piece[FOLDED_MAX * 2], found[4][16];
    size_t len = 0;
    int count = 0;

    if (!text)
        return 0;
    for (uint32_t c = 1; c;) {
        c = utf8_next(&text);
        if (c && !parts_phones(c)) {
            if (len + 5 > sizeof(piece))
                return 0;
            if (is_blank(c))
                piece[len++] = ' ';
            else
                len += (size_t)utf8_put(piece + len, c);
            continue;
        }
        piece[len] = '\0';
        len = 0;
        int n = phones_in_piece(piece, found + count);

        if (n < 0 || count + n > 2)
            return 0;
        count += n;
    }
    memcpy(ret, found, (size_t)count * sizeof(found[0]));
    return count;
}

/* --- what may be shown --- */

const char *id_no_mask(const char *id_no, char out[24])
{
    size_t n = strlen(id_no);
    bool ends = n >= 3 && n <= 20;

    n = MIN(n, 20);
    memset(out, '*', n);
    out[n] = '\0';
    if (ends) {
        out[0] = id_no[0];
        out[n - 1] = id_no[n - 1];
    }
    return out;
}

const char *phone_mask(const char *phone, char out[16])
{
    size_t n = strlen(phone);
    const char *dash = strchr(phone, '-');
    size_t head = dash ? (size_t)(dash - phone) + 1 : 3;

    if (n < 11 || n > 15 || head > 5) {
        memcpy(out, "****", 5);
        return out;
    }
    memcpy(out, phone, head);
    memcpy(out + head, "****", 4);
    memcpy(out + head + 4, phone + n - 4, 5);
    return out;
}

const char *card_mask(const char *card, char out[16])
{
    size_t n = strlen(card);

    memcpy(out, "****", 5);
    if (n >= 8)
        memcpy(out + 4, card + n - 4, 5);
    return out;
}

static bool has_compound_surname(const char *name)
{
    static const char *const surnames[] = {
        "欧阳", "上官", "司马", "诸葛", "皇甫", "尉迟", "公孙", "慕容", "令狐", "长孙",
        "宇文", "司徒", "夏侯", "东方", "南宫", "西门", "端木", "百里", "呼延", "轩辕",
        "闻人", "澹台", "公冶", "宗政", "濮阳", "淳于", "单于", "太叔", "申屠", "公羊",
        "赫连", "仲孙", "钟离", "鲜于", "闾丘", "司空", "司寇", "拓跋", "独孤", "东郭",
        "南门", "万俟", "第五", "谷梁", "梁丘", "左丘", "东门", "羊舌", "微生", "乐正",
        "漆雕", "巫马", "公西", "壤驷", "夹谷", "歐陽", "司馬", "諸葛",
    };

    for (size_t i = 0; i < ARRAY_LEN(surnames); i++)
        if (str_starts(name, surnames[i]) && name[strlen(surnames[i])])
            return true;
    return false;
}

const char *name_mask(const char *name, char out[16])
{
    const char *p = name;
    size_t n = 0;

    for (int keep = has_compound_surname(name) ? 2 : 1; keep > 0 && *p; keep--)
        n += (size_t)utf8_put(out + n, utf8_next(&p));
    out[n] = '*';
    out[n + 1] = '\0';
    return out;
}

/* --- retirement age --- */

struct date statutory_retirement(struct date birth, enum retirement_category category)
{
    static const struct {
        int16_t years, delayed_from, step, cap; /* step: months of birth per month of delay */
    } rules[] = {
        [MAN] = { 60, 1965, 4, 36 },
        [WOMAN_55] = { 55, 1970, 4, 36 },
        [WOMAN_50] = { 50, 1975, 2, 60 },
    };

    if (!date_valid(birth))
        return (struct date){ 0 };
    int m = month_diff((struct month){ rules[category].delayed_from, 1 }, month_of(birth));
    int delay = m < 0 ? 0 : MIN(rules[category].cap, m / rules[category].step + 1);

    return date_add_months(birth, rules[category].years * 12 + delay);
}
