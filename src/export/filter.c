/* SPDX-License-Identifier: Apache-2.0 */
/* What was asked for: is a record, a decision, a request with its outcome among it? */
#include "filter.h"

/* Is the value one of a list with commas, whose pieces may have "*"? An empty list is no condition. */
static bool is_one_of(struct text list, struct text value)
{
    struct text piece;
    if (list.length == 0)
        return true;
    while (text_split(&list, ',', &piece))
        if (text_glob(piece, value))
            return true;
    return false;
}

bool filter_has_time(const struct export_filter *filter, int64_t wall_us)
{
    return (filter->since_us == 0 || wall_us >= filter->since_us) &&
           (filter->until_us == 0 || wall_us < filter->until_us);
}

bool filter_wants_requests(const struct export_filter *filter)
{
    return filter->host.length > 0 || filter->rule.length > 0 || filter->client.length > 0 ||
           filter->provider.length > 0 || filter->request.length > 0 || filter->reason.length > 0 ||
           filter->done.length > 0 || filter->verdicts != 0 || filter->llm_only;
}

static bool id_fits(struct text wanted, const struct request_id *id)
{
    char hex[REQUEST_ID_TEXT_SIZE];
    if (wanted.length == 0)
        return true;
    request_id_write(id, hex);
    return text_starts_with(text_from(hex), wanted);
}

/* What the decision alone tells. */
bool filter_has_decision(const struct export_requests_options *options, const struct decision_record *decision)
{
    const struct export_filter *filter = options->filter;
    if (options->by_record && !is_one_of(filter->reason, text_from(reason_code(decision->reason))))
        return false;
    unsigned bit = decision->verdict < 8 ? 1u << decision->verdict : 0;
    return (filter->verdicts == 0 || (filter->verdicts & bit) != 0) &&
           (!filter->llm_only || decision->llm.operation != LLM_NONE) && is_one_of(filter->host, decision->host) &&
           is_one_of(filter->rule, decision->rule) && is_one_of(filter->client, decision->client) &&
           is_one_of(filter->provider, decision->llm.provider) && id_fits(filter->request, &decision->id);
}

/* What is known of it when it is shown. */
bool filter_has_item(const struct export_filter *filter, const struct export_item *item)
{
    if (!export_item_is_request(item))
        return true;
    bool reason = is_one_of(filter->reason, text_from(reason_code(item->decision.reason))) ||
                  (item->has_outcome && is_one_of(filter->reason, text_from(reason_code(item->outcome.reason))));
    return reason && (filter->done.length == 0 ||
                      (item->has_outcome && is_one_of(filter->done, text_from(plan_name(item->outcome.done)))));
}

/* An outcome whose decision is not shown (it lies before what was asked for, or is not in the log at all) is a record
 * all the same, where it is asked for records and not for requests of a kind. */
bool filter_has_orphan(
    const struct export_requests_options *options, const struct store_row *row, const struct request_id *id)
{
    struct export_filter others = *options->filter;
    others.request = TEXT("");
    return options->by_record && filter_has_time(&others, row->wall_us) && !filter_wants_requests(&others) &&
           id_fits(options->filter->request, id);
}
