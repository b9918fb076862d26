import { expect, test } from 'vitest'

import { didYouMean } from './did-you-mean.ts'

const states = ['scheduled', 'queued', 'failed']

test.each<[given: unknown, question: string]>([
  ['faild', 'Did you mean `failed`? '],
  ['shceduled', 'Did you mean `scheduled`? '],
  ['broken', ''],
  ['x'.repeat(1_000_000), ''],
  [undefined, ''],
  [null, ''],
])('%j: %j', (given, question) => {
  expect(didYouMean(given, states)).toBe(question)
})
