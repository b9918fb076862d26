import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'

import { createFakeProvider } from '../../test/kit/fake-provider.ts'
import type { Definition } from '../jobs/definition.ts'
import { loadCopy } from '../../test/kit/load-copy.ts'
import type { JobProvider } from '../provider/job-provider.ts'

/** A fresh copy of the library for each test, as in a new process. */
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
const createInProcessClient = () => core.createClient({ load, runsInProcess: true })
const createInProcessClientFor = (...jobs: Definition[]) => core.createClient({ load, runsInProcess: true }, { jobs })
/** Registers the default engine, which runs in this process or elsewhere. */
const registerDefault = (runsInProcess: boolean) =>
  core.registerEngine({ name: 'own', title: 'an engine', packageName: 'own', runsInProcess, load: async () => load })
/** Lets two turns of the event loop pass. */
const turn = () => vi.advanceTimersByTimeAsync(10)

describe('a cron job starts the engine of its process', () => {
  test.each([
    ['defined before the client', () => void [defineCron(), createInProcessClient()]],
    ['defined after the client', () => void [createInProcessClient(), defineCron()]],
  ])('%s', async (_order, program) => {
    registerDefault(true)
    program()
    expect(load).not.toHaveBeenCalled()
    await turn()
    expect(load).toHaveBeenCalledOnce()
  })

  test('but a job or a workflow does not', async () => {
    registerDefault(true)
    createInProcessClient()
    core.defineJob({ id: 'thank', event: 'order.created', handler: () => undefined })
    core.defineWorkflow({ id: 'fulfil', event: 'order.created', steps: () => undefined })
    await turn()
    expect(load).not.toHaveBeenCalled()
  })

  test('but not before the program could create a client', async () => {
    registerDefault(true)
    defineCron()
    core.setJobClient(core.createClient({ load }, { jobs: [] }))
    await turn()
    expect(load).not.toHaveBeenCalled()
  })

  test('but not an engine that runs elsewhere', async () => {
    registerDefault(false)
    defineCron()
    core.createClient({ load })
    await turn()
    expect(load).not.toHaveBeenCalled()
  })

  test.each([
    ['before the client', () => createInProcessClientFor(defineCron())],
    ['before a client that was set', () => core.setJobClient(createInProcessClientFor(defineCron()))],
  ])('also if it is in the `jobs` of the client: defined %s', async (_order, program) => {
    registerDefault(true)
    program()
    await turn()
    expect(load).toHaveBeenCalledOnce()
  })

  test('also the engine of a second client, after the first client was closed', async () => {
    registerDefault(false)
    defineCron()
    const client = createInProcessClient()
    await turn()
    await client.close()
    createInProcessClient()
    core.defineCronJob({ id: 'hourly', schedule: '0 * * * *', handler: () => undefined })
    await turn()
    expect(load).toHaveBeenCalledTimes(2)
  })

  test.each([
    ['for all jobs, on an engine elsewhere', undefined],
    ['for this job', ['nightly']],
  ])('but creates no default client if the program has a client %s', async (_whose, listed) => {
    registerDefault(true)
    const nightly = defineCron()
    core.createClient({ load }, listed ? { jobs: [nightly] } : {})
    await turn()
    expect(load).not.toHaveBeenCalled()
  })

  test('and logs an error if that fails, without ending the process', async () => {
    const write = vi.spyOn(console, 'error').mockImplementation(() => undefined)
    load.mockImplementation(() => {
      throw new Error('No such package.')
    })
    defineCron()
    createInProcessClient()
    await turn()
    expect(write).toHaveBeenCalledOnce()
    expect(String(write.mock.calls[0]?.[0])).toMatch(/their engine could not be started.*No such package/s)
  })
})

describe('a default client that a cron job started', () => {
  const startByCron = async () => {
    const fake = createFakeProvider()
    load.mockImplementation(() => fake)
    registerDefault(true)
    defineCron()
    await turn()
    return fake
  }

  test('is closed when another client is set, because cron jobs would tick twice', async () => {
    const fake = await startByCron()
    core.setJobClient(core.createClient({ load: () => createFakeProvider() }, { jobs: [] }))
    await turn()
    expect(fake.calls).toEqual(['close 0'])
  })

  test('is not closed if a call has used it', async () => {
    const fake = await startByCron()
    await core.healthCheck()
    core.setJobClient(core.createClient({ load: () => createFakeProvider() }, { jobs: [] }))
    await turn()
    expect(fake.calls).toEqual([])
  })

  test('is closed by `disableCronAutoStart`, and no other is started', async () => {
    const fake = await startByCron()
    core.disableCronAutoStart()
    await turn()
    expect(fake.calls).toEqual(['close 0'])
    load.mockClear()
    core.defineCronJob({ id: 'hourly', schedule: '0 * * * *', handler: () => undefined })
    await turn()
    expect(load).not.toHaveBeenCalled()
  })
})
