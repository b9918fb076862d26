import { join } from 'node:path'
import type { Browser, Locator } from 'playwright-core'

const evidence = join(import.meta.dirname, '../.evidence')

/** The page as a visitor uses it, by labels, roles and text. */
export interface OrderPage {
  /** Fills in the form and submits it. */
  place(scenario: string): Promise<OrderCard>
  /** Fills in the form and submits it twice, before the page reacts to the first time. */
  placeTwice(scenario: string): Promise<void>
  /** Returns the number of orders. */
  count(): Promise<number>
  /** Returns the states of all orders, newest first. */
  states(): Promise<string[]>
  reload(): Promise<void>
  /** Saves a screenshot. */
  photograph(name: string): Promise<void>
  /** Returns the errors of the browser's console. */
  consoleErrors(): readonly string[]
}

/** An order on the page. */
export interface OrderCard {
  /** Waits for a state of the order. */
  reaches(state: string): Promise<void>
  /** Waits for a text. */
  says(words: string | RegExp): Promise<true>
  press(button: 'Cancel' | 'Retry'): Promise<void>
  /** Returns the state of each job's newest run. */
  runs(): Promise<Record<string, string>>
  /** Returns the state of each attempt of a job's newest run. */
  attempts(definitionId: string): Promise<string[]>
}

/** Opens the page in a browser. */
export async function openOrderPage(browser: Browser, url: string): Promise<OrderPage> {
  const page = await browser.newPage({ viewport: { width: 1100, height: 900 } })
  page.setDefaultTimeout(20_000)
  const consoleErrors: string[] = []
  page.on('pageerror', (error) => consoleErrors.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error') consoleErrors.push(message.text())
  })
  await page.goto(url)
  const cards = page.getByRole('article')
  const place = page.getByRole('button', { name: 'Place order' })
  const fillIn = async (scenario: string): Promise<void> => {
    await page.getByLabel('Customer’s email').fill('ada@example.com')
    await page.getByLabel('Amount in pounds').fill('24')
    await page.getByRole('radio', { name: scenario }).check()
  }

  return {
    async place(scenario) {
      const before = await cards.count()
      await fillIn(scenario)
      await place.click()
      await cards.nth(before).waitFor() // the new card is the first, so the previously last one now has this index
      const title = await cards.first().getByRole('heading').innerText()
      return toOrderCard(page.getByRole('article', { name: title }))
    },
    async placeTwice(scenario) {
      const before = await cards.count()
      await fillIn(scenario)
      await page.locator('form').evaluate((form: HTMLFormElement) => {
        form.requestSubmit()
        form.requestSubmit()
      })
      await cards.nth(before).waitFor()
      await place.click({ trial: true }) // the button is enabled again after both responses
    },
    count: () => cards.count(),
    states: () => cards.locator('> header').getByRole('status').allInnerTexts(),
    async reload() {
      await page.reload()
    },
    async photograph(name) {
      await page.screenshot({ path: join(evidence, name) })
    },
    consoleErrors: () => consoleErrors,
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
      const texts = await run.locator('.attempts li').allTextContents()
      return texts.map((text) => text.replace(/^attempt \d+ of \d+: /, ''))
    },
  }
}
