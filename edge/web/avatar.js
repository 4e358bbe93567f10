import { element } from './element.js'

const HUES = 8

/**
 * The picture, or the first letter on a colour that is always the same for one person.
 *
 * @param {import('./wire.js').UserBrief} user
 * @param {string} [size]
 */
export function avatar({ id, name, handle, avatarUrl }, size = '') {
  if (avatarUrl?.startsWith('https://'))
    return element('img', {
      class: `avatar ${size}`,
      src: avatarUrl,
      alt: '',
      loading: 'lazy',
      referrerpolicy: 'no-referrer',
    })
  const classes = `avatar ${size} hue-${hueOf(id)}`
  return element('span', { class: classes, 'aria-hidden': 'true' }, firstLetter(name || handle))
}

/** A flag or a family is one letter to its reader, though it is many code points. @param {string} text */
function firstLetter(text) {
  for (const { segment } of new Intl.Segmenter().segment(text)) return segment.toUpperCase()
  return '?'
}

/** @param {string} id */
function hueOf(id) {
  let sum = 0
  for (const character of id) sum = (sum * 31 + character.charCodeAt(0)) % 9_973
  return sum % HUES
}
