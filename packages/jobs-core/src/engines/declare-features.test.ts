import { expect, test } from 'vitest'

import { allFeatures } from './capabilities.ts'
import { declareFeatures } from './declare-features.ts'

const own = { supported: false, note: 'It keeps no list.', instead: 'Store the ids.' } as const

test('a feature that is not declared is not supported, with a reason and a remedy', () => {
  const features = declareFeatures({ delay: true, listJobs: own, timeout: { supported: true, note: 'Late.' } })
  expect(Object.keys(features)).toEqual(allFeatures)
  const { delay, listJobs, timeout, ...others } = features
  expect([delay, listJobs, timeout]).toEqual([{ supported: true }, own, { supported: true, note: 'Late.' }])
  for (const support of Object.values(others))
    expect(support).toEqual({ supported: false, note: expect.any(String), instead: expect.any(String) })
})

test('a misspelled feature does not compile', () => {
  // @ts-expect-error -- no such feature
  expect(declareFeatures({ delays: true }).delay.supported).toBe(false)
})
