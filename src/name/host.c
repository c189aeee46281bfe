/* SPDX-License-Identifier: Apache-2.0 */
/* Hosts and authorities in their one spelling. Strict on the wire; a little kinder to what an operator writes. */
#include <idn2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

#include "exeat/base/memory.h"
#include "exeat/name.h"

enum { LABEL_MAX = 63, NAME_MAX_LENGTH = 253, SOCKET_PATH_SIZE = sizeof(((struct sockaddr_un *)0)->sun_path) };

struct text host_text(const struct host *host)
{
    return (struct text){host->text, host->length};
}

bool host_equal(const struct host *left, const struct host *right)
{
    return left->kind == right->kind && text_equal(host_text(left), host_text(right));
}

struct host_brief *host_shorten(const struct host *host)
{
    struct host_brief *brief = base_alloc(sizeof(*brief) + host->length + 1U);
    brief->address = host->address;
    brief->kind = (uint8_t)host->kind;
    brief->length = host->length;
    memcpy(brief->text, host->text, host->length + 1U);
    return brief;
}

struct text host_brief_text(const struct host_brief *brief)
{
    return (struct text){brief->text, brief->length};
}

bool host_brief_is(const struct host_brief *brief, const struct host *host)
{
    return brief->kind == host->kind && text_equal(host_brief_text(brief), host_text(host));
}

void host_restore(const struct host_brief *brief, struct host *host)
{
    host->address = brief->address;
    host->kind = brief->kind;
    host->length = brief->length;
    memcpy(host->text, brief->text, brief->length + 1U);
}

/* What may stand in a label, in lower case; 0: nothing else. */
static const char label_bytes[256] = {
    ['-'] = '-', ['_'] = '_', ['0'] = '0', ['1'] = '1', ['2'] = '2', ['3'] = '3', ['4'] = '4', ['5'] = '5',
    ['6'] = '6', ['7'] = '7', ['8'] = '8', ['9'] = '9', ['a'] = 'a', ['b'] = 'b', ['c'] = 'c', ['d'] = 'd',
    ['e'] = 'e', ['f'] = 'f', ['g'] = 'g', ['h'] = 'h', ['i'] = 'i', ['j'] = 'j', ['k'] = 'k', ['l'] = 'l',
    ['m'] = 'm', ['n'] = 'n', ['o'] = 'o', ['p'] = 'p', ['q'] = 'q', ['r'] = 'r', ['s'] = 's', ['t'] = 't',
    ['u'] = 'u', ['v'] = 'v', ['w'] = 'w', ['x'] = 'x', ['y'] = 'y', ['z'] = 'z', ['A'] = 'a', ['B'] = 'b',
    ['C'] = 'c', ['D'] = 'd', ['E'] = 'e', ['F'] = 'f', ['G'] = 'g', ['H'] = 'h', ['I'] = 'i', ['J'] = 'j',
    ['K'] = 'k', ['L'] = 'l', ['M'] = 'm', ['N'] = 'n', ['O'] = 'o', ['P'] = 'p', ['Q'] = 'q', ['R'] = 'r',
    ['S'] = 's', ['T'] = 't', ['U'] = 'u', ['V'] = 'v', ['W'] = 'w', ['X'] = 'x', ['Y'] = 'y', ['Z'] = 'z',
};

/* Of folded bytes. An A-label is compared byte for byte like any other: DNS has names that IDNA2008 does not know
 * (emoji), and what is written in Unicode becomes the one A-label that it means. */
static bool is_label(struct text label)
{
    if (label.length == 0 || label.length > LABEL_MAX)
        return false;
    return label.data[0] != '-' && label.data[label.length - 1] != '-';
}

/* Digits, or "0x": what some resolvers would take for a number. */
static bool is_numeric_label(struct text label)
{
    if (text_starts_with(label, TEXT("0x"))) {
        for (size_t i = 2; i < label.length; i++)
            if (strchr("0123456789abcdef", label.data[i]) == NULL)
                return false;
        return true;
    }
    for (size_t i = 0; i < label.length; i++)
        if (label.data[i] < '0' || label.data[i] > '9')
            return false;
    return true;
}

/* Folds a name to lower case, label by label; `out` has room for it. */
static bool fold_name(struct text name, char *out)
{
    size_t start = 0; /* of the current label */
    for (size_t i = 0; i < name.length; i++) {
        out[i] = label_bytes[(unsigned char)name.data[i]];
        if (out[i] != 0)
            continue;
        if (name.data[i] != '.' || !is_label((struct text){out + start, i - start}))
            return false;
        out[i] = '.';
        start = i + 1;
    }
    struct text last = {out + start, name.length - start};
    return is_label(last) && !is_numeric_label(last);
}

static void set_text(struct host *host, struct text text)
{
    memcpy(host->text, text.data, text.length);
    host->text[text.length] = '\0';
    host->length = (uint8_t)text.length;
}

struct host host_of_address(const struct address *address)
{
    struct buffer text = {0};
    struct host host = {.kind = HOST_ADDRESS, .address = *address};
    address_append(&text, address);
    set_text(&host, buffer_text(&text));
    buffer_clear(&text);
    return host;
}

