import { expect, test } from 'vitest'

import { messageIn } from './to-failure.ts'

test("finds the server's message in all its forms", () => {
  const both = { errors: [{ message: 'first' }, { message: 'second' }], error: 'third', message: 'fourth' }
  expect(messageIn(both)).toBe('first')
  expect(messageIn({ error: 'third', message: 'fourth' })).toBe('third')
  expect(messageIn({ message: 'fourth' })).toBe('fourth')
  for (const none of [undefined, null, 'text', 7, {}, { error: '' }, { errors: [] }, { errors: [null], error: {} }]) {
    expect(messageIn(none)).toBeUndefined()
  }
})
