import { describe, expect, test, vi } from 'vitest'

import { createFakeProvider } from '../../test/kit/fake-provider.ts'
import { createMemoryLogger } from '../../test/kit/memory-logger.ts'
import { createClient } from './create-client.ts'
import type { ClientOptions } from './client-options.ts'

const hook = () => undefined
const load = vi.fn<() => ReturnType<typeof createFakeProvider>>(() => createFakeProvider())
const create = (options: unknown) => createClient({ load }, options as ClientOptions)

describe('a client cannot be made', () => {
  test.each<[what: string, options: unknown, option: string, problem: string]>([
    ['an option that belongs into `config`', { concurrency: 5 }, 'concurrency', 'is not an option of a client'],
    ['a misspelt option', { job: [] }, 'job', 'is not an option of a client'],
    ['a misspelt hook', { hooks: { onSendd: hook } }, 'hooks.onSendd', 'is not an option of `hooks`'],
    ['a hook that is no function', { hooks: { onRunEnd: 'log' } }, 'hooks.onRunEnd', 'is a string, not a function'],
    ['a hook that is null', { hooks: { onSend: null } }, 'hooks.onSend', 'is null, not a function'],
    ['a function for its hooks', { hooks: hook }, 'hooks', 'is a function, not an object'],
    ['a logger without methods', { logger: {} }, 'logger.debug', 'is missing'],
    ['a logger that lacks one', { logger: { debug: hook, info: hook, warn: hook } }, 'logger.error', 'is missing'],
    [
      'a logger whose method is none',
      { logger: { ...console, warn: 5 } },
      'logger.warn',
      'is a number, not a function',
    ],
    ['null for a logger', { logger: null }, 'logger.debug', 'is missing'],
    ['the name of a logger', { logger: 'console' }, 'logger.debug', 'is missing'],
    ['a limit of nothing', { maxPayloadBytes: 0 }, 'maxPayloadBytes', 'is `0`'],
    ['a limit below nothing', { maxPayloadBytes: -1 }, 'maxPayloadBytes', 'is `-1`'],
    ['half a byte', { maxPayloadBytes: 1.5 }, 'maxPayloadBytes', 'is `1.5`'],
    ['no number for a limit', { maxPayloadBytes: Number.NaN }, 'maxPayloadBytes', 'is `NaN`'],
    ['a text for a limit', { maxPayloadBytes: '1000' }, 'maxPayloadBytes', 'is `1000`'],
    ['null for a limit', { maxPayloadBytes: null }, 'maxPayloadBytes', 'is `null`'],
  ])('with %s, which is said at once', (_what, options, option, problem) => {
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

describe('a client can be made', () => {
  test.each<[what: string, options: ClientOptions]>([
    ['nothing', {}],
    ['options that are `undefined`', { jobs: [], logger: undefined, hooks: undefined, maxPayloadBytes: undefined }],
    ['some of the hooks', { hooks: { onSend: hook, onRunEnd: hook } }],
    [
      'hooks of a class with a field of its own',
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
    ['a logger with more than it needs', { logger: { ...createMemoryLogger().logger, trace: hook } as never }],
    ['a limit', { maxPayloadBytes: 1 }],
  ])('with %s', (_what, options) => {
    expect(() => create(options)).not.toThrow()
  })
})
