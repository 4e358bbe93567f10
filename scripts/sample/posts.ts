import type { Person } from './people.ts'
import type { Random } from './random.ts'
import { writeText } from './write-text.ts'

export interface SamplePost {
  readonly author: number
  readonly text: string
  readonly language: string
  readonly sensitive: boolean
  readonly createdAtMs: number
}

const DAYS = 12
const DAY_MS = 24 * 3600 * 1000
const POSTS_EACH = 10

/** Posts of the last days, oldest first: the newest hours are the busiest, as a reader expects. */
export function posts(people: readonly Person[], random: Random, nowMs: number): SamplePost[] {
  const written = people.flatMap((person) =>
    Array.from({ length: howMany(person, random) }, (): SamplePost => {
      const topic = random.pick(person.topics)
      const age = random.next() ** 1.6 * DAYS * DAY_MS
      return {
        author: person.rank,
        text: writeText(person.language, topic, random),
        language: person.language.code,
        sensitive: random.chance(0.01),
        createdAtMs: Math.floor(nowMs - age),
      }
    }),
  )
  return written.toSorted((a, b) => a.createdAtMs - b.createdAtMs)
}

/** Some never post; the best known post several times a day. */
function howMany({ rank }: Person, random: Random): number {
  if (rank < 20) return 20 + random.below(40)
  return random.chance(0.25) ? 0 : Math.round(POSTS_EACH * -Math.log(1 - random.next()))
}
