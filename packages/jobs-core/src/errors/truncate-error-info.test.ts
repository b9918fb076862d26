import type { JobErrorInfo } from './job-error-info.ts'
import { expect, test } from 'vitest'

import { truncateErrorInfo } from './truncate-error-info.ts'

const limit = 16 * 1024
const frames = '\n    at pay (shop.ts:1:1)\n    at main (shop.ts:9:9)'

test('does not change an error of normal size, including causes', () => {
  const error: JobErrorInfo = {
    name: 'TypeError',
    message: 'x'.repeat(limit),
    code: 'E_ORDER',
    stack: frames,
    cause: { name: 'Error', message: '', cause: { name: 'Error', message: 'y' } },
  }
  expect(truncateErrorInfo(error)).toStrictEqual(error)
})

test('truncates a long message and appends its length', () => {
  const { message } = truncateErrorInfo({ name: 'Error', message: 'x'.repeat(limit + 1) })
  expect(message).toMatch(/^x{16300,}… \(16385 characters in total\)$/)
  expect(message.length).toBeLessThanOrEqual(limit)
})

test('keeps the first frames of a long stack after a long message', () => {
  const message = 'x'.repeat(100_000)
  const { stack } = truncateErrorInfo({ name: 'Error', message, stack: `Error: ${message}${frames}` })
  expect(stack).toMatch(/^Error: x{1024}… \(100000 characters in total\)\n/)
  expect(stack?.endsWith(frames)).toBe(true)
})

test('truncates the name and the code, and those of each cause', () => {
  const text = 'x'.repeat(100_000)
  const huge: JobErrorInfo = { name: text, message: text, code: text, stack: text }
  const error = truncateErrorInfo({ ...huge, cause: { ...huge, cause: huge } })
  for (const one of [error, error.cause!, error.cause!.cause!]) {
    for (const part of [one.name, one.message, one.code, one.stack]) {
      expect(part).toMatch(/^x+… \(100000 characters in total\)$/)
      expect(part?.length).toBeLessThanOrEqual(limit)
    }
  }
})

test('does not split a character', () => {
  const { message } = truncateErrorInfo({ name: 'Error', message: `x${'👋'.repeat(limit)}` })
  expect(message).toMatch(/^x(👋)+…/u)
})
