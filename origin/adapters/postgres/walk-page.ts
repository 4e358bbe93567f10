import type { WalkPage } from '../../ports/people.ts'

/** Above every key: where a walk begins. */
export const FROM_THE_NEWEST = '9223372036854775807'

/** One more than asked for was read, which tells whether there is more behind the page. */
export function walkPage<Item>(
  items: readonly Item[],
  limit: number,
  keyOf: (item: Item) => string,
): WalkPage<Item> {
  const page = items.slice(0, limit)
  const last = page.at(-1)
  return { items: page, next: items.length > limit && last !== undefined ? keyOf(last) : undefined }
}
