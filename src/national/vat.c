/* SPDX-License-Identifier: Apache-2.0 */
/* VAT numbers, state by state, as the states publish the sums ("VIES algorithms"). */
#include <string.h>

#include "checks.h"
#include "sums.h"

bool check_at_vat(const char *digits, size_t length)
{
    unsigned sum = 4;
    for (size_t i = 0; i + 1 < length; i++) {
        unsigned digit = digit_at(digits, i) * (i % 2 == 0 ? 1 : 2);
        sum += digit > 9 ? digit - 9 : digit;
    }
    return (10 - sum % 10) % 10 == digit_at(digits, length - 1);
}

bool check_be_vat(const char *digits, size_t length)
{
    unsigned long long number = sums_number(digits, length);
    return digits[0] <= '1' && number / 100 > 0 && 97 - number / 100 % 97 == number % 100;
}

static bool is_bg_business(const char *digits)
{
    unsigned rest = sums_weighted(digits, "12345678") % 11;
    if (rest == 10)
        rest = sums_weighted(digits, "3456789:") % 11 % 10;
    return rest == digit_at(digits, 8);
}

bool check_bg_vat(const char *digits, size_t length)
{
    if (length == 9)
        return is_bg_business(digits);
    /* of persons, of foreigners, of others */
    return check_bg_egn(digits, length) || sums_weighted(digits, "ECA=;9731") % 10 == digit_at(digits, 9) ||
           (11 - sums_weighted(digits, "432765432") % 11) % 11 == digit_at(digits, 9);
}

bool check_ch_uid(const char *digits, size_t length)
{
    return (11 - sums_weighted(digits, "54327654") % 11) % 11 == digit_at(digits, length - 1);
}

bool check_ch_uid9(const char *digits, size_t length)
{
    (void)length;
    return check_ch_uid(digits, 9);
}

bool check_cy_vat(const char *digits, size_t length)
{
    static const unsigned char odd[] = {1, 0, 5, 7, 9, 13, 15, 17, 19, 21};
    unsigned sum = 0;
    for (size_t i = 0; i + 1 < length; i++)
        sum += i % 2 == 0 ? odd[digit_at(digits, i)] : digit_at(digits, i);
    return memcmp(digits, "12", 2) != 0 && digits[length - 1] == (char)('A' + sum % 26);
}

bool check_cz_vat(const char *digits, size_t length)
{
    if (length != 8)
        return check_cz_person(digits, length);
    unsigned check = (11 - sums_weighted(digits, "8765432") % 11) % 11;
    return digits[0] != '9' && (check == 0 ? 1 : check) % 10 == digit_at(digits, 7);
}

bool check_de_vat(const char *digits, size_t length)
{
    return digits[0] != '0' && check_mod11_10(digits, length);
}

bool check_dk_vat(const char *digits, size_t length)
{
    (void)length;
    return digits[0] != '0' && sums_weighted(digits, "27654321") % 11 == 0;
}

bool check_ee_vat(const char *digits, size_t length)
{
    (void)length;
    return sums_weighted(digits, "371371371") % 10 == 0;
}

bool check_gr_vat(const char *digits, size_t length)
{
    unsigned sum = 0;
    for (size_t i = 0; i + 1 < length; i++)
        sum = sum * 2 + digit_at(digits, i);
    return sums_number(digits, length) > 0 && sum * 2 % 11 % 10 == digit_at(digits, length - 1);
}

static bool is_es_business(const char *digits)
{
    unsigned sum = 0;
    for (size_t i = 1; i <= 7; i++) {
        unsigned digit = digit_at(digits, i) * (i % 2 == 1 ? 2 : 1);
        sum += digit > 9 ? digit - 9 : digit;
    }
    unsigned check = (10 - sum % 10) % 10;
    char last = digits[8];
    return strchr("ABCDEFGHJNPQRSUVW", digits[0]) != NULL &&
           (last == (char)('0' + check) || last == "JABCDEFGHI"[check]);
}

bool check_es_nif(const char *digits, size_t length)
{
    return check_es_person(digits, length) || (digits[0] >= 'A' && digits[1] <= '9' && is_es_business(digits));
}

bool check_fi_vat(const char *digits, size_t length)
{
    (void)length;
    return sums_weighted(digits, "79:58421") % 11 == 0;
}

/* Two digits or letters, and the number of the business. */
bool check_fr_vat(const char *digits, size_t length)
{
    static const char alphabet[] = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ";
    const char *first = strchr(alphabet, digits[0]);
    const char *second = strchr(alphabet, digits[1]);
    unsigned long long business = sums_number(digits + 2, length - 2);
    if (first == NULL || second == NULL || (memcmp(digits + 2, "000", 3) != 0 && !check_luhn(digits + 2, length - 2)))
        return false;
    unsigned long long one = (unsigned long long)(first - alphabet);
    unsigned long long two = (unsigned long long)(second - alphabet);
    if (one < 10 && two < 10)
        return (business * 100 + 12) % 97 == one * 10 + two;
    unsigned long long check = one < 10 ? one * 24 + two - 10 : one * 34 + two - 100;
    return (business + 1 + check / 11) % 11 == check % 11;
}

