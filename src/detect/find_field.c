/* SPDX-License-Identifier: Apache-2.0 */
/* Values that are what their field says: names, addresses, prices and the rest that has no form of its own. */
#include <string.h>

#include "date.h"
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
    for (size_t i = 0; i < COUNT_OF(nothing); i++)
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
    static const char *const prices[] = {"price", "value", "amount", "percent", "discount", "preis", "prix", "prijs"};
    bool named = look->kind == FIELD_TIERS;
    if (!is_price(value, makeup) || makeup.letters > 0)
        return false;
    for (size_t i = 0; !named && i < COUNT_OF(prices); i++)
        named = look->field.length > 0 &&
                memmem(look->field.data, look->field.length, prices[i], strlen(prices[i])) != NULL;
    return named && field_is_in_tiers(look->path);
}

/* The detector of a value of this kind; DETECTOR_COUNT: it is none after all. */
static enum detector detector_of(const struct look *look, struct text value, struct makeup makeup)
{
    switch (look->kind) {
    case FIELD_NAME:
        return makeup.letters > 0 && value.length <= PERSON_MOST ? DETECTOR_NAME : DETECTOR_COUNT;
    case FIELD_ADDRESS:
        return makeup.letters + makeup.digits > 0 && value.length <= ADDRESS_MOST ? DETECTOR_ADDRESS : DETECTOR_COUNT;
    case FIELD_PHONE:
        return makeup.digits >= 5 && makeup.digits <= 18 && makeup.letters <= 4 ? DETECTOR_PHONE : DETECTOR_COUNT;
    case FIELD_BIRTH:
        return makeup.digits >= 4 && makeup.digits <= 18 && value.length <= NUMBER_MOST ? DETECTOR_BIRTH_DATE
                                                                                        : DETECTOR_COUNT;
    case FIELD_LATITUDE:
    case FIELD_LONGITUDE:
        return is_degrees(value, makeup) ? DETECTOR_GEO : DETECTOR_COUNT;
    case FIELD_CARD_CHECK:
        return (makeup.digits == 3 || makeup.digits == 4) && makeup.letters == 0 ? DETECTOR_CARD : DETECTOR_COUNT;
    case FIELD_ACCOUNT:
        return makeup.digits >= 6 && value.length <= NUMBER_MOST + 8 ? DETECTOR_IBAN : DETECTOR_COUNT;
    case FIELD_VAT:
        return makeup.digits >= 5 && value.length <= 24 && makeup.others == 0 ? DETECTOR_VAT : DETECTOR_COUNT;
    case FIELD_TAX:
        return makeup.digits >= 5 && value.length <= 24 && makeup.others == 0 ? DETECTOR_TAX_ID : DETECTOR_COUNT;
    case FIELD_SOCIAL:
        return makeup.digits >= 5 && value.length <= 28 && makeup.others == 0 ? DETECTOR_SOCIAL_SECURITY
                                                                              : DETECTOR_COUNT;
    case FIELD_PASSPORT:
        return makeup.digits >= 3 && value.length >= 6 && value.length <= 20 ? DETECTOR_PASSPORT : DETECTOR_COUNT;
    case FIELD_SECRET:
        return value.length <= FIELD_VALUE_MOST ? DETECTOR_SESSION_TOKEN : DETECTOR_COUNT;
    case FIELD_TOKEN:
        return value.length <= FIELD_VALUE_MOST && token_is_random(value) ? DETECTOR_SESSION_TOKEN : DETECTOR_COUNT;
    case FIELD_COST:
        return is_price(value, makeup) ? DETECTOR_PRICE : DETECTOR_COUNT;
    case FIELD_UNKNOWN:
    case FIELD_NONE:
    case FIELD_PERSONS_NAME:
    case FIELD_ADDRESS_PART:
    case FIELD_POSITION:
    case FIELD_IP:
    case FIELD_CARD:
    case FIELD_TIERS:
    case FIELD_PERSON:
    case FIELD_PAIR:
        break;
    }
    return is_tier(look, value, makeup) ? DETECTOR_PRICE : DETECTOR_COUNT;
}

void find_field(struct look *look)
{
    struct text value = text_trim(look->value, " \t\r\n");
    if (value.length == 0 || value.length > FIELD_VALUE_MOST || is_nothing(value))
        return;
    enum detector detector = detector_of(look, value, makeup_of(value));
    size_t start = (size_t)(value.data - look->value.data);
    if (detector != DETECTOR_COUNT)
        look_add(look, detector, start, start + value.length, CERTAINTY_FIELD);
}
