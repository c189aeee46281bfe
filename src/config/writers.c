/* SPDX-License-Identifier: Apache-2.0 */
/* Values as YAML that the readers read back; nothing for what is not set. */
#include <string.h>

#include "config_internal.h"

void settings_write_value(const struct type *type, const void *field, struct buffer *out)
{
    if (type->shape == SHAPE_ENUM)
        write_word(type->words[*(const unsigned *)field - type->first], out);
    else if (type->shape == SHAPE_FLAG)
        write_word(type->words[*(const bool *)field ? type->word_count - 1 : 0], out);
    else if (type->write != NULL)
        type->write(field, out);
}

static void append_socket(struct buffer *out, const struct setting_socket *place)
{
    bool is_long = place->address.length == 16;
    buffer_append_string(out, is_long ? "\"[" : "\"");
    address_append(out, &place->address);
    buffer_printf(out, "%s:%u\"", is_long ? "]" : "", place->port);
}

void write_socket(const void *field, struct buffer *out)
{
    const struct setting_socket *place = field;
    if (place->address.length > 0)
        append_socket(out, place);
}

void write_turned(const void *field, struct buffer *out)
{
    const struct settings_turned_list *list = field;
    for (size_t i = 0; i < list->count; i++) {
        const struct settings_turned *turned = &list->items[i];
        buffer_append_string(out, i == 0 ? "[" : ", ");
        buffer_append_string(out, turned->owner.is_known ? "{ address: " : "");
        append_socket(out, &turned->socket);
        if (turned->owner.is_known)
            buffer_printf(out, ", uid: %u }", turned->owner.uid);
    }
    buffer_append_string(out, list->count > 0 ? "]" : "");
}

static void append_path(struct buffer *out, const char *key, struct text path)
{
    if (path.length == 0)
        return;
    buffer_printf(out, ", %s: ", key);
    write_text(&path, out);
}

static void append_listener(struct buffer *out, const struct settings_listener *listener)
{
    const struct settings_server_tls *tls = &listener->tls;
    bool is_map = listener->name.length > 0 || tls->certificate.length > 0;
    buffer_append_string(out, is_map ? "{ address: " : "");
    append_socket(out, &listener->socket);
    append_path(out, "name", listener->name);
    append_path(out, "certificate", tls->certificate);
    append_path(out, "key", tls->key);
    append_path(out, "client_roots", tls->client_roots);
    append_path(out, "crl", tls->crl);
    buffer_append_string(out, is_map ? " }" : "");
}

void write_listeners(const void *field, struct buffer *out)
{
    const struct settings_listeners *listeners = field;
    for (size_t i = 0; i < listeners->count; i++) {
        buffer_append_string(out, i == 0 ? "[" : ", ");
        append_listener(out, &listeners->items[i]);
    }
    buffer_append_string(out, listeners->count > 0 ? "]" : "");
}

/* Of rerouted names: an address, or what they really have. */
void write_rerouted(const void *field, struct buffer *out)
{
    const struct address *address = field;
    if (address->length == 0) {
        write_word("real", out);
        return;
    }
    buffer_append_byte(out, '"');
    address_append(out, address);
    buffer_append_byte(out, '"');
}

static void append_pattern(struct buffer *out, const struct setting_pattern *pattern)
{
    static const char *const before[] = {
        [HOST_PATTERN_EXACT] = "", [HOST_PATTERN_SUFFIX] = "*.", [HOST_PATTERN_ANY] = "*"};
    if (pattern->group.length > 0)
        buffer_printf(out, "\"@%.*s\"", TEXT_ARG(pattern->group));
    else
        buffer_printf(out, "\"%s%s\"", before[pattern->pattern.kind], pattern->pattern.host.text);
}

void write_patterns(const void *field, struct buffer *out)
{
    const struct setting_patterns *patterns = field;
    if (!patterns->present)
        return;
    buffer_append_byte(out, '[');
    for (size_t i = 0; i < patterns->count; i++) {
        buffer_append_string(out, i == 0 ? "" : ", ");
        append_pattern(out, &patterns->items[i]);
    }
    buffer_append_byte(out, ']');
}

void write_fixed_hosts(const void *object, struct buffer *out)
{
    const struct settings_resolve *resolve = object;
    for (size_t i = 0; i < resolve->host_count; i++) {
        const struct setting_host *host = &resolve->hosts[i];
        buffer_printf(out, "%s\"%s\": [", i == 0 ? "{" : ", ", host->name.text);
        for (size_t j = 0; j < host->count; j++) {
            buffer_append_string(out, j == 0 ? "\"" : ", \"");
            address_append(out, &host->addresses[j]);
            buffer_append_byte(out, '"');
        }
        buffer_append_byte(out, ']');
    }
    buffer_append_string(out, resolve->host_count > 0 ? "}" : "");
}

/* They are kept as c-ares takes them. */
void write_servers(const void *field, struct buffer *out)
{
    struct text rest = *(const struct text *)field;
    struct text server;
    bool is_first = true;
    if (rest.length == 0)
        return;
    while (text_split(&rest, ',', &server)) {
        buffer_printf(out, "%s\"%.*s\"", is_first ? "[" : ", ", TEXT_ARG(server));
        is_first = false;
    }
    buffer_append_byte(out, ']');
}

void write_workers(const void *field, struct buffer *out)
{
    if (*(const uint64_t *)field == 0)
        buffer_append(out, TEXT("auto"));
    else
        write_number(field, out);
}

void write_witness_url(const void *object, struct buffer *out)
{
    const struct settings_witness *witness = object;
    struct buffer url = {0};
    if (witness->host.kind == HOST_NONE)
        return;
    buffer_append_string(&url, witness->scheme == SCHEME_HTTPS ? "https://" : "http://");
    authority_append(&url, &witness->host, witness->port, scheme_port(witness->scheme));
    buffer_append(&url, witness->prefix);
    struct text whole = buffer_text(&url);
    write_text(&whole, out);
    buffer_clear(&url);
}
