/* SPDX-License-Identifier: Apache-2.0 */
/* A server of a few pages on loopback, in a thread of its own, and a certificate for it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "exeat/base/memory.h"
#include "web_scene.h"

static const struct address loopback = {.bytes = {127, 0, 0, 1}, .length = 4};

static void answer_hello(void *context, const struct web_visit *visit, struct web_answer *answer)
{
    (void)context, (void)visit;
    web_answer_text(answer, 200, "hello\n");
}

static void answer_rest(void *context, const struct web_visit *visit, struct web_answer *answer)
{
    (void)context;
    web_answer_text(answer, 200, "");
    buffer_append(&answer->body, visit->rest);
}

static void answer_echo(void *context, const struct web_visit *visit, struct web_answer *answer)
{
    (void)context;
    web_answer_text(answer, 200, "");
    buffer_append(&answer->body, visit->body);
}

static void answer_secret(void *context, const struct web_visit *visit, struct web_answer *answer)
{
    const struct field *given = http_field_find(visit->head, TEXT("Authorization"));
    (void)context;
    if (given != NULL && text_equal(given->value, TEXT("Bearer open sesame"))) {
        web_answer_text(answer, 200, "gold\n");
        return;
    }
    web_answer_text(answer, 401, "no\n");
    answer->also = (struct field){TEXT("WWW-Authenticate"), TEXT("Bearer")};
}

static const struct web_page pages[] = {
    {TEXT_INIT("/hello"), false, WEB_GET, answer_hello}, {TEXT_INIT("/things/"), true, WEB_GET, answer_rest},
    {TEXT_INIT("/echo"), false, WEB_POST, answer_echo},  {TEXT_INIT("/both"), false, WEB_GET, answer_hello},
    {TEXT_INIT("/both"), false, WEB_POST, answer_echo},  {TEXT_INIT("/secret"), false, WEB_GET, answer_secret},
};

const struct web_server_options scene_usual = {
    .overview = "there is hello\n", .visitors = 16, .body = 1000, .visit_ms = 60000, .keeps_alive = true};

static void *run_loop(void *context)
{
    loop_run(context);
    return NULL;
}

void scene_start(struct scene *scene, struct web_server_options options)
{
    char *error = NULL;
    *scene = (struct scene){.loop = loop_new()};
    options.loop = scene->loop;
    options.descriptor = listener_bind(&loopback, &scene->port, &error);
    assert_true(options.descriptor >= 0);
    options.pages = pages;
    options.page_count = COUNT_OF(pages);
    scene->server = web_server_new(&options);
    assert_int_equal(pthread_create(&scene->thread, NULL, run_loop, scene->loop), 0);
}

void scene_stop(struct scene *scene)
{
    loop_stop(scene->loop);
    pthread_join(scene->thread, NULL);
    web_server_free(scene->server);
    loop_free(scene->loop);
}

/* --- a certificate -------------------------------------------------------------------------------------------------
 */

static void extend(X509 *certificate, int nid, const char *value)
{
    X509V3_CTX context;
    X509V3_set_ctx(&context, certificate, certificate, NULL, NULL, 0);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
    assert_non_null(extension);
    assert_int_equal(X509_add_ext(certificate, extension, -1), 1);
    X509_EXTENSION_free(extension);
}

static FILE *open_new(char path[32])
{
    strcpy(path, "/tmp/exeat-web-XXXXXX");
    int descriptor = mkstemp(path);
    assert_true(descriptor >= 0);
    return fdopen(descriptor, "w");
}

void scene_write_certificate(struct scene_files *files)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *certificate = X509_new();
    X509_set_version(certificate, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
    X509_NAME *name = X509_get_subject_name(certificate);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"test", -1, -1, 0);
    X509_set_issuer_name(certificate, name);
    X509_set_pubkey(certificate, key);
    extend(certificate, NID_subject_alt_name, "DNS:" SCENE_NAME);
    extend(certificate, NID_basic_constraints, "critical,CA:TRUE");
    assert_true(X509_sign(certificate, key, EVP_sha256()) > 0);
    FILE *file = open_new(files->certificate);
    assert_int_equal(PEM_write_X509(file, certificate), 1);
    fclose(file);
    file = open_new(files->key);
    assert_int_equal(PEM_write_PrivateKey(file, key, NULL, NULL, 0, NULL, NULL), 1);
    fclose(file);
    X509_free(certificate);
    EVP_PKEY_free(key);
}
