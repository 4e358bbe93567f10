/** What people of one language talk about. `{slot}` in a sentence is filled from `words`. */
export interface Topic {
  readonly name: string
  readonly sentences: readonly string[]
  readonly words: Readonly<Record<string, readonly string[]>>
}

export interface Language {
  /** As `posts.language` has it. */
  readonly code: string
  /** Of a hundred people. */
  readonly share: number
  /** Given names, each with its spelling in a handle. */
  readonly given: readonly (readonly [name: string, latin: string])[]
  readonly family: readonly (readonly [name: string, latin: string])[]
  /** How the two make a name. */
  readonly order: 'given-first' | 'family-first'
  readonly between: string
  readonly cities: readonly string[]
  readonly topics: readonly Topic[]
  /** Said after anything. */
  readonly asides: readonly string[]
  readonly joint: string
}

/** Names that a handle spells as they are. */
export const plain = (names: string): readonly (readonly [string, string])[] =>
  names.split(' ').map((name) => [name, latinOf(name)] as const)

const SPELLED: Readonly<Record<string, string>> = { ß: 'ss', ø: 'o', æ: 'ae', œ: 'oe' }

const latinOf = (name: string): string =>
  name
    .toLowerCase()
    .replace(/[ßøæœ]/g, (letter) => SPELLED[letter] ?? '')
    .normalize('NFD')
    .replace(/[^a-z]/g, '')
