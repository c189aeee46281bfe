/* SPDX-License-Identifier: Apache-2.0 */
/* What a witness remembers: a folder with one small text file a log, replaced whole (written beside, synced, renamed,
 * folder synced), so that a crash leaves the old or the new one.
 *   "exeat-witness v1" LF  "vkey " VKEY LF  ["previous " ORIGIN LF]  LF  [the newest cosigned checkpoint] */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "anchor_internal.h"
#include "exeat/base/clock.h"
#include "exeat/base/file.h"
#include "exeat/base/log.h"
#include "exeat/base/memory.h"

#define LOG_SUFFIX ".log"

enum { FILE_MAX_SIZE = 2 * TLOG_NOTE_MAX, ID_TEXT = 64, UNPROVEN_EVERY_US = 60000000 };

static char *path_of(const struct witness_state *state, const struct digest *id, const char *suffix)
{
    struct buffer path = {0};
    buffer_printf(&path, "%s/", state->directory);
    buffer_append_hex(&path, (struct bytes){id->bytes, sizeof(id->bytes)});
    buffer_append_string(&path, suffix);
    return buffer_take(&path);
}

static void log_clear(struct witness_log *log)
{
    base_free(log->origin);
    base_free(log->previous);
}

/* Nothing was cosigned: the tree of no leaves. */
static void set_empty(struct witness_log *log)
{
    static const struct tlog_tree none = {.size = 0};
    log->size = 0;
    tlog_tree_root(&none, &log->root);
}

static int compare_logs(const void *left, const void *right)
{
    return memcmp(
        ((const struct witness_log *)left)->id.bytes, ((const struct witness_log *)right)->id.bytes,
        sizeof(((const struct witness_log *)left)->id.bytes));
}

/* --- reading -------------------------------------------------------------------------------------------------------
 */

static bool parse_log(struct text text, const struct digest *id, struct witness_log *log)
{
    struct tlog_vkey vkey;
    struct tlog_checkpoint checkpoint = {.size = 0};
    struct text previous;
    struct text note;
    *log = (struct witness_log){.id = *id};
    if (!anchor_state_split(text, &vkey, &previous, &note))
        return false;
    if (note.length > 0 &&
        (!tlog_checkpoint_parse(note, &checkpoint) || !tlog_checkpoint_verify(note, vkey.name, vkey.key)))
        return false;
    struct digest expected;
    digest_sha256(bytes_of_text(vkey.name), &expected);
    if (!digest_equal(&expected, id))
        return false;
    log->origin = text_copy(vkey.name);
    log->previous = text_copy(previous);
    memcpy(log->key, vkey.key, sizeof(log->key));
    log->size = checkpoint.size;
    log->root = checkpoint.root;
    log->is_cosigned = note.length > 0;
    if (note.length == 0)
        set_empty(log);
    return true;
}

static bool load_log(struct witness_state *state, const struct digest *id, char **error)
{
    struct buffer content = {0};
    char *path = path_of(state, id, LOG_SUFFIX);
    struct witness_log log;
    bool done = file_read(path, FILE_MAX_SIZE, &content, error);
    if (done && !parse_log(buffer_text(&content), id, &log)) {
        *error = file_sentence(
            path,
            "is not what this witness wrote; put it back from a copy, or look at who changed it: without it the "
            "log would be trusted from nothing",
            "");
        done = false;
    }
    if (done) {
        state->logs = base_resize(state->logs, state->count + 1, sizeof(*state->logs));
        state->logs[state->count++] = log;
    }
    buffer_clear(&content);
    base_free(path);
    return done;
}

static bool load_all(struct witness_state *state, char **error)
{
    DIR *folder = opendir(state->directory);
    if (folder == NULL) {
        *error = file_sentence(state->directory, "cannot read the witness's state", strerror(errno));
        return false;
    }
    bool done = true;
    for (struct dirent *entry; done && (entry = readdir(folder)) != NULL;) {
        struct digest id;
        struct text name = text_from(entry->d_name);
        if (text_ends_with(name, TEXT(LOG_SUFFIX)) && hex_decode(text_part(name, 0, ID_TEXT), id.bytes, 32) &&
            name.length == ID_TEXT + sizeof(LOG_SUFFIX) - 1)
            done = load_log(state, &id, error);
    }
    closedir(folder);
    if (done && state->count > 0)
        qsort(state->logs, state->count, sizeof(*state->logs), compare_logs);
    return done;
}

