import { expect, test } from 'vitest'

import type { Row } from '../../report/row.ts'
import { performancePage } from './performance-page.ts'

test('the page has a table of the pages over a million jobs, apart from the comparisons', () => {
  const row: Row = {
    comparison: 'inspect a million jobs: failed',
    target: 'p95 ≤ 50 ms, count ≤ 200',
    measured: '61.7 ms, 86 ms',
    verdict: 'missed',
    detail: 'page p50 11.2 ms',
    section: 'inspection',
    cells: ['failed', '11.2', '61.7, missed', '86'],
  }
  const page = performancePage([], [0], [row], { ratios: 'ratios.svg', fairness: 'fairness.svg' })
  const [, section = ''] = /\n## Pages over a million jobs\n(.*?)\n## Where the time goes\n/s.exec(page) ?? []
  expect(section).toContain('| failed | 11.2      | 61.7, missed | 86    |')
  expect(page).not.toContain(row.comparison)
})
