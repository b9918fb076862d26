import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'

import { createDeferred } from '../../test/kit/deferred.ts'
import {
  createFakeProvider,
  type FakeProvider,
  type FakeProviderOptions,
  jobStatus,
} from '../../test/kit/fake-provider.ts'
import { InvalidDefinitionError } from '../errors/invalid-definition-error.ts'
import { eventType } from '../events/event-type.ts'
import { defineCronJob } from '../jobs/define-cron-job.ts'
import { defineJob } from '../jobs/define-job.ts'
import type { Definition } from '../jobs/definition.ts'
import { processJobs } from '../jobs/job-registry.ts'
import type { JobProvider } from './job-provider.ts'
import { runWithClient } from '../ambient/async-context.ts'
import { createClient } from '../client/create-client.ts'
import type { JobClient } from '../client/job-client.ts'

const order = { tenantId: 'acme', orderId: 'order_1' }
const email = { tenantId: 'acme', type: 'welcome', recipientEmail: 'ada@example.com' }
const fine = (id: string) => defineJob({ id, event: 'order.created', handler: () => undefined })
const daily = (id = 'daily') => defineCronJob({ id, schedule: '0 9 * * *', handler: () => undefined })
const timed = (id = 'timed') => defineJob({ id, event: 'order.created', handler: () => undefined, timeout: '5s' })

const clientOf = (provider: FakeProvider, jobs: Definition[] = []) => createClient({ load: () => provider }, { jobs })

let open: JobClient[] = []
/** Creates a client for all definitions of the process. It is closed after its test. */
const ambientClient = (load: () => JobProvider | Promise<JobProvider>): JobClient => {
  const client = createClient({ load })
  open.push(client)
  return client
}

beforeEach(() => {
  for (const { id } of processJobs().all()) processJobs().remove(id)
})
afterEach(async () => {
  await Promise.all(open.map((client) => client.close()))
  open = []
})

describe('the provider', () => {
  test('serves one client: a second client is rejected, and the first still works', async () => {
    const provider = createFakeProvider()
    const [first, second] = [clientOf(provider), clientOf(provider)]
    await first.sendJob('order.created', order)
    await expect(second.sendJob('order.created', order)).rejects.toMatchObject({
      code: 'invalid_option',
      message: '`provider` already has a client. Create one `fake` provider for each client.',
    })
    expect(await first.sendJob('order.created', order)).toMatchObject({ tenantId: 'acme' })
  })

  test('is loaded again by the next call if loading fails', async () => {
    const provider = createFakeProvider()
    const error = new Error('No network.')
    const load = vi.fn<() => Promise<JobProvider>>().mockRejectedValueOnce(error).mockResolvedValue(provider)
    const client = createClient({ load }, { jobs: [] })
    await expect(client.sendJob('order.created', order)).rejects.toBe(error)
    await client.sendJob('order.created', order)
    expect(provider.sent).toHaveLength(1)
  })

  test.each([{ specificationVersion: 'v2' }, {}, undefined, null])(
    'is rejected if it is %j, without the contract version',
    async (wrong) => {
      const client = createClient({ load: () => wrong as never }, { jobs: [] })
      await expect(client.sendJob('order.created', order)).rejects.toMatchObject({
        code: 'invalid_option',
        option: 'provider',
        message: expect.stringContaining('`v1`'),
      })
    },
  )

  test('is opened again by the next call if `attach` throws, and checks no definition until then', async () => {
    const attach = vi.fn<() => void>().mockImplementationOnce(() => {
      throw new Error('The port is taken.')
    })
    const client = ambientClient(() => createFakeProvider({ attach, without: ['timeout'] }))
    await expect(client.healthCheck()).rejects.toThrow('The port is taken.')
    expect(() => timed()).not.toThrow()
    processJobs().remove('timed')
    await expect(client.healthCheck()).resolves.toMatchObject({ ok: true })
  })
})

