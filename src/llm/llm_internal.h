/* SPDX-License-Identifier: Apache-2.0 */
/* The built-in table of hosts, made from config/llm-hosts.tsv by the build. */
#ifndef EXEAT_LLM_INTERNAL_H
#define EXEAT_LLM_INTERNAL_H

#include <stddef.h>

#include "exeat/model.h"

extern const unsigned char llm_hosts_table[];
extern const size_t llm_hosts_size;

struct request;
/* bedrock.c: of a request to a host of Bedrock's */
enum llm_operation llm_bedrock_operation(const struct request *request);
/* vertex.c: of a call whose host and dialect are known. False: it is no place of these. */
bool llm_vertex_call(const struct request *request, struct llm_call *call);

#endif
