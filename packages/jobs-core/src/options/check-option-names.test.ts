import { describe, expect, test } from 'vitest'

import { checkOptionNames } from './check-option-names.ts'

const check = (options: unknown) => checkOptionNames('`waitForJob`', options as object, ['timeout', 'signal'])
const remedy = 'The options are `timeout`, `signal`.'

describe('the options of a call', () => {
  test.each([undefined, {}, { timeout: 5 }, { signal: undefined, timeout: null }, Object.create(null)])(
    'may be %o: what they are set to is checked elsewhere',
    (options) => expect(() => check(options)).not.toThrow(),
  )

  test.each<[options: unknown, option: string, problem: string]>([
    [{ timeout: 5, timout: 5 }, 'timout', 'is not an option of `waitForJob`'],
    [{ Timeout: 5 }, 'Timeout', 'is not an option of `waitForJob`'],
    [{ delay: undefined }, 'delay', 'is not an option of `waitForJob`'],
    [JSON.parse('{ "__proto__": 5 }'), '__proto__', 'is not an option of `waitForJob`'],
    [{ toString: 5 }, 'toString', 'is not an option of `waitForJob`'],
    [null, 'options', 'is null, not an object'],
    ['5s', 'options', 'is a string, not an object'],
    [5, 'options', 'is a number, not an object'],
    [['5s'], 'options', 'is an array, not an object'],
    [() => undefined, 'options', 'is a function, not an object'],
  ])('cannot be %o', (options, option, problem) => {
    expect(() => check(options)).toThrow(
      expect.objectContaining({ code: 'invalid_option', option, message: `\`${option}\` ${problem}. ${remedy}` }),
    )
  })
})
