import { defineCronJob, type Definition, defineJob } from '@cgk-platform/jobs-core'
import { success } from '@cgk-platform/trigger-loopback'
import { resourceCatalog } from '@trigger.dev/core/v3'
import { describe, expect, test } from 'vitest'

import { openSides, type Sides } from '../../test/kit/open-sides.ts'
import { openWorker } from '../../test/kit/open-tasks.ts'
import { createTriggerTasks } from '../host/create-trigger-tasks.ts'

const handler = (): void => undefined
const mail = defineJob({ id: 'mail', event: 'work.asked', handler }) as unknown as Definition
const print = defineJob({ id: 'print', event: 'work.asked', handler }) as unknown as Definition
const limited = defineJob({ id: 'limited', event: 'work.asked', handler, concurrency: 5 }) as unknown as Definition
const nightly = defineCronJob({ id: 'nightly', schedule: '0 3 * * *', handler })
const payload = { tenantId: 'acme' }

/** Registers the tasks of these definitions as a deployment does. */
async function open(...jobs: Definition[]): Promise<Sides> {
  const sides = await openSides({ jobs })
  await deploy(sides, jobs)
  return sides
}

async function deploy(sides: Sides, jobs: readonly Definition[]): Promise<void> {
  openWorker()
  createTriggerTasks({ jobs })
  await sides.register(...resourceCatalog.listTaskManifests())
}

async function pausedQueues({ request }: Sides): Promise<string[]> {
  const { body } = await request('GET', '/api/v1/queues?perPage=100')
  const queues = (body as { data: { type: string; name: string; paused: boolean }[] }).data
  return queues.flatMap(({ type, name, paused }) => (paused ? [`${type} ${name}`] : []))
}

describe('a paused definition', () => {
  test.each<[string, Definition[], string[]]>([
    [
      'is the only one of its event: the queue of the event, too',
      [mail],
      ['task event-work__asked', 'custom job-mail'],
    ],
    ['shares its event: its own queue only', [mail, print], ['custom job-mail']],
    [
      'shares its event with one that is disabled',
      [mail, { ...print, enabled: false }],
      ['task event-work__asked', 'custom job-mail'],
    ],
  ])('%s', async (_, jobs, expected) => {
    const sides = await open(...jobs)
    await sides.library.pauseJobs({ definitionId: 'mail' })
    await sides.another.pauseJobs({ definitionId: 'mail' })
    expect((await pausedQueues(sides)).toSorted()).toEqual(expected.toSorted())
    expect(await sides.another.listPauses()).toEqual([{ definitionId: 'mail' }])
    await sides.another.resumeJobs({ definitionId: 'mail' })
    await sides.library.resumeJobs({ definitionId: 'mail' })
    expect([await pausedQueues(sides), await sides.library.listPauses()]).toEqual([[], []])
  })

  test.each([limited, nightly])('has its own runs: its own queue only (%o)', async (definition) => {
    const sides = await open(definition)
    await sides.library.pauseJobs({ definitionId: definition.id })
    expect(await pausedQueues(sides)).toEqual([`custom job-${definition.id}`])
  })

  test('has jobs that wait as `queued`, and start after it is resumed', async () => {
    const sides = await open(mail)
    const { library, dequeue, start } = sides
    await library.pauseJobs({ definitionId: 'mail' })
    const { id } = await library.sendJob('work.asked', payload)
    expect([await dequeue(), (await library.getJobStatus(id)).state]).toEqual([undefined, 'queued'])
    await library.resumeJobs({ definitionId: 'mail' })
    expect((await start()).id).toBe(id)
  })

  test('stays paused when the tasks are deployed again', async () => {
    const sides = await open(mail)
    await sides.library.pauseJobs({ definitionId: 'mail' })
    await deploy(sides, [mail])
    await sides.library.sendJob('work.asked', payload)
    expect(await sides.dequeue()).toBeUndefined()
  })

  test('has running jobs, which continue', async () => {
    const { library, start } = await open(mail)
    const { id } = await library.sendJob('work.asked', payload)
    const run = await start()
    await library.pauseJobs({ definitionId: 'mail' })
    await run.complete(success)
    expect(await library.getJobStatus(id)).toMatchObject({ state: 'completed' })
  })
})

test('a queue that someone paused in the dashboard is listed, but no queue of something else', async () => {
  const sides = await open(mail, limited)
  await sides.sdk.queues.pause({ type: 'custom', name: 'job-limited' })
  await sides.sdk.queues.pause({ type: 'task', name: 'event-work__followed' })
  expect(await sides.library.listPauses()).toEqual([{ definitionId: 'limited' }])
})

test('a definition is not listed if only one of its two queues is paused', async () => {
  const sides = await open(mail)
  await sides.sdk.queues.pause({ type: 'custom', name: 'job-mail' })
  expect(await sides.library.listPauses()).toEqual([])
})

test('pauses are listed from all pages', async () => {
  const sides = await open(limited)
  await sides.register(...Array.from({ length: 210 }, (_, index) => ({ id: `another-${index}` })), { id: 'zebra' })
  await sides.library.pauseJobs({ definitionId: 'limited' })
  expect(await sides.library.listPauses()).toEqual([{ definitionId: 'limited' }])
  const lists = sides.server.requests.filter(({ path }) => path.startsWith('/api/v1/queues?'))
  expect(lists).toHaveLength(3)
})

describe('a call is rejected', () => {
  test('for a definition that this process does not define, because its event is unknown', async () => {
    const { library } = await open(mail)
    for (const operation of ['pauseJobs', 'resumeJobs'] as const) {
      await expect(library[operation]({ definitionId: 'other' })).rejects.toMatchObject({
        code: 'unsupported_feature',
        feature: 'pauseJobs by a sender',
        message: expect.stringContaining('Pause in a process that defines the jobs'),
      })
    }
  })

  test('for a definition that no worker has', async () => {
    const { library } = await openSides({ jobs: [mail] })
    await expect(library.pauseJobs({ definitionId: 'mail' })).rejects.toMatchObject({
      code: 'request_failed',
      message: expect.stringContaining('Failed to pause the queue `job-mail` on `trigger.dev`: it does not exist.'),
    })
  })
})
