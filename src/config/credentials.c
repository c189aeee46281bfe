/* SPDX-License-Identifier: Apache-2.0 */
/* Secrets that rules `use`: their shape. What is in their files is the policy's to see. */
#include "config_internal.h"

static const struct key credential_keys[] = {
    REQUIRED_KEY(
        settings_credential, file, "file", &type_placed_path,
        "its file, that others may not read: one line, read anew when it changes"),
    REQUIRED_KEY(
        settings_credential, header, "header", &type_setting_text,
        "the field that it is put into, with {} in its place: `Authorization: Bearer {}`"),
    REQUIRED_KEY(
        settings_credential, placeholder, "placeholder", &type_setting_text,
        "what the client has in its place: 16 or more letters, digits and -._~"),
};
static const struct section section_credential = SECTION("a credential", credential_keys);

/* It stands in records. */
static bool is_name(struct text text)
{
    enum { NAME_MAX_LENGTH = 32 };
    bool good = text.length > 0 && text.length <= NAME_MAX_LENGTH;
    for (size_t i = 0; good && i < text.length; i++) {
        char one = text.data[i];
        good = (one >= 'a' && one <= 'z') || (one >= '0' && one <= '9') || one == '-' || one == '_';
    }
    return good;
}

static bool read_credential(struct load *load, const struct yaml_node *node, void *item)
{
    const struct settings_credential *credential = item;
    if (is_name(credential->name.text))
        return schema_read_map(load, node, &section_credential, item);
    diag_error(
        load->diags, credential->name.mark,
        "a credential is called by at most 32 of a-z, 0-9, - and _, such as stripe");
    return false;
}

static bool read_credentials(struct load *load, const struct yaml_node *node, void *field)
{
    struct settings_credentials *credentials = field;
    void *items = credentials->items;
    bool good =
        read_named(load, node, sizeof(struct settings_credential), read_credential, &items, &credentials->count);
    credentials->items = items;
    return good;
}

static const struct type type_credential = MAP_TYPE(&section_credential);
const struct type type_credentials = NAMES_TYPE("map of names to credentials", read_credentials, &type_credential);
