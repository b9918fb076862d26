import { toErrorInfo } from '@cgk-platform/jobs-core/provider'
import { isOOMRunError, parseError, sanitizeError, shouldRetryError, taskRunErrorEnhancer } from '@trigger.dev/core/v3'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { toDisplayError } from './display-error.ts'

/** What the SDK makes of an error before it is sent. */
function sent(error: Error) {
  return sanitizeError(parseError(error))
}

/** Half of a character, as JSON has it. */
const half = /\\ud[89a-f]/

const smile = '😀'

describe('an error as it is shown', () => {
  test('has the name, the message, the stack and the causes that it had', () => {
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
    ['a text that was cut', `body: ${smile}${smile}`.slice(0, 7)],
    ['the SDK, which cuts a message', `${'x'.repeat(999)}${smile}`],
    ['the SDK, which cuts what it has cut', `${'x'.repeat(998)}${smile.repeat(20)}`],
    ['the SDK, which cuts a line of the stack', `${'x'.repeat(1016)}${smile.repeat(20)}`],
    ['the SDK, which takes a character out', `${smile[0]}\0${smile[1]}${smile[0]}\0`],
    ['a text that was cut in its middle', `${smile[0]}${'x'.repeat(20_000)}${smile[1]}`],
  ])('has no half of a character, by %s: the database takes none', (_, text) => {
    const error = Object.assign(new Error(text, { cause: new Error(text) }), { name: text.slice(0, 7) })
    Object.assign(error.cause as Error, { name: `${'x'.repeat(255)}${smile}` })
    expect(JSON.stringify(sent(toDisplayError(toErrorInfo(error))))).not.toMatch(half)
  })

  test('has none whatever is thrown', () => {
    const text = fc.string({ unit: fc.constantFrom('x', '\0', '\n', smile, smile[0]!, smile[1]!), maxLength: 3000 })
    fc.assert(
      fc.property(text, fc.nat(1100), text, (message, padding, name) => {
        const error = Object.assign(new Error('x'.repeat(padding) + message), { name })
        expect(JSON.stringify(sent(toDisplayError(toErrorInfo(error))))).not.toMatch(half)
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
  ])('can be tried again where it is a %s: %s', (name, message) => {
    const shown = sent(toDisplayError(toErrorInfo(Object.assign(new Error(message), { name }))))
    expect([isOOMRunError(shown), shouldRetryError(taskRunErrorEnhancer(shown))]).toEqual([false, true])
    expect(shown).toMatchObject({ type: 'BUILT_IN_ERROR' })
  })

  test('keeps what tells of too little memory where it is to run on a larger machine', () => {
    const told = toErrorInfo(Object.assign(new Error('MANUAL_OOM_KILL_ERROR'), { name: 'OutOfMemoryError' }))
    expect(isOOMRunError(sent(toDisplayError(told, 'verbatim')))).toBe(true)
  })
})
