/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers of persons, state by state: for taxes, for social security, in the register. Most hold a date of birth. */
#include <string.h>

#include "checks.h"
#include "sums.h"

static unsigned two(const char *digits, size_t at)
{
    return digit_at(digits, at) * 10 + digit_at(digits, at + 1);
}

static bool has_ddmm(const char *digits)
{
    return sums_is_date(two(digits, 2), two(digits, 0));
}

bool check_at_svnr(const char *digits, size_t length)
{
    (void)length;
    unsigned month = two(digits, 6);
    return digits[0] != '0' && sums_weighted(digits, "3790584216") % 11 == digit_at(digits, 3) && month <= 15 &&
           two(digits, 4) >= 1 && two(digits, 4) <= 31;
}

/* Born in this century, a 2 stands before the number for the sum. */
bool check_be_person(const char *digits, size_t length)
{
    (void)length;
    unsigned long long number = sums_number(digits, 9);
    unsigned long long check = sums_number(digits + 9, 2);
    unsigned month = two(digits, 2) % 20;
    return month <= 12 && two(digits, 4) <= 31 &&
           (97 - number % 97 == check || 97 - (number + 2000000000) % 97 == check);
}

bool check_bg_egn(const char *digits, size_t length)
{
    (void)length;
    return two(digits, 2) <= 52 && sums_is_date(two(digits, 2) % 20, two(digits, 4)) &&
           sums_weighted(digits, "2485:9736") % 11 % 10 == digit_at(digits, 9);
}

bool check_ch_ahv(const char *digits, size_t length)
{
    (void)length;
    return memcmp(digits, "756", 3) == 0 && sums_weighted(digits, "1313131313131") % 10 == 0;
}

/* Nine digits until 1953, without a check. */
bool check_cz_person(const char *digits, size_t length)
{
    if (!sums_is_date(two(digits, 2) % 50 % 20, two(digits, 4)))
        return false;
    if (length == 9)
        return two(digits, 0) <= 53 || two(digits, 0) >= 80;
    unsigned long long number = sums_number(digits, 9);
    return number % 11 % 10 == digit_at(digits, 9);
}

/* One digit stands twice or three times in the first ten, the others at most once. */
bool check_de_idnr(const char *digits, size_t length)
{
    unsigned counts[10] = {0};
    unsigned more = 0;
    for (size_t i = 0; i < 10; i++)
        more += ++counts[digit_at(digits, i)] == 2;
    for (size_t i = 0; i < 10; i++)
        if (counts[i] > 3)
            return false;
    return digits[0] != '0' && more == 1 && check_mod11_10(digits, length);
}

/* Area, date of birth, the first letter of the name, a serial: the letter counts as two digits. */
bool check_de_pension(const char *digits, size_t length)
{
    static const unsigned char weights[] = {2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1};
    char number[12];
    unsigned letter = (unsigned)(digits[8] - 'A') + 1;
    unsigned sum = 0;
    memcpy(number, digits, 8);
    number[8] = (char)('0' + letter / 10);
    number[9] = (char)('0' + letter % 10);
    memcpy(number + 10, digits + 9, 2);
    for (size_t i = 0; i < sizeof(number); i++) {
        unsigned product = digit_at(number, i) * weights[i];
        sum += product / 10 + product % 10;
    }
    unsigned day = two(digits, 2);
    return sum % 10 == digit_at(digits, length - 1) && sums_is_date(two(digits, 4), day > 50 ? day - 50 : day);
}

bool check_dk_cpr(const char *digits, size_t length)
{
    (void)length; /* its old sum does not hold for numbers since 2007 */
    return has_ddmm(digits);
}

bool check_ee_person(const char *digits, size_t length)
{
    (void)length;
    unsigned rest = sums_weighted(digits, "1234567891") % 11;
    if (rest == 10)
        rest = sums_weighted(digits, "3456789123") % 11 % 10;
    return digits[0] >= '1' && digits[0] <= '6' && sums_is_date(two(digits, 3), two(digits, 5)) &&
           rest == digit_at(digits, 10);
}

/* DNI, and NIE with a letter in the place of its first digit. */
bool check_es_person(const char *digits, size_t length)
{
    char number[8];
    memcpy(number, digits, sizeof(number));
    if (digits[0] >= 'X' && digits[0] <= 'Z')
        number[0] = (char)('0' + (digits[0] - 'X'));
    else if (digits[0] >= 'K' && digits[0] <= 'M')
        number[0] = '0'; /* children, and foreigners of old */
    for (size_t i = 0; i < sizeof(number); i++)
        if (number[i] < '0' || number[i] > '9')
            return false;
    return digits[length - 1] == "TRWAGMYFPDXBNJZSQVHLCKE"[sums_number(number, 8) % 23];
}

bool check_fi_hetu(const char *digits, size_t length)
{
    char number[9];
    memcpy(number, digits, 6);
    memcpy(number + 6, digits + length - 4, 3); /* a letter of the century may stand before */
    return has_ddmm(digits) && digits[length - 1] == "0123456789ABCDEFHJKLMNPRSTUVWXY"[sums_number(number, 9) % 31];
}

/* Sex, year, month, place, serial; of Corsica with a letter in the place. */
bool check_fr_nir(const char *digits, size_t length)
{
    char number[13];
    (void)length;
    memcpy(number, digits, sizeof(number));
    if (digits[6] > '9') {
        if (digits[5] != '2' || (digits[6] != 'A' && digits[6] != 'B'))
            return false;
        number[5] = '1';
        number[6] = digits[6] == 'A' ? '9' : '8';
    }
    unsigned month = two(digits, 3);
    return strchr("12", digits[0]) != NULL && ((month >= 1 && month <= 12) || month >= 20) &&
           97 - sums_number(number, 13) % 97 == sums_number(digits + 13, 2);
}

