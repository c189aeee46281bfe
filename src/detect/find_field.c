/* SPDX-License-Identifier: Apache-2.0 */
/* Values that are what their field says: names, addresses, prices and the rest that has no form of its own. */
#include <string.h>

#include "detectors.h"
#include "token.h"

enum { PERSON_MOST = 160, ADDRESS_MOST = 400, NUMBER_MOST = 40 };

/* What the value consists of. */
struct makeup {
    size_t letters;
    size_t digits;
    size_t others; /* neither those nor blanks, points and dashes */
};

static struct makeup makeup_of(struct text value)
{
    struct makeup makeup = {0};
    for (size_t at = 0; at < value.length;) {
        struct point point = point_at(value, at, DETECT_PLAIN);
        if (point_digit(point.code) >= 0)
            makeup.digits++;
        else if (point_is_word(point.code))
            makeup.letters++;
        else if (point_gap(point.code) == GAP_NONE && point.code != '+')
            makeup.others++;
        at += point.length;
    }
    return makeup;
}

static bool is_nothing(struct text value)
{
    static const char *const nothing[] = {"null", "true", "false", "none", "n/a", "undefined", "nil", "yes", "no"};
    bool may_be_word = value.length < sizeof("undefined") && text_has(TEXT("ntfuy"), (char)(value.data[0] | 0x20));
    for (size_t i = 0; may_be_word && i < COUNT_OF(nothing); i++)
        if (text_equal_nocase(value, text_from(nothing[i])))
            return true;
    for (size_t i = 0; i < value.length; i++)
        if (strchr("*xX.-_ ", value.data[i]) == NULL || value.data[i] == '\0')
            return false;
    return true;
}

static bool is_price(struct text value, struct makeup makeup)
{
    return makeup.digits > 0 && value.length <= NUMBER_MOST && makeup.letters <= 4;
}

static bool is_degrees(struct text value, struct makeup makeup)
{
    return makeup.digits > 1 && makeup.letters <= 1 && text_has(value, '.') && value.length <= NUMBER_MOST;
}

/* Of a table of prices: what is a price in it, not a number of pieces. */
static bool is_tier(const struct look *look, struct text value, struct makeup makeup)
{
    bool named = look->kind == FIELD_TIERS || look->names_price;
    return named && is_price(value, makeup) && makeup.letters == 0 && field_is_in_tiers(look->path);
}

/* What a value of a kind of field has to be made of, for a detector. */
static const struct rule {
    enum field_kind kind;
    enum detector detector;
    uint8_t digits_least;
    uint8_t digits_most;
    uint8_t letters_most;
    uint16_t length_most;
    bool others; /* it may have more than letters, digits, blanks, points and dashes */
} rules[] = {
    {FIELD_ADDRESS, DETECTOR_ADDRESS, 0, UINT8_MAX, UINT8_MAX, ADDRESS_MOST, true},
    {FIELD_PHONE, DETECTOR_PHONE, 5, 18, 4, UINT8_MAX, true},
    {FIELD_BIRTH, DETECTOR_BIRTH_DATE, 4, 18, NUMBER_MOST, NUMBER_MOST, true},
    {FIELD_CARD_CHECK, DETECTOR_CARD, 3, 4, 0, NUMBER_MOST, true},
    {FIELD_ACCOUNT, DETECTOR_IBAN, 6, NUMBER_MOST, NUMBER_MOST, NUMBER_MOST + 8, true},
    {FIELD_VAT, DETECTOR_VAT, 5, 24, 24, 24, false},
    {FIELD_TAX, DETECTOR_TAX_ID, 5, 24, 24, 24, false},
    {FIELD_SOCIAL, DETECTOR_SOCIAL_SECURITY, 5, 28, 28, 28, false},
    {FIELD_PASSPORT, DETECTOR_PASSPORT, 3, 20, 20, 20, true},
    {FIELD_COST, DETECTOR_PRICE, 1, NUMBER_MOST, 4, NUMBER_MOST, true},
    {FIELD_SECRET, DETECTOR_SESSION_TOKEN, 0, UINT8_MAX, UINT8_MAX, FIELD_VALUE_MOST, true},
};

static size_t at_most(size_t number, size_t most)
{
    return number < most ? number : most;
}

static bool keeps(const struct rule *rule, struct text value, struct makeup makeup)
{
    size_t digits = at_most(makeup.digits, UINT8_MAX);
    return digits >= rule->digits_least && digits <= rule->digits_most &&
           at_most(makeup.letters, UINT8_MAX) <= rule->letters_most && value.length <= rule->length_most &&
           (rule->others || makeup.others == 0);
}

/* The detector of a value of this kind; DETECTOR_COUNT: it is none after all. */
static enum detector detector_of(const struct look *look, struct text value, struct makeup makeup)
{
    for (size_t i = 0; i < COUNT_OF(rules); i++)
        if (rules[i].kind == look->kind)
            return keeps(&rules[i], value, makeup) ? rules[i].detector : DETECTOR_COUNT;
    bool place = look->kind == FIELD_LATITUDE || look->kind == FIELD_LONGITUDE;
    if (look->kind == FIELD_NAME && makeup.letters > 0 && value.length <= PERSON_MOST)
        return DETECTOR_NAME;
    if (place && is_degrees(value, makeup))
        return DETECTOR_GEO;
    if (look->kind == FIELD_TOKEN && token_is_random(value))
        return DETECTOR_SESSION_TOKEN;
    return is_tier(look, value, makeup) ? DETECTOR_PRICE : DETECTOR_COUNT;
}

/* Nothing is said of such a field; or it depends on what it stands under, and that says nothing. */
static bool has_no_rule(const struct look *look)
{
    bool open = look->kind == FIELD_PERSONS_NAME || look->kind == FIELD_ADDRESS_PART || look->kind == FIELD_PERSON ||
                look->kind == FIELD_PAIR;
    return (look->kind <= FIELD_NONE || open) && !look->names_price;
}

void find_field(struct look *look)
{
    struct text value = text_trim(look->value, " \t\r\n");
    if (has_no_rule(look) || value.length == 0 || value.length > FIELD_VALUE_MOST || is_nothing(value))
        return;
    enum detector detector = detector_of(look, value, makeup_of(value));
    size_t start = (size_t)(value.data - look->value.data);
    if (detector != DETECTOR_COUNT)
        look_add(look, detector, start, start + value.length, CERTAINTY_FIELD);
}
