/* SPDX-License-Identifier: Apache-2.0 */
/* No change of the policy's files is lost, whenever it comes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <sys/stat.h>

#include "daemon_internal.h"
#include "exeat/base/memory.h"
#include "exeat/daemon.h"

enum { PATIENCE_MS = 60000 }; /* only ever reached when a test fails */

struct scene {
    char folder[64];
    char path[96];
    struct loop *loop;
    struct timer *patience;
    struct files_watch *files;
    struct policy *policy;
    int changes;
    bool is_late;
};

static void on_change(void *context)
{
    struct scene *scene = context;
    scene->changes++;
    loop_stop(scene->loop);
}

static void on_late(void *context)
{
    struct scene *scene = context;
    scene->is_late = true;
    loop_stop(scene->loop);
}

static void put(const struct scene *scene, const char *name, const char *text)
{
    char path[160];
    snprintf(path, sizeof(path), "%s/%s", scene->folder, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static void put_secret(const struct scene *scene, const char *name, const char *text)
{
    char path[160];
    put(scene, name, text);
    snprintf(path, sizeof(path), "%s/%s", scene->folder, name);
    assert_int_equal(chmod(path, 0600), 0);
}

/* As a reload does: reads what is there, and watches that. */
static void take(struct scene *scene)
{
    static const struct listeners none = {0};
    struct diags *diags = diags_new();
    policy_unref(scene->policy);
    scene->policy = daemon_load(scene->path, diags);
    assert_non_null(scene->policy);
    diags_free(diags);
    files_watch_set(scene->files, scene->policy, &none);
}

static void expect_a_change(struct scene *scene)
{
    int before = scene->changes;
    timer_start(scene->patience, PATIENCE_MS);
    loop_run(scene->loop);
    assert_false(scene->is_late);
    assert_int_equal(scene->changes, before + 1);
}

static int set_up(void **state)
{
    struct scene *scene = base_zalloc(sizeof(*scene));
    strcpy(scene->folder, "/tmp/exeat-watch-XXXXXX");
    assert_non_null(mkdtemp(scene->folder));
    snprintf(scene->path, sizeof(scene->path), "%s/exeat.yaml", scene->folder);
    put(scene, "exeat.yaml", "version: 1\nrules: []\n");
    scene->loop = loop_new();
    scene->patience = timer_new(scene->loop, on_late, scene);
    scene->files = files_watch_new(scene->loop, on_change, scene);
    take(scene);
    *state = scene;
    return 0;
}

static int tear_down(void **state)
{
    struct scene *scene = *state;
    char command[96];
    files_watch_free(scene->files);
    policy_unref(scene->policy);
    timer_free(scene->patience);
    loop_free(scene->loop);
    snprintf(command, sizeof(command), "rm -r %s", scene->folder);
    assert_int_equal(system(command), 0);
    base_free(scene);
    return 0;
}

static void a_change_is_told(void **state)
{
    struct scene *scene = *state;
    put(scene, "exeat.yaml", "version: 1\nrules: []\ndeny_hint: a\n");
    expect_a_change(scene);
}

static void a_change_that_comes_while_another_is_taken_is_told(void **state)
{
    struct scene *scene = *state;
    for (int i = 0; i < 3; i++) {
        put(scene, "exeat.yaml", "version: 1\nrules: []\ndeny_hint: a\n");
        take(scene);
        expect_a_change(scene);
    }
}

static void a_folder_that_is_new_to_the_policy_is_looked_at_again(void **state)
{
    struct scene *scene = *state;
    char folder[128];
    snprintf(folder, sizeof(folder), "%s/more", scene->folder);
    assert_int_equal(mkdir(folder, 0755), 0);
    put(scene, "more/a.yaml", "version: 1\nrules: []\n");
    put(scene, "exeat.yaml", "version: 1\nrules: []\ninclude: [more/a.yaml]\n");
    expect_a_change(scene);
    take(scene);
    expect_a_change(scene); /* its file may have changed before the folder was watched */
    take(scene);
    put(scene, "more/a.yaml", "version: 1\nrules: []\n");
    expect_a_change(scene);
}

/* Each of them in its folder, as Kubernetes mounts them. */
static void each_of_a_hundred_secrets_is_watched(void **state)
{
    enum { MANY = 100 };
    struct scene *scene = *state;
    struct buffer all = {0};
    char name[64];
    char folder[96];
    buffer_append_string(&all, "version: 1\nrules: []\ninference:\n");
    for (int i = 0; i < MANY; i++) {
        snprintf(folder, sizeof(folder), "%s/s%d", scene->folder, i);
        assert_int_equal(mkdir(folder, 0700), 0);
        snprintf(name, sizeof(name), "s%d/key", i);
        put_secret(scene, name, "token-before");
        buffer_printf(
            &all, "  - { name: e%d, endpoint: \"http://127.0.0.1:%d\", key_file: s%d/key }\n", i, 8000 + i, i);
    }
    put(scene, "exeat.yaml", buffer_text(&all).data);
    take(scene);
    expect_a_change(scene); /* the folders are new */
    for (int i = 0; i < MANY; i += MANY - 1) {
        snprintf(name, sizeof(name), "s%d/key", i);
        put_secret(scene, name, "token-after");
        expect_a_change(scene);
    }
    buffer_clear(&all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_change_is_told, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_change_that_comes_while_another_is_taken_is_told, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_folder_that_is_new_to_the_policy_is_looked_at_again, set_up, tear_down),
        cmocka_unit_test_setup_teardown(each_of_a_hundred_secrets_is_watched, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
