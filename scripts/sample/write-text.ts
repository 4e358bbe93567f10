import type { Language, Topic } from './language.ts'
import type { Random } from './random.ts'

/** One to three sentences on a topic, sometimes with an aside. */
export function writeText(language: Language, topic: Topic, random: Random): string {
  const count = random.chance(0.65) ? 1 : random.chance(0.75) ? 2 : 3
  const sentences = new Set<string>()
  while (sentences.size < Math.min(count, topic.sentences.length)) {
    sentences.add(random.pick(topic.sentences))
  }
  const said = [...sentences].map((sentence) => fill(sentence, topic, random))
  if (random.chance(0.35)) said.push(random.pick(language.asides))
  return said.join(language.joint)
}

function fill(sentence: string, { words }: Topic, random: Random): string {
  const filled = sentence.replace(/\{(\w+)\}/g, (slot, name: string) => {
    const choices = words[name]
    if (choices === undefined) throw new TypeError(`no words for ${slot}`)
    return random.pick(choices)
  })
  return capitalised(filled)
}

/** A slot may begin a sentence. */
const capitalised = (text: string): string =>
  text.replace(/(^|[.?!:] )(\p{Ll})/gu, (_match, before: string, letter: string) =>
    before.endsWith(': ') ? before + letter : before + letter.toUpperCase(),
  )
