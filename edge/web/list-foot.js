import { element } from './element.js'
import { RequestFailed } from './request-failed.js'
import { patience, trouble } from './trouble.js'

const SKELETONS_FIRST = 5

/**
 * What stands below the last post: the shape of posts to come, words for the end, for nothing, for
 * trouble, or a button where scrolling does not go on by itself.
 *
 * @param {{ emptyWords: string, endWords: string }} words
 */
export function listFoot({ emptyWords, endWords }) {
  const root = element('div', { class: 'list-foot' })
  const retries = patience()
  let goesOn = true
  let dispose = () => {}

  /** @param {...Node} nodes */
  function show(...nodes) {
    dispose()
    dispose = () => {}
    root.replaceChildren(...nodes)
  }

  return {
    element: root,
    /** After a failure only the button goes on: else each turn of the wheel would ask again. */
    goesOnByItself: () => goesOn,

    /** @param {boolean} isFirst */
    loading(isFirst) {
      const skeletons = Array.from({ length: isFirst ? SKELETONS_FIRST : 1 }, skeleton)
      show(element('p', { class: 'unseen' }, 'Loading posts'), ...skeletons)
    },

    /** @param {{ ended: boolean, isEmpty: boolean, more: () => void }} state */
    resting({ ended, isEmpty, more }) {
      goesOn = true
      retries.renew()
      if (!ended) {
        const attributes = { type: 'button', class: 'button load-more', onclick: more }
        return show(element('button', attributes, 'Load more'))
      }
      show(element('p', { class: isEmpty ? 'empty' : 'end' }, isEmpty ? emptyWords : endWords))
    },

    /** @param {unknown} error @param {() => void} again @param {() => void} fromTheTop */
    failed(error, again, fromTheTop) {
      goesOn = false
      const isLost = error instanceof RequestFailed && error.endsWalk
      const mayPass = !(error instanceof RequestFailed) || error.mayPass
      const panel = isLost
        ? trouble(error, { label: 'Start again', retry: fromTheTop })
        : trouble(error, {
            ...(mayPass && { retry: again }),
            automatic: mayPass && retries.allows(),
          })
      show(panel.element)
      dispose = panel.dispose
    },

    dispose: () => dispose(),
  }
}

function skeleton() {
  return element(
    'div',
    { class: 'post skeleton', 'aria-hidden': 'true' },
    element('span', { class: 'avatar' }),
    element('span', { class: 'bone short' }),
    element('span', { class: 'bone' }),
    element('span', { class: 'bone middle' }),
  )
}