bool check_gb_nino(const char *digits, size_t length)
{
    static const char *const never[] = {"BG", "GB", "NK", "KN", "TN", "NT", "ZZ"};
    for (size_t i = 0; i < sizeof(never) / sizeof(never[0]); i++)
        if (memcmp(digits, never[i], 2) == 0)
            return false;
    return strchr("DFIQUV", digits[0]) == NULL && strchr("DFIQUVO", digits[1]) == NULL && digits[length - 1] <= 'D';
}

/* The first digit is the check of the others. */
bool check_gb_utr(const char *digits, size_t length)
{
    (void)length;
    return "21987654321"[sums_weighted(digits + 1, "6789:5432") % 11] == digits[0];
}

bool check_gr_amka(const char *digits, size_t length)
{
    return has_ddmm(digits) && check_luhn(digits, length);
}

bool check_hu_tax(const char *digits, size_t length)
{
    (void)length;
    return digits[0] == '8' && sums_weighted(digits, "123456789") % 11 == digit_at(digits, 9);
}

bool check_hu_taj(const char *digits, size_t length)
{
    (void)length;
    return sums_number(digits, 9) > 0 && sums_weighted(digits, "37373737") % 10 == digit_at(digits, 8);
}

bool check_is_person(const char *digits, size_t length)
{
    (void)length;
    unsigned day = two(digits, 0) % 40;
    return sums_is_date(two(digits, 2), day) &&
           (11 - sums_weighted(digits, "32765432") % 11) % 11 == digit_at(digits, 8);
}

/* The code of a character at an odd place; of a digit that of the letter in its place (A for 0). */
bool check_it_person(const char *digits, size_t length)
{
    static const unsigned char odd[] = {1,  0,  5, 7, 9, 13, 15, 17, 19, 21, 2,  4,  18,
                                        20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23};
    static const unsigned char numbers[] = {6,  7,  9, 10,
                                            12, 13, 14}; /* digits, or letters where two persons had the same */
    unsigned sum = 0;
    for (size_t i = 0; i < sizeof(numbers); i++)
        if (digits[numbers[i]] > '9' && strchr("LMNPQRSTUV", digits[numbers[i]]) == NULL)
            return false;
    for (size_t i = 0; i + 1 < length; i++) {
        unsigned value = (unsigned)(digits[i] > '9' ? digits[i] - 'A' : digits[i] - '0');
        sum += i % 2 == 0 ? odd[value] : value;
    }
    return strchr("ABCDEHLMPRST", digits[8]) != NULL && digits[length - 1] == (char)('A' + sum % 26);
}

bool check_lu_person(const char *digits, size_t length)
{
    (void)length;
    return sums_is_date(two(digits, 4), two(digits, 6)) && check_luhn(digits, 12);
}

/* Since 2017 they begin with 32 and hold no date. */
bool check_lv_person(const char *digits, size_t length)
{
    (void)length;
    bool date = memcmp(digits, "32", 2) == 0 || has_ddmm(digits);
    return date && (1 + sums_weighted(digits, ":584216379")) % 11 % 10 == digit_at(digits, 10);
}

bool check_mt_person(const char *digits, size_t length)
{
    return strchr("ABGHLMPZ", digits[length - 1]) != NULL;
}

bool check_nl_bsn(const char *digits, size_t length)
{
    (void)length;
    return sums_number(digits, 9) > 0 && sums_weighted(digits, "98765432") % 11 == digit_at(digits, 8);
}

bool check_no_person(const char *digits, size_t length)
{
    (void)length;
    unsigned day = two(digits, 0) % 40;
    unsigned month = two(digits, 2) % 40;
    return sums_is_date(month, day) && (11 - sums_weighted(digits, "376189452") % 11) % 11 == digit_at(digits, 9) &&
           (11 - sums_weighted(digits, "5432765432") % 11) % 11 == digit_at(digits, 10);
}

bool check_pl_pesel(const char *digits, size_t length)
{
    (void)length;
    return sums_is_date(two(digits, 2) % 20, two(digits, 4)) &&
           (10 - sums_weighted(digits, "1379137913") % 10) % 10 == digit_at(digits, 10);
}

bool check_pl_regon(const char *digits, size_t length)
{
    (void)length;
    return sums_number(digits, 9) > 0 && sums_weighted(digits, "89234567") % 11 % 10 == digit_at(digits, 8);
}

bool check_ro_cnp(const char *digits, size_t length)
{
    (void)length;
    unsigned rest = sums_weighted(digits, "279146358279") % 11;
    return digits[0] != '0' && sums_is_date(two(digits, 3), two(digits, 5)) &&
           (rest == 10 ? 1 : rest) == digit_at(digits, 12);
}

/* With or without the century. */
bool check_se_person(const char *digits, size_t length)
{
    const char *number = digits + length - 10;
    unsigned day = two(number, 4);
    return sums_is_date(two(number, 2), day > 60 ? day - 60 : day) && check_luhn(number, 10);
}

bool check_si_emso(const char *digits, size_t length)
{
    (void)length;
    return has_ddmm(digits) && (11 - sums_weighted(digits, "765432765432") % 11) % 11 % 10 == digit_at(digits, 12);
}

bool check_us_ssn(const char *digits, size_t length)
{
    (void)length;
    unsigned long long area = sums_number(digits, 3);
    return area > 0 && area != 666 && area < 900 && two(digits, 3) > 0 && sums_number(digits + 5, 4) > 0;
}
