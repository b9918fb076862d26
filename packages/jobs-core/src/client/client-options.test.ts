import { describe, expect, test, vi } from 'vitest'

import { createFakeProvider } from '../../test/kit/fake-provider.ts'
import { createMemoryLogger } from '../../test/kit/memory-logger.ts'
import { createClient } from './create-client.ts'
import type { ClientOptions } from './client-options.ts'

const hook = () => undefined
const load = vi.fn<() => ReturnType<typeof createFakeProvider>>(() => createFakeProvider())
const create = (options: unknown) => createClient({ load }, options as ClientOptions)

describe('a client is rejected', () => {
  test.each<[what: string, options: unknown, option: string, problem: string]>([
    ['an option that belongs in `config`', { concurrency: 5 }, 'concurrency', 'is not an option of a client'],
    ['a misspelled option', { job: [] }, 'job', 'is not an option of a client'],
    ['a misspelled hook', { hooks: { onSendd: hook } }, 'hooks.onSendd', 'is not an option of `hooks`'],
    ['a hook that is not a function', { hooks: { onRunEnd: 'log' } }, 'hooks.onRunEnd', 'is a string, not a function'],
    ['a hook that is null', { hooks: { onSend: null } }, 'hooks.onSend', 'is null, not a function'],
    ['a function as hooks', { hooks: hook }, 'hooks', 'is a function, not an object'],
    ['a logger without methods', { logger: {} }, 'logger.debug', 'is missing'],
    ['a logger without one method', { logger: { debug: hook, info: hook, warn: hook } }, 'logger.error', 'is missing'],
    [
      'a logger method that is not a function',
      { logger: { ...console, warn: 5 } },
      'logger.warn',
      'is a number, not a function',
    ],
    ['null as a logger', { logger: null }, 'logger.debug', 'is missing'],
    ['a string as a logger', { logger: 'console' }, 'logger.debug', 'is missing'],
    ['a limit of 0', { maxPayloadBytes: 0 }, 'maxPayloadBytes', 'is `0`'],
    ['a negative limit', { maxPayloadBytes: -1 }, 'maxPayloadBytes', 'is `-1`'],
    ['a fractional limit', { maxPayloadBytes: 1.5 }, 'maxPayloadBytes', 'is `1.5`'],
    ['NaN as a limit', { maxPayloadBytes: Number.NaN }, 'maxPayloadBytes', 'is `NaN`'],
    ['a string as a limit', { maxPayloadBytes: '1000' }, 'maxPayloadBytes', 'is the string `1000`'],
    ['null as a limit', { maxPayloadBytes: null }, 'maxPayloadBytes', 'is `null`'],
  ])('at once with %s', (_what, options, option, problem) => {
    expect(() => create(options)).toThrow(
      expect.objectContaining({
        code: 'invalid_option',
        option,
        message: expect.stringContaining(`\`${option}\` ${problem}. `),
      }),
    )
    expect(load).not.toHaveBeenCalled()
  })
})

describe('a client is created', () => {
  test.each<[what: string, options: ClientOptions]>([
    ['no options', {}],
    ['options that are `undefined`', { jobs: [], logger: undefined, hooks: undefined, maxPayloadBytes: undefined }],
    ['some of the hooks', { hooks: { onSend: hook, onRunEnd: hook } }],
    [
      'hooks of a class with a field',
      {
        hooks: new (class {
          sends = 0
          onSend(): void {
            this.sends += 1
          }
        })(),
      },
    ],
    ['the console', { logger: console }],
    ['a logger with extra methods', { logger: { ...createMemoryLogger().logger, trace: hook } as never }],
    ['a limit', { maxPayloadBytes: 1 }],
  ])('with %s', (_what, options) => {
    expect(() => create(options)).not.toThrow()
  })
})
