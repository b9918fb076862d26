import { toErrorInfo } from '@cgk-platform/jobs-core/provider'
import { isOOMRunError, parseError, sanitizeError, shouldRetryError, taskRunErrorEnhancer } from '@trigger.dev/core/v3'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { toDisplayError } from './display-error.ts'

/** Converts an error as the SDK does before it sends it. */
function toSentError(error: Error) {
  return sanitizeError(parseError(error))
}

/** An unpaired surrogate in JSON. */
const unpairedSurrogate = /\\ud[89a-f]/

const smile = '😀'

describe('toDisplayError', () => {
  test('keeps the name, message, stack and causes', () => {
    const cause = new RangeError('far')
    const error = new TypeError('no', { cause })
    expect(toDisplayError(toErrorInfo(error))).toMatchObject({
      name: 'TypeError',
      message: 'no',
      stack: error.stack,
      cause: { name: 'RangeError', message: 'far', stack: cause.stack },
    })
  })

  test.each([
    ['in a message that was cut before', `body: ${smile}${smile}`.slice(0, 7)],
    ['where the SDK cuts a message', `${'x'.repeat(999)}${smile}`],
    ['where the SDK cuts twice', `${'x'.repeat(998)}${smile.repeat(20)}`],
    ['where the SDK cuts a line of the stack', `${'x'.repeat(1016)}${smile.repeat(20)}`],
    ['where the SDK removes a character', `${smile[0]}\0${smile[1]}${smile[0]}\0`],
    ['where a long message is cut in the middle', `${smile[0]}${'x'.repeat(20_000)}${smile[1]}`],
  ])('leaves no unpaired surrogate %s', (_, text) => {
    const error = Object.assign(new Error(text, { cause: new Error(text) }), { name: text.slice(0, 7) })
    Object.assign(error.cause as Error, { name: `${'x'.repeat(255)}${smile}` })
    expect(JSON.stringify(toSentError(toDisplayError(toErrorInfo(error))))).not.toMatch(unpairedSurrogate)
  })

  test('leaves no unpaired surrogate in any error', () => {
    const text = fc.string({ unit: fc.constantFrom('x', '\0', '\n', smile, smile[0]!, smile[1]!), maxLength: 3000 })
    fc.assert(
      fc.property(text, fc.nat(1100), text, (message, padding, name) => {
        const error = Object.assign(new Error('x'.repeat(padding) + message), { name })
        expect(JSON.stringify(toSentError(toDisplayError(toErrorInfo(error))))).not.toMatch(unpairedSurrogate)
      }),
      { numRuns: 50 },
    )
  })

  test.each([
    ['Error', 'Failed: ffmpeg was killed with signal SIGKILL, ffmpeg was killed with signal SIGKILL'],
    ['Error', 'ffmpeg was killed with signal SIGKILL'],
    ['OutOfMemoryError', 'MANUAL_OOM_KILL_ERROR'],
    ['OutOfMemoryError', 'MANUAL_OOM_KILL_ERROR\0'],
    ['UnexpectedExitError', 'Unexpected exit with code -1 after signal SIGKILL'],
    ['TriggerInternalError', 'no'],
  ])('makes an error retryable that Trigger.dev would not retry: %s: %s', (name, message) => {
    const sentError = toSentError(toDisplayError(toErrorInfo(Object.assign(new Error(message), { name }))))
    expect([isOOMRunError(sentError), shouldRetryError(taskRunErrorEnhancer(sentError))]).toEqual([false, true])
    expect(sentError).toMatchObject({ type: 'BUILT_IN_ERROR' })
  })

  test('keeps the message of a lack of memory with `verbatim`', () => {
    const info = toErrorInfo(Object.assign(new Error('MANUAL_OOM_KILL_ERROR'), { name: 'OutOfMemoryError' }))
    expect(isOOMRunError(toSentError(toDisplayError(info, 'verbatim')))).toBe(true)
  })
})
