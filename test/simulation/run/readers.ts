import { AppError } from '../../../shared/errors.ts'
import type { FeedPage, FeedPageRequest } from '../../../shared/feed/page.ts'
import type { Token } from '../../../shared/horizon.ts'
import type { PostId, UserId } from '../../../shared/ids.ts'
import type { Via } from '../scenario/steps.ts'
import type { SimOrigin } from '../world/origin.ts'
import type { EdgeName, OriginName } from '../world/process.ts'
import { never } from '../world/process.ts'
import type { World } from '../world/world.ts'
import type { Answered, Bytes } from '../world/wire.ts'

/** Longer than any deadline: whoever was asked is dead. */
const PATIENCE_MS = 8_000

export type Outcome<Answer> = { readonly answer: Answer } | { readonly refusal: string }

/** Clients: they ask an origin, or an isolate. */
export interface Readers {
  feed(
    via: Via,
    viewer: UserId,
    request: FeedPageRequest,
    token: Token | undefined,
  ): Promise<Outcome<Answered<FeedPage>>>
  look(
    via: Via,
    viewer: UserId,
    post: PostId,
    token: Token | undefined,
  ): Promise<Outcome<Answered<{ text: string }>>>
  write<Facts>(
    via: Via,
    user: UserId,
    pathname: string,
    command: (
      writes: SimOrigin['writes'],
    ) => Promise<{ readonly facts: Facts; readonly token: Token }>,
  ): Promise<Outcome<{ readonly facts: Facts; readonly token: Token }>>
}

const isEdge = (via: Via): via is EdgeName => via.startsWith('edge')

const BEHIND: Readonly<Record<EdgeName, OriginName>> = {
  'edge-1': 'origin-a',
  'edge-2': 'origin-b',
}

export function readersOf(world: World): Readers {
  const { clock } = world

  async function outcome<Answer>(ask: () => Promise<Answer>): Promise<Outcome<Answer>> {
    const late = Promise.withResolvers<Outcome<Answer>>()
    const callOff = clock.after(PATIENCE_MS, () => late.resolve({ refusal: 'NO_ANSWER' }))
    const asked = ask().then(
      (answer) => ({ answer }),
      (error: unknown) => {
        if (error instanceof AppError) return { refusal: error.code }
        throw error
      },
    )
    const first = await Promise.race([asked, late.promise])
    callOff()
    return first
  }

  /** Of a process that dies meanwhile nobody hears again. */
  async function atOrigin<Answer>(
    name: OriginName,
    ask: (flows: SimOrigin) => Promise<Answer>,
  ): Promise<Answer> {
    const running = world.origin(name)
    if (running === undefined) throw new AppError('STORE_UNAVAILABLE', `${name} is down`)
    const { flows, process } = running
    const asked = await Promise.allSettled([ask(flows)])
    if (!process.isAlive()) return never()
    const [result] = asked
    if (result.status === 'rejected') throw result.reason
    return result.value
  }

  const parsed = <Body>({ body, ...said }: Bytes): Answered<Body> => ({
    ...said,
    body: JSON.parse(new TextDecoder().decode(body)) as Body,
    servedBy: 'origin',
  })

  return {
    feed: (via, viewer, request, token) =>
      outcome(async () =>
        isEdge(via)
          ? world.edge(via).flows.feed(viewer, request, token)
          : parsed<FeedPage>(
              await atOrigin(via, (flows) => flows.readFeed({ ...request, viewer, token })),
            ),
      ),
    look: (via, viewer, post, token) =>
      outcome(async () =>
        isEdge(via)
          ? world.edge(via).flows.post(viewer, post, token)
          : parsed<{ text: string }>(
              await atOrigin(via, (flows) => flows.readPost({ viewer, token, post })),
            ),
      ),
    write: (via, user, pathname, command) =>
      outcome(async () => {
        if (!isEdge(via)) return atOrigin(via, ({ writes }) => command(writes))
        let made: Awaited<ReturnType<typeof command>> | undefined
        await world.edge(via).flows.write(user, pathname, async () => {
          made = await atOrigin(BEHIND[via], ({ writes }) => command(writes))
          return made.token
        })
        if (made === undefined) throw new TypeError('a write without an answer')
        return made
      }),
  }
}
