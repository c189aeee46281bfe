/* SPDX-License-Identifier: Apache-2.0 */
/* A table of first bytes. */
#include "exeat/coding/magic.h"

#include "exeat/base/attributes.h"

static const struct {
    struct text magic;
    struct text type;
    size_t at;
    bool is_compressed;
} rows[] = {
    {TEXT_INIT("\x89PNG\r\n\x1a\n"), TEXT_INIT("image/png"), 0, false},
    {TEXT_INIT("\xff\xd8\xff"), TEXT_INIT("image/jpeg"), 0, false},
    {TEXT_INIT("GIF8"), TEXT_INIT("image/gif"), 0, false},
    {TEXT_INIT("WEBP"), TEXT_INIT("image/webp"), 8, false},
    {TEXT_INIT("WAVE"), TEXT_INIT("audio/wav"), 8, false},
    {TEXT_INIT("ftypavif"), TEXT_INIT("image/avif"), 4, false},
    {TEXT_INIT("ftyphei"), TEXT_INIT("image/heic"), 4, false},
    {TEXT_INIT("ftyp"), TEXT_INIT("video/mp4"), 4, false},
    {TEXT_INIT("II*\0"), TEXT_INIT("image/tiff"), 0, false},
    {TEXT_INIT("MM\0*"), TEXT_INIT("image/tiff"), 0, false},
    {TEXT_INIT("\0\0\1\0"), TEXT_INIT("image/x-icon"), 0, false},
    {TEXT_INIT("ID3"), TEXT_INIT("audio/mpeg"), 0, false},
    {TEXT_INIT("\xff\xfb"), TEXT_INIT("audio/mpeg"), 0, false},
    {TEXT_INIT("OggS"), TEXT_INIT("audio/ogg"), 0, false},
    {TEXT_INIT("fLaC"), TEXT_INIT("audio/flac"), 0, false},
    {TEXT_INIT("\x1a\x45\xdf\xa3"), TEXT_INIT("video/webm"), 0, false},
    {TEXT_INIT("%PDF-"), TEXT_INIT("application/pdf"), 0, false},
    {TEXT_INIT("PK\3\4"), TEXT_INIT("application/zip"), 0, false},
    {TEXT_INIT("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), TEXT_INIT("application/x-ole-storage"), 0, false},
    {TEXT_INIT("\x1f\x8b\x08"), TEXT_INIT("application/gzip"), 0, true},
    {TEXT_INIT("\x28\xb5\x2f\xfd"), TEXT_INIT("application/zstd"), 0, true},
    {TEXT_INIT("BZh"), TEXT_INIT("application/x-bzip2"), 0, true},
    {TEXT_INIT("\xfd"
               "7zXZ\0"),
     TEXT_INIT("application/x-xz"), 0, true},
    {TEXT_INIT("7z\xbc\xaf\x27\x1c"), TEXT_INIT("application/x-7z-compressed"), 0, true},
};

static bool has_magic(struct text bytes, size_t row)
{
    return text_starts_with(text_after(bytes, rows[row].at), rows[row].magic);
}

struct text magic_type(struct text bytes)
{
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        if (has_magic(bytes, i))
            return rows[i].type;
    return TEXT("");
}

bool magic_is_compressed(struct text bytes)
{
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        if (has_magic(bytes, i))
            return rows[i].is_compressed;
    return false;
}