describe('a definition that the engine does not support', () => {
  const unsupported = {
    code: 'unsupported_feature',
    feature: 'timeout',
    provider: 'fake',
    message: expect.stringContaining('Do without.'),
  }

  test('is rejected when it is defined, once the engine is open, and is not registered', async () => {
    await ambientClient(() => createFakeProvider({ without: ['timeout'] })).healthCheck()
    expect(() => timed()).toThrow(expect.objectContaining(unsupported))
    expect(processJobs().get('timed')).toBeUndefined()
  })

  test('is accepted again once the client is closed', async () => {
    const client = ambientClient(() => createFakeProvider({ without: ['timeout'] }))
    await client.healthCheck()
    await client.close()
    expect(() => timed()).not.toThrow()
  })

  test('is accepted again if the client is closed while its engine opens', async () => {
    const loading = createDeferred<JobProvider>()
    const client = ambientClient(() => loading.promise)
    const health = client.healthCheck()
    const closing = client.close()
    loading.resolve(createFakeProvider({ without: ['timeout'] }))
    await Promise.all([health, closing])
    expect(() => timed()).not.toThrow()
  })

  test('does not stop sends and reads of other events', async () => {
    const provider = createFakeProvider({ without: ['timeout'] })
    provider.jobs.set('job_1', jobStatus())
    const client = clientOf(provider, [timed(), daily()])
    await client.sendJob('email.send', email)
    const [sent] = await client.sendJobs([{ event: 'email.send', payload: email }])
    await client.getJobStatus('job_1')
    await client.listJobs()
    await client.cancelJob('job_1')
    expect([provider.sent.map(({ event }) => event), sent]).toMatchObject([['email.send', 'email.send'], { ok: true }])
  })

  test('fails the sends of its event, and of itself', async () => {
    const provider = createFakeProvider({ without: ['timeout'] })
    const own = defineJob({ id: 'own', payload: eventType<object>(), handler: () => undefined, timeout: '5s' })
    const client = clientOf(provider, [timed(), own])
    await expect(client.sendJob('order.created', order)).rejects.toMatchObject(unsupported)
    await expect(client.sendJob(own, order)).rejects.toMatchObject({ message: expect.stringContaining('`own`') })
    const [sent, refused] = await client.sendJobs([
      { event: 'email.send', payload: email },
      { event: 'order.created', payload: order },
    ])
    expect([sent, refused]).toMatchObject([{ ok: true }, { ok: false, error: unsupported }])
    expect(provider.sent).toHaveLength(1)
  })

  test('fails no sends while it is disabled', async () => {
    const provider = createFakeProvider({ without: ['timeout'] })
    const job = { id: 'off', event: 'order.created', handler: () => undefined, timeout: '5s', enabled: false } as const
    await clientOf(provider, [defineJob(job)]).sendJob('order.created', order)
    expect(provider.sent).toHaveLength(1)
  })

  test('fails `runCronJob` of it', async () => {
    const client = clientOf(createFakeProvider({ without: ['cron'] }), [daily()])
    await expect(client.inspect.runCronJob('daily')).rejects.toMatchObject({ code: 'unsupported_feature' })
  })

  test('fails `start`, which names all of them', async () => {
    const provider = createFakeProvider({ without: ['timeout', 'cron'] })
    const client = clientOf(provider, [timed('one'), daily('two'), fine('three')])
    await expect(client.start()).rejects.toMatchObject({
      code: 'unsupported_feature',
      feature: 'timeout, cron',
      provider: 'fake',
      message: expect.stringMatching(/`timeout`, which `one` uses[^]*`cron`, which `two` uses/),
    })
    expect(provider.calls).toEqual([])
  })

  test('fails `healthCheck`, which names all of them', async () => {
    const client = clientOf(createFakeProvider({ without: ['timeout'] }), [timed('one'), timed('two'), fine('three')])
    expect(await client.healthCheck()).toEqual({
      ok: false,
      provider: 'fake',
      checks: [{ name: 'definitions', ok: false, message: expect.stringMatching(/`one`[^]*`two`/) }],
    })
  })

  test('is not given to the engine, also when it changes', async () => {
    const provider = createFakeProvider({ without: ['timeout'] })
    timed('one')
    const two = fine('two')
    await ambientClient(() => provider).capabilities()
    const { jobs } = provider.hosts[0]!
    const given = () => [jobs.all(), jobs.subscribers('order.created'), jobs.get('one')]
    expect(given()).toEqual([[two], [two], undefined])
    const one = fine('one')
    expect(given()).toEqual([[one, two], [one, two], one])
  })

  test('is logged when the engine opens', async () => {
    const error = vi.fn<(message: unknown) => void>()
    const logger = { debug: vi.fn<() => void>(), info: vi.fn<() => void>(), warn: vi.fn<() => void>(), error }
    const client = createClient(
      { load: () => createFakeProvider({ without: ['timeout'] }) },
      { jobs: [timed()], logger },
    )
    await client.capabilities()
    await client.listJobs()
    expect(error.mock.calls.flat().join(' ')).toContain('which `timed` uses')
    expect(error).toHaveBeenCalledTimes(1)
  })

  test('does not keep others from being defined later', async () => {
    timed('one')
    await ambientClient(() => createFakeProvider({ without: ['timeout'] })).capabilities()
    expect(() => fine('two')).not.toThrow()
    expect(() => timed('three')).toThrow(expect.objectContaining(unsupported))
  })

  test('is not checked by a client with its own jobs', async () => {
    await clientOf(createFakeProvider({ without: ['timeout'] })).healthCheck()
    expect(() => timed()).not.toThrow()
  })
})

