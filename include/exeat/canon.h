/* SPDX-License-Identifier: Apache-2.0 */
/* The canonical call: what any dialect's call says, in words of no vendor. A reader makes it from a body, a writer
 * makes an endpoint's body from it; nothing else gets from one to the other. It has no member for a place on the
 * network, for what a vendor keeps, or for what nobody here knows, so none of these can be passed on.
 *
 * Texts are slices of the caller's body, spelled as its JSON spells them, without quotes: they may stand between quotes
 * in any JSON. Numbers are spelled as the caller did. A text whose `data` is NULL was not said. */
#ifndef EXEAT_CANON_H
#define EXEAT_CANON_H

#include "exeat/base/arena.h"
#include "exeat/model.h"

enum canon_answer { CANON_UNSAID, CANON_NO, CANON_YES };

/* One text, or a list of them, as it was said. */
enum canon_form { CANON_ABSENT, CANON_ONE, CANON_MANY };
struct canon_entry {
    struct text text;
    bool is_tokens; /* `text` is a JSON list of token numbers */
};
struct canon_list {
    enum canon_form form;
    const struct canon_entry *entries;
    size_t count;
};

/* Bytes that the caller sends along. Never a place from which they could be fetched. */
struct canon_inline {
    struct text media;  /* "image/png"; empty: not said. Not spelled as JSON: it needs no escape */
    struct text base64; /* its alphabet and blanks, nothing else */
};

/* --- what was said so far ----------------------------------------------------------------------------------------- */

enum canon_tool_kind { CANON_FUNCTION, CANON_CUSTOM };
enum canon_role { CANON_SYSTEM, CANON_USER, CANON_ASSISTANT, CANON_TOOL, CANON_OLD_FUNCTION };

enum canon_part_kind {
    CANON_TEXT,
    CANON_REFUSAL,
    CANON_IMAGE,
    CANON_AUDIO,
    CANON_FILE,
    CANON_REASONING, /* the model's thoughts ... */
    CANON_SUMMARY,   /* ... and their summary */
    CANON_TOOL_CALL,
};

struct canon_part {
    enum canon_part_kind kind;
    struct text text;         /* of a call: its arguments */
    struct canon_inline data; /* of an image, audio, a file */
    struct text format;       /* of audio: "wav"; of an image: how closely it is looked at */
    struct text name;         /* of a file, or of the tool that is called */
    enum canon_tool_kind tool;
    struct text call_id;
    struct text id;
    struct text status;
    bool is_old; /* a call of the first kind, that has no id */
};

/* How `content` was said: clients and templates tell a text from a list of one text, and null from nothing. */
enum canon_content { CANON_NO_CONTENT, CANON_NULL_CONTENT, CANON_PLAIN_CONTENT, CANON_LISTED_CONTENT };

struct canon_message {
    enum canon_role role;
    enum canon_content content;
    const struct canon_part *parts;
    size_t part_count;
    struct text name;
    struct text call_id;       /* role CANON_TOOL: the call whose result this is */
    enum canon_tool_kind tool; /* ... and of which kind */
    bool is_error;             /* ... and it says that the tool failed */
    struct text id;
    struct text status;
};

/* --- tools ---------------------------------------------------------------------------------------------------------
 */

struct canon_tool {
    enum canon_tool_kind kind;
    struct text name;
    struct text description;
    struct text schema; /* JSON: data for the model, with no reference that leads out of it */
    enum canon_answer strict;
    struct text format;  /* of a custom tool: "text" or "grammar" */
    struct text syntax;  /* ... the grammar's kind */
    struct text grammar; /* ... and its text */
};

enum canon_choice_kind { CANON_CHOICE_UNSAID, CANON_CHOICE_WORD, CANON_CHOICE_ONE, CANON_CHOICE_AMONG };
struct canon_choice {
    enum canon_choice_kind kind;
    struct text word;               /* "auto", "none", "required"; of AMONG: its mode */
    const struct canon_tool *tools; /* kinds and names: of ONE one, of AMONG some */
    size_t count;
};

struct canon_tools {
    const struct canon_tool *tools;
    size_t count;
    bool is_said; /* an empty list was sent too */
    bool is_old;  /* said as `functions`, so that the answer is a `function_call` */
    struct canon_choice choice;
    enum canon_answer parallel;
};

/* --- how the answer shall be ---------------------------------------------------------------------------------------
 */

struct canon_sampling {
    struct text temperature;
    struct text top_p;
    struct text top_k;
    struct text min_p;
    struct text presence_penalty;
    struct text frequency_penalty;
    struct text repetition_penalty;
    struct text seed;
    struct text logit_bias; /* JSON: token numbers to numbers */
};

