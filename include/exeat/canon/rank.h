/* SPDX-License-Identifier: Apache-2.0 */
/* Rankings: documents, sorted by how well each answers a question. Their calls and answers have the same members at
 * all vendors and servers, but for a few names; who has vectors alone is asked for those, and they are compared here.
 * Sources: the references of Cohere, Jina, Voyage and Together; llama.cpp's and vLLM's /v1/rerank. */
#ifndef EXEAT_CANON_RANK_H
#define EXEAT_CANON_RANK_H

#include "exeat/base/attributes.h"
#include "exeat/canon/answer.h"
#include "exeat/canon/reading.h"

/* A vendor's read_call, of LLM_RERANK. */
bool canon_read_ranking(struct reading *reading, struct canon_call *call);

/* What a server is asked, behind its `model`: ,"query":...,"documents":[...] */
void canon_write_ranking(const struct canon_call *call, struct buffer *out);
/* {"results":[{"index","relevance_score"}, ...]}, in any order, as one that is sorted and as long as was asked for.
 * False: it is none, or does not rank these documents. */
MUST_CHECK bool
canon_read_ranks(const struct canon_call *call, struct scan whole, struct arena *arena, struct canon_replies *answer);

/* For a server that has none: the question and the documents, to be made vectors of; the arena's. */
struct canon_list canon_rank_texts(const struct canon_call *call, struct arena *arena);
/* Its `vectors`, JSON lists of numbers in that order, as a ranking: by the cosine of question and document. False: they
 * are not as many, or not of one length. */
MUST_CHECK bool canon_rank_vectors(const struct canon_call *call, struct arena *arena, struct canon_replies *answer);
/* Nothing is known of any: all of them in the order in which they came, with a score of 0. */
void canon_rank_as_given(const struct canon_call *call, struct arena *arena, struct canon_replies *answer);

/* How an answer repeats a document where the caller wants it to, if it has a place for that. */
enum canon_documents { CANON_DOCUMENTS_NEVER, CANON_DOCUMENTS_AS_OBJECTS, CANON_DOCUMENTS_AS_TEXTS };
/* "NAME":[{"index":...,"relevance_score":...}, ...] */
void canon_write_ranks(
    const struct canon_call *call, const struct canon_replies *answer, struct text name, enum canon_documents documents,
    struct buffer *out);

#endif