describe('closing a client', () => {
  test('takes at most ten seconds by default', async () => {
    const provider = createFakeProvider()
    const client = clientOf(provider)
    await client.start()
    await client.close()
    expect(provider.calls).toEqual(['start', 'close 10000'])
  })

  test('asks a provider that is an instance of a class about steps', async () => {
    class Refusing {
      readonly error = new InvalidDefinitionError({ what: 'A', field: 'b', problem: 'c', remedy: 'D.' })
      findStepError(): InvalidDefinitionError {
        return this.error
      }
    }
    const provider = Object.assign(new Refusing(), createFakeProvider())
    await clientOf(provider).healthCheck()
    expect(provider.hosts[0]!.findStepError!({} as never, 'acme')).toBe(provider.error)
  })

  test('rejects calls that change something, and names the call', async () => {
    const provider = createFakeProvider()
    provider.jobs.set('job_1', jobStatus())
    const client = clientOf(provider)
    await client.healthCheck()
    await client.close()
    const refused = [
      ['sendJob', client.sendJob('order.created', order)],
      ['sendJobs', client.sendJobs([{ event: 'order.created', payload: order }])],
      ['cancelJob', client.cancelJob('job_1')],
      ['retryJob', client.retryJob('job_1')],
      ['start', client.start()],
    ] as const
    for (const [operation, call] of refused) {
      await expect(call).rejects.toMatchObject({
        code: 'client_closed',
        message: expect.stringContaining(`\`${operation}\``),
      })
    }
    expect(provider.sent).toEqual([])
  })

  test('accepts sends of its running handlers until they have ended', async () => {
    const ending = createDeferred()
    const provider = createFakeProvider({ close: () => ending.promise })
    const client = clientOf(provider)
    await client.healthCheck()
    const closing = client.close()
    const fromHandler = () => runWithClient(client, () => client.sendJob('order.created', order))
    await expect(fromHandler()).resolves.toMatchObject({ event: 'order.created' })
    await expect(client.sendJob('order.created', order)).rejects.toMatchObject({ code: 'client_closed' })
    ending.resolve()
    await closing
    await expect(fromHandler()).rejects.toMatchObject({ code: 'client_closed' })
    expect(provider.sent).toHaveLength(1)
  })

  test.each([-1, 'soon', null])('rejects the timeout %j', async (timeout) => {
    await expect(clientOf(createFakeProvider()).close({ timeout: timeout as never })).rejects.toMatchObject({
      option: 'timeout',
    })
  })
})

/** Opens a client whose engine closes when `ending` is resolved. */
async function openClient(options: FakeProviderOptions = {}) {
  const ending = createDeferred()
  const timeouts: number[] = []
  const close: JobProvider['close'] = ({ timeoutMs }) => {
    timeouts.push(timeoutMs)
    return ending.promise
  }
  const provider = createFakeProvider({ close, ...options })
  const client = createClient({ load: () => provider }, { jobs: [] })
  await client.healthCheck()
  return { client, ending, timeouts }
}
const turn = () => new Promise<void>((resolve) => setImmediate(resolve))

describe('a second close', () => {
  test('with a shorter timeout shortens the first, and both end together', async () => {
    const { client, ending, timeouts } = await openClient()
    const closing = [client.close({ timeout: '1h' })]
    await turn()
    closing.push(client.close({ timeout: 0 }))
    await turn()
    expect(timeouts).toEqual([3_600_000, 0])
    ending.resolve()
    await Promise.all(closing)
  })

  test('with the same or a longer timeout changes nothing', async () => {
    const { client, ending, timeouts } = await openClient()
    const closing = [client.close({ timeout: '5s' })]
    await turn()
    closing.push(client.close(), client.close({ timeout: '5s' }))
    await turn()
    expect(timeouts).toEqual([5000])
    ending.resolve()
    await Promise.all(closing)
  })

  test('while the engine still opens also counts: the shortest timeout applies', async () => {
    const loading = createDeferred<JobProvider>()
    const provider = createFakeProvider()
    const client = createClient({ load: () => loading.promise }, { jobs: [] })
    const health = client.healthCheck()
    const closing = [client.close(), client.close({ timeout: '1s' }), client.close({ timeout: '2s' })]
    loading.resolve(provider)
    await Promise.all([health, ...closing])
    expect(provider.calls).toEqual(['close 1000'])
  })

  test('rejects with the same error if the engine fails to close, without an unhandled rejection', async () => {
    const onUnhandled = vi.fn<(reason: unknown) => void>()
    process.on('unhandledRejection', onUnhandled)
    const { client, ending } = await openClient()
    const closing = [client.close()]
    await turn()
    closing.push(client.close({ timeout: 0 }))
    ending.reject(new Error('The port is stuck.'))
    for (const one of closing) await expect(one).rejects.toThrow('The port is stuck.')
    await turn()
    process.off('unhandledRejection', onUnhandled)
    expect(onUnhandled).not.toHaveBeenCalled()
  })
})

describe('a client that is closed before it was opened', () => {
  test('rejects reads and does not open the engine, because nobody would close it', async () => {
    const load = vi.fn<() => JobProvider>(() => createFakeProvider())
    const client = createClient({ load }, { jobs: [] })
    await client.close()
    const reads: (() => Promise<unknown>)[] = [
      () => client.getJobStatus('job_1'),
      () => client.waitForJob('job_1'),
      () => client.listJobs(),
      () => client.healthCheck(),
      () => client.capabilities(),
    ]
    for (const read of reads) {
      await expect(read()).rejects.toMatchObject({ name: 'ClientClosedError', code: 'client_closed' })
    }
    expect(load).not.toHaveBeenCalled()
  })
})