struct canon_format {
    struct text kind; /* "text", "json_object", "json_schema" */
    struct text name;
    struct text description;
    struct text schema; /* JSON */
    enum canon_answer strict;
};

struct canon_wish {
    struct text limit;     /* tokens, thoughts counted */
    struct text old_limit; /* tokens, as said in the older way */
    struct text count;     /* how many answers */
    struct text best_of;
    struct canon_list stop;
    struct canon_format format;
    struct text verbosity;
    enum canon_answer logprobs;
    struct text top_logprobs;
    struct text effort;        /* of thinking */
    struct text summary;       /* of the thoughts */
    struct canon_list include; /* what else the answer shall hold */
    struct text truncation;    /* what to do with a context that is too long */
    struct text encoding;      /* of vectors: "float" or "base64" */
    struct text dimensions;    /* of vectors */
    enum canon_answer echo;    /* the prompt too */
    enum canon_answer streams;
    enum canon_answer usage;    /* a stream tells its tokens */
    enum canon_answer thoughts; /* the answer tells them */
};

/* Texts (`input`) that shall be sorted by how well each answers a question. */
struct canon_ranking {
    struct text question;
    struct text most;            /* how many of them; not said: all */
    enum canon_answer documents; /* the answer shall repeat them */
};

/* Who speaks a vendor's words with some of his own. Static. */
struct canon_call;
struct canon_usage;
struct canon_manner {
    struct text thoughts; /* the member in which he looks for them; empty: as the endpoint has it */
    bool tells_usage;     /* streams tell their tokens, asked or not */
    /* What he looks for beside, into an answer, or an event of one, that is otherwise as he gets it: JSON in the
     * vendor's words. Appended. NULL: nothing. */
    void (*dress)(const struct canon_call *call, struct text json, const struct canon_usage *usage, struct buffer *out);
};

struct canon_call {
    /* Given to the reader, beside the body. */
    enum llm_operation operation;
    struct text path;
    struct text query;
    struct text id;                    /* the request's; needs no escape */
    const struct canon_manner *manner; /* of who calls; NULL: none of his own */

    struct text model;      /* spelled as JSON */
    struct text model_name; /* what it means: as answers have to repeat it */
    struct text instructions;
    const struct canon_message *messages;
    size_t message_count;
    bool has_messages;
    struct canon_list input; /* texts or tokens: of completions, embeddings, a ranking, and a plain response */
    struct canon_ranking ranking;
    struct text suffix;
    struct canon_tools tools;
    struct canon_sampling sampling;
    struct canon_wish wish;
};

bool canon_streams(const struct canon_call *call); /* the answer comes piece by piece */
/* A stream shall tell its tokens. */
bool canon_wants_usage(const struct canon_call *call);
bool canon_wants_base64(const struct canon_call *call); /* vectors */
/* How parts are best said where the caller has but one form: one text plain, and none (calls alone, thoughts) as null,
 * for templates know both best. */
enum canon_content canon_form(const struct canon_part *parts, size_t count);
struct arena;
/* The call's messages, with room for so many more behind them; the arena's. */
struct canon_message *canon_extend(struct arena *arena, const struct canon_call *call, size_t more);
/* The system's words (borrowed) as the first message; none, where they are empty. */
void canon_put_system(struct arena *arena, struct canon_call *call, struct text words);
/* A number for what the prompt begins with: instructions and tools; the same for the same. 0: it has none of them. */
uint64_t canon_beginning(const struct canon_call *call);
/* How many answers to one question: at least 1; what the call does not bound is bounded here. */
size_t canon_choices(const struct canon_call *call);

/* --- the answer ----------------------------------------------------------------------------------------------------
 */

enum canon_finish {
    CANON_UNFINISHED,
    CANON_FINISHED, /* the model had no more to say, or met `stop` */
    CANON_TOO_LONG, /* the limit of tokens, or the context's */
    CANON_CALLS,    /* it waits for the results of tools */
    CANON_FILTERED,
};

/* What an answer took, and how it ended: the first, of several. */
struct canon_usage {
    uint64_t tokens_in;
    uint64_t tokens_out;
    uint64_t cached;  /* of those in */
    uint64_t thought; /* of those out */
    enum canon_finish finish;
};

/* How far a stream of an endpoint's has come. */
enum canon_progress {
    CANON_GOES_ON,
    CANON_IS_COMPLETE, /* the caller has all of it; what may still come is nobody's */
    CANON_TOO_LARGE    /* an event is larger than the limit */
};

#endif
