import { AppError } from '../../../shared/errors.ts'
import type { Command, Reply } from '../../../shared/feed/wave.ts'
import { REDIS_FAILOVER_MS, REDIS_MAP_EVERY_MS } from '../../../shared/limits.ts'
import type { ClusterMap } from './cluster-map.ts'
import { tagOf } from './cluster-slots.ts'
import type { RawConnection } from './raw-connection.ts'
import { isEncoded, type EncodedCommand } from './resp.ts'

/** The sockets of the sessions that share them. After the first failure every call rejects. */
export interface SessionLink {
  /** Each node's share in order and in batches, the next when the one before was answered. */
  readonly send: (
    commands: readonly (Command | EncodedCommand)[],
    batchMax: number,
    keyOf?: (command: Command) => string,
  ) => Promise<Reply[]>
  /** One a node, for what concerns nodes and not keys. */
  readonly connections: readonly RawConnection[]
  close(): void
}

export type Connect = (url: string) => Promise<RawConnection>

export async function linkToOne(url: string, connect: Connect): Promise<SessionLink> {
  const connection = await connect(url)
  return {
    connections: [connection],
    send: (commands, batchMax) => inBatches(connection, commands, batchMax),
    close: () => connection.close(),
  }
}

/** Waits for the end of a failover, which is sooner than a consumer would come back after some failures. */
export async function linkToCluster(map: ClusterMap, connect: Connect): Promise<SessionLink> {
  const { pace } = map
  const givenUpAt = pace.now() + REDIS_FAILOVER_MS
  for (;;) {
    await map.look()
    try {
      return await linkAsMapped(map, connect)
    } catch (error) {
      const isLast = pace.now() + REDIS_MAP_EVERY_MS > givenUpAt
      if (isLast || !(error instanceof AppError)) throw error
      await pace.sleep(REDIS_MAP_EVERY_MS, new AbortController().signal)
    }
  }
}

/**
 * One socket for each primary, as they were when the session began. The map is not followed: a node that
 * lost a slot answers with a redirect, and a redirect, like any error, ends the session with all its
 * sockets. What was written since the last watermark is then made again, where the slot is now.
 */
async function linkAsMapped(map: ClusterMap, connect: Connect): Promise<SessionLink> {
  const owners = map.owners()
  const opened = await Promise.allSettled(owners.primaries.map(connect))
  const connections = opened.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []))
  const close = () => {
    for (const connection of connections) connection.close()
  }
  const failure = opened.find((each) => each.status === 'rejected')
  if (failure !== undefined) {
    close()
    throw failure.reason
  }
  const byUrl = new Map(owners.primaries.map((url, at) => [url, connections[at]]))
  // The owners are those of the beginning, so a tag is looked up once.
  const byTag = new Map<string, RawConnection>()
  const connectionOf = (key: string): RawConnection => {
    const tag = tagOf(key)
    const known = byTag.get(tag)
    if (known !== undefined) return known
    const connection = byUrl.get(owners.primaryOf(key))
    if (connection === undefined) throw new TypeError(`no connection for ${key}`)
    byTag.set(tag, connection)
    return connection
  }
  return {
    connections,
    close,
    async send(commands, batchMax, keyOf = ([, key]) => key) {
      const replies: Reply[] = Array.from({ length: commands.length }, () => null)
      const shares = new Map<RawConnection, Share>()
      for (const [at, command] of commands.entries()) {
        const connection = connectionOf(isEncoded(command) ? command.key : keyOf(command))
        let share = shares.get(connection)
        if (share === undefined) shares.set(connection, (share = { commands: [], places: [] }))
        share.commands.push(command)
        share.places.push(at)
      }
      const sending = [...shares].map(async ([connection, share]) => {
        const answered = await inBatches(connection, share.commands, batchMax)
        for (const [index, at] of share.places.entries()) replies[at] = answered[index] ?? null
      })
      try {
        await Promise.all(sending)
      } catch (error) {
        // The others must not go on to claim what this one did not write.
        close()
        throw error
      }
      return replies
    },
  }
}

/** What goes to one node, and where its replies belong. */
interface Share {
  readonly commands: (Command | EncodedCommand)[]
  readonly places: number[]
}

async function inBatches(
  connection: RawConnection,
  commands: readonly (Command | EncodedCommand)[],
  batchMax: number,
): Promise<Reply[]> {
  const replies: Reply[] = []
  for (let at = 0; at < commands.length; at += batchMax) {
    for (const reply of await connection.send(commands.slice(at, at + batchMax))) {
      replies.push(reply)
    }
  }
  return replies
}
