/* SPDX-License-Identifier: Apache-2.0 */
/* What the gate and the witness keep within reach when they have begun: the folders of the files that they were begun
 * with, so that a reload finds what stands there then. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "daemon_internal.h"
#include "exeat/base/file.h"
#include "exeat/base/log.h"
#include "exeat/base/memory.h"

struct places {
    struct arena arena;
    struct confine_place *items; /* in the arena */
    size_t count;
};

static void add(struct places *places, struct text path, enum confine_use use)
{
    struct confine_place *items = arena_array(&places->arena, places->count + 1, sizeof(*items));
    if (places->count > 0)
        memcpy(items, places->items, places->count * sizeof(*items));
    items[places->count++] = (struct confine_place){arena_text(&places->arena, path).data, use};
    places->items = items;
}

static struct text folder_of(struct text path)
{
    while (path.length > 0 && path.data[path.length - 1] != '/')
        path.length--;
    return path.length == 0 ? TEXT(".") : path;
}

/* The folder in which it is replaced, and the one to which a link leads. */
static void add_file(struct places *places, struct text path)
{
    if (path.length == 0)
        return;
    add(places, folder_of(path), CONFINE_READS);
    char *real = realpath(path.data, NULL);
    if (real != NULL)
        add(places, folder_of(text_from(real)), CONFINE_READS);
    base_free(real);
}

/* Where libcrypto looks for the system's roots when its environment says so. */
static void add_named_roots(struct places *places)
{
    static const char *const names[] = {"SSL_CERT_FILE", "SSL_CERT_DIR"};
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        const char *path = getenv(names[i]);
        if (path != NULL && path[0] != '\0')
            add(places, text_from(path), CONFINE_READS);
    }
}

/* What the gate writes is told apart; its signing key is read before, and never again. */
static bool is_written(const struct settings *settings, struct text path)
{
    const struct text written[] = {
        settings->audit.directory, settings->audit.ship, settings->audit.key, settings->listen.control};
    for (size_t i = 0; i < COUNT_OF(written); i++)
        if (text_equal(written[i], path))
            return true;
    return false;
}

static void add_readable(struct places *places, const struct settings *settings)
{
    for (size_t i = 0; i < settings->lists.file_count; i++)
        add_file(places, settings->lists.files[i].path);
    for (size_t i = 0; i < settings->path_count; i++)
        if (!is_written(settings, settings->paths[i]))
            add_file(places, settings->paths[i]);
    add_named_roots(places);
}

/* Only a folder that is there can be kept within reach. */
static void add_written(struct places *places, struct text folder)
{
    char *error = NULL;
    if (folder.length == 0)
        return;
    if (!file_make_folder(folder.data, 0750, &error))
        log_warn(
            "confined_without", log_text("folder", folder), log_string("error", error),
            log_string("do", "restart when it can be made"));
    base_free(error);
    add(places, folder, CONFINE_WRITES);
}

/* A service manager may listen on a socket without a path (sd_notify(3)). */
static bool reaches_abstract(void)
{
    const char *path = getenv("NOTIFY_SOCKET");
    return path != NULL && path[0] == '@';
}

static enum confine_calls calls_of(enum confine_seccomp seccomp)
{
    switch (seccomp) {
    case CONFINE_SECCOMP_ENFORCE:
        return CONFINE_CALLS_ENFORCE;
    case CONFINE_SECCOMP_LOG:
        return CONFINE_CALLS_LOG;
    case CONFINE_SECCOMP_NONE:
        break;
    }
    return CONFINE_CALLS_FREE;
}

static enum confine_files files_of(enum confine_landlock landlock)
{
    switch (landlock) {
    case CONFINE_LANDLOCK_AUTO:
        return CONFINE_FILES_AUTO;
    case CONFINE_LANDLOCK_REQUIRE:
        return CONFINE_FILES_REQUIRE;
    case CONFINE_LANDLOCK_NONE:
        break;
    }
    return CONFINE_FILES_FREE;
}

/* Takes the places. */
static bool enter(struct confine_options *options, struct places *places, struct confined *confined, char **error)
{
    options->places = places->items;
    options->place_count = places->count;
    options->reaches_abstract = reaches_abstract();
    bool done = confine_enter(options, confined, error);
    arena_clear(&places->arena);
    return done;
}

bool confinement_enter(const struct settings *settings, struct confined *confined, char **error)
{
    struct places places = {.count = 0};
    struct confine_options options = {
        .calls = calls_of(settings->confine.seccomp),
        .files = files_of(settings->confine.landlock),
        .calls_cure = "confine: {seccomp: none} starts without",
        .files_cure = "confine: {landlock: none} starts without",
    };
    add_readable(&places, settings);
    add_written(&places, settings->audit.directory);
    add_written(&places, settings->audit.ship);
    if (settings->listen.control.length > 0)
        add(&places, folder_of(settings->listen.control), CONFINE_WRITES);
    return enter(&options, &places, confined, error);
}

bool confinement_enter_witness(const struct daemon_witness_options *source, struct confined *confined, char **error)
{
    struct places places = {.count = 0};
    struct confine_options options = {
        .calls = source->calls,
        .calls_cure = "--seccomp none starts without",
        .files_cure = "what keeps it from that?",
    };
    add_written(&places, text_from(source->state));
    return enter(&options, &places, confined, error);
}

void confinement_explain(const struct confined *confined, struct text why, struct buffer *out)
{
    const char *refusal = strerrordesc_np(EACCES);
    buffer_append(out, text_trim(why, "\n"));
    if (confined->landlock > 0 && memmem(why.data, why.length, refusal, strlen(refusal)) != NULL)
        buffer_append(
            out, TEXT("\na running gate reads only in the folders of the files that it was started with "
                      "(confine.landlock): a file elsewhere is read after a restart"));
}
