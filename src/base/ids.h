/* ids.h — identifiers people carry: citizen number, credit code, bank card, phone; how they are
 * cleaned, checked, and shown masked. Pure and without allocation: called for every imported row.
 *
 * Every *_normalise first folds the text: full width to half width, white space, quotes and
 * zero-width characters dropped. The result is written only when the return value says it is
 * usable. All accept NULL (empty). */
#pragma once
#include "base/date.h"

/* --- citizen number (GB 11643-1999) --- */
/* X(name): why a number is not one. */
#define ID_REASON_LIST(X)                                    \
    X(OK)                                                    \
    X(EMPTY)                                                 \
    X(LENGTH)                                                \
    X(CHARACTER)                                             \
    X(BIRTH)       /* the birth date in it does not exist */ \
    X(CHECKSUM)    /* a digit was mistyped */                \
    X(LOST_DIGITS) /* a spreadsheet kept it as a number: digits are gone */

enum id_reason {
#define X(name) ID_##name,
    ID_REASON_LIST(X)
#undef X
};

/* What was done to a good number; bits. */
enum id_note {
    ID_FROM_15 = 1,    /* was an old 15-digit number, born in the 1900s */
    ID_DISABILITY = 2, /* was a 20-character disability certificate number */
    ID_LOOKALIKE = 4,  /* ×, *, Ⅹ or a Cyrillic or Greek letter stood for X */
    /* Ends in 000 or is a multiple of 64 or 128 as what went through a double is: of numbers
     * mangled by a spreadsheet one in eleven passes the check, of good ones about one in a hundred
     * looks like this. Worth a second look when the cell held a number, or many rows are so. */
    ID_ROUNDED = 8,
};

/* Writes the 18 characters, X in upper case. Never judges the division code: it is that of the
 * registration at issue and often abolished. */
enum id_reason id_no_normalise(const char *text, char ret[19], unsigned *ret_notes);
/* "ID_CHECKSUM" → "CHECKSUM" */
const char *id_reason_name(enum id_reason reason);

/* Of a normalised number. */
struct date id_no_birth(const char *id_no);
bool id_no_is_female(const char *id_no);
/* Born by that day and at most 120 years old on it. */
bool id_no_plausible_on(const char *id_no, struct date on);
/* The check character of the first 17 digits. */
char id_no_check(const char digits[17]);

/* --- unified social credit code (GB 32100-2015) --- */
enum credit_reason {
    CREDIT_OK,
    /* Legal codes of the pilot, mostly of Fujian (91350100M0001TGQXM, 91350203M0001QAY9B), whose
     * check character does not agree: accepted with a warning when the organisation code
     * (characters 9–17) begins with M. */
    CREDIT_EARLY_WARN,
    CREDIT_EMPTY,
    CREDIT_LENGTH,
    CREDIT_CHARACTER, /* not of 0-9A-HJ-NPQRTUWXY, or no six digits of division */
    CREDIT_CHECKSUM,
};

/* Usable for OK and EARLY_WARN. */
enum credit_reason credit_code_normalise(const char *text, char ret[19]);

/* --- bank account --- */
enum card_reason {
    CARD_OK,
    CARD_LUHN_WARN, /* rural banks give account numbers that are no card numbers */
    CARD_EMPTY,
    CARD_LENGTH, /* not 8 to 32 digits */
    CARD_CHARACTER,
    CARD_LOST_DIGITS,
};

/* Digits only. Usable for OK and LUHN_WARN. */
enum card_reason card_normalise(const char *text, char ret[33]);

/* --- phone --- */
enum phone_kind { PHONE_BAD, PHONE_MOBILE, PHONE_LANDLINE };

/* A mobile number as 11 digits, a landline as "0591-87654321"; a country code is dropped. A
 * landline without area code is bad: nobody else can call it. */
enum phone_kind phone_normalise(const char *text, char ret[16]);
/* A cell with one or two numbers, parted by / 、 , ; 或, a line break or a blank. Returns how many
 * (1 or 2); 0 when anything in it is no phone number, or there are more. */
int phone_split(const char *text, char ret[2][16]);

/* --- what may be shown --- */
/* First and last character only, "6****************4": more would leave few candidates.
 * Any text up to 20 bytes; longer is masked wholly. Each returns out. */
const char *id_no_mask(const char *id_no, char out[24]);
/* "138****1234"; a landline "0591-****4321". */
const char *phone_mask(const char *phone, char out[16]);
/* "****1234" */
const char *card_mask(const char *card, char out[16]);
/* "张*", "欧阳*": the surname. */
const char *name_mask(const char *name, char out[16]);

/* --- retirement age --- */
/* WOMAN_50: women in workers' posts; WOMAN_55: in managerial and technical ones. */
enum retirement_category { MAN, WOMAN_55, WOMAN_50 };

/* The day on which the statutory retirement age is reached: 60, 55 or 50 years, and by the decision
 * of 13 Sep 2024 one month more for each 4 months of birth from Jan 1965 (men) or Jan 1970
 * (WOMAN_55), at most 36, for each 2 months from Jan 1975 (WOMAN_50), at most 60. */
struct date statutory_retirement(struct date birth, enum retirement_category category);
