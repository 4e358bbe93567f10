import pg from 'pg'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startStack } from '../support/stack.ts'
import { startBrowser, withoutBrowser } from './page/browser.ts'
import { openPage, type ReaderPage } from './page/reader-page.ts'
import { wire } from './page/wire.ts'

if (withoutBrowser !== undefined) console.log(`skipped: the page in a browser: ${withoutBrowser}`)

/** Somebody whose feed takes several pages, and not the hundreds of the sample viewer's. */
async function readerOfSome(databaseUrl: string): Promise<string> {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  const { rows } = await client.query<{ handle: string }>(
    `select u.handle from users u join follows f on f.follower_id = u.id
     join posts p on p.author_id = f.followee_id
     group by u.id having count(*) > 150 order by count(*), u.id limit 1`,
  )
  await client.end()
  return String(rows[0]?.handle)
}

/** Long enough for a loaded machine; a condition that holds is seen at once. */
const WITHIN = { timeout: 15_000 }

describe.skipIf(withoutBrowser !== undefined)('the page', { timeout: 120_000 }, () => {
  let stack: Awaited<ReturnType<typeof startStack>>
  let browser: Browser
  let token: string
  let ownId: string

  beforeAll(async () => {
    stack = await startStack()
    browser = await startBrowser()
    token = await stack.tokenFor(stack.sampleViewer)
    ownId = (await wire(stack.edgeUrl, token).post('Whose posts are mine?')).author.id
  }, 180_000)

  afterAll(async () => {
    await browser?.close()
    await stack?.[Symbol.asyncDispose]()
  })

  async function signedIn(): Promise<ReaderPage> {
    const reader = await openPage(browser, stack.edgeUrl, { token })
    await reader.posts.first().waitFor(WITHIN)
    return reader
  }

  /** Own posts of this test, on screen by the page's own composer. */
  async function write({ page }: ReaderPage, text: string): Promise<void> {
    await page.getByRole('button', { name: 'New post' }).click()
    await page.getByRole('textbox', { name: 'New post' }).fill(text)
    await page.getByRole('button', { name: 'Post', exact: true }).click()
    await page.getByRole('dialog').waitFor({ state: 'hidden', ...WITHIN })
  }

  const byAnother = ({ page }: ReaderPage) =>
    page.locator(`article.post[data-author]:not([data-author="${ownId}"])`).first()

  it('takes the token out of the address and forgets it with the tab', async () => {
    await using reader = await signedIn()

    expect(reader.page.url()).not.toContain('token')
    expect(await reader.page.evaluate('localStorage.length')).toBe(0)
    expect(await reader.page.evaluate('sessionStorage.getItem("token")')).toBe(token)
    expect(reader.faults).toEqual([])
  })

  it('shows a post at once, and once after a refresh', async () => {
    await using reader = await signedIn()
    const text = `At once 🌊 שלום ${crypto.randomUUID()}`
    await write(reader, text)

    expect(await reader.posts.first().locator('.text').textContent()).toBe(text)
    await reader.choose('Latest')
    await reader.page.getByRole('button', { name: 'Refresh' }).click()
    await reader.page.locator('[aria-busy=false]').waitFor(WITHIN)
    expect(await reader.posts.filter({ hasText: text }).count()).toBe(1)
    expect(reader.faults).toEqual([])
  })

  it('shows markup as the text that it is', async () => {
    await using reader = await signedIn()
    const text = `<img src=x onerror="document.title='broken'"> & <b>bold</b> ${crypto.randomUUID()}`
    await write(reader, text)

    expect(await reader.posts.first().locator('.text').textContent()).toBe(text)
    expect(await reader.posts.first().locator('img, b').count()).toBe(0)
    expect(await reader.page.title()).toBe('Headwater')
  })

  it('shows each post once, to the end of time', async () => {
    const someone = await stack.tokenFor(await readerOfSome(stack.databaseUrl))
    await using reader = await openPage(browser, stack.edgeUrl, { token: someone })
    await reader.posts.first().waitFor(WITHIN)
    await reader.choose('Latest')
    const end = reader.page.getByText('back to the first post')
    // A key that comes before the frame with the new posts leads to where the end was: it is pressed again.
    const scroll = async () => {
      await reader.page.keyboard.press('End')
      return end.isVisible()
    }
    await expect.poll(scroll, WITHIN).toBe(true)

    const shown = await reader.postIds()
    expect(new Set(shown).size).toBe(shown.length)
    expect(shown).toEqual(await wire(stack.edgeUrl, someone).latestIds())
    expect(shown.length).toBeGreaterThan(100)
  })

  it('goes on for a reader who is at the end before the next frame', async () => {
    const someone = await stack.tokenFor(await readerOfSome(stack.databaseUrl))
    await using reader = await openPage(browser, stack.edgeUrl, { token: someone })
    await reader.posts.first().waitFor(WITHIN)
    await reader.page.evaluate(`
      new MutationObserver(() => window.scrollTo(0, document.body.scrollHeight))
        .observe(document.body, { childList: true, subtree: true })
    `)
    await reader.choose('Latest')

    const end = reader.page.getByText('back to the first post')
    await expect.poll(() => end.isVisible(), WITHIN).toBe(true)
  })

  it('lets a blocked author vanish at once and stay away', async () => {
    await using reader = await signedIn()
    await reader.choose('Latest')
    const post = byAnother(reader)
    const authorId = String(await post.getAttribute('data-author'))
    const theirs = reader.page.locator(`article.post[data-author="${authorId}"]`)
    const before = await theirs.count()
    expect(before).toBeGreaterThan(0)

    await (await reader.openMenu(post)).getByRole('menuitem', { name: /^Block/ }).click()
    await expect.poll(() => theirs.count(), WITHIN).toBe(0)
    await reader.page.getByRole('button', { name: 'Refresh' }).click()
    await reader.page.locator('[aria-busy=false]').waitFor(WITHIN)
    expect(await theirs.count()).toBe(0)

    await reader.page.reload()
    await reader.posts.first().waitFor(WITHIN)
    expect(await theirs.count()).toBe(0)
    await wire(stack.edgeUrl, token).unblock(authorId)
    await wire(stack.edgeUrl, token).follow(authorId)
  })

  it('brings the posts of a muted author back at their places on Undo', async () => {
    await using reader = await signedIn()
    await reader.choose('Latest')
    const before = await reader.postIds()
    const post = byAnother(reader)
    const authorId = String(await post.getAttribute('data-author'))
    const menu = await reader.openMenu(post)
    await menu.getByRole('menuitem', { name: /^Mute/ }).click()
    const theirs = reader.page.locator(`article.post[data-author="${authorId}"]`)
    await expect.poll(() => theirs.count(), WITHIN).toBe(0)

    await reader.page.getByRole('button', { name: 'Undo' }).click()
    await expect
      .poll(async () => (await reader.postIds()).slice(0, 20), WITHIN)
      .toEqual(before.slice(0, 20))
  })

  it('shows an edit in place', async () => {
    await using reader = await signedIn()
    const [old, changed] = [`First ${crypto.randomUUID()}`, `Second ${crypto.randomUUID()}`]
    await write(reader, old)
    const menu = await reader.openMenu(reader.posts.first())
    await menu.getByRole('menuitem', { name: 'Edit' }).click()
    await reader.page.getByRole('textbox', { name: 'Edit post' }).fill(changed)
    await reader.page.getByRole('button', { name: 'Save' }).click()

    await expect
      .poll(() => reader.posts.first().locator('.text').textContent(), WITHIN)
      .toBe(changed)
    expect(await reader.posts.first().locator('.edited').isVisible()).toBe(true)
    expect(await reader.page.getByText(old).count()).toBe(0)
  })

  it('lets a deleted post vanish, after asking', async () => {
    await using reader = await signedIn()
    const text = `Not for long ${crypto.randomUUID()}`
    await write(reader, text)
    const remove = async (answer: 'Cancel' | 'Delete') => {
      const menu = await reader.openMenu(reader.posts.filter({ hasText: text }))
      await menu.getByRole('menuitem', { name: 'Delete' }).click()
      await reader.page.getByRole('dialog').getByRole('button', { name: answer }).click()
    }

    await remove('Cancel')
    expect(await reader.posts.filter({ hasText: text }).count()).toBe(1)
    await remove('Delete')
    await expect.poll(() => reader.posts.filter({ hasText: text }).count(), WITHIN).toBe(0)
    await reader.page.reload()
    await reader.posts.first().waitFor(WITHIN)
    expect(await reader.posts.filter({ hasText: text }).count()).toBe(0)
  })

  it('leads to the sign-in with words when the token is not accepted', async () => {
    const [head, body] = token.split('.')
    await using reader = await openPage(browser, stack.edgeUrl, { token: `${head}.${body}.AAAA` })
    const words = reader.page.getByRole('alert')
    await words.getByText('does not accept this token').waitFor(WITHIN)

    await reader.page.getByLabel('Token').fill('not a token')
    await reader.page.getByRole('button', { name: 'Sign in' }).click()
    expect(await words.textContent()).toContain('three parts')
    await reader.page.getByLabel('Token').fill(token)
    await reader.page.getByRole('button', { name: 'Sign in' }).click()
    await reader.posts.first().waitFor(WITHIN)
  })

  it('says that it is offline, keeps what was written and goes on when it is back', async () => {
    await using reader = await signedIn()
    const { page } = reader
    const text = `Through a tunnel ${crypto.randomUUID()}`
    await page.context().setOffline(true)
    await page.getByRole('button', { name: 'Latest', exact: true }).click()
    await page.getByRole('alert').getByText('You are offline.').waitFor(WITHIN)
    await page.keyboard.press('n')
    await page.getByRole('textbox').fill(text)
    await page.getByRole('button', { name: 'Post', exact: true }).click()
    await page.getByRole('dialog').getByText('You are offline.').waitFor(WITHIN)
    expect(await page.getByRole('textbox').inputValue()).toBe(text)

    await page.context().setOffline(false)
    await page.getByRole('button', { name: 'Post', exact: true }).click()
    await reader.posts.filter({ hasText: text }).first().waitFor(WITHIN)
    await expect.poll(() => reader.posts.count(), WITHIN).toBeGreaterThan(1)
  })

  it('does not ask again before the moment that a busy server named', async () => {
    await using reader = await signedIn()
    const askedAtMs: number[] = []
    await reader.page.route('**/v1/feed?*', async (route) => {
      askedAtMs.push(performance.now())
      if (askedAtMs.length > 1) return route.continue()
      await route.fulfill({
        status: 503,
        headers: { 'retry-after': '2', 'content-type': 'application/problem+json' },
        json: { title: 'Too much at once; try again', status: 503, code: 'OVERLOADED' },
      })
    })
    await reader.page.getByRole('button', { name: 'Latest', exact: true }).click()
    const alert = reader.page.getByRole('alert')
    await alert.getByText('The server cannot do this just now.').waitFor(WITHIN)
    expect(await alert.getByRole('button', { name: /Try again in/ }).isDisabled()).toBe(true)

    await reader.posts.first().waitFor(WITHIN)
    const [first = 0, second = 0] = askedAtMs
    expect(second - first).toBeGreaterThanOrEqual(2_000)
  })

  it('is worked by keys alone', async () => {
    await using reader = await signedIn()
    const { page, posts } = reader
    const { keyboard } = page
    const focused = page.locator('article.post:focus')
    await keyboard.press('j')
    await keyboard.press('j')
    expect(await focused.getAttribute('data-post')).toBe((await reader.postIds())[1])
    await keyboard.press('k')
    expect(await focused.getAttribute('data-post')).toBe((await reader.postIds())[0])

    await keyboard.press('m')
    const items = page.getByRole('menuitem')
    await items.first().waitFor(WITHIN)
    await keyboard.press('End')
    expect(await page.locator('[role=menuitem]:focus').textContent()).toBe(
      await items.last().textContent(),
    )
    await keyboard.press('Escape')
    expect(await page.getByRole('menu').count()).toBe(0)

    const text = `Typed ${crypto.randomUUID()}`
    await keyboard.press('n')
    await keyboard.type(text)
    await keyboard.press('Control+Enter')
    await posts.filter({ hasText: text }).waitFor(WITHIN)

    await keyboard.press('?')
    await page.getByRole('dialog', { name: 'Keyboard' }).waitFor(WITHIN)
    await keyboard.press('Escape')
    await keyboard.press('d')
    await page
      .getByRole('cell', { name: /^GET \/v1\/feed/ })
      .first()
      .waitFor(WITHIN)
  })

  it('says of the feed how complete it is, from which layer and how fast', async () => {
    await using reader = await signedIn()
    const strip = reader.page.locator('#status .status-line')

    await expect
      .poll(() => strip.textContent(), WITHIN)
      .toMatch(/^(Complete|Partial|Degraded).*(L1|L2|Origin).*\d ms here$/)
  })

  it('stops a text that is too long before it is sent', async () => {
    await using reader = await signedIn()
    await reader.page.keyboard.press('n')
    const send = reader.page.getByRole('button', { name: 'Post', exact: true })
    await reader.page.getByRole('textbox').fill('🌊'.repeat(4_000))
    expect(await send.isEnabled()).toBe(true)
    await reader.page.getByRole('textbox').fill('🌊'.repeat(4_001))
    expect(await send.isEnabled()).toBe(false)
    expect(await reader.page.getByText('4,001 / 4,000').isVisible()).toBe(true)
  })

  it('says that the server is away, keeps the feed on screen and posts when it is back', async () => {
    await using reader = await signedIn()
    const { page } = reader
    const before = await reader.posts.count()
    const text = `Sent twice, there once ${crypto.randomUUID()}`
    await stack.processes.origin.stop()
    await page.keyboard.press('n')
    await page.getByRole('textbox').fill(text)
    const send = page.getByRole('button', { name: /^Post/ })
    await send.click()
    await page.getByRole('dialog').getByText('The server cannot do this').waitFor(WITHIN)
    expect(await reader.posts.count()).toBe(before)

    await stack.restartOrigin()
    // Enabled again once the pause that the server asked for is over.
    await expect.poll(() => send.isEnabled(), WITHIN).toBe(true)
    await send.click()
    await reader.posts.filter({ hasText: text }).waitFor(WITHIN)
    expect(await reader.posts.filter({ hasText: text }).count()).toBe(1)
  })

  it.for([
    { name: 'desktop-light', width: 1200, height: 860, colorScheme: 'light' as const },
    { name: 'desktop-dark', width: 1200, height: 860, colorScheme: 'dark' as const },
    { name: 'phone-light', width: 360, height: 740, colorScheme: 'light' as const },
    { name: 'phone-dark', width: 360, height: 740, colorScheme: 'dark' as const },
  ])('fits its window: $name', async ({ name, width, height, colorScheme }) => {
    const viewport = { width, height }
    await using reader = await openPage(browser, stack.edgeUrl, { token, viewport, colorScheme })
    await reader.posts.first().waitFor(WITHIN)
    await reader.screenshot(`${name}-feed`)
    expect(await reader.page.evaluate('document.documentElement.scrollWidth')).toBe(width)

    await reader.posts.first().locator('.name').click()
    await reader.page.locator('.profile-text').waitFor(WITHIN)
    await reader.posts.first().waitFor(WITHIN)
    await reader.screenshot(`${name}-profile`)
    expect(await reader.page.evaluate('document.documentElement.scrollWidth')).toBe(width)
    expect(reader.faults).toEqual([])
  })
})
