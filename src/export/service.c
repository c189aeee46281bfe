/* SPDX-License-Identifier: Apache-2.0 */
/* Who answered an LLM call, as members of a JSON object. */
#include "export_internal.h"

void export_put_found(const struct export_item *item, struct json_line *line)
{
    json_put(line, "found", item->decision.found);
    json_put(line, "answer_found", item->outcome.found);
    json_put(line, "credential", item->decision.credential);
}

void export_put_service(const struct export_item *item, struct json_line *line)
{
    const struct service_record *service = &item->outcome.service;
    if (item->decision.llm.dialect != DIALECT_NONE)
        json_put_string(line, "llm_dialect", llm_dialect_name(item->decision.llm.dialect));
    json_put(line, "inference", item->outcome.inference);
    if (service->step == 0 && service->builtin.length == 0)
        return;
    if (service->step > 0)
        json_put_number(line, "step", service->step);
    json_put(line, "builtin", service->builtin);
    json_put(line, "finish", service->finish);
    if (service->first_us > 0)
        json_put_number(line, "first_content_us", service->first_us);
    if (service->dialect != DIALECT_NONE)
        json_put_string(line, "endpoint_dialect", llm_dialect_name(service->dialect));
    json_put(line, "engine_version", service->version);
    if (service->has_digest)
        json_put_hex(line, "model_digest", (struct bytes){service->digest.bytes, sizeof(service->digest.bytes)});
    json_put(line, "adapter", service->adapter);
    json_put(line, "region", service->region);
    json_put(line, "region_from", service->region_from);
}
