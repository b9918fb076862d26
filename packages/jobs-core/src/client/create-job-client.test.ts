import { beforeEach, describe, expect, test, vi } from 'vitest'

import { createFakeProvider } from '../../test/kit/fake-provider.ts'
import { createMemoryLogger } from '../../test/kit/memory-logger.ts'
import type { JobProvider } from '../provider/job-provider.ts'
import { createJobClient, type JobClientOptions } from './create-job-client.ts'
import { registerEngine } from './register-engine.ts'

const engine = { name: 'own', title: 'an engine', packageName: 'jobs-own', runsInProcess: false }
const create = vi.fn<(config?: object) => JobProvider>(() => createFakeProvider())
/** `JobClientOptions` has no engine names in this package. */
const own = (options: object) => createJobClient({ jobs: [], ...options } as JobClientOptions)

beforeEach(() => {
  Reflect.deleteProperty(globalThis, Symbol.for('@cgk-platform/jobs.ambient.v1'))
  create.mockClear()
})

describe('createJobClient', () => {
  test('creates the provider of an imported engine at once, so that an invalid setting fails there', async () => {
    registerEngine({ ...engine, create })
    const client = own({ provider: 'own', config: { size: 1 } })
    expect(create).toHaveBeenCalledExactlyOnceWith({ size: 1 })
    expect(await client.healthCheck()).toMatchObject({ provider: 'fake' })
    create.mockImplementationOnce(() => {
      throw new TypeError('`size` is `0`.')
    })
    expect(() => own({ provider: 'own', config: { size: 0 } })).toThrow('`size` is `0`.')
  })

  test('loads an engine that is not imported on first use', async () => {
    const load = vi.fn<() => Promise<typeof create>>(async () => create)
    registerEngine({ ...engine, load })
    const client = own({ provider: 'own', config: { size: 1 } })
    expect(load).not.toHaveBeenCalled()
    expect(await client.healthCheck()).toMatchObject({ provider: 'fake' })
    expect(create).toHaveBeenCalledExactlyOnceWith({ size: 1 })
  })

  test('uses the engine that the environment chooses if the options name none', async () => {
    registerEngine({ ...engine, name: 'other', packageName: 'jobs-other', create: () => expect.unreachable() })
    registerEngine({ ...engine, create })
    vi.stubEnv('JOB_PROVIDER', 'own')
    expect(await own({}).healthCheck()).toMatchObject({ provider: 'fake' })
    vi.unstubAllEnvs()
  })

  test('warns once of a variable that is probably meant to be a setting', () => {
    registerEngine({ ...engine, create })
    const { logger, lines } = createMemoryLogger()
    vi.stubEnv('JOB_LOGLEVEL', 'debug')
    for (let clients = 0; clients < 2; clients++) own({ logger, provider: 'own' })
    vi.unstubAllEnvs()
    expect(lines.map(({ level, message }) => [level, message])).toEqual([
      ['warn', '`JOB_LOGLEVEL` is set but not read. If it is for this library, set `JOB_LOG_LEVEL` instead.'],
    ])
  })

  test('warns once of a variable that is probably meant to choose an engine', () => {
    registerEngine({ ...engine, isFallback: true, create })
    const { logger, lines } = createMemoryLogger()
    vi.stubEnv('JOBS_PROVIDER', 'inngest')
    for (let clients = 0; clients < 2; clients++) own({ logger })
    own({ logger, provider: 'own' })
    vi.unstubAllEnvs()
    expect(lines.map(({ level, message }) => [level, message])).toEqual([
      [
        'warn',
        '`JOBS_PROVIDER` is set but not read, so an engine is used. Set `JOB_PROVIDER` instead, or `JOB_PROVIDER=own` to use an engine.',
      ],
    ])
  })

  test('rejects the name of an engine that is not registered', () => {
    registerEngine({ ...engine, create })
    expect(() => own({ provider: 'sqs' })).toThrow(
      '`provider` is `sqs`, which is not an available engine. Use `own`, or import the package',
    )
  })

  test('accepts a provider object, and rejects settings for it', async () => {
    const provider = createFakeProvider()
    expect(await own({ provider }).healthCheck()).toMatchObject({ ok: true })
    expect(() => own({ provider, config: {} })).toThrow('`config` cannot be combined with a provider object')
  })
})