static bool take_lock(struct witness_state *state, char **error)
{
    state->lock = file_lock_folder(state->directory);
    if (state->lock < 0)
        *error =
            errno == EWOULDBLOCK
                ? file_sentence(state->directory, "another witness uses this state; two would sign two histories", "")
                : file_sentence(
                      state->directory, "cannot lock the witness's state by its file `lock`", strerror(errno));
    return state->lock >= 0;
}

bool witness_state_open(struct witness_state *state, const char *directory, char **error)
{
    *state = (struct witness_state){.directory = text_copy(text_from(directory)), .lock = -1};
    return file_make_folder(directory, 0750, error) && take_lock(state, error) && load_all(state, error);
}

void witness_state_clear(struct witness_state *state)
{
    for (size_t i = 0; i < state->count; i++)
        log_clear(&state->logs[i]);
    base_free(state->logs);
    base_free(state->directory);
    if (state->lock >= 0)
        close(state->lock);
}

struct witness_log *witness_state_find(const struct witness_state *state, struct text origin)
{
    struct witness_log wanted = {.size = 0};
    digest_sha256(bytes_of_text(origin), &wanted.id);
    if (state->count == 0)
        return NULL;
    return bsearch(&wanted, state->logs, state->count, sizeof(*state->logs), compare_logs);
}

bool witness_state_note(const struct witness_state *state, const struct witness_log *log, struct buffer *out)
{
    struct buffer content = {0};
    struct tlog_vkey vkey;
    struct text previous;
    struct text note = TEXT("");
    char *error = NULL;
    char *path = path_of(state, &log->id, LOG_SUFFIX);
    bool done = file_read(path, FILE_MAX_SIZE, &content, &error) &&
                anchor_state_split(buffer_text(&content), &vkey, &previous, &note) && note.length > 0;
    if (done)
        buffer_append(out, note);
    buffer_clear(&content);
    base_free(error);
    base_free(path);
    return done;
}

/* --- writing -------------------------------------------------------------------------------------------------------
 */

static bool
write_file(const struct witness_state *state, const struct digest *id, const char *suffix, struct text content)
{
    char *error = NULL;
    char *path = path_of(state, id, suffix);
    bool done = file_replace(path, content, 0640, &error);
    if (!done)
        log_error("witness_state_failed", log_string("error", error));
    base_free(error);
    base_free(path);
    return done;
}

static bool write_log(const struct witness_state *state, const struct witness_log *log, struct text note)
{
    struct buffer content = {0};
    buffer_append(&content, TEXT(ANCHOR_STATE_LINE "\nvkey "));
    tlog_vkey_write(text_from(log->origin), log->key, &content);
    buffer_append_byte(&content, '\n');
    if (log->previous[0] != '\0')
        buffer_printf(&content, "previous %s\n", log->previous);
    buffer_append_byte(&content, '\n');
    buffer_append(&content, note);
    bool done = write_file(state, &log->id, LOG_SUFFIX, buffer_text(&content));
    buffer_clear(&content);
    return done;
}

bool witness_state_add(
    struct witness_state *state, struct text origin, const uint8_t key[VERIFY_KEY_SIZE], struct text previous)
{
    struct witness_log log = {.origin = text_copy(origin), .previous = text_copy(previous)};
    digest_sha256(bytes_of_text(origin), &log.id);
    memcpy(log.key, key, sizeof(log.key));
    set_empty(&log);
    if (!write_log(state, &log, TEXT(""))) {
        log_clear(&log);
        return false;
    }
    size_t place = state->count;
    state->logs = base_resize(state->logs, state->count + 1, sizeof(*state->logs));
    while (place > 0 && compare_logs(&state->logs[place - 1], &log) > 0) {
        state->logs[place] = state->logs[place - 1];
        place--;
    }
    state->logs[place] = log;
    state->count++;
    return true;
}

bool witness_state_advance(
    struct witness_state *state, struct witness_log *log, const struct tlog_checkpoint *checkpoint, struct text note)
{
    log->is_cosigned = write_log(state, log, note);
    log->size = checkpoint->size;
    log->root = checkpoint->root;
    return log->is_cosigned;
}

void witness_state_keep_fork(const struct witness_state *state, const struct witness_log *log, struct text note)
{
    char *path = path_of(state, &log->id, ".fork");
    bool is_first = access(path, F_OK) != 0;
    base_free(path);
    if (is_first)
        (void)write_file(state, &log->id, ".fork", note);
}

void witness_state_keep_unproven(const struct witness_state *state, struct witness_log *log, struct text note)
{
    uint64_t now = clock_steady_us();
    if (log->unproven_us != 0 && now - log->unproven_us < UNPROVEN_EVERY_US)
        return;
    log->unproven_us = now;
    (void)write_file(state, &log->id, ".unproven", note);
}
