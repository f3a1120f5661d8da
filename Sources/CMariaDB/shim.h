// The C client library of MariaDB, which also speaks to MySQL. The options of a reader of the binary log are set by a
// variadic function, which Swift cannot call: one typed inline for each that is used.
#pragma once
#include <mysql.h>
#include <errmsg.h>
#include <mysqld_error.h>
#include <mariadb_rpl.h>

// The library copies the name.
static inline int lm_rpl_set_file(MARIADB_RPL *reader, const char *name, size_t length) {
    return mariadb_rpl_optionsv(reader, MARIADB_RPL_FILENAME, name, length);
}

static inline int lm_rpl_set_position(MARIADB_RPL *reader, unsigned long position) {
    return mariadb_rpl_optionsv(reader, MARIADB_RPL_START, position);
}

static inline int lm_rpl_set_server_id(MARIADB_RPL *reader, unsigned int id) {
    return mariadb_rpl_optionsv(reader, MARIADB_RPL_SERVER_ID, id);
}
