import type { ClientBase } from 'pg'
import type { PostRows } from '../../ports/writes.ts'
import { POST_COLUMNS, postRow, type PostRecord } from './rows.ts'

export const postRows = (client: ClientBase): PostRows => ({
  async lock(post) {
    const { rows } = await client.query<PostRecord & { deleted: boolean }>(
      `select ${POST_COLUMNS}, p.deleted_at is not null as deleted
       from posts p join users a on a.id = p.author_id
       where p.shard = shard_of($1) and p.id = $1
       for no key update of p`,
      [post],
    )
    const [record] = rows
    return record === undefined ? undefined : { ...postRow(record), deleted: record.deleted }
  },

  async replaceText(post, text) {
    const { rows } = await client.query<PostRecord>(
      `with kept as (
         insert into post_edits (post_id, version, text)
         select id, version, text from posts where shard = shard_of($1) and id = $1
       ), p as (
         update posts set text = $2, version = version + 1, edited_at = clock_timestamp()
         where shard = shard_of($1) and id = $1 returning *
       )
       select ${POST_COLUMNS} from p join users a on a.id = p.author_id`,
      [post, text],
    )
    return postRow(theRow(rows))
  },

  async markDeleted(post) {
    const { rows } = await client.query<{ version: number }>(
      `update posts set deleted_at = clock_timestamp(), version = version + 1
       where shard = shard_of($1) and id = $1 returning version`,
      [post],
    )
    return theRow(rows).version
  },
})

/** Of a post that this transaction has locked. */
function theRow<Row>(rows: readonly Row[]): Row {
  const [row] = rows
  if (row === undefined) throw new TypeError('a post was changed that was not locked')
  return row
}
