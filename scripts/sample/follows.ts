import type { Person } from './people.ts'
import type { Random } from './random.ts'

/** How steeply fame falls with rank: a dozen of 2,000 end above three hundred followers. */
const STEEPNESS = 0.62
const FOLLOWS_TYPICAL = 22

export interface Follow {
  readonly follower: number
  readonly followee: number
}

/** Whom each person follows, by rank: the well known more often, and mostly those of one's own language. */
export function follows(people: readonly Person[], viewer: Person, random: Random): Follow[] {
  const everyone = drawBy(people)
  const byLanguage = new Map(
    [...Map.groupBy(people, ({ language }) => language.code)].map(
      ([code, some]) => [code, drawBy(some)] as const,
    ),
  )

  return people.flatMap((person) => {
    const wanted = person === viewer ? 90 : howMany(random)
    const chosen = new Set<number>()
    for (let tries = 0; chosen.size < wanted && tries < wanted * 4; tries += 1) {
      const own = byLanguage.get(person.language.code)
      const draw = own !== undefined && random.chance(0.75) ? own : everyone
      const { rank } = draw(random)
      if (rank !== person.rank) chosen.add(rank)
    }
    return [...chosen].map((followee) => ({ follower: person.rank, followee }))
  })
}

/** Many follow a few, a few follow hundreds. */
const howMany = (random: Random): number =>
  Math.min(400, Math.max(3, Math.round(FOLLOWS_TYPICAL * Math.exp((random.next() - 0.5) * 3))))

function drawBy(people: readonly Person[]): (random: Random) => Person {
  const sums: number[] = []
  let sum = 0
  for (const { rank } of people) {
    sum += (rank + 1) ** -STEEPNESS
    sums.push(sum)
  }
  return (random) => {
    const place = random.next() * sum
    let low = 0
    let high = sums.length - 1
    while (low < high) {
      const middle = (low + high) >> 1
      if ((sums[middle] ?? 0) <= place) low = middle + 1
      else high = middle
    }
    const person = people[low]
    if (person === undefined) throw new TypeError('nobody to draw')
    return person
  }
}
