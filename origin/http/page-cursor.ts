import { AppError } from '../../shared/errors.ts'

/**
 * Where a walk through a list in Postgres stands: the last key that was given out. It names its list, so
 * that a cursor of another one is refused; it grants nothing.
 */
export function pageCursor(list: string) {
  return {
    format: (last: string | undefined): string | null =>
      last === undefined ? null : Buffer.from(`1 ${last} ${list}`).toString('base64url'),

    parse(text: string | undefined): string | undefined {
      if (text === undefined) return undefined
      const plain = Buffer.from(text, 'base64url').toString()
      const [version, last = '', ...rest] = plain.split(' ')
      const isOurs = version === '1' && /^[1-9]\d{0,18}$/.test(last) && rest.join(' ') === list
      if (!isOurs || Buffer.from(plain).toString('base64url') !== text) {
        throw new AppError('FEED_CURSOR_INVALID', `not one of ${list}`)
      }
      return last
    },
  }
}
