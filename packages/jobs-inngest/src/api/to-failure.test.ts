import { expect, test } from 'vitest'

import { wordsIn } from './to-failure.ts'

test("the server's own words are found in every form that it has for them", () => {
  const both = { errors: [{ message: 'first' }, { message: 'second' }], error: 'third', message: 'fourth' }
  expect(wordsIn(both)).toBe('first')
  expect(wordsIn({ error: 'third', message: 'fourth' })).toBe('third')
  expect(wordsIn({ message: 'fourth' })).toBe('fourth')
  for (const none of [undefined, null, 'text', 7, {}, { error: '' }, { errors: [] }, { errors: [null], error: {} }]) {
    expect(wordsIn(none)).toBeUndefined()
  }
})
