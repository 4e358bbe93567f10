import { randomUUID } from 'node:crypto'
import { postgresPeople } from '../../../origin/adapters/postgres/people.ts'
import { postgresSettings } from '../../../origin/adapters/postgres/settings.ts'
import { postgresSubjects } from '../../../origin/adapters/postgres/subjects.ts'
import { authenticate } from '../../../origin/auth/authenticate.ts'
import { resolveSubject } from '../../../origin/auth/resolve-subject.ts'
import { originApp, type AppDeps } from '../../../origin/http/app.ts'
import type { RequestSeen } from '../../../origin/http/observe-requests.ts'
import { serve } from '../../../origin/http/serve.ts'
import { liveSettings } from '../../../origin/settings/live-settings.ts'
import { devToken, type DevTokenOptions } from '../../../scripts/local/dev-token.ts'
import { tokenVerifier } from '../../../shared/auth/verify.ts'
import { parseCursor } from '../../../shared/cursor.ts'
import { AppError } from '../../../shared/errors.ts'
import { writeWorld, type WriteWorld } from '../write/write-world.ts'

const SECRET = 'a secret of more than thirty-two characters'
const JWT = { secret: SECRET, issuer: 'headwater', audience: 'headwater' }

/**
 * The origin's HTTP over the real Postgres, on a port of its own. Reads of pages are not its subject: the
 * ones here answer from the rows just enough to be asked.
 */
export async function httpWorld(
  replace: (world: WriteWorld) => Promise<Partial<AppDeps>> = async () => ({}),
) {
  await using stack = new AsyncDisposableStack()
  const world = stack.use(await writeWorld())
  const seen: RequestSeen[] = []
  const unexpected: unknown[] = []
  const waiting: string[] = []
  const settings = liveSettings({
    store: postgresSettings(world.pool),
    now: Date.now,
    pause: async () => undefined,
    onFailure: (error) => void unexpected.push(error),
  })
  const frame = {
    authenticate: authenticate({
      verify: tokenVerifier({ ...JWT, now: Date.now }),
      resolveSubject: resolveSubject({
        subjects: postgresSubjects(world.pool),
        settings: settings.current,
      }),
    }),
    now: () => performance.now(),
    newRequestId: () => randomUUID(),
    requestSeen: (request: RequestSeen) => void seen.push(request),
    onUnexpected: (error: unknown) => void unexpected.push(error),
    notReady: () => waiting,
  }
  const app = originApp({
    ...frame,
    ...world.commands,
    people: postgresPeople(world.pool),
    feedRead: () => undefined,
    readFeed: async ({ viewer, cursor, token }) => {
      if (cursor !== undefined) parseCursor(viewer, cursor, Date.now())
      return { body: '{"items":[]}', completeness: 'complete', token }
    },
    readPost: async ({ post }) => {
      const [row] = await world.rows(
        'select text, version from posts where id = $1 and deleted_at is null',
        [post],
      )
      if (row === undefined) throw new AppError('POST_NOT_FOUND', 'no row')
      return { body: JSON.stringify(row), etag: `W/"${row['version']}"` }
    },
    readUser: async ({ user }) => ({ body: JSON.stringify({ id: user }) }),
    readUserPosts: async () => ({ body: '{"items":[]}' }),
    readUsers: async ({ ids }) => ({ body: JSON.stringify({ items: ids }) }),
    ...(await replace(world)),
  })
  const { url } = stack.use(await serve(app.fetch, { host: '127.0.0.1', port: 0 }))
  const owned = stack.move()

  const token = (subject: string, options: Partial<DevTokenOptions> = {}) =>
    devToken({ ...JWT, subject, ...options })

  return {
    ...world,
    databaseUrl: world.url,
    app,
    frame,
    settings,
    url,
    seen,
    unexpected,
    waiting,
    token,
    /** As a signed-in user, or as nobody. */
    async ask(
      method: string,
      path: string,
      { as, body, headers }: { as?: string; body?: unknown; headers?: Record<string, string> } = {},
    ) {
      const isText = typeof body === 'string'
      const response = await fetch(`${url}${path}`, {
        method,
        headers: {
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(as === undefined ? {} : { authorization: `Bearer ${await token(as)}` }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: isText ? body : JSON.stringify(body) }),
      })
      const text = await response.text()
      const isJson = /json/.test(response.headers.get('content-type') ?? '')
      return {
        status: response.status,
        headers: response.headers,
        text,
        json: (isJson && text !== '' ? JSON.parse(text) : undefined) as Record<string, never>,
      }
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

export type HttpWorld = Awaited<ReturnType<typeof httpWorld>>
