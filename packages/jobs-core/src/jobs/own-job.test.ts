import { beforeEach, describe, expect, test, vi } from 'vitest'
import * as z from 'zod'

import { createFakeProvider } from '../../test/kit/fake-provider.ts'
import { untyped } from '../../test/kit/untyped.ts'
import { createClient } from '../client/create-client.ts'
import { setJobClient } from '../client/default-client.ts'
import { processEvents } from '../events/event-registry.ts'
import { eventType } from '../events/event-type.ts'
import { defineWorkflow } from './define-workflow.ts'
import { defineCronJob } from './define-cron-job.ts'
import { defineJob } from './define-job.ts'
import { processJobs } from './job-registry.ts'

const handler = () => undefined
const schema = z.object({ width: z.number() })
const define = (options: object) => defineJob({ id: 'resize', handler, ...options } as never)

beforeEach(() => {
  processEvents().own.clear()
  for (const { id } of processJobs().all()) processJobs().remove(id)
})

function setUp() {
  const fake = createFakeProvider()
  const client = createClient({ load: () => fake }, { jobs: [] })
  return { fake, client, plain: untyped(client) }
}

describe('a definition with `payload`', () => {
  test('has an event of its own, with the schema', () => {
    const resize = defineJob({ id: 'images/resize', payload: schema, handler })
    expect(resize).toMatchObject({ kind: 'job', id: 'images/resize', event: 'job/images/resize', payload: schema })
    expect(Object.isFrozen(resize)).toBe(true)
    expect(processEvents().find('job/images/resize')?.schema).toBe(schema)
    expect(processJobs().subscribers('job/images/resize')).toEqual([resize])
    const publish = defineWorkflow({ id: 'publish', payload: schema, steps: () => undefined })
    expect(publish).toMatchObject({ kind: 'workflow', event: 'job/publish' })
  })

  test('is not the only one: a definition with `event` also has its own event, which is not listed', () => {
    const thank = define({ id: 'thank', event: 'order.created' })
    const count = define({ id: 'count', event: 'order.created' })
    expect(processJobs().subscribers('order.created')).toEqual([thank, count])
    expect(processJobs().subscribers('job/thank')).toEqual([thank])
    expect(processEvents().find('job/thank')?.schema).toBe(processEvents().find('order.created')?.schema)
    expect(processEvents().names()).not.toContain('job/thank')
    expect(processJobs().subscribers('job/missing')).toEqual([])
  })

  test('replaces the earlier definition with its schema', () => {
    define({ payload: schema })
    const later = define({ payload: z.object({ width: z.string() }) })
    expect(processJobs().subscribers('job/resize')).toEqual([later])
    expect(processEvents().find('job/resize')?.schema).toBe((later as { payload?: unknown }).payload)
  })

  test('changes nothing if an engine rejects it', async () => {
    const earlier = define({ payload: schema })
    await createClient({ load: () => createFakeProvider({ limits: { maxAttemptsLimit: 4 } }) }).capabilities()
    for (const id of ['resize', 'crop']) {
      const rejected = { id, payload: z.object({ width: z.string() }), retry: { maxAttempts: 9 } }
      expect(() => define(rejected)).toThrow(expect.objectContaining({ code: 'unsupported_feature' }))
    }
    expect(processJobs().all()).toEqual([earlier])
    expect([...processEvents().own]).toMatchObject([['job/resize', { schema }]])
  })

  test('is not a duplicate if a bundler has copied its module', () => {
    const stderr = vi.spyOn(console, 'error')
    const cyclic = { ...eventType(), self: {} }
    cyclic.self = cyclic
    const one = define({ payload: cyclic })
    processJobs().remove('resize')
    processJobs().register(one, () => '/app/one.js:1:1')
    processJobs().register(one, () => '/app/two.js:1:1')
    expect(stderr).not.toHaveBeenCalled()
  })

  test('is a duplicate if only the schema differs', () => {
    const warn = vi.spyOn(console, 'error').mockImplementation(() => undefined)
    const [one, other] = [define({ payload: schema }), define({ payload: z.object({ width: z.string() }) })]
    processJobs().remove('resize')
    processJobs().register(one, () => '/app/one.js:1:1')
    processJobs().register(other, () => '/app/two.js:1:1')
    expect(warn.mock.calls.flat().join(' ')).toContain('The job `resize` is defined in two places')
    warn.mockRestore()
  })

  test.each<[string, object, RegExp]>([
    ['both', { event: 'order.created', payload: schema }, /`payload` cannot be combined with `event`/],
    ['neither', {}, /`event` is missing, and so is `payload`\..* set `payload` to the schema/],
    ['a type', { payload: {} }, /`payload` is not a Standard Schema\. Pass a schema/],
    ['a function', { payload: eventType }, /`payload` is not a Standard Schema\. It is a function\. Call it/],
  ])('is rejected with %s', (_, options, message) => {
    expect(() => define(options)).toThrow(
      expect.objectContaining({ code: 'invalid_definition', message: expect.stringMatching(message) }),
    )
    expect([processJobs().all(), [...processEvents().own]]).toEqual([[], []])
  })
})

