/* SPDX-License-Identifier: Apache-2.0 */
/* A template, a placeholder and an answer, with lines between them: the mask says the same in any pieces, as long as
 * what came, and never the secret. */
#include <string.h>

#include "exeat/base/check.h"
#include "exeat/credential.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void pass(struct credential_mask *mask, struct text answer, size_t step, struct buffer *out)
{
    credential_mask_begin(mask);
    for (size_t at = 0; at < answer.length; at += step)
        credential_mask_feed(mask, text_part(answer, at, step), out);
    credential_mask_end(mask, out);
}

static void mask_answer(const struct credential *credential, struct text answer)
{
    struct credential_mask *mask = credential_mask_new(credential);
    struct text told = secret_show(&credential->secret);
    struct buffer whole = {0};
    struct buffer pieces = {0};
    pass(mask, answer, answer.length + 1, &whole);
    pass(mask, answer, 7, &pieces);
    ASSERT(whole.length == answer.length && text_equal(buffer_text(&whole), buffer_text(&pieces)));
    ASSERT(whole.length == 0 || memmem(whole.data, whole.length, told.data, told.length) == NULL);
    buffer_clear(&whole);
    buffer_clear(&pieces);
    credential_mask_free(mask);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct text rest = {(const char *)data, size};
    struct text template = TEXT("");
    struct text key = TEXT("");
    struct credential credential = {0};
    (void)text_split(&rest, '\n', &template);
    (void)text_split(&rest, '\n', &key);
    if (!credential_template_parse(template, &credential) || !credential_is_secret(key) || text_has(key, '*'))
        return 0;
    credential.placeholder = credential_is_placeholder(key) ? key : TEXT("placeholder-of-stripe");
    secret_take(&credential.secret, key);
    credential_make_ready(&credential);
    (void)credential_is_in(&credential, rest);
    mask_answer(&credential, rest);
    credential_clear(&credential);
    return 0;
}