/* The number of the business, and all of it. */
bool check_fr_siret(const char *digits, size_t length)
{
    return check_luhn(digits, 9) && check_luhn(digits, length);
}

bool check_gb_vat(const char *digits, size_t length)
{
    (void)length; /* of twelve digits the last three are a branch */
    unsigned rest = (sums_weighted(digits, "8765432:") + digit_at(digits, 8)) % 97;
    return rest == 0 || (sums_number(digits, 3) >= 100 && (rest == 42 || rest == 55));
}

bool check_hu_vat(const char *digits, size_t length)
{
    (void)length;
    return sums_weighted(digits, "97319731") % 10 == 0;
}

/* Seven digits and one letter or two; once the second was a letter or a sign. */
bool check_ie_vat(const char *digits, size_t length)
{
    static const char alphabet[] = "WABCDEFGHIJKLMNOPQRSTUV";
    char number[8] = {'0'};
    if (digits[1] > '9') {
        memcpy(number + 1, digits + 2, 5);
        number[6] = digits[0];
    } else {
        memcpy(number, digits, 7);
    }
    unsigned sum = sums_weighted(number, "8765432");
    if (length == 9) {
        const char *extra = strchr(alphabet, digits[8]);
        if (extra == NULL)
            return false;
        sum += 9 * (unsigned)(extra - alphabet);
    }
    return digits[7] == alphabet[sum % 23];
}

/* The same of persons: the second letter counts where it is one of families, not of couples of old. */
bool check_ie_pps(const char *digits, size_t length)
{
    bool counts = length == 9 && (digits[8] == 'A' || digits[8] == 'H');
    bool known = length == 8 || counts || strchr("WTX", digits[8]) != NULL;
    return known && digits[7] <= 'W' && check_ie_vat(digits, counts ? 9 : 8);
}

bool check_it_vat(const char *digits, size_t length)
{
    unsigned long long office = sums_number(digits + 7, 3);
    bool known = (office >= 1 && office <= 100) || office == 120 || office == 121 || office == 888 || office == 999;
    return known && sums_number(digits, 7) > 0 && check_luhn(digits, length);
}

bool check_lt_vat(const char *digits, size_t length)
{
    unsigned rest = length == 9 ? sums_weighted(digits, "12345678") : sums_weighted(digits, "12345678912");
    rest %= 11;
    if (rest == 10)
        rest = (length == 9 ? sums_weighted(digits, "34567891") : sums_weighted(digits, "34567891234")) % 11 % 10;
    return digits[length - 2] == '1' && rest == digit_at(digits, length - 1);
}

bool check_lu_vat(const char *digits, size_t length)
{
    (void)length;
    return sums_number(digits, 6) % 89 == sums_number(digits + 6, 2);
}

bool check_lv_vat(const char *digits, size_t length)
{
    if (digits[0] <= '3')
        return check_lv_person(digits, length);
    return sums_weighted(digits, "91483:25761") % 11 == 3;
}

bool check_mt_vat(const char *digits, size_t length)
{
    (void)length;
    return digits[0] != '0' && sums_weighted(digits, "346789:1") % 37 == 0;
}

/* Two schemes: the number of a person or business (mod 11), or all of it with its country (mod 97). */
bool check_nl_vat(const char *digits, size_t length)
{
    char whole[16] = "NL";
    if (sums_number(digits + 10, 2) == 0)
        return false;
    memcpy(whole + 2, digits, length);
    return check_nl_bsn(digits, 9) || check_remainder(whole, length + 2, 97) == 1;
}

bool check_no_vat(const char *digits, size_t length)
{
    (void)length;
    return (11 - sums_weighted(digits, "32765432") % 11) % 11 == digit_at(digits, 8);
}

bool check_pl_nip(const char *digits, size_t length)
{
    (void)length;
    return sums_weighted(digits, "657234567") % 11 == digit_at(digits, 9) && sums_number(digits, 9) > 0;
}

bool check_pt_nif(const char *digits, size_t length)
{
    (void)length;
    return digits[0] != '0' && (11 - sums_weighted(digits, "98765432") % 11) % 11 % 10 == digit_at(digits, 8);
}

bool check_ro_vat(const char *digits, size_t length)
{
    static const char weights[] = "753217532";
    return digits[0] != '0' &&
           sums_weighted(digits, weights + 10 - length) * 10 % 11 % 10 == digit_at(digits, length - 1);
}

bool check_se_vat(const char *digits, size_t length)
{
    (void)length;
    return memcmp(digits + 10, "01", 2) == 0 && check_luhn(digits, 10);
}

bool check_si_vat(const char *digits, size_t length)
{
    (void)length;
    unsigned check = 11 - sums_weighted(digits, "8765432") % 11;
    return digits[0] != '0' && (check == 10 ? 0 : check) == digit_at(digits, 7);
}

bool check_sk_vat(const char *digits, size_t length)
{
    bool business = digits[0] != '0' && strchr("234789", digits[2]) != NULL && sums_number(digits, length) % 11 == 0;
    return business || check_cz_person(digits, length);
}
