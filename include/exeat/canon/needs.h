/* SPDX-License-Identifier: Apache-2.0 */
/* What a call needs of the dialect that it is said in, beside texts: what not every server has words for. */
#ifndef EXEAT_CANON_NEEDS_H
#define EXEAT_CANON_NEEDS_H

#include "exeat/canon.h"

enum canon_need {
    NEEDS_SEVERAL_ANSWERS,
    NEEDS_LOGPROBS,
    NEEDS_OLD_LOGPROBS, /* as completions have them */
    NEEDS_LOGIT_BIAS,
    NEEDS_STOP,
    NEEDS_ECHO,
    NEEDS_TOKENS_IN,       /* token numbers instead of a text */
    NEEDS_SEVERAL_PROMPTS, /* of completions */
    NEEDS_SUFFIX,
    NEEDS_AUDIO,
    NEEDS_FILES,
    NEEDS_CUSTOM_TOOLS,
    NEEDS_OLD_FUNCTIONS,
    NEEDS_FORCED_CALL,      /* a tool must be called */
    NEEDS_OBJECT_ARGUMENTS, /* a call that was made has arguments that are no JSON object */
    NEEDS_SYSTEM_ALONE,     /* an answer to nothing but the system's words */
    NEEDS_COUNT
};
/* A bit for each. */
typedef uint32_t canon_needs;
#define NEED(need) (UINT32_C(1) << (need))

/* All that it needs: a look at every part of it. */
canon_needs canon_needs_of(const struct canon_call *call);
/* A tool that may be called, for servers that have no word for a choice, or none for a choice among some. */
bool canon_is_offered(const struct canon_tools *tools, const struct canon_tool *tool);
/* For people: what it is, in words that stand behind "the call asks for"; of the first bit that is set. Static. */
const char *canon_need_words(canon_needs needs);

#endif
