/* SPDX-License-Identifier: Apache-2.0 */
/* The section clients: who asks, and how that is known. */
#include <string.h>

#include "config_internal.h"

enum { TOKEN_FILE_MAX = 64 * 1024 * 1024, UID_UNKNOWN = 65534 };

/* What is no hash may be the secret itself. */
static struct mark unshown(struct mark mark)
{
    mark.width = 0;
    return mark;
}

static bool read_digest(struct load *load, const struct yaml_node *node, void *item)
{
    struct digest *digest = item;
    if (node->kind == YAML_TEXT && hex_decode(node->text, digest->bytes, sizeof(digest->bytes)))
        return true;
    diag_error(
        load->diags, unshown(node->mark),
        "token_sha256 takes 64 hex digits: the SHA-256 of a token, as `exeat token` prints it");
    return false;
}

static bool read_secret(struct load *load, const struct yaml_node *node, void *field)
{
    struct settings_client *client = field;
    struct text text;
    client->has_secret = true;
    if (!read_text(load, node, &text))
        return false;
    if (hex_decode(text, client->secret.bytes, sizeof(client->secret.bytes)))
        return true;
    diag_error(load->diags, unshown(node->mark), "secret_sha256 takes 64 hex digits: printf %%s SECRET | sha256sum");
    return false;
}

/* --- tokens ----------------------------------------------------------------------------------------------------------
 */

static void add_tokens(struct load *load, struct settings_client *client, struct text digests)
{
    size_t count = digests.length / sizeof(struct digest);
    struct digest *all = arena_array(&load->settings->arena, client->token_count + count, sizeof(*all));
    if (client->token_count > 0)
        memcpy(all, client->tokens, client->token_count * sizeof(*all));
    if (count > 0)
        memcpy(all + client->token_count, digests.data, digests.length);
    client->tokens = all;
    client->token_count += count;
}

static bool read_tokens(struct load *load, const struct yaml_node *node, void *field)
{
    void *items = NULL;
    size_t count = 0;
    bool good = schema_read_list(load, node, sizeof(struct digest), read_digest, &items, &count);
    add_tokens(load, field, (struct text){items, count * sizeof(struct digest)});
    return good;
}

/* One a line; "#" begins a comment. */
static bool take_lines(struct load *load, int file, struct text content, struct settings_client *client)
{
    struct mark mark = {.file = file, .column = 1, .width = 0};
    struct buffer digests = {0};
    struct text line;
    bool good = true;
    while (text_split(&content, '\n', &line)) {
        struct digest digest;
        struct text word = text_trim(text_part(line, 0, text_index(line, '#', 0)), " \t\r");
        mark.line++;
        if (word.length > 0 && hex_decode(word, digest.bytes, sizeof(digest.bytes))) {
            buffer_append(&digests, (struct text){(const char *)digest.bytes, sizeof(digest.bytes)});
        } else if (word.length > 0) {
            diag_error(load->diags, mark, "a token_file has 64 hex digits a line: the SHA-256 of a token");
            good = false;
        }
    }
    add_tokens(load, client, buffer_text(&digests));
    buffer_clear(&digests);
    return good;
}

/* Of that file the policy keeps hashes only, so that it may be on record like all others. */
static bool read_token_file(struct load *load, const struct yaml_node *node, void *field)
{
    struct text path;
    struct buffer content = {0};
    bool good = read_path(load, node, &path) && load_read_file(load, path.data, node->mark, TOKEN_FILE_MAX, &content);
    if (good)
        good = take_lines(load, load_add_file(load, path.data, buffer_text(&content)), buffer_text(&content), field);
    buffer_clear(&content);
    return good;
}

/* --- what else ------------------------------------------------------------------------------------------------------
 */

static bool read_uid(struct load *load, const struct yaml_node *node, void *field)
{
    struct owner *owner = field;
    uint64_t number = 0;
    if (!read_number(load, node, &number))
        return false;
    if (number != UID_UNKNOWN) {
        *owner = (struct owner){true, (uint32_t)number};
        return true;
    }
    diag_error(load->diags, node->mark, "the kernel says 65534 of every user that it cannot name, so it proves nobody");
    return false;
}

static bool read_client_address(struct load *load, const struct yaml_node *node, void *field)
{
    struct settings_client *client = field;
    client->has_address = true;
    return read_range(load, node, &client->address);
}

const struct type type_client_uid = SHAPED_TYPE("number", read_uid, "^[0-9]+$");
static const struct type type_secret = SHAPED_TYPE("64 hex digits", read_secret, "^[0-9a-fA-F]{64}$");
static const struct type type_digest = SHAPED_TYPE("64 hex digits", read_digest, "^[0-9a-fA-F]{64}$");
static const struct type type_tokens = LIST_TYPE("list of 64 hex digits", read_tokens, &type_digest);
static const struct type type_token_file = TEXT_TYPE("path", read_token_file);
static const struct type type_client_address = TEXT_TYPE("address range", read_client_address);
static const struct key client_keys[] = {
    KEY(settings_client, user, "user", &type_text, "(none)", "user name of `Proxy-Authorization: Basic`"),
    WHOLE_KEY(
        "secret_sha256", &type_secret, "(none)",
        "SHA-256 of its secret, by `printf %s SECRET` piped into `sha256sum`; the secret itself stands nowhere"),
    WHOLE_KEY(
        "token_sha256", &type_tokens, "(none)",
        "SHA-256 of its tokens, by `exeat token`; sent as Bearer, or as the password of any user"),
    WHOLE_KEY("token_file", &type_token_file, "(none)", "more of them, one a line; `#` begins a comment"),
    KEY(settings_client, certificate, "certificate", &type_text, "(none)",
        "a name in its TLS certificate: a DNS name or URI, or the CN where there are none"),
    KEY(settings_client, owner, "uid", &type_client_uid, "(any)",
        "the user who owns the other end of its local socket"),
    KEY(settings_client, listener, "listener", &type_setting_text, "(any)",
        "`name` of the listener that it connected to"),
    WHOLE_KEY("address", &type_client_address, "(any)", "where it connects from"),
    KEY(settings_client, limit, "limit", &type_limit, "(none)", "how much it may ask for"),
};
static const struct section section_client = SECTION("a client", client_keys);

static bool read_client(struct load *load, const struct yaml_node *node, void *item)
{
    struct settings_client *client = item;
    if (!schema_read_map(load, node, &section_client, item))
        return false;
    bool is_paired = (client->user.length > 0) == client->has_secret;
    if (is_paired && (client->has_secret || client->token_count > 0 || client->certificate.length > 0 ||
                      client->owner.is_known || client->listener.text.length > 0 || client->has_address))
        return true;
    diag_error(
        load->diags, node->mark,
        "a client needs user and secret_sha256, token_sha256, token_file, certificate, uid, listener or address");
    return false;
}

static bool read_clients(struct load *load, const struct yaml_node *node, void *field)
{
    struct settings_lists *lists = field;
    void *items = lists->clients;
    bool good = read_named(load, node, sizeof(struct settings_client), read_client, &items, &lists->client_count);
    lists->clients = items;
    return good;
}

static const struct type type_client = MAP_TYPE(&section_client);
const struct type type_clients = NAMES_TYPE("map of names to clients", read_clients, &type_client);