describe('a job with `payload` is sent', () => {
  const sent = { event: 'job/resize', payload: { tenantId: 'acme', width: 5 } }
  const payload = { tenantId: 'acme', width: 5 }

  test('by a client that does not run it', async () => {
    const resize = defineJob({ id: 'resize', payload: schema, handler })
    const { fake, client } = setUp()
    expect(await client.sendJob(resize, payload)).toMatchObject({ event: 'job/resize', tenantId: 'acme' })
    await client.scheduleJob(resize, payload, { delay: '5s' })
    await client.forTenant('acme').sendJob(resize, { width: 5 })
    const results = await client.sendJobs([{ event: resize, payload }])
    const ofTenant = await client.forTenant('acme').sendJobs([{ event: resize, payload: { width: 5 } }])
    expect([...results, ...ofTenant].map(({ ok }) => ok)).toEqual([true, true])
    expect(fake.sent).toMatchObject([sent, sent, sent, sent, sent])
  })

  test('with `send`, by the default client', async () => {
    const resize = defineJob({ id: 'resize', payload: schema, handler })
    const { fake, client } = setUp()
    setJobClient(client)
    try {
      expect(await resize.send(payload, { idempotencyKey: 'k' })).toMatchObject({ event: 'job/resize' })
    } finally {
      setJobClient(undefined)
    }
    expect(fake.sent).toMatchObject([{ ...sent, idempotencyKey: 'k' }])
  })

  test('only with a valid payload and a tenant', async () => {
    const resize = defineJob({ id: 'resize', payload: schema, handler })
    const { fake, plain } = setUp()
    await expect(plain.sendJob(resize, { width: 5 })).rejects.toMatchObject({ code: 'tenant_required' })
    await expect(plain.sendJob(resize, { tenantId: 'acme', width: '5' })).rejects.toMatchObject({
      code: 'payload_invalid',
      event: 'job/resize',
    })
    expect(await plain.sendJobs([{ event: resize, payload: {} }])).toMatchObject([
      { ok: false, error: { code: 'tenant_required' } },
    ])
    expect(fake.sent).toEqual([])
  })

  test('not as another definition, or by the name of one that is not imported', async () => {
    const { plain } = setUp()
    const thank = defineJob({ id: 'thank', event: 'order.created', handler })
    const nightly = defineCronJob({ id: 'nightly', schedule: '0 3 * * *', handler })
    await expect(plain.sendJob(thank, payload)).rejects.toThrow(/`thank`.* send the event.* `order\.created`/)
    await expect(plain.sendJob(nightly, payload)).rejects.toThrow(/`event` is an object, not a string/)
    await expect(plain.sendJob('job/crop', payload)).rejects.toThrow(/import the module that defines the job/)
    expect(await plain.sendJobs([{ event: thank, payload }])).toMatchObject([
      { ok: false, error: { code: 'unknown_event' } },
    ])
  })
})
