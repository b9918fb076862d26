import { describe, expect, test } from 'vitest'

import { NotRunError } from './not-run-error.ts'
import { ratioRow, rowOf } from './row.ts'

const question = { what: 'ours against theirs', target: '≥ 2×' }

describe('a row that compares', () => {
  test('takes the ratio of each round, and their median', () => {
    const row = ratioRow([100, 300, 900], [100, 100, 100], 2)
    expect(row).toMatchObject({ measured: '3.00× (1.00…9.00)', verdict: 'met', ratio: { median: 3, least: 2 } })
  })

  test('misses a target that the median is below', () => {
    expect(ratioRow([100, 100, 900], [100, 100, 100], 2).verdict).toBe('missed')
  })

  test('has no verdict without a target', () => {
    expect(ratioRow([100], [100]).verdict).toBe('no target')
  })
})

describe('a row that cannot be measured here', () => {
  test('says why', async () => {
    const row = await rowOf(question, async () => Promise.reject(new NotRunError('Redis is not installed')))
    expect(row).toMatchObject({ ...question, verdict: 'not run', detail: 'Redis is not installed' })
  })

  test('is no excuse for a fault of the bench', async () => {
    await expect(rowOf(question, async () => Promise.reject(new TypeError('oh')))).rejects.toThrow('oh')
  })
})
