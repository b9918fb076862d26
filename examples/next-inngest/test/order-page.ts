import { join } from 'node:path'
import type { Browser, Locator } from 'playwright-core'

const evidence = join(import.meta.dirname, '../.evidence')

/** The page as its visitor uses it: by labels, roles and words. */
export interface OrderPage {
  /** Fills the form in and sends it. */
  place(plot: string): Promise<OrderCard>
  /** Fills the form in and sends it twice, before the page can take notice of the first time. */
  placeTwice(plot: string): Promise<void>
  /** How many orders there are. */
  count(): Promise<number>
  /** The states of all orders, newest first. */
  states(): Promise<string[]>
  reload(): Promise<void>
  /** Keeps a picture of what the window shows. */
  photograph(name: string): Promise<void>
  /** What the browser's console said of errors. */
  complaints(): readonly string[]
}

/** One order on the page. */
export interface OrderCard {
  /** Waits for a state of the whole order. */
  reaches(state: string): Promise<void>
  /** Waits for words. */
  says(words: string | RegExp): Promise<true>
  press(button: 'Cancel' | 'Retry'): Promise<void>
  /** The state of each job's newest run. */
  runs(): Promise<Record<string, string>>
  /** What became of each attempt of a job's newest run. */
  attempts(definitionId: string): Promise<string[]>
}

/** Opens the page in a browser. */
export async function openOrderPage(browser: Browser, url: string): Promise<OrderPage> {
  const page = await browser.newPage({ viewport: { width: 1100, height: 900 } })
  page.setDefaultTimeout(20_000)
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text())
  })
  await page.goto(url)
  const cards = page.getByRole('article')
  const place = page.getByRole('button', { name: 'Place order' })
  const fillIn = async (plot: string): Promise<void> => {
    await page.getByLabel('Customer’s e-mail').fill('ada@example.com')
    await page.getByLabel('Amount in pounds').fill('24')
    await page.getByRole('radio', { name: plot }).check()
  }

  return {
    async place(plot) {
      const before = await cards.count()
      await fillIn(plot)
      await place.click()
      await cards.nth(before).waitFor() // the new one is the first, so this is the one that was the last
      const title = await cards.first().getByRole('heading').innerText()
      return toOrderCard(page.getByRole('article', { name: title }))
    },
    async placeTwice(plot) {
      const before = await cards.count()
      await fillIn(plot)
      await page.locator('form').evaluate((form: HTMLFormElement) => {
        form.requestSubmit()
        form.requestSubmit()
      })
      await cards.nth(before).waitFor()
      await place.click({ trial: true }) // once both are answered it can be pressed again
    },
    count: () => cards.count(),
    states: () => cards.locator('> header').getByRole('status').allInnerTexts(),
    async reload() {
      await page.reload()
    },
    async photograph(name) {
      await page.screenshot({ path: join(evidence, name) })
    },
    complaints: () => complaints,
  }
}

function toOrderCard(card: Locator): OrderCard {
  return {
    reaches: (state) => card.getByRole('status').filter({ hasText: state }).waitFor(),
    async says(words) {
      await card.getByText(words).first().waitFor()
      return true
    },
    press: (button) => card.getByRole('button', { name: button }).click(),
    async runs() {
      const names = await card.locator('.job').allInnerTexts()
      const states = await card.locator('.runs .state').allInnerTexts()
      return Object.fromEntries(names.map((name, index) => [name, states[index]!]))
    },
    async attempts(definitionId) {
      const run = card.locator('.runs > li').filter({ hasText: definitionId }).last()
      const spoken = await run.locator('.attempts li').allTextContents()
      return spoken.map((words) => words.replace(/^attempt \d+ of \d+: /, ''))
    },
  }
}
