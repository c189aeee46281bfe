/* SPDX-License-Identifier: Apache-2.0 */
/* What is said where no model answers. */
#include "config_internal.h"

static bool read_language(struct load *load, const struct yaml_node *node, void *field)
{
    if (!read_text(load, node, field))
        return false;
    bool is_tag = node->text.length > 0;
    for (size_t i = 0; i < node->text.length; i++) {
        char byte = node->text.data[i];
        is_tag = is_tag && ((byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
                            (i > 0 && ((byte >= '0' && byte <= '9') || byte == '-')));
    }
    if (!is_tag)
        diag_error(load->diags, node->mark, "'%.*s' is not a language such as de or pt-BR", TEXT_ARG(node->text));
    return is_tag;
}

static const struct type type_glob = SHAPED_TYPE("glob", read_text, NULL);
static const struct type type_language =
    SHAPED_TYPE("language tag (RFC 5646)", read_language, "^[A-Za-z][A-Za-z0-9-]*$");
static const struct key when_keys[] = {
    KEY(canned_when, path, "path", &type_glob, "(any)", "the path that is called"),
    KEY(canned_when, model, "model", &type_glob, "(any)", "the model that is asked for"),
    KEY(canned_when, tool, "tool", &type_text, "(any)", "a tool that the call offers"),
    KEY(canned_when, language, "language", &type_language, "(none)",
        "a language that Accept-Language asks for; the best of them is chosen"),
};
static const struct section section_when = SECTION("when", when_keys);
static const struct type type_when = MAP_TYPE(&section_when);
static const struct key text_keys[] = {
    REQUIRED_KEY(canned_entry, text, "text", &type_text, "what is said"),
    KEY(canned_entry, when, "when", &type_when, "(anybody)", "to whom: all of it must hold"),
};
static const struct section section_text = SECTION("a canned text", text_keys);
static const struct type type_canned_text = MAP_TYPE(&section_text);

static bool read_entry(struct load *load, const struct yaml_node *node, void *item)
{
    return schema_read_map(load, node, &section_text, item);
}

static bool read_texts(struct load *load, const struct yaml_node *node, void *field)
{
    struct settings_canned *canned = field;
    void *items = NULL;
    bool good = schema_read_list(load, node, sizeof(struct canned_entry), read_entry, &items, &canned->count);
    canned->texts = items;
    return good;
}

const struct type type_canned_texts = LIST_TYPE("list of texts", read_texts, &type_canned_text);
