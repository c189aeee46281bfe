/* SPDX-License-Identifier: Apache-2.0 */
/* Fakes that stand in a text by themselves, so that none of them is given to a value. One pass, whatever they are. */
#include "fake.h"

#include <string.h>

#include "exeat/national.h"

enum {
    NUMBER_MAX = 99999, /* beyond what is ever given */
    NUMBER_DIGITS = 5,
    GAP_MAX = 4 /* bytes between two digits: a dash of three bytes and a blank */
};

static bool is_plain(char byte)
{
    return is_ascii_digit(byte) || (byte >= 'A' && byte <= 'Z');
}

/* What follows of a grouped number: the next that `is` holds for, over a gap; '\0': none. */
static char next_of(struct text text, size_t *at, bool (*is)(char byte))
{
    for (size_t i = *at; i < text.length && i <= *at + GAP_MAX; i++)
        if (is(text.data[i])) {
            *at = i + 1;
            return text.data[i];
        }
    return '\0';
}

static bool is_issuer(const char digits[FAKE_ISSUER])
{
    for (size_t i = 0; i < fake_issuer_count; i++)
        if (memcmp(digits, fake_issuers[i].test, FAKE_ISSUER) == 0)
            return true;
    return false;
}

/* Of every length that it may have: what is behind the issuer but the last digit is the number. */
static void see_card(struct text text, fake_see see, void *context)
{
    char digits[FAKE_ISSUER];
    uint32_t number = 0;
    size_t at = 0;
    for (size_t i = 0; i < FAKE_ISSUER; i++) {
        digits[i] = next_of(text, &at, is_ascii_digit);
        if (digits[i] == '\0')
            return;
    }
    if (!is_issuer(digits))
        return;
    for (size_t count = FAKE_ISSUER + 1; count <= FAKE_CARD_MOST && number <= NUMBER_MAX; count++) {
        char digit = next_of(text, &at, is_ascii_digit);
        if (digit == '\0')
            return;
        if (count >= FAKE_CARD_LEAST)
            see(context, DETECTOR_CARD, number);
        number = number * 10 + (uint32_t)(digit - '0');
    }
}

static void see_iban(struct text text, fake_see see, void *context)
{
    char code[NATIONAL_CODE_MAX];
    size_t length = national_iban_length(text_part(text, 0, 2));
    size_t at = 0;
    uint32_t number;
    for (size_t i = 0; i < length; i++) {
        code[i] = next_of(text, &at, is_plain);
        if (code[i] == '\0')
            return;
    }
    if (length > 0 && national_iban_is_made((struct text){code, length}, &number))
        see(context, DETECTOR_IBAN, number);
}

/* With every count of digits: whoever reads it may take the first ones alone. */
static void see_form(const struct fake_form *form, struct text text, fake_see see, void *context)
{
    uint32_t number = 0;
    if (!text_starts_with(text, text_from(form->front)))
        return;
    text = text_after(text, strlen(form->front));
    for (size_t i = 0; i < NUMBER_DIGITS && i < text.length && is_ascii_digit(text.data[i]); i++) {
        number = number * 10 + (uint32_t)(text.data[i] - '0');
        if (text_starts_with(text_after(text, i + 1), text_from(form->back)))
            see(context, form->detector, number);
    }
}

void fakes_in(struct text text, fake_see see, void *context)
{
    for (size_t at = 0; at < text.length; at++) {
        struct text rest = text_after(text, at);
        for (size_t i = 0; i < fake_form_count; i++)
            if (rest.data[0] == fake_forms[i].front[0])
                see_form(&fake_forms[i], rest, see, context);
        if (is_ascii_digit(rest.data[0]))
            see_card(rest, see, context);
        else if (is_plain(rest.data[0]))
            see_iban(rest, see, context);
    }
}
