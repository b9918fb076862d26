import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { createJobs, eventType, getJobClient, type JobsOptions, sendJob } from '@cgk-platform/jobs'
import { afterAll, afterEach, describe, expect, test } from 'vitest'

const folder = mkdtempSync(join(tmpdir(), 'create-jobs-'))
const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const silent = { debug() {}, info() {}, warn() {}, error() {} }

describe.each<[string, () => JobsOptions[]]>([
  ['in memory', () => [{ provider: 'local' }, { provider: 'local' }]],
  [
    'in two files',
    () => ['one', 'two'].map((name) => ({ provider: 'local', config: { path: join(folder, `${name}.db`) } })),
  ],
  [
    'in memory and in a file',
    () => [{ provider: 'local' }, { provider: 'local', config: { path: join(folder, 'three.db') } }],
  ],
])('two `createJobs` on local engines %s', (_, optionsOf) => {
  test('share no job, definition, pause or event', async () => {
    const [one, two] = optionsOf()
    const shop = createJobs({ ...one!, logger: silent, events: { 'side.left': eventType<{ cartId: string }>() } })
    const office = createJobs({ ...two!, logger: silent, events: { 'side.left': eventType<{ desk: number }>() } })
    closing.push(shop.close, office.close)
    shop.defineJob({
      id: 'remind',
      event: 'side.left',
      handler: async ({ payload }) => {
        await shop.sendJob('order.created', { tenantId: payload.tenantId, orderId: payload.cartId })
        return { cart: payload.cartId, isOwn: getJobClient() === shop.client }
      },
    })
    shop.defineJob({ id: 'ship', event: 'order.created', handler: () => 'shipped' })
    office.defineJob({
      id: 'remind',
      event: 'side.left',
      handler: async ({ payload }) => {
        await sendJob('order.created', { tenantId: payload.tenantId, orderId: `desk-${payload.desk}` })
        return { desk: payload.desk, isOwn: getJobClient() === office.client }
      },
    })
    await office.pauseJobs({ definitionId: 'ship' })

    const cart = await shop.sendJob('side.left', { tenantId: 'acme', cartId: 'c1' }, { idempotencyKey: 'one' })
    const desk = await office.sendJob('side.left', { tenantId: 'acme', desk: 5 }, { idempotencyKey: 'one' })
    expect(desk.deduplicated).toBe(false)
    expect(await shop.waitForJob(cart.id)).toMatchObject({
      state: 'completed',
      runs: [{ output: { cart: 'c1', isOwn: true } }],
    })
    expect(await office.waitForJob(desk.id)).toMatchObject({
      state: 'completed',
      runs: [{ output: { desk: 5, isOwn: true } }],
    })
    await expect(office.getJobStatus(cart.id)).rejects.toMatchObject({ code: 'job_not_found' })
    await expect(shop.getJobStatus(desk.id)).rejects.toMatchObject({ code: 'job_not_found' })

    const { jobs: shipped } = await shop.listJobs({ event: 'order.created' })
    expect(await shop.waitForJob(shipped[0]!.id)).toMatchObject({ runs: [{ definitionId: 'ship', output: 'shipped' }] })
    const { jobs: lost } = await office.listJobs({ event: 'order.created' })
    expect([lost.length, lost[0]!.runs]).toEqual([1, []])
    expect([await shop.listPauses(), (await office.listPauses()).length]).toEqual([[], 1])
    expect(await shop.client.inspect.listDefinitions()).toHaveLength(2)
    expect(await office.client.inspect.listDefinitions()).toHaveLength(1)
  })
})
