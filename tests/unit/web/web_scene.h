/* SPDX-License-Identifier: Apache-2.0 */
/* A server of a few pages on loopback, in a thread of its own, and a certificate for it. */
#ifndef TESTS_WEB_SCENE_H
#define TESTS_WEB_SCENE_H

#include <pthread.h>

#include "exeat/web.h"

/* GET /hello: "hello"; GET /things/: what is behind it; POST /echo: the body; GET and POST /both; GET /secret: 401 */
struct scene {
    struct loop *loop;
    struct web_server *server;
    pthread_t thread;
    uint16_t port;
};
/* Of the options, loop, descriptor and pages are set here. */
void scene_start(struct scene *scene, struct web_server_options options);
void scene_stop(struct scene *scene);
extern const struct web_server_options scene_usual; /* keep-alive, 1000 bytes of content, much time */

#define SCENE_NAME "web.example"
/* A certificate for SCENE_NAME and its key, in files that are the caller's to unlink. */
struct scene_files {
    char certificate[32];
    char key[32];
};
void scene_write_certificate(struct scene_files *files);

#endif
