/* SPDX-License-Identifier: Apache-2.0 */
/* Watches the folders of the policy's files, of secrets and of revocation lists, not the files: an editor renames, and
 * Kubernetes swaps a link in the folder of a ConfigMap. A change is told once, when it has been quiet for a moment. */
#include <errno.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "daemon_internal.h"
#include "exeat/base/log.h"
#include "exeat/base/memory.h"
#include "exeat/policy/trust.h"

enum { QUIET_MS = 200 };

/* A file alone, or all of a folder: where the policy's files are, one more may belong to them (`include` with a star).
 */
struct watched {
    int folder; /* inotify's */
    char *name; /* owned; NULL: whatever is there */
};
struct watched_list {
    struct watched *items; /* owned, as their names */
    size_t count;
};
struct files_watch {
    int descriptor; /* inotify */
    struct watch *watch;
    struct timer *quiet;
    struct watched_list now;
    struct watched_list former; /* while those of now are found anew */
};

static void add_watched(struct watched_list *list, struct watched item)
{
    if ((list->count & (list->count - 1)) == 0) /* twice as much room at each power of two */
        list->items = base_resize(list->items, list->count == 0 ? 1 : list->count * 2, sizeof(*list->items));
    list->items[list->count++] = item;
}

/* Kubernetes swaps its links by names that begin with two dots. */
static bool is_watched(const struct files_watch *files, const struct inotify_event *event)
{
    bool is_link = event->len >= 2 && memcmp(event->name, "..", 2) == 0;
    for (size_t i = 0; i < files->now.count; i++) {
        const struct watched *item = &files->now.items[i];
        if (item->folder != event->wd)
            continue;
        if (item->name == NULL || is_link || (event->len > 0 && strcmp(item->name, event->name) == 0))
            return true;
    }
    return false;
}

/* Events stand one behind the other, each with a name as long as it says (inotify(7)). */
static bool concerns_us(const struct files_watch *files, const char *events, size_t length)
{
    size_t at = 0;
    while (at + sizeof(struct inotify_event) <= length) {
        const struct inotify_event *event = (const struct inotify_event *)(const void *)(events + at);
        if ((event->mask & IN_Q_OVERFLOW) != 0 || is_watched(files, event))
            return true;
        at += sizeof(*event) + event->len;
    }
    return false;
}

static void on_event(void *context)
{
    struct files_watch *files = context;
    _Alignas(struct inotify_event) char events[4096];
    ssize_t length;
    while ((length = read(files->descriptor, events, sizeof(events))) > 0)
        if (concerns_us(files, events, (size_t)length))
            timer_start(files->quiet, QUIET_MS);
}

static bool has_folder(const struct watched_list *list, int folder)
{
    for (size_t i = 0; i < list->count; i++)
        if (list->items[i].folder == folder)
            return true;
    return false;
}

struct files_watch *files_watch_new(struct loop *loop, timer_function on_change, void *context)
{
    struct files_watch *files = base_zalloc(sizeof(*files));
    files->descriptor = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    files->watch = files->descriptor < 0 ? NULL : watch_new(loop, files->descriptor, on_event, files);
    files->quiet = timer_new(loop, on_change, context);
    return files;
}

/* A folder that was watched keeps its number, and with it what has been told and is not read yet. One that was not may
 * have changed since its files were read: they are looked at again. */
static void watch_folder(struct files_watch *files, struct text path, bool whole)
{
    if (path.length == 0)
        return;
    size_t end = path.length;
    while (end > 0 && path.data[end - 1] != '/')
        end--;
    char *folder = text_copy(end == 0 ? TEXT(".") : text_part(path, 0, end));
    int id = inotify_add_watch(
        files->descriptor, folder, IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_CREATE | IN_DELETE);
    if (id < 0)
        log_warn("file_unwatched", log_string("folder", folder), log_string("error", strerror(errno)));
    base_free(folder);
    if (id < 0)
        return;
    if (!has_folder(&files->former, id) && files->former.count > 0)
        timer_start(files->quiet, QUIET_MS);
    add_watched(&files->now, (struct watched){id, whole ? NULL : text_copy(text_after(path, end))});
}

/* What was watched and is no more. */
static void forget_former(struct files_watch *files)
{
    for (size_t i = 0; i < files->former.count; i++) {
        const struct watched *item = &files->former.items[i];
        if (!has_folder(&files->now, item->folder))
            (void)inotify_rm_watch(files->descriptor, item->folder); /* two items may have one folder */
        base_free(item->name);
    }
    base_free(files->former.items);
    files->former = (struct watched_list){0};
}

static void begin_anew(struct files_watch *files)
{
    files->former = files->now;
    files->now = (struct watched_list){0};
}

void files_watch_set(struct files_watch *files, const struct policy *policy, const struct listeners *listeners)
{
    const struct settings_lists *lists = &policy_settings(policy)->lists;
    if (files->watch == NULL)
        return;
    begin_anew(files);
    for (size_t i = 0; i < lists->file_count; i++)
        watch_folder(files, lists->files[i].path, true);
    const struct settings_credentials *credentials = &policy_settings(policy)->credentials;
    for (size_t i = 0; i < credentials->count; i++)
        watch_folder(files, credentials->items[i].file.text, false);
    watch_folder(files, policy_settings(policy)->canaries.text, false);
    for (size_t i = 0; i < lists->inference_count; i++)
        watch_folder(files, lists->inference[i].key_file, false);
    for (size_t i = 0; i < listeners->count; i++)
        watch_folder(files, text_from(listeners->items[i].crl), false);
    for (size_t i = 0; i < policy_trust_count(policy); i++) {
        const struct settings_trust *trust = policy_trust_at(policy, i)->source;
        for (size_t j = 0; j < trust->crls.count; j++)
            watch_folder(files, trust->crls.items[j].text, false);
    }
    forget_former(files);
}

void files_watch_free(struct files_watch *files)
{
    if (files == NULL)
        return;
    begin_anew(files);
    forget_former(files);
    watch_free(files->watch);
    timer_free(files->quiet);
    if (files->descriptor >= 0)
        close(files->descriptor);
    base_free(files);
}
