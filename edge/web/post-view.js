import { avatar } from './avatar.js'
import { element } from './element.js'
import { POST_SHOWN_CHARACTERS_MAX, POST_SHOWN_LINES_MAX } from './limits.js'
import { attachMenu } from './menu.js'
import { moment } from './moments.js'

/** @typedef {(post: import('./wire.js').Post) => import('./menu.js').MenuItem[]} PostMenu */

/** Why a post that nobody asked for is here. What is followed needs no reason. */
const REASONS = new Map([
  ['repost', 'Reposted'],
  ['friend', 'Friend'],
  ['second-degree', 'Followed by people you follow'],
  ['similar', 'Like what you read'],
  ['trending', 'Trending'],
])

/**
 * @param {import('./wire.js').FeedItem} item
 * @param {PostMenu} menuFor
 */
export function postView({ post, reason }, menuFor) {
  const { author } = post
  const href = `#/users/${author.id}`
  const reasonText = REASONS.get(reason ?? '')
  const nameId = `author-${post.id}`
  const more = element(
    'button',
    {
      type: 'button',
      class: 'icon-button more',
      'aria-label': `What to do with this post by ${author.name}`,
    },
    '⋯',
  )
  attachMenu(more, () => menuFor(post))
  return element(
    'article',
    {
      class: 'post',
      tabindex: -1,
      'aria-labelledby': nameId,
      'data-post': post.id,
      'data-author': author.id,
    },
    element(
      'a',
      { class: 'post-avatar', href, tabindex: -1, 'aria-hidden': 'true' },
      avatar(author),
    ),
    element(
      'header',
      { class: 'meta' },
      element('a', { class: 'name', href, id: nameId, dir: 'auto' }, author.name),
      author.verified &&
        element(
          'span',
          { class: 'verified', title: 'Verified', role: 'img', 'aria-label': 'Verified' },
          '✓',
        ),
      element('span', { class: 'handle' }, `@${author.handle}`),
      element('span', { class: 'when' }, moment(post.createdAt)),
      post.editedAt !== null &&
        element('span', { class: 'edited', title: `Edited ${post.editedAt}` }, 'edited'),
      reasonText !== undefined && element('span', { class: 'reason' }, reasonText),
    ),
    element('div', { class: 'more-place' }, more),
    post.sensitive === true ? behindCover(post) : body(post),
  )
}

/** @param {import('./wire.js').Post} post */
function body(post) {
  const text = element(
    'p',
    { class: 'text', dir: 'auto', lang: post.language || undefined },
    post.text,
  )
  const isLong =
    post.text.length > POST_SHOWN_CHARACTERS_MAX ||
    post.text.split('\n').length > POST_SHOWN_LINES_MAX
  if (!isLong) return element('div', { class: 'body' }, text)
  text.classList.add('shortened')
  const showAll = element('button', { type: 'button', class: 'link-button' }, 'Show all of it')
  showAll.addEventListener('click', () => {
    text.classList.remove('shortened')
    showAll.remove()
  })
  return element('div', { class: 'body' }, text, showAll)
}

/** @param {import('./wire.js').Post} post */
function behindCover(post) {
  const cover = element(
    'div',
    { class: 'body cover' },
    element('span', {}, 'Its author marked this post as sensitive.'),
    element(
      'button',
      { type: 'button', class: 'link-button', onclick: () => cover.replaceWith(body(post)) },
      'Show it',
    ),
  )
  return cover
}
