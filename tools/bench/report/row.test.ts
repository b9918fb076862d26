import { describe, expect, test } from 'vitest'

import { NotRunError } from './not-run-error.ts'
import { ratioRow, rowOf } from './row.ts'

const heading = { comparison: 'library against peer', target: '≥ 2×' }

describe('a row that compares rates', () => {
  test('shows the median of the ratios of all rounds', () => {
    const row = ratioRow([100, 300, 900], [100, 100, 100], 2)
    expect(row).toMatchObject({ measured: '3.00× (1.00…9.00)', verdict: 'met', ratio: { median: 3, minimum: 2 } })
  })

  test('misses its target if the median is below', () => {
    expect(ratioRow([100, 100, 900], [100, 100, 100], 2).verdict).toBe('missed')
  })

  test('has no verdict without a target', () => {
    expect(ratioRow([100], [100]).verdict).toBe('no target')
  })
})

describe('a row that cannot be measured', () => {
  test('shows the reason', async () => {
    const row = await rowOf(heading, async () => Promise.reject(new NotRunError('Redis is not installed')))
    expect(row).toMatchObject({ ...heading, verdict: 'not run', detail: 'Redis is not installed' })
  })

  test('does not hide other errors', async () => {
    await expect(rowOf(heading, async () => Promise.reject(new TypeError('oh')))).rejects.toThrow('oh')
  })
})
