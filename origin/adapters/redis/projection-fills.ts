import { keys } from '../../../shared/keys.ts'
import { FILL_AGE_MS_MAX, SCRIPT_BATCH_MAX } from '../../../shared/limits.ts'
import type { Now } from '../../../shared/time.ts'
import {
  PUT_COUNTS,
  PUT_POST,
  PUT_VERSIONED,
  PUT_VIEWER,
  putCountsArguments,
  putPostArguments,
  putVersionedArguments,
  putViewerArguments,
} from '../../lists/put.ts'
import type { ProjectionFills } from '../../ports/projection-fills.ts'
import type { RedisNodes } from './connection.ts'
import { runScripts, type ScriptCall } from './scripts.ts'

export interface RedisProjectionFillsDeps {
  readonly nodes: RedisNodes
  readonly now: Now
}

export function redisProjectionFills({ nodes, now }: RedisProjectionFillsDeps): ProjectionFills {
  /** Before each batch the age is looked at anew: a fill that waited for Redis is late too. */
  const fill = async (calls: readonly ScriptCall[], readAtMs: number) => {
    for (let at = 0; at < calls.length; at += SCRIPT_BATCH_MAX) {
      if (now() - readAtMs > FILL_AGE_MS_MAX) return
      await runScripts(nodes, calls.slice(at, at + SCRIPT_BATCH_MAX))
    }
  }
  return {
    posts: (fragments, readAtMs) =>
      fill(
        [...fragments].map(([post, fragment]) => ({
          script: PUT_POST,
          keys: [keys.post(post)],
          args: putPostArguments(fragment),
        })),
        readAtMs,
      ),
    users: (fragments, readAtMs) =>
      fill(
        [...fragments].map(([user, fragment]) => ({
          script: PUT_VERSIONED,
          keys: [keys.user(user)],
          args: putVersionedArguments(fragment),
        })),
        readAtMs,
      ),
    viewers: (records, readAtMs) =>
      fill(
        records.map((record) => ({
          script: PUT_VIEWER,
          keys: [keys.viewer(record.viewer)],
          args: putViewerArguments(record),
        })),
        readAtMs,
      ),
    counts: (counts) =>
      fill(
        [...counts].map(([user, entry]) => ({
          script: PUT_COUNTS,
          keys: [keys.userCounts(user)],
          args: putCountsArguments(entry),
        })),
        now(),
      ),
  }
}
