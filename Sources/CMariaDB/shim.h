// The C client library of MariaDB, which also speaks to MySQL.
#pragma once
#include <mysql.h>
#include <errmsg.h>
#include <mysqld_error.h>
