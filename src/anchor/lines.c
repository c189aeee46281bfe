/* SPDX-License-Identifier: Apache-2.0 */
/* Small texts that come in whole: lines of a state file or an enrolment, and the file of enrolment tokens. */
#include "anchor_internal.h"
#include "exeat/base/file.h"
#include "exeat/base/memory.h"
#include "exeat/base/secret.h"

enum { TOKENS_FILE_MAX = 65536, TOKEN_LEAST = 16 };

static bool is_plain_in_path(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9') ||
           byte == '-' || byte == '.' || byte == '_' || byte == '~' || byte == '/';
}

void anchor_origin_to_path(struct text origin, struct buffer *out)
{
    for (size_t i = 0; i < origin.length; i++) {
        if (is_plain_in_path(origin.data[i]))
            buffer_append_byte(out, origin.data[i]);
        else
            buffer_printf(out, "%%%02X", (unsigned)(uint8_t)origin.data[i]);
    }
}

bool anchor_origin_of_path(struct text path, struct buffer *origin)
{
    while (path.length > 0) {
        size_t taken = path.data[0] == '%' ? 3 : 1;
        uint8_t byte = (uint8_t)path.data[0];
        if (taken == 3 && (path.length < 3 || !hex_decode(text_part(path, 1, 2), &byte, 1)))
            return false;
        buffer_append_byte(origin, (char)byte);
        path = text_after(path, taken);
    }
    return tlog_name_is_good(buffer_text(origin));
}

bool anchor_enrolment_parse(struct text text, struct tlog_vkey *vkey, struct text *previous)
{
    struct text key;
    *previous = TEXT("");
    if (!text_take_named(&text, TEXT("vkey "), &key) || !tlog_vkey_parse(key, vkey) || vkey->type != TLOG_KEY_LOG)
        return false;
    if (text.length > 0 && (!text_take_named(&text, TEXT("previous "), previous) || previous->length == 0))
        return false;
    return text.length == 0 && (previous->length == 0 || tlog_name_is_good(*previous));
}

bool anchor_state_split(struct text text, struct tlog_vkey *vkey, struct text *previous, struct text *note)
{
    struct text line;
    struct text key;
    *previous = TEXT("");
    if (!text_take_line(&text, &line) || !text_equal(line, TEXT(ANCHOR_STATE_LINE)) ||
        !text_take_named(&text, TEXT("vkey "), &key))
        return false;
    (void)text_take_named(&text, TEXT("previous "), previous);
    if (!text_take_line(&text, &line) || line.length != 0)
        return false;
    *note = text;
    return tlog_vkey_parse(key, vkey) && vkey->type == TLOG_KEY_LOG;
}

static const char *read_tokens(struct text text, struct digest **tokens, size_t *count)
{
    struct text line;
    while (text_split(&text, '\n', &line)) {
        line = text_trim(line, " \t\r");
        if (line.length == 0 || line.data[0] == '#')
            continue;
        if (line.length < TOKEN_LEAST)
            return "an enrolment token is shorter than 16 bytes; make one with `openssl rand -hex 32`";
        *tokens = base_resize(*tokens, *count + 1, sizeof(**tokens));
        digest_sha256(bytes_of_text(line), &(*tokens)[(*count)++]);
    }
    return *count == 0 ? "there is no enrolment token in it; write one a line" : NULL;
}

bool anchor_tokens_read(const char *path, struct digest **tokens, size_t *count, char **error)
{
    struct secret content = {0};
    *tokens = NULL;
    *count = 0;
    bool done = secret_read(path, TOKENS_FILE_MAX, &content, error);
    const char *wrong = done ? read_tokens(secret_show(&content), tokens, count) : NULL;
    secret_clear(&content);
    if (wrong == NULL && done)
        return true;
    if (wrong != NULL)
        *error = file_sentence(path, wrong, "");
    base_free(*tokens);
    *tokens = NULL;
    return false;
}
