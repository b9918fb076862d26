import {
  type CronContext,
  defineCronJob,
  type Definition,
  type JobClient,
  sendJob,
  setJobClient,
} from '@cgk-platform/jobs-core'
import { createClient } from '@cgk-platform/jobs-core/provider'
import { createDeferred } from '@cgk-platform/test-kit/deferred'
import { createRecordedLogger } from '@cgk-platform/test-kit/recorded-logger'
import '@cgk-platform/test-kit/work'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'

import { createLocalProvider } from '../../src/provider/local-provider.ts'
import { createVirtualClock, type VirtualClock } from '../../src/testing/virtual-clock.ts'
import { removeDefinitions } from '../kit/remove-definitions.ts'

let clock: VirtualClock
let ticks: string[]
let clients: JobClient[]

/** Creates a client like those of an app, but on a virtual clock, with all defined jobs or only the given ones. */
function createProcessClient(jobs?: Definition[], onLoad: () => void = () => undefined): JobClient {
  const load = () => {
    onLoad()
    return createLocalProvider({}, { clock })
  }
  const client = createClient(
    { load, runsInProcess: true },
    { clock, logger: createRecordedLogger(), ...(jobs && { jobs }) },
  )
  clients.push(client)
  return client
}

function defineCron(id: string) {
  const handler = ({ scheduledAt }: CronContext) => void ticks.push(`${id} ${scheduledAt.getUTCMinutes()}`)
  return defineCronJob({ id, schedule: '* * * * *', handler })
}

async function advance(minutes: number): Promise<void> {
  const turns = async (): Promise<void> => {
    for (let turn = 0; turn < 20; turn++) await clock.yield()
  }
  await turns()
  for (const until = clock.now() + minutes * 60_000; clock.step(until);) await turns()
  await turns()
}

beforeEach(() => {
  clock = createVirtualClock(Date.UTC(2026, 0, 1))
  ticks = []
  clients = []
  setJobClient(undefined)
})
afterEach(async () => {
  setJobClient(undefined)
  await Promise.all(clients.map((client) => client.close()))
  removeDefinitions()
})

describe('a cron job in the `jobs` of a client', () => {
  test('ticks without any call on the client', async () => {
    const loaded = createDeferred()
    createProcessClient([defineCron('report')], () => loaded.resolve())
    await loaded.promise
    await advance(2)
    expect(ticks).toEqual(['report 1', 'report 2'])
  })

  test('ticks once, even if the default client also has it and sends something', async () => {
    const report = defineCron('report')
    const worker = createProcessClient([report])
    await worker.start()
    setJobClient(createProcessClient())
    await sendJob('work.ignored', { tenantId: 'acme' })
    await advance(2)
    expect(ticks).toEqual(['report 1', 'report 2'])
    expect((await worker.listJobs()).jobs).toHaveLength(2)
  })

  test('does not tick on a client that does not have it', async () => {
    const report = defineCron('report')
    defineCron('cleanup')
    await createProcessClient([report]).capabilities()
    await createProcessClient().capabilities()
    await advance(1)
    expect(ticks.toSorted()).toEqual(['cleanup 1', 'report 1'])
  })

  test.each([
    ['its own jobs', true],
    ['all jobs', false],
  ])('is taken over without losing a tick when its client closes, by a client with %s', async (_which, ownFirst) => {
    const report = defineCron('report')
    const [own, all] = [createProcessClient([report]), createProcessClient()]
    const [first, second] = ownFirst ? [own, all] : [all, own]
    await first.capabilities()
    await second.capabilities()
    await advance(2)
    await first.close()
    await advance(2)
    expect(ticks).toEqual(['report 1', 'report 2', 'report 3', 'report 4'])
    expect((await second.listJobs()).jobs).toHaveLength(2)
  })

  test('is taken over by the client that opened last, if one in between has closed', async () => {
    const report = defineCron('report')
    const [first, second, third] = [1, 2, 3].map(() => createProcessClient([report]))
    await first!.capabilities()
    await second!.capabilities()
    await second!.close()
    await advance(1)
    await third!.capabilities()
    await advance(1)
    await first!.close()
    await advance(1)
    expect(ticks).toEqual(['report 1', 'report 2', 'report 3'])
  })

  test('is taken over as soon as its client begins to close', async () => {
    const ending = createDeferred()
    const slow = defineCronJob({
      id: 'slow',
      schedule: '* * * * *',
      overlap: 'allow',
      handler: ({ scheduledAt }) => {
        ticks.push(`slow ${scheduledAt.getUTCMinutes()}`)
        return ending.promise
      },
    })
    const [first, second] = [createProcessClient([slow]), createProcessClient([slow])]
    await first.capabilities()
    await second.capabilities()
    await advance(1)
    const closing = first.close({ timeout: '10m' })
    await advance(1)
    ending.resolve()
    await closing
    await advance(1)
    expect(ticks).toEqual(['slow 1', 'slow 2', 'slow 3'])
  })
})
