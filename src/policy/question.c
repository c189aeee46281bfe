/* SPDX-License-Identifier: Apache-2.0 */
/* Questions for names as people write them: TYPE dns:NAME (RFC 4501), as records have them too. */
#include "exeat/policy/names.h"

static const struct text scheme = TEXT_INIT("dns:");

static bool split_question(struct text line, struct text *type, struct text *name)
{
    if (!text_split(&line, ' ', type))
        return false;
    line = text_trim(line, " ");
    *name = text_after(line, scheme.length);
    return text_equal_nocase(text_part(line, 0, scheme.length), scheme);
}

bool policy_is_question(struct text line)
{
    struct text type;
    struct text name;
    return split_question(line, &type, &name);
}

static bool read_type(struct text word, uint16_t *type)
{
    for (size_t i = 0; i < DNS_TYPE_WORDS; i++) {
        *type = dns_type_of_word(i);
        if (text_equal_nocase(word, text_from(dns_type_words[i])))
            return true;
    }
    return false;
}

bool policy_question_parse(struct text line, struct name_question *question, const char **wrong)
{
    struct text type;
    struct text name;
    *question = (struct name_question){0};
    *wrong = "a question for a name is written TYPE dns:NAME, such as: A dns:shop.example";
    if (!split_question(line, &type, &name))
        return false;
    *wrong = "the type is none of DNS records that is known, such as A, AAAA, HTTPS or TXT";
    if (!read_type(type, &question->type))
        return false;
    *wrong = "what follows `dns:` is no name of a host";
    return host_parse_written(name, &question->host) && question->host.kind == HOST_NAME;
}
