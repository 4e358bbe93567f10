import type { Writes, WriteTransaction } from '../../../origin/ports/writes.ts'
import type { SimProcess } from './process.ts'
import type { Seam } from './seam.ts'

/** Each statement of a transaction goes over the wire by itself, and so does its end. */
export function writeLink(process: SimProcess, seam: Seam, writes: Writes): Writes {
  const through = <Port extends object>(name: string, port: Port): Port =>
    seam.port(process, 'postgres', name, port)
  const statements = (open: WriteTransaction): WriteTransaction => ({
    users: through('users', open.users),
    posts: through('posts', open.posts),
    relations: through('relations', open.relations),
    answers: through('answers', open.answers),
    append: (key, events) => open.append(key, events),
    token: () => open.token(),
  })
  return {
    transaction: (turnOf, work) =>
      seam.call(process, 'postgres', 'transaction', () =>
        writes.transaction(turnOf, (open) => work(statements(open))),
      ),
    createPost: (author, post, idempotency) =>
      seam.call(process, 'postgres', 'createPost', () =>
        writes.createPost(author, post, idempotency),
      ),
  }
}
