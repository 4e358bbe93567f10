import { PostText } from '../../shared/post.ts'
import { textOf } from './fields.ts'
import { TEXTS_MAX } from './limits.ts'
import { rowsOf, type Columns, type Declared } from './rows.ts'
import type { Source } from './source.ts'

export const TEXT_COLUMNS: Columns = { text: 'required' }

/** Texts for posts that have none; what could not be a post is left out. */
export async function readTexts(source: Source, declared: Declared): Promise<readonly string[]> {
  const texts: string[] = []
  for await (const row of rowsOf(source, { columns: TEXT_COLUMNS, declared, after: 0 })) {
    const text = PostText.safeParse(textOf(row, 'text')).data
    if (text !== undefined) texts.push(text)
    if (texts.length === TEXTS_MAX) break
  }
  if (texts.length === 0) throw new Error(`${source.path} holds no text.`)
  return texts
}
