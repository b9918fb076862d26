import { createRequire } from 'node:module'
import { readFileSync } from 'node:fs'

import type { AxeResults } from 'axe-core'
import type { Page } from 'playwright-core'

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

/** The rules whose result depends on colors. The themes differ only in colors. */
const rulesOfColors = { type: 'rule', values: ['color-contrast', 'link-in-text-block'] }

/** Returns the violations of accessibility that axe finds on a page, as short texts. */
export async function findViolations(page: Page, runOnly: object = tags): Promise<string[]> {
  await page.evaluate(source)
  const { violations } = (await page.evaluate(`axe.run({ runOnly: ${JSON.stringify(runOnly)} })`)) as AxeResults
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${String(target)}: ${failureSummary?.replace(/\s+/g, ' ')}`),
  )
}

/** Returns the violations of a page in its light theme, and those of its dark theme. */
export async function findViolationsInBothThemes(page: Page): Promise<string[]> {
  await page.emulateMedia({ colorScheme: 'light' })
  const light = await findViolations(page)
  await page.emulateMedia({ colorScheme: 'dark' })
  const dark = await findViolations(page, rulesOfColors)
  await page.emulateMedia({ colorScheme: 'light' })
  return [...light, ...dark.map((violation) => `dark: ${violation}`)]
}
