/* SPDX-License-Identifier: Apache-2.0 */
/* Rankings at hosts that speak OpenAI's dialect, which has none: most answer as Jina does. */
#include "exeat/base/json.h"
#include "exeat/canon/out.h"
#include "kin_internal.h"

static const struct kin_ranks most = {.documents = CANON_DOCUMENTS_AS_OBJECTS};

static const struct kin_ranks *ranks_of(const struct canon_call *call)
{
    return call->manner == NULL ? &most : &kin_of(call)->ranks;
}

bool kin_read_ranking(struct reading *reading, struct canon_call *call)
{
    if (!canon_read_ranking(reading, call))
        return false;
    if (call->ranking.documents == CANON_UNSAID && ranks_of(call)->tells_documents)
        call->ranking.documents = CANON_YES;
    return true;
}

bool kin_write_ranks(const struct canon_call *call, const struct canon_replies *answer, struct buffer *out)
{
    const struct kin_ranks *ranks = ranks_of(call);
    struct text list = ranks->list.length > 0 ? ranks->list : TEXT("results");
    unsigned long long tokens = answer->usage.tokens_in;
    BUFFER_APPEND_ALL(out, TEXT("{\"id\":\"rerank-"), call->id, TEXT("\",\"object\":\"list\",\"model\":"));
    json_append_string(out, call->model_name);
    canon_write_ranks(call, answer, list, ranks->documents, out);
    buffer_printf(out, ",\"usage\":{\"prompt_tokens\":%llu,\"total_tokens\":%llu}}", tokens, tokens);
    return answer->rank_count > 0;
}
