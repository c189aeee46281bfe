/* SPDX-License-Identifier: Apache-2.0 */
/* Ollama's calls as canonical ones, by tables. */
#ifndef EXEAT_OLLAMA_READ_H
#define EXEAT_OLLAMA_READ_H

#include "exeat/canon/chat.h"

/* read_messages.c; the field is the struct canon_call */
bool ollama_take_messages(struct reading *reading, uint32_t value, const struct member *row, void *field);
/* A list of images in base64; the field is a struct chat_parts. */
bool ollama_take_images(struct reading *reading, uint32_t value, const struct member *row, void *field);
/* A text and images as one message. */
void ollama_join(
    struct reading *reading, struct text words, const struct chat_parts *images, struct canon_message *message);
/* read_options.c: rows that fill the struct canon_call */
extern const struct members ollama_settings;

MUST_CHECK bool ollama_read_call(struct reading *reading, struct canon_call *call);
bool ollama_is_generate(const struct canon_call *call);

#endif
