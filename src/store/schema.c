/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of the three kinds of files, as they are made and as readers expect them, word for word. */
#include "store_internal.h"

const char schema_hot[] =
    "CREATE TABLE batch(first INTEGER PRIMARY KEY, count INTEGER NOT NULL, frontier BLOB, private BLOB,"
    " body BLOB NOT NULL) STRICT;"
    "CREATE TABLE ckpt(size INTEGER PRIMARY KEY, note TEXT NOT NULL) STRICT;"
    "CREATE TABLE blob(sha256 BLOB PRIMARY KEY, body BLOB NOT NULL) STRICT, WITHOUT ROWID;"
    "CREATE TABLE policy(seq INTEGER, sha256 BLOB, PRIMARY KEY(seq, sha256)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE meta(k TEXT PRIMARY KEY, v BLOB NOT NULL) STRICT, WITHOUT ROWID;"
    "CREATE TRIGGER batch_u BEFORE UPDATE ON batch BEGIN SELECT RAISE(ABORT, 'append-only'); END;"
    "CREATE TRIGGER batch_d BEFORE DELETE ON batch BEGIN SELECT RAISE(ABORT, 'append-only'); END;"
    "CREATE TRIGGER ckpt_u BEFORE UPDATE ON ckpt BEGIN SELECT RAISE(ABORT, 'append-only'); END;"
    "CREATE TRIGGER ckpt_d BEFORE DELETE ON ckpt BEGIN SELECT RAISE(ABORT, 'append-only'); END;";

#define TABLES                                                                                                         \
    "CREATE TABLE rec(seq INTEGER PRIMARY KEY, body BLOB NOT NULL, ts INTEGER NOT NULL, kind INTEGER NOT NULL,"        \
    " verdict INTEGER, host TEXT, request BLOB) STRICT;"                                                               \
    "CREATE TABLE tile(level INTEGER, idx INTEGER, hash BLOB NOT NULL, PRIMARY KEY(level, idx)) STRICT, WITHOUT "      \
    "ROWID;"                                                                                                           \
    "CREATE TABLE ckpt(size INTEGER PRIMARY KEY, note TEXT NOT NULL) STRICT;"                                          \
    "CREATE TABLE blob(sha256 BLOB PRIMARY KEY, body BLOB NOT NULL) STRICT, WITHOUT ROWID;"                            \
    "CREATE TABLE policy(seq INTEGER, sha256 BLOB, PRIMARY KEY(seq, sha256)) STRICT, WITHOUT ROWID;"                   \
    "CREATE TABLE meta(k TEXT PRIMARY KEY, v BLOB NOT NULL) STRICT, WITHOUT ROWID;"
#define END                                                                                                            \
    "CREATE TRIGGER rec_u BEFORE UPDATE ON rec BEGIN SELECT RAISE(ABORT, 'append-only'); END;"                         \
    "CREATE TRIGGER rec_d BEFORE DELETE ON rec BEGIN SELECT RAISE(ABORT, 'append-only'); END;"                         \
    "CREATE TRIGGER ckpt_u BEFORE UPDATE ON ckpt BEGIN SELECT RAISE(ABORT, 'append-only'); END;"                       \
    "CREATE TRIGGER ckpt_d BEFORE DELETE ON ckpt BEGIN SELECT RAISE(ABORT, 'append-only'); END;"
const char schema_sealed_tables[] = TABLES;
const char schema_sealed_end[] = END;
const char schema_sealed[] = TABLES END;

const char schema_private[] =
    "CREATE TABLE priv(seq INTEGER PRIMARY KEY, salt BLOB NOT NULL, body BLOB NOT NULL) STRICT;"
    "CREATE TABLE meta(k TEXT PRIMARY KEY, v BLOB NOT NULL) STRICT, WITHOUT ROWID;";

void store_schema_digest(struct digest *digest)
{
    struct buffer all = {0};
    BUFFER_APPEND_ALL(&all, text_from(schema_hot), text_from(schema_sealed), text_from(schema_private));
    digest_sha256(bytes_of_text(buffer_text(&all)), digest);
    buffer_clear(&all);
}
