/** The life of this database, as an SQL expression: read in the statement whose token it completes. */
export const EPOCH = `(select value::int from settings where key = 'epoch')`
