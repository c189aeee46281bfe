/* SPDX-License-Identifier: Apache-2.0 */
/* The detectors' names, as one table. */
#include "exeat/detect.h"

static const struct detector_row rows[] = {
    [DETECTOR_CARD] = {"card", "CARD", "payment", "card numbers, by issuer, length and check digit"},
    [DETECTOR_IBAN] = {"iban", "IBAN", "payment", "bank accounts, by country, length and check digits"},
    [DETECTOR_EMAIL] = {"email", "EMAIL", "personal", "addresses of mail"},
    [DETECTOR_PHONE] = {"phone", "PHONE", "personal", "phone numbers: with a `+`, or national ones by a word or field"},
    [DETECTOR_VAT] = {"vat", "VAT", "personal", "VAT numbers of Europe, with their check digits"},
    [DETECTOR_TAX_ID] = {"tax_id", "TAX_ID", "personal", "tax numbers of persons, with their check digits"},
    [DETECTOR_SOCIAL_SECURITY] =
        {"social_security", "SOCIAL_SECURITY", "personal", "national and social security numbers"},
    [DETECTOR_PASSPORT] = {"passport", "PASSPORT", "personal", "passports and identity cards, by a word or field"},
    [DETECTOR_ADDRESS] = {"address", "ADDRESS", "personal", "postal addresses, by fields of orders and by country"},
    [DETECTOR_NAME] = {"name", "NAME", "personal", "names of persons, by fields of orders"},
    [DETECTOR_BIRTH_DATE] = {"birth_date", "BIRTH_DATE", "personal", "dates of birth, by a word or field"},
    [DETECTOR_IP] = {"ip", "IP", "personal", "addresses of IPv4 and IPv6"},
    [DETECTOR_GEO] = {"geo", "GEO", "personal", "positions on earth"},
    [DETECTOR_SESSION_TOKEN] =
        {"session_token", "SESSION_TOKEN", "secret", "sessions, tokens and passwords, by a word or field"},
    [DETECTOR_VENDOR_KEY] = {"vendor_key", "VENDOR_KEY", "secret", "keys of vendors, by their form"},
    [DETECTOR_CLOUD_KEY] = {"cloud_key", "CLOUD_KEY", "secret", "keys of clouds, by their form"},
    [DETECTOR_PRIVATE_KEY] = {"private_key", "PRIVATE_KEY", "secret", "private keys, PEM in any spelling"},
    [DETECTOR_JWT] = {"jwt", "JWT", "secret", "signed JSON web tokens"},
    [DETECTOR_PRICE] = {"price", "PRICE", "pricing", "cost, margin and tier prices, by fields of catalogues"},
    [DETECTOR_CUSTOM] = {"custom", "CUSTOM", "", "what the operator described"},
    [DETECTOR_CANARY] = {"canary", "CANARY", "", "values that were planted to be seen leaving"},
};
_Static_assert(COUNT_OF(rows) == DETECTOR_COUNT, "every detector has a row");

const struct detector_row *detector_row(enum detector detector)
{
    return &rows[detector];
}

uint32_t detectors_named(struct text name)
{
    uint32_t found = 0;
    for (unsigned i = 0; i < DETECTOR_CUSTOM; i++)
        if (text_equal(name, text_from(rows[i].name)) || text_equal(name, text_from(rows[i].group)))
            found |= DETECTOR_BIT(i);
    return found;
}

const char *const *detector_names(size_t *count)
{
    static const char *const names[] = {
        "card",        "iban", "email",      "phone",    "vat",     "tax_id",        "social_security", "passport",
        "address",     "name", "birth_date", "ip",       "geo",     "session_token", "vendor_key",      "cloud_key",
        "private_key", "jwt",  "price",      "personal", "payment", "secret",        "pricing"};
    *count = COUNT_OF(names);
    return names;
}
