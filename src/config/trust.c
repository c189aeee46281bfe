/* SPDX-License-Identifier: Apache-2.0 */
/* Whom a rule trusts upstream: pins, revocation lists, a certificate of the gate's own. */
#include <string.h>

#include "config_internal.h"
#include "exeat/base/bytes.h"

/* "sha256/" and the SHA-256 of a SubjectPublicKeyInfo in base64, as in RFC 7469 2.4 and in what libraries print. */
static bool read_pin(struct load *load, const struct yaml_node *node, void *item)
{
    static const struct text prefix = TEXT_INIT("sha256/");
    struct digest *pin = item;
    struct buffer key = {0};
    struct text text;
    if (!read_text(load, node, &text))
        return false;
    bool good = text_starts_with(text, prefix) && base64_decode(text_after(text, prefix.length), &key) &&
                key.length == sizeof(pin->bytes);
    if (good)
        memcpy(pin->bytes, key.data, sizeof(pin->bytes));
    buffer_clear(&key);
    if (good)
        return true;
    diag_error(
        load->diags, node->mark, "'%.*s' is not a pin: sha256/ and the base64 of the 32 bytes of a SHA-256",
        TEXT_ARG(text));
    diag_note(
        load->diags, "openssl x509 -in FILE -pubkey -noout | openssl pkey -pubin -outform der | openssl dgst -sha256 "
                     "-binary | base64");
    return false;
}

/* An empty list would read as a promise and hold nothing. */
static bool is_not_empty(struct load *load, const struct yaml_node *node, size_t count)
{
    if (count == 0)
        diag_error(load->diags, node->mark, "an empty list trusts nobody and asks nothing: leave the key away");
    return count > 0;
}

static bool read_pins(struct load *load, const struct yaml_node *node, void *field)
{
    struct setting_pins *pins = field;
    void *items = NULL;
    bool good = schema_read_few(load, node, sizeof(struct digest), read_pin, &items, &pins->count);
    pins->items = items;
    return good && is_not_empty(load, node, pins->count);
}

/* It is said where it stands, should it not be there to be read. */
static bool read_placed_path(struct load *load, const struct yaml_node *node, void *item)
{
    struct setting_text *path = item;
    path->mark = node->mark;
    return read_path(load, node, &path->text);
}

static bool read_crls(struct load *load, const struct yaml_node *node, void *field)
{
    struct setting_texts *crls = field;
    void *items = NULL;
    crls->present = true;
    bool good = schema_read_few(load, node, sizeof(struct setting_text), read_placed_path, &items, &crls->count);
    crls->items = items;
    return good && is_not_empty(load, node, crls->count);
}

bool trust_is_whole(struct load *load, const struct settings_trust *trust, struct mark mark)
{
    bool has_certificate = trust->certificate.text.length > 0;
    if (has_certificate == (trust->key.text.length > 0))
        return true;
    diag_error(
        load->diags, mark, "`certificate` and `key` belong together: %s is missing",
        has_certificate ? "key" : "certificate");
    return false;
}

static const struct type type_pin = SHAPED_TYPE("pin", read_pin, "^sha256/[A-Za-z0-9+/]{43}=$");
const struct type type_pins = FEW_TYPE("sha256/BASE64, or a list of them", read_pins, &type_pin);
const struct type type_placed_path = TEXT_TYPE("path", read_placed_path);
const struct type type_crls = FEW_TYPE("path, or a list of paths", read_crls, &type_placed_path);
