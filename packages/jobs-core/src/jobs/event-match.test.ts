import { expect, test } from 'vitest'

import { waitForEventOptions } from './steps.ts'

const read = (match: unknown): unknown =>
  waitForEventOptions.read({ match, timeout: 5 } as never, (option, problem) => new Error(`${option} ${problem}`)).match

test('a match is the name of a field, or values of up to eight fields', () => {
  expect(read('orderId')).toBe('orderId')
  const values = { text: 'a', number: 1.5, yes: false, none: null }
  expect(read(values)).toEqual(values)
  const own = JSON.parse('{ "__proto__": 1 }') as object
  expect(Object.entries(read(own) as object)).toEqual([['__proto__', 1]])
  expect(read(undefined)).toBeUndefined()
})

test.each([
  ['match has no field', {}],
  ['match has 9 fields', Object.fromEntries(Array.from({ length: 9 }, (_, index) => [`field${index}`, index]))],
  ['match.orderId is undefined', { tenantId: 'acme', orderId: undefined }],
  ['match.total is `NaN`', { total: Number.NaN }],
  ['match.items is an array', { items: [] }],
  ['match.name is a string with a lone surrogate', { name: '\ud800' }],
  ['match is an array', ['orderId']],
  ['match is null', null],
])('%s: refused', (message, match) => {
  expect(() => read(match)).toThrow(message)
})
