/**
 * In the `from` of a statement that is a transaction of its own: it does not wait for the disk. For what may
 * be taken back by a crash of Postgres, as a position is, from which everything is then handled again. The
 * write-ahead log keeps its order, so that nothing written later survives without it.
 * https://www.postgresql.org/docs/current/wal-async-commit.html
 */
export const UNFLUSHED = `(select set_config('synchronous_commit', 'off', true)) unflushed`
