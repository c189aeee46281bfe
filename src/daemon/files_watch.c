/* SPDX-License-Identifier: Apache-2.0 */
/* Watches the folders of the policy's files, not the files: an editor renames, and Kubernetes swaps a link in the
 * folder of a ConfigMap. A change is told once, when it has been quiet for a moment. */
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "daemon_internal.h"
#include "exeat/base/memory.h"

enum { QUIET_MS = 200, FOLDERS_MAX = 64 };

struct files_watch {
    int descriptor; /* inotify */
    struct watch *watch;
    struct timer *quiet;
    int folders[FOLDERS_MAX];
    size_t folder_count;
};

static void on_event(void *context)
{
    struct files_watch *files = context;
    char events[4096];
    while (read(files->descriptor, events, sizeof(events)) > 0)
        ;
    timer_start(files->quiet, QUIET_MS);
}

struct files_watch *files_watch_new(struct loop *loop, timer_function on_change, void *context)
{
    struct files_watch *files = base_zalloc(sizeof(*files));
    files->descriptor = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    files->watch = files->descriptor < 0 ? NULL : watch_new(loop, files->descriptor, on_event, files);
    files->quiet = timer_new(loop, on_change, context);
    return files;
}

static void watch_folder(struct files_watch *files, struct text path)
{
    size_t end = path.length;
    while (end > 0 && path.data[end - 1] != '/')
        end--;
    char *folder = text_copy(end == 0 ? TEXT(".") : text_part(path, 0, end));
    int id = inotify_add_watch(
        files->descriptor, folder, IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_CREATE | IN_DELETE);
    base_free(folder);
    if (id >= 0 && files->folder_count < FOLDERS_MAX)
        files->folders[files->folder_count++] = id;
}

void files_watch_set(struct files_watch *files, const struct settings *settings)
{
    if (files->watch == NULL)
        return;
    for (size_t i = 0; i < files->folder_count; i++)
        inotify_rm_watch(files->descriptor, files->folders[i]);
    files->folder_count = 0;
    for (size_t i = 0; i < settings->lists.file_count; i++)
        watch_folder(files, settings->lists.files[i].path);
}

void files_watch_free(struct files_watch *files)
{
    if (files == NULL)
        return;
    watch_free(files->watch);
    timer_free(files->quiet);
    if (files->descriptor >= 0)
        close(files->descriptor);
    base_free(files);
}
