/* SPDX-License-Identifier: Apache-2.0 */
/* Where on this machine a file lies that has the authority's certificate among others: what clients are told of. */
#include <stdlib.h>

#include "doctor_internal.h"
#include "exeat/base/file.h"
#include "exeat/base/memory.h"

enum { BUNDLE_MAX = 16 << 20 };

static bool read(const char *path, struct buffer *out)
{
    char *error = NULL;
    bool done = file_read(path, BUNDLE_MAX, out, &error);
    base_free(error);
    return done;
}

/* The lines of the first certificate, as PEM has them. */
static struct text body_of(struct text pem)
{
    static const struct text begin = TEXT_INIT("-----BEGIN CERTIFICATE-----");
    static const struct text end = TEXT_INIT("-----END CERTIFICATE-----");
    size_t from = 0;
    while (from < pem.length && !text_starts_with(text_after(pem, from), begin))
        from++;
    size_t to = from;
    while (to < pem.length && !text_starts_with(text_after(pem, to), end))
        to++;
    return text_trim(
        text_part(pem, from + begin.length, to > from + begin.length ? to - from - begin.length : 0), "\n");
}

static bool has(const char *path, struct text certificate)
{
    struct buffer content = {0};
    struct text rest;
    bool found = false;
    if (path == NULL || path[0] == '\0' || !read(path, &content))
        return false;
    rest = buffer_text(&content);
    while (!found && rest.length >= certificate.length) {
        found = text_starts_with(rest, certificate);
        size_t next = text_index(rest, '\n', 0);
        rest = text_after(rest, next + 1);
    }
    buffer_clear(&content);
    return found;
}

char *bundle_find(const struct patient *patient)
{
    const char *const places[] = {getenv("CURL_CA_BUNDLE"),      getenv("SSL_CERT_FILE"),
                                  getenv("NODE_EXTRA_CA_CERTS"), getenv("REQUESTS_CA_BUNDLE"),
                                  "/etc/exeat/bundle.pem",       "/etc/exeat-bundle/bundle.pem"};
    struct buffer authority = {0};
    char *beside = file_beside(patient->config, TEXT("bundle.pem"));
    char *found = NULL;
    bool done = read(patient_settings(patient)->tls.certificate.data, &authority);
    struct text certificate = body_of(buffer_text(&authority));
    for (size_t i = 0; done && certificate.length > 0 && found == NULL && i < COUNT_OF(places); i++)
        if (has(places[i], certificate))
            found = text_copy(text_from(places[i]));
    if (done && certificate.length > 0 && found == NULL && has(beside, certificate))
        found = text_copy(text_from(beside));
    base_free(beside);
    buffer_clear(&authority);
    return found;
}
