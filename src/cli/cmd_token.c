/* SPDX-License-Identifier: Apache-2.0 */
/* exeat token: a secret for a client, and its hash for the configuration. Neither is kept anywhere. */
#include "cli.h"
#include "exeat/base/digest.h"
#include "exeat/base/memory.h"

enum { TOKEN_BYTES = 16 }; /* 128 bits: nobody guesses it, so that a plain hash of it gives nothing away */

/* What it is called lets scanners for leaked secrets find it. */
static void write_token(struct buffer *out)
{
    uint8_t bytes[TOKEN_BYTES];
    random_fill(bytes, sizeof(bytes));
    buffer_append(out, TEXT("exeat_"));
    buffer_append_hex(out, (struct bytes){bytes, sizeof(bytes)});
    base_forget(bytes, sizeof(bytes));
}

enum exit_code cmd_token(const struct command_line *line)
{
    (void)line;
    struct buffer out = {0};
    struct digest digest;
    write_token(&out);
    digest_sha256(bytes_of_text(buffer_text(&out)), &digest);
    buffer_append(&out, TEXT("\n# token_sha256: [\""));
    buffer_append_hex(&out, (struct bytes){digest.bytes, sizeof(digest.bytes)});
    buffer_append(&out, TEXT("\"]\n"));
    put_text(buffer_text(&out));
    buffer_forget(&out);
    return EXIT_DONE;
}
