import { createRequire } from 'node:module'
import { readFileSync } from 'node:fs'

import type { AxeResults } from 'axe-core'
import type { Page } from 'playwright-core'

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

/** Returns the violations of accessibility that axe finds on a page, as short texts. */
export async function findViolations(page: Page): Promise<string[]> {
  await page.evaluate(source)
  const { violations } = (await page.evaluate(`axe.run({ runOnly: ${JSON.stringify(tags)} })`)) as AxeResults
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${String(target)}: ${failureSummary?.replace(/\s+/g, ' ')}`),
  )
}
