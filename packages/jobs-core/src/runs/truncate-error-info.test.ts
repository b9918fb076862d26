import type { JobErrorInfo } from './error-info.ts'
import { expect, test } from 'vitest'

import { truncateErrorInfo } from './truncate-error-info.ts'

const limit = 16 * 1024
const frames = '\n    at pay (shop.ts:1:1)\n    at main (shop.ts:9:9)'

test('an error of ordinary size stays as it is, causes included', () => {
  const error: JobErrorInfo = {
    name: 'TypeError',
    message: 'x'.repeat(limit),
    code: 'E_ORDER',
    stack: frames,
    cause: { name: 'Error', message: '', cause: { name: 'Error', message: 'y' } },
  }
  expect(truncateErrorInfo(error)).toStrictEqual(error)
})

test('a long message ends in an ellipsis and tells how long it was', () => {
  const { message } = truncateErrorInfo({ name: 'Error', message: 'x'.repeat(limit + 1) })
  expect(message).toBe(`${'x'.repeat(limit)}… (16385 characters in total)`)
})

test('a long stack keeps its first frames, though the message before them is long', () => {
  const message = 'x'.repeat(100_000)
  const { stack } = truncateErrorInfo({ name: 'Error', message, stack: `Error: ${message}${frames}` })
  expect(stack).toMatch(/^Error: x{1024}… \(100000 characters in total\)\n/)
  expect(stack?.endsWith(frames)).toBe(true)
})

test('name and code are cut, and the same holds for each cause', () => {
  const text = 'x'.repeat(100_000)
  const huge: JobErrorInfo = { name: text, message: text, code: text, stack: text }
  const error = truncateErrorInfo({ ...huge, cause: { ...huge, cause: huge } })
  for (const one of [error, error.cause!, error.cause!.cause!]) {
    for (const part of [one.name, one.message, one.code, one.stack]) {
      expect(part).toMatch(/^x+… \(100000 characters in total\)$/)
      expect(part?.length).toBeLessThan(limit + 50)
    }
  }
})

test('no character is cut in half', () => {
  const { message } = truncateErrorInfo({ name: 'Error', message: `x${'👋'.repeat(limit)}` })
  expect(message).toMatch(/^x(👋)+…/u)
})
