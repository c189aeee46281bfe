/* SPDX-License-Identifier: Apache-2.0 */
/* The control socket: one line in, one answer out, closed. The kernel says who asks (SO_PEERCRED). */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "exeat/admin.h"
#include "exeat/base/file.h"
#include "exeat/base/memory.h"

enum { LINE_MAX_SIZE = 4096, ANSWER_SECONDS = 10 };

struct control {
    char *path;       /* owned */
    struct stat made; /* what we put there */
    int descriptor;
    struct watch *watch; /* owned */
    control_command on_command;
    void *context;
};

static bool name_socket(const char *path, struct sockaddr_un *name)
{
    *name = (struct sockaddr_un){.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof(name->sun_path))
        return false;
    text_store(text_from(path), name->sun_path, sizeof(name->sun_path));
    return true;
}

static bool is_owner(int descriptor)
{
    struct ucred peer;
    socklen_t length = sizeof(peer);
    return getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &peer, &length) == 0 &&
           (peer.uid == 0 || peer.uid == geteuid());
}

static void limit_time(int descriptor)
{
    struct timeval limit = {.tv_sec = ANSWER_SECONDS};
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
    setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
}

/* A line of at most LINE_MAX_SIZE bytes, without its end. */
static bool read_line(int descriptor, char *line, size_t *length)
{
    *length = 0;
    while (*length < LINE_MAX_SIZE) {
        ssize_t got = recv(descriptor, line + *length, LINE_MAX_SIZE - *length, 0);
        if (got <= 0)
            return false;
        *length += (size_t)got;
        char *end = memchr(line, '\n', *length);
        if (end != NULL) {
            *length = (size_t)(end - line);
            return true;
        }
    }
    return false;
}

static void send_all(int descriptor, struct text text)
{
    while (text.length > 0) {
        ssize_t put = send(descriptor, text.data, text.length, MSG_NOSIGNAL);
        if (put <= 0)
            return;
        text = text_after(text, (size_t)put);
    }
}

/* The owner's own tools speak here, one line at a time: it may block for them, bounded. */
static void on_ready(void *context)
{
    struct control *control = context;
    int descriptor = accept4(control->descriptor, NULL, NULL, SOCK_CLOEXEC);
    if (descriptor < 0)
        return;
    char line[LINE_MAX_SIZE];
    size_t length;
    struct timeval soon = {.tv_sec = 1};
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &soon, sizeof(soon));
    setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &soon, sizeof(soon));
    if (!is_owner(descriptor)) {
        send_all(descriptor, TEXT("refused: this socket is for the gate's owner and for root\n"));
    } else if (read_line(descriptor, line, &length)) {
        struct buffer answer = {0};
        control->on_command(control->context, (struct text){line, length}, &answer);
        send_all(descriptor, buffer_text(&answer));
        buffer_clear(&answer);
    }
    close(descriptor);
}

static bool refuse(const struct control *control, const char *why, char **error)
{
    struct buffer out = {0};
    buffer_printf(&out, "%s: %s", control->path, why);
    *error = buffer_take(&out);
    return false;
}

static bool does_anybody_answer(const struct sockaddr_un *name)
{
    int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    bool answers = connect(descriptor, (const struct sockaddr *)name, sizeof(*name)) == 0 || errno != ECONNREFUSED;
    close(descriptor);
    return answers;
}

/* Only the socket of a gate that ended without removing it may go: a path may be mistyped. */
static bool make_room(const struct control *control, const struct sockaddr_un *name, char **error)
{
    struct stat status;
    if (lstat(control->path, &status) != 0)
        return true; /* nothing is there, or bind says what is wrong */
    if (!S_ISSOCK(status.st_mode))
        return refuse(
            control, "listen.control wants this path for its socket, and something else is there; choose another path",
            error);
    if (does_anybody_answer(name))
        return refuse(
            control, "a running gate has this control socket; stop it, or choose another path for listen.control",
            error);
    unlink(control->path);
    return true;
}

static bool bind_socket(struct control *control, char **error)
{
    struct sockaddr_un name;
    struct buffer why = {0};
    if (!name_socket(control->path, &name))
        return refuse(control, "the path of the control socket is too long", error);
    if (!make_room(control, &name, error))
        return false;
    mode_t before = umask(0177);
    bool done = bind(control->descriptor, (const struct sockaddr *)&name, sizeof(name)) == 0 &&
                listen(control->descriptor, 16) == 0 && stat(control->path, &control->made) == 0;
    umask(before);
    if (!done) {
        buffer_printf(&why, "cannot listen on the control socket: %s", strerrordesc_np(errno));
        char *sentence = buffer_take(&why);
        (void)refuse(control, sentence, error);
        base_free(sentence);
    }
    return done;
}

struct control *
control_new(struct loop *loop, const char *path, control_command on_command, void *context, char **error)
{
    struct control *control = base_zalloc(sizeof(*control));
    control->path = text_copy(text_from(path));
    control->on_command = on_command;
    control->context = context;
    control->descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (!file_make_folder_of(text_from(path), 0750, error) || !bind_socket(control, error)) {
        close(control->descriptor);
        base_free(control->path);
        base_free(control);
        return NULL;
    }
    control->watch = watch_new(loop, control->descriptor, on_ready, control);
    return control;
}

/* Not what another gate has put there since. */
static void remove_own(const struct control *control)
{
    struct stat status;
    if (lstat(control->path, &status) == 0 && status.st_dev == control->made.st_dev &&
        status.st_ino == control->made.st_ino)
        unlink(control->path);
}

void control_free(struct control *control)
{
    if (control == NULL)
        return;
    watch_free(control->watch);
    close(control->descriptor);
    remove_own(control);
    base_free(control->path);
    base_free(control);
}

/* What would end the line early is a blank in it. */
static void send_line(int descriptor, struct text line)
{
    struct buffer out = {0};
    for (size_t i = 0; i < line.length; i++)
        buffer_append_byte(&out, line.data[i] == '\n' ? ' ' : line.data[i]);
    buffer_append_byte(&out, '\n');
    send_all(descriptor, buffer_text(&out));
    buffer_clear(&out);
}

bool control_ask(const char *path, struct text line, struct buffer *answer)
{
    struct sockaddr_un name;
    char part[512];
    int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    limit_time(descriptor);
    bool done = name_socket(path, &name) && connect(descriptor, (const struct sockaddr *)&name, sizeof(name)) == 0;
    if (done) {
        send_line(descriptor, line);
        for (ssize_t got; (got = recv(descriptor, part, sizeof(part), 0)) > 0;)
            buffer_append(answer, (struct text){part, (size_t)got});
    }
    int why = done ? ECONNRESET : errno;
    close(descriptor);
    errno = why;
    return done && answer->length > 0;
}
