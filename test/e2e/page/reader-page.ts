import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core'

/** Where people find the pictures of a run. */
const SCREENSHOTS = path.resolve(process.env['HEADWATER_HOME'] ?? '.headwater', 'screenshots')

export interface ReaderPage extends AsyncDisposable {
  readonly page: Page
  /** What the page itself reported as broken: a thrown error or a violation of its policy. */
  readonly faults: readonly string[]
  readonly posts: Locator
  postIds(): Promise<string[]>
  /** In the other order, with its first posts on screen. */
  choose(mode: 'Ranked' | 'Latest'): Promise<void>
  openMenu(post: Locator): Promise<Locator>
  screenshot(name: string): Promise<void>
}

/** The page in a browser profile of its own, signed in by its link where there is a token. */
export async function openPage(
  browser: Browser,
  edgeUrl: string,
  { token, ...options }: { token?: string } & BrowserContextOptions = {},
): Promise<ReaderPage> {
  const context = await browser.newContext({ locale: 'en-GB', ...options })
  const page = await context.newPage()
  const faults: string[] = []
  page.on('pageerror', (error) => faults.push(String(error.stack)))
  page.on('console', (message) => {
    // A refused request is a line in the console too, and no fault of the page.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
      faults.push(message.text())
  })
  const posts = page.locator('main article.post[data-post]:visible')
  await page.goto(new URL(token === undefined ? '/' : `/#token=${token}`, edgeUrl).href)
  return {
    page,
    faults,
    posts,
    postIds: () =>
      posts.evaluateAll((nodes) => nodes.map((node) => String(node.getAttribute('data-post')))),

    async choose(mode) {
      await page.getByRole('button', { name: mode, exact: true }).click()
      await posts.first().waitFor()
    },

    async openMenu(post) {
      await post.getByRole('button', { name: /^What to do/ }).click()
      return page.getByRole('menu')
    },

    async screenshot(name) {
      await mkdir(SCREENSHOTS, { recursive: true })
      await page.screenshot({ path: path.join(SCREENSHOTS, `${name}.png`) })
    },

    [Symbol.asyncDispose]: () => context.close(),
  }
}
