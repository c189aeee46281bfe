/* SPDX-License-Identifier: Apache-2.0 */
/* exeat witness: what cosigns the checkpoints of many logs, run where no gate runs. exeat key: makes and shows keys. */
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "exeat/audit.h"
#include "exeat/base/log.h"
#include "exeat/base/memory.h"

static bool read_listen(const char *word, struct daemon_witness_options *options)
{
    struct host host;
    if (!authority_parse(text_from(word), 0, &host, &options->port) || host.kind != HOST_ADDRESS)
        return false;
    options->address = host.address;
    return true;
}

static bool read_seccomp(const char *word, struct daemon_witness_options *options)
{
    static const enum confine_calls all[] = {CONFINE_CALLS_ENFORCE, CONFINE_CALLS_LOG, CONFINE_CALLS_FREE};
    for (size_t i = 0; i < COUNT_OF(all); i++) {
        options->calls = all[i];
        if (word == NULL || strcmp(word, confine_calls_word(all[i])) == 0)
            return true;
    }
    return false;
}

static enum exit_code check_witness(const struct daemon_witness_options *options, const char *listen)
{
    if (listen == NULL || options->name == NULL || options->key == NULL || options->state == NULL)
        return complain(EXIT_USAGE, "witness needs --listen, --name, --key and --state; see `exeat help witness`");
    if (!tlog_name_is_good(text_from(options->name)))
        return complain(
            EXIT_USAGE, "--name: no spaces and no '+'; a URL without its scheme, such as witness.example/w1");
    if ((options->certificate == NULL) != (options->certificate_key == NULL))
        return complain(EXIT_USAGE, "--tls-certificate and --tls-key go together");
    return EXIT_DONE;
}

enum exit_code cmd_witness(const struct command_line *line)
{
    const char *listen = line->words[OPTION_LISTEN];
    struct daemon_witness_options options = {
        .name = line->words[OPTION_NAME],
        .key = line->words[OPTION_KEY],
        .state = line->words[OPTION_STATE],
        .tokens = line->words[OPTION_ENROL_TOKENS],
        .certificate = line->words[OPTION_TLS_CERTIFICATE],
        .certificate_key = line->words[OPTION_TLS_KEY],
    };
    enum exit_code code = check_witness(&options, listen);
    if (code != EXIT_DONE)
        return code;
    if (!read_listen(listen, &options))
        return complain(EXIT_USAGE, "--listen wants address:port, such as 0.0.0.0:9902 or [::]:9902");
    if (!read_seccomp(line->words[OPTION_SECCOMP], &options))
        return complain(EXIT_USAGE, "--seccomp: enforce, log or none");
    log_configure(line->words[OPTION_LOG_JSON] != NULL ? LOG_JSON : LOG_TEXT, LOG_INFO);
    return daemon_witness(&options);
}

/* --- keys ----------------------------------------------------------------------------------------------------------
 */

static enum exit_code create_key(const char *path)
{
    char *error = NULL;
    struct signing_key *key = signing_key_generate();
    bool done = signing_key_save(key, path, &error);
    signing_key_free(key);
    if (!done)
        return complain_free(EXIT_IO, error);
    fprintf(
        stderr, "made %s; only you can read it, and nobody can make it again: keep a copy where the store is not\n",
        path);
    return EXIT_DONE;
}

static enum exit_code show_key(const char *path, const char *name, bool is_witness)
{
    char *error = NULL;
    struct tlog_vkey vkey;
    struct buffer out = {0};
    uint8_t public_key[VERIFY_KEY_SIZE];
    if (name == NULL || !tlog_name_is_good(text_from(name)))
        return complain(EXIT_USAGE, "key show wants --name: the log's origin, or with --witness the witness's name");
    struct signing_key *key = signing_key_read(path, &error);
    if (key == NULL)
        return complain_free(EXIT_IO, error);
    signing_key_public(key, public_key);
    signing_key_free(key);
    tlog_vkey_make(text_from(name), is_witness ? TLOG_KEY_WITNESS : TLOG_KEY_LOG, public_key, &vkey);
    tlog_vkey_append(&vkey, &out);
    buffer_append_byte(&out, '\n');
    put_text(buffer_text(&out));
    buffer_clear(&out);
    return EXIT_DONE;
}

enum exit_code cmd_key_create(const struct command_line *line)
{
    return create_key(line->operands[0]);
}

enum exit_code cmd_key_show(const struct command_line *line)
{
    return show_key(line->operands[0], line->words[OPTION_NAME], line->words[OPTION_AS_WITNESS] != NULL);
}
