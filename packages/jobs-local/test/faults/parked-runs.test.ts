import { defineWorkflow, type JobStatus, type WorkflowDefinition } from '@cgk-platform/jobs-core'
import { beforeEach, expect, test } from 'vitest'

import { ask, createSharedFile } from '../kit/shared-file.ts'
import { waitUntil } from '../kit/wait-until.ts'

let effects: string[]
beforeEach(() => {
  effects = []
})

/** A workflow whose steps note the worker's code. It waits for an event before its last step. */
function code(name: string, { version, lastStep = 'ship' }: { version?: string; lastStep?: string } = {}) {
  const workflow: WorkflowDefinition = defineWorkflow({
    id: 'fulfil',
    event: 'analytics.track',
    ...(version !== undefined && { version }),
    retry: { maxAttempts: 1 },
    steps: async (_event, step) => {
      const note = (id: string) => () => void effects.push(`${id} by ${name}`)
      await step.run('charge', note('charge'), { compensate: note('refund') })
      await step.run('pack', note('pack'))
      await step.waitForEvent('paid', 'order.created', { timeout: '30d' })
      await step.run(lastStep, note(lastStep))
    },
  })
  return [workflow]
}

const isAsleep = ({ runs }: JobStatus) => runs[0]?.steps?.at(-1)?.state === 'waiting'
const parkedOf = ({ runs }: JobStatus) => runs[0]?.parked

test('only a worker that has the version of a run continues it, also one that has just parked beside another', async ({
  onTestFinished,
}) => {
  const { client, open } = createSharedFile(onTestFinished)
  const first = open({ role: 'work' }, { jobs: code('old', { version: '1' }) })
  await first.start()
  const ids = [await ask(client), await ask(client)]
  const read = (id: string | undefined) => client.getJobStatus(id!)
  await waitUntil(async () => (await Promise.all(ids.map(read))).every(isAsleep))
  await first.close({ timeout: 0 })
  const later = open({ role: 'work' }, { jobs: code('new', { version: '2' }) })
  await later.start()
  await client.sendJob('order.created', { tenantId: 'acme', orderId: 'o', customerEmail: 'a@example.com' } as never)
  await waitUntil(async () => (await Promise.all(ids.map(read))).every((job) => parkedOf(job) !== undefined))
  expect(parkedOf(await read(ids[0]))?.error.message).toMatch(/version `1`.*version `2`/)
  expect((await later.healthCheck()).checks.find(({ name }) => name === 'code')).toMatchObject({
    ok: false,
    message: expect.stringContaining(': 2;') as string,
  })
  await client.cancelJob(ids[1]!)
  expect(parkedOf(await read(ids[1]))).toBeUndefined()
  await open({ role: 'work' }, { jobs: code('old', { version: '1' }) }).start()
  expect(await client.waitForJob(ids[0]!)).toMatchObject({ state: 'completed' })
  expect(effects.filter((effect) => effect.startsWith('ship'))).toEqual(['ship by old'])
  expect(effects.filter((effect) => effect.startsWith('refund'))).toEqual([])
  expect((await later.healthCheck()).checks.map(({ name }) => name)).not.toContain('code')
})

test('a run that waits for other code looks at once at that of a worker that starts', async ({ onTestFinished }) => {
  const { client, open } = createSharedFile(onTestFinished)
  const first = open({ role: 'work' }, { jobs: code('old') })
  await first.start()
  const id = await ask(client)
  await waitUntil(async () => isAsleep(await client.getJobStatus(id)))
  await first.close({ timeout: 0 })
  const changed = defineWorkflow({
    id: 'fulfil',
    event: 'analytics.track',
    steps: async (_event, step) => await step.sleep('charge', 1),
  })
  const later = open({ role: 'work' }, { jobs: [changed] })
  await later.start()
  await client.sendJob('order.created', { tenantId: 'acme', orderId: 'o', customerEmail: 'a@example.com' } as never)
  await waitUntil(async () => parkedOf(await client.getJobStatus(id)) !== undefined)
  await later.close({ timeout: 0 })
  await open({ role: 'work' }, { jobs: code('fitting') }).start()
  expect(await client.waitForJob(id)).toMatchObject({ state: 'completed' })
  expect(effects).toEqual(['charge by old', 'pack by old', 'ship by fitting'])
})
