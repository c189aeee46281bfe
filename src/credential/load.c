/* SPDX-License-Identifier: Apache-2.0 */
/* Credentials as the configuration has them, with the secrets of their files. */
#include "exeat/credential/load.h"

#include "exeat/base/memory.h"
#include "exeat/vendor_key.h"

static void read_file(const struct settings_credential *source, struct credential *credential, struct diags *diags)
{
    char *error = NULL;
    if (!credential_read(source->file.text.data, &credential->secret, &error))
        diag_error(diags, source->file.mark, "the credential '%s': %s", source->name.text.data, error);
    base_free(error);
}

/* It would be on record as one, and whoever scans the shop's code would take it for one. */
static void
check_is_no_key(const struct settings_credential *source, const struct credential *credential, struct diags *diags)
{
    struct vendor_key_index index;
    struct vendor_key_match match;
    struct buffer value = {0};
    vendor_key_index_init(&index);
    BUFFER_APPEND_ALL(&value, credential->before, credential->placeholder, credential->after);
    if (vendor_key_find(&index, buffer_text(&value), 0, credential->field, &match))
        diag_error(
            diags, source->placeholder.mark,
            "the placeholder looks like a key of %s (%s): write one that nobody takes for a key, such as "
            "placeholder-of-the-shop",
            match.key->provider, match.key->kind);
    buffer_clear(&value);
}

/* Who looks for one must not find the other, nor the secret itself. */
static void check_placeholder(
    const struct credentials *others, const struct settings_credential *source, const struct credential *credential,
    struct diags *diags)
{
    struct text placeholder = credential->placeholder;
    if (!credential_is_placeholder(placeholder)) {
        diag_error(
            diags, source->placeholder.mark, "a placeholder is %d or more letters, digits and -._~", CREDENTIAL_LEAST);
        return;
    }
    check_is_no_key(source, credential, diags);
    if (credential_tells(credential))
        diag_error(
            diags, source->placeholder.mark, "the placeholder stands in the secret: the client shall not have that");
    for (size_t i = 0; &others->items[i] < credential; i++)
        if (credential_is_in(&others->items[i], placeholder) ||
            credential_is_in(credential, others->items[i].placeholder))
            diag_error(
                diags, source->placeholder.mark, "the placeholders of '%s' and '%s' contain each other",
                others->items[i].name.data, source->name.text.data);
}

static void load_one(const struct settings_credential *source, struct credentials *credentials, struct diags *diags)
{
    struct credential *credential = &credentials->items[credentials->count];
    *credential = (struct credential){.name = source->name.text, .placeholder = source->placeholder.text};
    if (!credential_template_parse(source->header.text, credential))
        diag_error(
            diags, source->header.mark,
            "`header` is a field of requests with one {} in its value: Authorization: Bearer {}");
    read_file(source, credential, diags);
    credential_make_ready(credential);
    check_placeholder(credentials, source, credential, diags);
    credentials->count++;
}

void credentials_load(const struct settings_credentials *settings, struct credentials *credentials, struct diags *diags)
{
    *credentials = (struct credentials){base_array(settings->count, sizeof(struct credential)), 0};
    for (size_t i = 0; i < settings->count; i++)
        load_one(&settings->items[i], credentials, diags);
}

void credentials_clear(struct credentials *credentials)
{
    for (size_t i = 0; i < credentials->count; i++)
        credential_clear(&credentials->items[i]);
    base_free(credentials->items);
    *credentials = (struct credentials){0};
}

const struct credential *credentials_in_host(const struct credentials *credentials, const struct host *host)
{
    for (size_t i = 0; i < credentials->count; i++)
        if (credential_is_in_host(&credentials->items[i], host_text(host)))
            return &credentials->items[i];
    return NULL;
}
