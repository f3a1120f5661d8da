// The database's own ceiling: one small INSERT a transaction, each with a flush behind it, as fast as it goes on so many
// connections. user, password and socket lead to the server, mailbox names the database.
#include "load.h"

#include <mysql.h>
#include <stdio.h>

static const char TABLE[] =
    "CREATE TABLE IF NOT EXISTS load_commits (id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, a BIGINT, b BIGINT)";
static const char INSERT[] = "INSERT INTO load_commits (a, b) VALUES (1, 2)";

void sql_work(struct run *run, int index) {
    MYSQL *connection = mysql_init(NULL);
    bool ready = connection && mysql_real_connect(
                                   connection, "localhost", options.user, options.password, options.mailbox, 0,
                                   options.socket, 0);
    if (ready && index == 0) ready = !mysql_query(connection, TABLE);
    if (!ready) run_fail(run, connection ? mysql_error(connection) : "no memory");
    run_ready(run);
    long number;
    while (ready && run_take(run, &number)) {
        double begin = now();
        if (mysql_query(connection, INSERT)) {
            run_fail(run, mysql_error(connection));
            break;
        }
        run_record(run, now() - begin, 0);
    }
    if (index == 0 && ready) mysql_query(connection, "TRUNCATE TABLE load_commits");
    mysql_close(connection);
}
