/* SPDX-License-Identifier: Apache-2.0 */
/* Room for the hot segment to grow into: zeros after the end of its WAL, on disk before anybody needs them. A commit
 * that lengthens the file has to wait for the file system's own journal too, which takes twice as long and twice the
 * processor; one that overwrites waits for its own pages. To SQLite the zeros are no frames, as is any old rest of a
 * WAL. */
#include "store_internal.h"

enum { STEP = 1 << 20, LOW = 256 << 10 };

/* Zeros from the end of the room, in SQLite's own descriptor; false: the disk has no room to spare, and a commit will
 * ask again. */
static bool lengthen(sqlite3_file *wal, uint64_t from, uint64_t to)
{
    static const uint8_t zeros[64 << 10];
    for (uint64_t at = from; at < to; at += sizeof(zeros)) {
        uint64_t left = to - at;
        int count = left < sizeof(zeros) ? (int)left : (int)sizeof(zeros);
        if (wal->pMethods->xWrite(wal, zeros, count, (sqlite3_int64)at) != SQLITE_OK)
            return false;
    }
    return true;
}

/* Where the room ends: what was written by an earlier run, or by commits that had none, is room as well. */
static bool find_end(const struct store_segment *segment, sqlite3_file *wal, uint64_t *end)
{
    sqlite3_int64 size = 0;
    bool known = segment->wal_room >= segment->wal_bytes && segment->wal_room > 0;
    if (!known && wal->pMethods->xFileSize(wal, &size) != SQLITE_OK)
        return false;
    *end = known ? segment->wal_room : (uint64_t)size;
    return true;
}

bool store_segment_make_room(struct store_segment *segment, uint64_t most)
{
    sqlite3_file *wal = NULL;
    uint64_t end;
    if (segment->wal_bytes == 0 || segment->wal_bytes + LOW <= segment->wal_room)
        return true;
    if (sqlite3_file_control(segment->database, "main", SQLITE_FCNTL_JOURNAL_POINTER, (void *)&wal) != SQLITE_OK ||
        wal == NULL || wal->pMethods == NULL || !find_end(segment, wal, &end))
        return true;
    segment->wal_room = end;
    uint64_t to = segment->wal_bytes + STEP;
    to = most > 0 && to > most ? most : to;
    if (to <= end || !lengthen(wal, end, to))
        return true;
    segment->wal_room = to;
    return wal->pMethods->xSync(wal, SQLITE_SYNC_DATAONLY | SQLITE_SYNC_NORMAL) == SQLITE_OK;
}
