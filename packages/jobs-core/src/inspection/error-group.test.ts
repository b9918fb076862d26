import fc from 'fast-check'
import { expect, test } from 'vitest'

import { errorGroupOf } from './error-group.ts'

const group = (message: string, name = 'Error'): string => errorGroupOf({ name, message })

test.each([
  ['Card c_123 of order 4711 was declined', 'Card # of order # was declined'],
  ['no row 0b8f7a9e-4f0e-4d0a-9a77-1a2b3c4d5e6f at 2026-03-01T10:00:00.000Z', 'no row # at #'],
  ['connect ECONNREFUSED 127.0.0.1:5432', 'connect ECONNREFUSED #'],
  ['ada@example.com and bob7@example.com bounced.', '# and # bounced.'],
  ['Timed out after 1500 ms', 'Timed out after # ms'],
  ['the job 01JD3Q6Y7ZK8X9W0V1T2S3R4Q5 failed', 'the job # failed'],
  ['two\n  lines\u0000here\u202e', 'two lines here'],
])('%j without ids and numbers', (message, expected) => {
  expect(group(message)).toBe(`Error: ${expected}`)
})

test.each([
  'Request failed with status code 402',
  'upstream answered with HTTP 503',
  'exited with code 1',
  '550: the mailbox does not exist',
  'The mail server answered 421: too many connections',
  'Unique constraint failed (P2002)',
  'S3 refused the upload',
])('%j keeps the code that tells the cause', (message) => {
  expect(group(message)).toBe(`Error: ${message}`)
})

test('errors of other names and other messages are in other groups', () => {
  const groups = [
    group('declined'),
    group('declined', 'CardError'),
    group('expired'),
    group('status 402'),
    group('status 500'),
  ]
  expect(new Set(groups).size).toBe(groups.length)
})

test('the group of a list, which cuts messages after 500 characters, is that of the whole error', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', minLength: 0, maxLength: 700 }), fc.string(), (message, name) => {
      const whole = group(message, name)
      expect(group(message.slice(0, 500).replace(/[\uD800-\uDBFF]$/u, ''), name)).toBe(whole)
      expect(whole.length).toBeLessThanOrEqual(200)
      expect(whole.trim()).toBe(whole)
      expect(whole.isWellFormed()).toBe(true)
      expect(whole).not.toContain('\u0000')
    }),
  )
})

test('of an error whose texts are encoded, only the name', () => {
  expect(group('$encoded:3:abc', 'CardError')).toBe('CardError')
})
