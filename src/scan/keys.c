/* SPDX-License-Identifier: Apache-2.0 */
/* Keys of vendors, by the table of vendor_key; and private keys. */
#include <string.h>

#include "scan_internal.h"

enum { LOOKED_AT = 400 };

/* Sums and commits have the form of keys that are plain hex. */
static bool is_called_a_sum(const struct piece *piece, size_t at)
{
    static const char *const names[] = {"reference", "sha",  "integrity", "commit", "checksum",
                                        "md5",       "hash", "digest",    "etag",   "revision"};
    struct text line = piece_line_before(piece, at);
    struct text near = line.length > 40 ? text_after(line, line.length - 40) : line;
    char lower[41];
    text_store(near, lower, sizeof(lower));
    for (char *byte = lower; *byte != '\0'; byte++)
        *byte = (char)(*byte >= 'A' && *byte <= 'Z' ? *byte + 32 : *byte);
    for (size_t i = 0; i < COUNT_OF(names); i++)
        if (strstr(lower, names[i]) != NULL)
            return true;
    return false;
}

static bool has_digit(struct text key)
{
    for (size_t i = 0; i < key.length; i++)
        if (key.data[i] >= '0' && key.data[i] <= '9')
            return true;
    return false;
}

/* The form alone says little: a name in camel case may have it. */
static bool is_believed(const struct piece *piece, const struct vendor_key_match *match)
{
    if (match->certainty != VENDOR_KEY_LIKELY)
        return true;
    return piece->kind != SCAN_LOCK && has_digit(text_part(piece->text, match->start, match->length)) &&
           !is_called_a_sum(piece, match->start);
}

/* What all keys of the kind begin with, where it is the secret's beginning, and the last two characters. */
static struct text masked(struct arena *arena, const struct vendor_key *key, struct text value)
{
    struct buffer shown = {0};
    size_t literal = strcspn(key->form, "%^");
    if (key->form[literal] != '^')
        buffer_append(&shown, text_part(text_from(key->form), 0, literal));
    buffer_append_string(&shown, "\xe2\x80\xa6"); /* an ellipsis */
    buffer_append(&shown, text_after(value, value.length > 2 ? value.length - 2 : value.length));
    struct text text = arena_text(arena, buffer_text(&shown));
    buffer_clear(&shown);
    return text;
}

static void add_key(struct piece *piece, const struct vendor_key_match *match)
{
    const struct vendor_key *key = match->key;
    size_t place =
        match->start < piece->end ? match->start : piece->end - 1; /* a webhook's key is behind its address */
    struct scan_finding *finding = piece_add(piece, SCAN_VENDOR_KEY, place);
    struct arena *arena = &piece->report->arena;
    struct text mask = masked(arena, key, text_part(piece->text, match->start, match->length));
    struct buffer what = {0};
    buffer_printf(&what, "%s %s %.*s", key->provider, key->kind, TEXT_ARG(mask));
    if (match->certainty == VENDOR_KEY_PROVED)
        buffer_append_string(&what, ", whose checksum holds");
    finding->what = arena_text(arena, buffer_text(&what));
    buffer_clear(&what);
    if (match->certainty == VENDOR_KEY_LIKELY || strstr(key->kind, "test") != NULL)
        finding->severity = SCAN_WARNING;
}

/* Behind what began before the piece, which is the piece's before it. */
static size_t first_free(const struct piece *piece)
{
    struct vendor_key_match match;
    size_t from = piece->from > SCAN_BEFORE ? piece->from - SCAN_BEFORE : 0;
    while (from < piece->from &&
           vendor_key_find_between(&piece->scanner->keys, piece->text, from, piece->from, TEXT(""), &match))
        from = match.start + match.length;
    return from > piece->from ? from : piece->from;
}

static void find_vendor_keys(struct piece *piece)
{
    struct vendor_key_match match;
    size_t from = first_free(piece);
    while (from < piece->end &&
           vendor_key_find_between(&piece->scanner->keys, piece->text, from, piece->end, TEXT(""), &match)) {
        if (is_believed(piece, &match))
            add_key(piece, &match);
        from = match.start + match.length;
    }
}

/* So many characters of base64 behind the head, between which blanks, line ends and their escapes may stand. */
static bool has_key_behind(struct text body)
{
    enum { WANTED = 40 };
    size_t count = 0;
    for (size_t i = 0; i < body.length; i++) {
        char byte = body.data[i];
        bool is_base64 = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9') ||
                         byte == '+' || byte == '/' || byte == '=';
        if (is_base64)
            count++;
        else if (byte == '.' || byte == '-' || byte == '<')
            break;
    }
    return count >= WANTED;
}

static void find_private_keys(struct piece *piece)
{
    static const char begin[] = "-----BEGIN ";
    static const char end[] = "PRIVATE KEY";
    const char *data = piece->text.data;
    size_t at = piece->from;
    const char *found;
    while (at < piece->end && (found = memmem(data + at, piece->text.length - at, begin, sizeof(begin) - 1)) != NULL &&
           (size_t)(found - data) < piece->end) {
        at = (size_t)(found - data);
        struct text head = text_part(piece->text, at, 48);
        const char *word = memmem(head.data, head.length, end, sizeof(end) - 1);
        size_t behind = word == NULL ? 0 : at + (size_t)(word - head.data) + sizeof(end) - 1;
        if (word != NULL && has_key_behind(text_trim(text_part(piece->text, behind, LOOKED_AT), "-")))
            piece_add(piece, SCAN_PRIVATE_KEY, at)->what = TEXT("a private key in PEM");
        at += sizeof(begin) - 1;
    }
}

void find_keys(struct piece *piece)
{
    find_vendor_keys(piece);
    find_private_keys(piece);
}
