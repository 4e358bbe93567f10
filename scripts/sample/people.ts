import { english } from './languages/english.ts'
import { german } from './languages/german.ts'
import { arabic, japanese } from './languages/other-scripts.ts'
import { french, portuguese, spanish } from './languages/romance.ts'
import type { Language, Topic } from './language.ts'
import type { Random } from './random.ts'

export interface Person {
  readonly handle: string
  readonly name: string
  readonly bio: string
  readonly city: string
  readonly language: Language
  readonly topics: readonly Topic[]
  readonly createdAtMs: number
  readonly verified: boolean
  /** 0 is the best known. */
  readonly rank: number
}

const LANGUAGES: readonly Language[] = [
  english,
  german,
  spanish,
  portuguese,
  french,
  japanese,
  arabic,
]

/** Whose feed the sample shows first. */
export const VIEWER_HANDLE = 'sam_rivers'

const DAY_MS = 24 * 3600 * 1000
const BEST_KNOWN = 12

/** People in the order of how well known they are; the viewer is somewhere in the middle. */
export function people(count: number, random: Random, nowMs: number): readonly Person[] {
  const handles = new Set<string>([VIEWER_HANDLE])
  const viewerRank = Math.floor(count / 3)

  return Array.from({ length: count }, (_, rank) => {
    const isViewer = rank === viewerRank
    const language = isViewer ? english : languageOf(random)
    const given = random.pick(language.given)
    const family = random.pick(language.family)
    const topics = someTopics(language, random)
    const name = isViewer ? 'Sam Rivers' : nameOf(language, given[0], family[0])
    return {
      handle: isViewer ? VIEWER_HANDLE : freeHandle(`${given[1]}_${family[1]}`, handles, random),
      name,
      bio: random.chance(0.8) ? topics.map((topic) => topic.name).join(' · ') : '',
      city: random.pick(language.cities),
      language,
      topics,
      createdAtMs: nowMs - Math.floor((30 + random.next() * 700) * DAY_MS),
      verified: rank < BEST_KNOWN,
      rank,
    }
  })
}

function languageOf(random: Random): Language {
  let place = random.next() * LANGUAGES.reduce((sum, { share }) => sum + share, 0)
  for (const language of LANGUAGES) {
    place -= language.share
    if (place < 0) return language
  }
  return english
}

function someTopics(language: Language, random: Random): readonly Topic[] {
  const topics = new Set([random.pick(language.topics), random.pick(language.topics)])
  if (random.chance(0.4)) topics.add(random.pick(language.topics))
  return [...topics]
}

const nameOf = ({ order, between }: Language, given: string, family: string): string =>
  (order === 'given-first' ? [given, family] : [family, given]).join(between)

function freeHandle(wanted: string, taken: Set<string>, random: Random): string {
  let handle = wanted.slice(0, 24)
  while (taken.has(handle)) handle = `${wanted.slice(0, 24)}${10 + random.below(9_990)}`
  taken.add(handle)
  return handle
}
