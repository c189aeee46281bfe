/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a page of an engine: what is told of it fits, is printable, and was said by a page that may say it. The
 * first line is the page's number and the model that is asked. */
#include <string.h>

#include "exeat/base/check.h"
#include "exeat/engine/pages.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* To the end of its place: whole, and nothing that would break a log line. */
static void check_told(const char *told, size_t size)
{
    ASSERT(memchr(told, '\0', size) != NULL);
    for (; *told != '\0'; told++)
        ASSERT(*told > ' ' && *told < 0x7f);
}

static void check_report(enum engine_page page, const struct engine_report *report)
{
    const struct engine_identity *identity = &report->identity;
    bool says_model =
        page == ENGINE_PAGE_PROPS || page == ENGINE_PAGE_MODELS || page == ENGINE_PAGE_TAGS || page == ENGINE_PAGE_INFO;
    bool says_version = page == ENGINE_PAGE_PROPS || page == ENGINE_PAGE_VERSION || page == ENGINE_PAGE_INFO;
    check_told(identity->model, sizeof(identity->model));
    check_told(identity->version, sizeof(identity->version));
    ASSERT(says_model || identity->model[0] == '\0');
    ASSERT(says_version || identity->version[0] == '\0');
    ASSERT(!identity->has_digest || page == ENGINE_PAGE_TAGS);
    ASSERT(
        report->slots <= UINT16_MAX && (report->slots == 0 || page == ENGINE_PAGE_PROPS || page == ENGINE_PAGE_INFO));
    ASSERT(report->load <= 1000000 && (report->load == 0 || report->tells_load));
    ASSERT(!report->tells_load || page == ENGINE_PAGE_METRICS);
}

static void check_same(const struct engine_report *one, const struct engine_report *other)
{
    const struct engine_identity *left = &one->identity;
    const struct engine_identity *right = &other->identity;
    ASSERT(one->load == other->load && one->tells_load == other->tells_load);
    ASSERT(one->slots == other->slots && left->has_digest == right->has_digest);
    ASSERT(strcmp(left->model, right->model) == 0 && strcmp(left->version, right->version) == 0);
    ASSERT(!left->has_digest || memcmp(&left->digest, &right->digest, sizeof(left->digest)) == 0);
}

/* All digits of it, and no others: half of a longer one is no digest. */
static void check_digest(struct text text)
{
    struct digest digest;
    char digits[2 * sizeof(digest.bytes) + 1] = "";
    if (!engine_read_digest(text, &digest))
        return;
    hex_encode((struct bytes){digest.bytes, sizeof(digest.bytes)}, digits);
    if (text_starts_with(text, TEXT("sha256:")))
        text = text_after(text, 7);
    ASSERT(text_equal_nocase(text_part(text, 0, sizeof(digits) - 1), text_from(digits)));
    text = text_after(text, sizeof(digits) - 1);
    ASSERT(text.length == 0 || hex_value(text.data[0]) < 0);
}

/* Names are texts of printable ASCII, and what is shown is no more than what there is. */
static void check_models(enum engine_page page, struct text body, struct text wanted)
{
    struct engine_models models;
    if (!engine_read_models(page, body, &models))
        return;
    for (size_t i = 0; i < ENGINE_MODELS_SHOWN; i++) {
        ASSERT(memchr(models.names[i], '\0', ENGINE_MODEL_SIZE) != NULL);
        ASSERT(i < models.count || models.names[i][0] == '\0');
    }
    const struct text several[] = {wanted, TEXT(""), wanted};
    size_t missing = engine_find_missing(page, body, several, COUNT_OF(several));
    ASSERT(missing != 2); /* it is the first */
    ASSERT(missing < COUNT_OF(several) || models.count > 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct text body = {(const char *)data, size};
    struct text wanted;
    struct engine_report report = {0};
    if (!text_split(&body, '\n', &wanted) || wanted.length == 0)
        return 0;
    unsigned number = (unsigned char)wanted.data[0] % 8;
    enum engine_page page = number > ENGINE_PAGE_METRICS ? ENGINE_PAGE_METRICS : (enum engine_page)number;
    wanted = text_after(wanted, 1);
    check_digest(body);
    bool good = engine_read_page(page, body, wanted, &report);
    check_report(page, &report);
    struct engine_report again = good ? report : (struct engine_report){0}; /* no such page: nothing is added */
    ASSERT(engine_read_page(page, body, wanted, &again) == good);
    check_same(&report, &again); /* and the same page adds nothing new */
    check_models(page, body, wanted);
    return 0;
}
