/* SPDX-License-Identifier: Apache-2.0 */
/* Which model an endpoint has: what its pages say, or a file beside it. */
#include "exeat/checkup/proof.h"

#include "checkup_internal.h"
#include "exeat/base/file.h"
#include "exeat/base/memory.h"
#include "exeat/config.h"

enum { PAGE_MAX = 1024 * 1024, PATIENCE_MS = 5000, DIGEST_FILE_MAX = 4096 };

/* As sha256sum prints it. Who names a file trusts that alone: where it is not there, or holds something else, nothing
 * is known, whatever the engine says of itself. */
void checkup_read_digest(const struct settings_engine *source, struct engine_identity *identity)
{
    struct buffer content = {0};
    char *error = NULL;
    if (source->digest_file.length == 0)
        return;
    identity->has_digest = false;
    if (file_read(source->digest_file.data, DIGEST_FILE_MAX, &content, &error))
        identity->has_digest = engine_read_digest(buffer_text(&content), &identity->digest);
    base_free(error);
    buffer_clear(&content);
}

/* --- its pages -------------------------------------------------------------------------------------------------------
 */

struct proof {
    const struct policy_inference *source; /* borrowed, as the next two */
    struct loop *loop;
    struct buffer *wrong;
    struct text wanted;
    struct web_peer peer;
    size_t page;
    bool is_ready;
    struct engine_report report;
};

bool checkup_page(
    const struct policy_inference *source, size_t number, enum engine_page *page, struct web_request *request)
{
    struct text path;
    if (!engine_page_at(source->engine->kind, number, page, &path))
        return false;
    if (number == 0 && source->engine->health_path.length > 0)
        path = source->engine->health_path;
    *request = (struct web_request){
        .method = TEXT("GET"), .path = path, .bearer = secret_is_empty(&source->key) ? NULL : &source->key};
    return true;
}

static void ask(struct proof *proof);

static void on_answer(void *context, uint16_t status, struct text body, const char *error)
{
    struct proof *proof = context;
    enum engine_page page = ENGINE_PAGE_HEALTH;
    struct text path;
    bool is_good = status >= 200 && status < 300;
    (void)engine_page_at(proof->source->engine->kind, proof->page, &page, &path);
    if (proof->page == 0 && !is_good) {
        if (status == 0)
            buffer_append_string(proof->wrong, error);
        else
            buffer_printf(proof->wrong, "it answers %u when it is asked how it is", (unsigned)status);
        loop_stop(proof->loop);
        return;
    }
    proof->is_ready = true;
    if (is_good)
        (void)!engine_read_page(page, body, proof->wanted, &proof->report); /* what it lacks is then not known */
    proof->page++;
    ask(proof);
}

static void ask(struct proof *proof)
{
    enum engine_page page;
    struct web_request request;
    if (checkup_page(proof->source, proof->page, &page, &request))
        (void)web_call_start(&proof->peer, &request, on_answer, proof); /* it is over by its callback alone */
    else
        loop_stop(proof->loop);
}

/* --- what is demanded ------------------------------------------------------------------------------------------------
 */

static bool is_expected(const struct settings_engine *source, const struct engine_identity *has, struct buffer *wrong)
{
    struct digest expected;
    if (has->has_digest && engine_read_digest(source->expected.text, &expected) &&
        digest_equal(&expected, &has->digest))
        return true;
    if (has->has_digest) {
        buffer_append_string(wrong, "its model is sha256:");
        buffer_append_hex(wrong, (struct bytes){has->digest.bytes, sizeof(has->digest.bytes)});
        buffer_append_string(wrong, ", and not that of `expect_digest`");
    } else if (source->digest_file.length > 0)
        buffer_printf(wrong, "no digest stands in its `digest_file` %.*s", TEXT_ARG(source->digest_file));
    else
        buffer_append_string(wrong, "it does not tell the digest of its model, which `expect_digest` demands");
    buffer_append_string(wrong, has->has_digest ? ": no calls (wrong_model)" : ": no calls (model_unknown)");
    return false;
}

bool checkup_proves(
    const struct policy *policy, size_t index, struct loop *loop, struct tls_client *tls, struct buffer *wrong)
{
    struct checkup_way way = {.route = NULL};
    struct proof proof = {
        .source = policy_inference(policy, index),
        .loop = loop,
        .wrong = wrong,
        .wanted = policy_served_model(policy, index, TEXT("")),
    };
    if (proof.source->engine->expected.text.length == 0)
        return true;
    checkup_way_open(&way, policy, loop, tls);
    proof.peer = checkup_peer(&way, loop, proof.source, PATIENCE_MS, PAGE_MAX);
    ask(&proof);
    loop_run(loop);
    checkup_way_close(&way);
    checkup_read_digest(proof.source->engine, &proof.report.identity);
    return proof.is_ready && is_expected(proof.source->engine, &proof.report.identity, wrong);
}