bool host_of_socket(struct text path, struct host *host, struct detail *detail)
{
    if (path.length > 0 && (path.data[0] == '@' || path.data[0] == '\0'))
        return detail_say(detail, "an abstract socket has no owner, so that anybody may be behind it: give it a path");
    if (path.length < 2 || path.data[0] != '/' || path.data[path.length - 1] == '/')
        return detail_say(detail, "a socket is named by its whole path, such as /run/llama/llama.sock");
    if (path.length >= SOCKET_PATH_SIZE)
        return detail_say(detail, "the path of a socket has at most %d bytes", (int)SOCKET_PATH_SIZE - 1);
    for (size_t i = 0; i < path.length; i++)
        if ((unsigned char)path.data[i] < ' ' || path.data[i] == 0x7f)
            return detail_say(detail, "byte 0x%02X in the path of the socket", (unsigned char)path.data[i]);
    *host = (struct host){.kind = HOST_SOCKET};
    set_text(host, path);
    return true;
}

static bool set_address(struct host *host, const struct address *address)
{
    *host = host_of_address(address);
    return true;
}

static bool parse_name(struct text text, struct host *host)
{
    if (text.length > 0 && text.data[text.length - 1] == '.')
        text.length--;
    if (text.length == 0 || text.length > NAME_MAX_LENGTH)
        return false;
    char folded[NAME_MAX_LENGTH];
    if (!fold_name(text, folded))
        return false;
    *host = (struct host){.kind = HOST_NAME};
    set_text(host, (struct text){folded, text.length});
    return true;
}

bool host_parse(struct text text, struct host *host)
{
    struct address address;
    if (text.length >= 2 && text.data[0] == '[' && text.data[text.length - 1] == ']') {
        struct text inner = text_part(text, 1, text.length - 2);
        return address_parse(inner, &address) && address.length == 16 && set_address(host, &address);
    }
    bool ends_in_digit = text.length > 0 && text.data[text.length - 1] >= '0' && text.data[text.length - 1] <= '9';
    if (ends_in_digit && address_parse(text, &address))
        return address.length == 4 && set_address(host, &address);
    return parse_name(text, host);
}

bool host_has_capital_eszett(struct text text)
{
    for (size_t i = 0; i + 3 <= text.length; i++)
        if (text_equal(text_part(text, i, 3), TEXT("\xe1\xba\x9e")))
            return true;
    return false;
}

bool host_parse_written(struct text text, struct host *host)
{
    struct address address;
    if (address_parse(text, &address))
        return set_address(host, &address);
    if (host_parse(text, host))
        return true;
    if (text.length == 0 || text.data[0] == '[' || text_has(text, '\0') || host_has_capital_eszett(text))
        return false;
    char *copy = text_copy(text);
    char *ascii = NULL;
    bool good = idn2_to_ascii_8z(copy, &ascii, IDN2_NONTRANSITIONAL | IDN2_NFC_INPUT) == IDN2_OK &&
                parse_name(text_from(ascii), host);
    idn2_free(ascii);
    base_free(copy);
    return good;
}

bool host_parse_sni(struct text text, struct host *host)
{
    if (text.length == 0 || text.data[text.length - 1] == '.')
        return false;
    return host_parse(text, host) && host->kind == HOST_NAME;
}

bool port_parse(struct text text, uint16_t *port)
{
    uint64_t number;
    if (text.length == 0 || text.data[0] == '0' || !text_to_number(text, 65535, &number))
        return false;
    *port = (uint16_t)number;
    return true;
}

bool authority_parse(struct text text, uint16_t default_port, struct host *host, uint16_t *port)
{
    return authority_read(text, default_port, host, port, NULL);
}

static bool wrong_host(struct text text, struct detail *detail)
{
    if (text.length == 0)
        return detail_say(detail, "no host");
    for (size_t i = 0; i < text.length; i++) {
        unsigned char byte = (unsigned char)text.data[i];
        if (byte <= 0x20 || byte >= 0x7f)
            return detail_say(
                detail, "byte 0x%02X in the host%s", byte,
                byte > 0x7f ? ": write the name in its ASCII form (xn--)" : "");
    }
    if (text_has(text, '@'))
        return detail_say(detail, "user name or password before the host");
    if (text.data[0] == '[' || text_has(text, ':'))
        return detail_say(detail, "the host is no IPv6 address in brackets");
    if (text.length > NAME_MAX_LENGTH)
        return detail_say(detail, "the host name is longer than %d bytes", NAME_MAX_LENGTH);
    return detail_say(detail, "the host is neither a DNS name nor an address as such are written");
}

bool host_read(struct text text, struct host *host, struct detail *detail)
{
    return host_parse(text, host) || wrong_host(text, detail);
}

bool authority_read(struct text text, uint16_t default_port, struct host *host, uint16_t *port, struct detail *detail)
{
    size_t colon = text_index(text, ':', 0);
    if (text.length > 0 && text.data[0] == '[')
        colon = text_index(text, ']', 0) + 1;
    if (colon > text.length)
        return detail_say(detail, "a bracket that is not closed");
    struct text name = text_part(text, 0, colon);
    if (!host_read(name, host, detail))
        return false;
    if (colon == text.length) {
        *port = default_port;
        return default_port != 0 || detail_say(detail, "no port after the host");
    }
    bool good = text.data[colon] == ':' && port_parse(text_after(text, colon + 1), port);
    return good || detail_say(detail, "the port is not a number from 1 to 65535, without leading zeros");
}

void authority_append(struct buffer *out, const struct host *host, uint16_t port, uint16_t default_port)
{
    bool brackets = host->kind == HOST_ADDRESS && host->address.length == 16;
    if (host->kind == HOST_SOCKET) {
        buffer_append(out, TEXT("localhost"));
        return;
    }
    if (brackets)
        buffer_append_byte(out, '[');
    buffer_append(out, host_text(host));
    if (brackets)
        buffer_append_byte(out, ']');
    if (port != default_port) {
        buffer_append_byte(out, ':');
        buffer_append_number(out, port);
    }
}
