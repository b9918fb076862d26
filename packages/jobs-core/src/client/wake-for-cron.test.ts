import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'

import { createFakeProvider } from '../../test/kit/fake-provider.ts'
import type { Definition } from '../jobs/definition.ts'
import { loadCopy } from '../../test/kit/load-copy.ts'
import type { JobProvider } from '../provider/job-provider.ts'

/** A process of its own for each test: nothing is defined or set. */
let core: Awaited<ReturnType<typeof loadCopy>>
const load = vi.fn<() => JobProvider>()

beforeEach(async () => {
  vi.useFakeTimers()
  vi.resetModules()
  Reflect.deleteProperty(globalThis, Symbol.for('@cgk-platform/jobs.ambient.v1'))
  core = await loadCopy()
  load.mockReset().mockImplementation(() => createFakeProvider())
})
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

const defineCron = () => core.defineCronJob({ id: 'nightly', schedule: '0 3 * * *', handler: () => undefined })
const hereClient = () => core.createClient({ load, runsInProcess: true })
const hereClientOf = (...jobs: Definition[]) => core.createClient({ load, runsInProcess: true }, { jobs })
/** Makes the default client one on an engine of this process, or of another. */
const registerDefault = (runsInProcess: boolean) =>
  core.registerEngine({ name: 'own', title: 'an engine', packageName: 'own', runsInProcess, load: async () => load })
/** Long enough for what waits a turn, and for what that makes wait another. */
const turn = () => vi.advanceTimersByTimeAsync(10)

describe('a cron job brings the engine of its process to life', () => {
  test.each([
    ['defined before the client', () => void [defineCron(), hereClient()]],
    ['defined after the client', () => void [hereClient(), defineCron()]],
  ])('%s', async (_order, program) => {
    registerDefault(true)
    program()
    expect(load).not.toHaveBeenCalled()
    await turn()
    expect(load).toHaveBeenCalledOnce()
  })

  test('but not before the program has had its turn to make a client', async () => {
    registerDefault(true)
    defineCron()
    core.setJobClient(core.createClient({ load }, { jobs: [] }))
    await turn()
    expect(load).not.toHaveBeenCalled()
  })

  test('but no engine that runs elsewhere', async () => {
    registerDefault(false)
    defineCron()
    core.createClient({ load })
    await turn()
    expect(load).not.toHaveBeenCalled()
  })

  test.each([
    ['before the client', () => hereClientOf(defineCron())],
    ['before a client that was set', () => core.setJobClient(hereClientOf(defineCron()))],
  ])('also where it is the client’s own: defined %s', async (_order, program) => {
    registerDefault(true)
    program()
    await turn()
    expect(load).toHaveBeenCalledOnce()
  })

  test('also a later one, after the engine of an earlier one was closed', async () => {
    registerDefault(false)
    defineCron()
    const client = hereClient()
    await turn()
    await client.close()
    hereClient()
    core.defineCronJob({ id: 'hourly', schedule: '0 * * * *', handler: () => undefined })
    await turn()
    expect(load).toHaveBeenCalledTimes(2)
  })

  test.each([
    ['for all jobs, on an engine elsewhere', undefined],
    ['for it', ['nightly']],
  ])('but makes none beside a client of the program %s', async (_whose, listed) => {
    registerDefault(true)
    const nightly = defineCron()
    core.createClient({ load }, listed ? { jobs: [nightly] } : {})
    await turn()
    expect(load).not.toHaveBeenCalled()
  })

  test('and says so where that fails, without breaking the process', async () => {
    const write = vi.spyOn(console, 'error').mockImplementation(() => undefined)
    load.mockImplementation(() => {
      throw new Error('No such package.')
    })
    defineCron()
    hereClient()
    await turn()
    expect(write).toHaveBeenCalledOnce()
    expect(String(write.mock.calls[0]?.[0])).toMatch(/no engine runs them.*No such package/s)
  })
})

describe('the default client that a cron job brought to life', () => {
  const wake = async () => {
    const fake = createFakeProvider()
    load.mockImplementation(() => fake)
    registerDefault(true)
    defineCron()
    await turn()
    return fake
  }

  test('is closed when another is set, since its cron jobs would tick beside', async () => {
    const fake = await wake()
    core.setJobClient(core.createClient({ load: () => createFakeProvider() }, { jobs: [] }))
    await turn()
    expect(fake.calls).toEqual(['close 0'])
  })

  test('is not closed when it was used meanwhile', async () => {
    const fake = await wake()
    await core.healthCheck()
    core.setJobClient(core.createClient({ load: () => createFakeProvider() }, { jobs: [] }))
    await turn()
    expect(fake.calls).toEqual([])
  })

  test('is put back to sleep by a test kit, and no other is brought to life', async () => {
    const fake = await wake()
    core.disableCronAutoStart()
    await turn()
    expect(fake.calls).toEqual(['close 0'])
    load.mockClear()
    core.defineCronJob({ id: 'hourly', schedule: '0 * * * *', handler: () => undefined })
    await turn()
    expect(load).not.toHaveBeenCalled()
  })
})
