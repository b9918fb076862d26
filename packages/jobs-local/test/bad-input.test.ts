import { defineCronJob, defineJob, type JobClient } from '@cgk-platform/jobs-core'
import type { JobsError } from '@cgk-platform/jobs-core/errors'
import { processJobs } from '@cgk-platform/jobs-core/tools'
import '@cgk-platform/test-kit/work'
import { afterEach, expect, test } from 'vitest'

import { createTestEngine } from '../src/testing/index.ts'
import { openJobsOf } from './kit/open-jobs.ts'
import { removeDefinitions } from './kit/remove-definitions.ts'

const tenantId = 'acme'
const handler = () => undefined
const good = defineJob({ id: 'good', event: 'work.followed', handler: ({ payload }) => payload.number })
const duration = "Pass milliseconds as a number, or a number with one unit (ms, s, m, h, d, w): `'30s'`"

afterEach(removeDefinitions)

/** The methods of a client, as untyped code calls them. */
type Loose = { readonly [name in keyof JobClient]: (...given: unknown[]) => unknown }

const send = (options: object) => (client: Loose) => client.sendJob('work.requested', { tenantId }, options)
const payload = (data: unknown) => (client: Loose) => client.sendJob('work.requested', { tenantId, data })
const job = (options: object) => () => defineJob({ id: 'bad', event: 'work.requested', handler, ...options } as never)
const cron = (options: object) => () =>
  defineCronJob({ id: 'bad', schedule: '* * * * *', handler, ...options } as never)

test.each<[what: string, call: (client: Loose) => unknown, code: JobsError['code'], says: string[]]>([
  ['a negative delay', send({ delay: -1 }), 'invalid_option', ['`delay` is negative: `-1`', duration]],
  ['a delay in words', send({ delay: 'soon' }), 'invalid_option', ["`delay` is not a duration: `'soon'`"]],
  ['an endless delay', send({ delay: Infinity }), 'invalid_option', ['`delay` is over ten years: `Infinity`']],
  [
    'a string as `runAt`',
    send({ runAt: '2026-01-02' }),
    'invalid_option',
    ['`runAt` is a string, not a Date', 'Pass a'],
  ],
  [
    'two times',
    send({ delay: 1, runAt: new Date(0) }),
    'invalid_option',
    ['`runAt` cannot be combined with `delay`', 'one of'],
  ],
  [
    'a blank key',
    send({ idempotencyKey: '  ' }),
    'invalid_option',
    ['`idempotencyKey` is blank', '1 to 256 characters'],
  ],
  ['a TTL alone', send({ idempotencyTtl: '1h' }), 'invalid_option', ['`idempotencyTtl` requires `idempotencyKey`']],
  [
    'no attempt',
    send({ maxAttempts: 0 }),
    'invalid_option',
    ['`maxAttempts` is `0`', 'a whole number from 1 to 1000.'],
  ],
  [
    'a misspelled option',
    send({ dealy: 5 }),
    'invalid_option',
    ['`dealy` is not an option of a send', '`delay`, `runAt`,'],
  ],
  [
    'no time',
    (client) => client.scheduleJob('work.requested', { tenantId }),
    'invalid_option',
    ['`delay` is missing, and so'],
  ],
  ['an object instead of an array', (client) => client.sendJobs({}), 'invalid_option', ['`items`', 'Pass an array']],
  [
    'no tenant',
    (client) => client.sendJob('work.requested', {}),
    'tenant_required',
    ['The `tenantId` of `work.requested` is missing'],
  ],
  ['no payload', (client) => client.sendJob('work.requested', null), 'tenant_required', ['`client.forTenant(id)`']],
  [
    'a misspelled event',
    (client) => client.sendJob('order.craeted', { tenantId }),
    'unknown_event',
    ['`order.created`?'],
  ],
  ['no event', (client) => client.sendJob(Symbol('x'), { tenantId }), 'invalid_option', ['`event` is a symbol']],
  [
    'a bad field',
    (client) => client.sendJob('email.send', { tenantId }),
    'payload_invalid',
    ['`payload.recipientEmail`'],
  ],
  [
    'a BigInt',
    payload([{ total: 1n }]),
    'not_serializable',
    ['`payload.data[0].total` cannot be stored as JSON: it is a BigInt'],
  ],
  [
    'a sparse array',
    payload(Object.assign([1], { length: 2 })),
    'not_serializable',
    ['`payload.data[1]`', '`undefined`'],
  ],
  ['a symbol key', payload({ [Symbol('x')]: 1 }), 'not_serializable', ['an object with symbol keys']],
  [
    'too much',
    payload('x'.repeat(120 * 1024)),
    'payload_too_large',
    ['the limit is 122880', 'Send an id and load the data'],
  ],
  [
    'an invalid tenant of a client',
    (client) => client.forTenant(' '),
    'invalid_option',
    ['`tenantId` is blank', 'Pass the id of'],
  ],
  [
    'the tenant of the platform',
    (client) => client.forTenant('system'),
    'invalid_option',
    ['`tenantId` is `system`', 'use `client.forSystem()`'],
  ],
  [
    'an unknown job',
    (client) => client.getJobStatus('__proto__'),
    'job_not_found',
    ['No job `__proto__` was found on `local`'],
  ],
  ['no id', (client) => client.cancelJob(42), 'invalid_option', ['`id` is a number, not a string', 'of a job handle']],
  [
    'an invalid cursor',
    (client) => client.listJobs({ cursor: '-1' }),
    'invalid_option',
    ['`cursor` was not returned by', 'of the previous page'],
  ],
  ['a large page', (client) => client.listJobs({ limit: 1001 }), 'invalid_option', ['`limit` is `1001`']],
  ['an unknown state', (client) => client.listJobs({ state: 'done' }), 'invalid_option', ['`state` is `done`']],
  [
    'an unknown backoff',
    job({ retry: { backoff: 'x' } }),
    'invalid_definition',
    ['defineJob(`bad`): `retry.backoff` is `x`'],
  ],
  [
    'a short cap',
    job({ retry: { initialDelay: 5, maxDelay: 1 } }),
    'invalid_definition',
    ['is shorter than `initialDelay`'],
  ],
  ['a jitter over 1', job({ retry: { jitter: 2 } }), 'invalid_definition', ['`retry.jitter` is `2`', 'from 0 to 1']],
  ['a timeout of 0', job({ timeout: 0 }), 'invalid_definition', ['`timeout` is 0', "such as `'30s'`"]],
  [
    'a fractional concurrency',
    job({ concurrency: { perTenant: 0.5 } }),
    'invalid_definition',
    ['`concurrency.perTenant` is `0.5`'],
  ],
  ['an id with a space', job({ id: 'two words' }), 'invalid_definition', ['`id` is ', 'Use words of letters']],
  ['a bad schedule', cron({ schedule: '61 * * * *' }), 'invalid_definition', ['`61`', 'minute']],
  ['a bad zone', cron({ timezone: '+02:00' }), 'invalid_definition', ['defineCronJob(`bad`): `timezone` is ']],
  ['a bad overlap', cron({ overlap: 'queue' }), 'invalid_definition', ["`overlap` is `queue`. Use 'skip' or 'allow'."]],
  ['an array as `tenants`', cron({ tenants: ['acme'] }), 'invalid_definition', ['`tenants` is', 'Pass a function.']],
])('rejects %s with a remedy, and changes nothing', async (_what, call, code, says) => {
  const engine = createTestEngine({ jobs: [good] })
  const before = processJobs().all()
  const refused = await new Promise((resolve) => resolve(call(engine.client as unknown as Loose))).catch(
    (error: unknown) => error,
  )
  expect(refused).toMatchObject({ code })
  for (const words of says) expect((refused as Error).message).toContain(words)
  expect([engine.sent, (await engine.client.listJobs()).jobs, await openJobsOf(engine.client)]).toEqual([[], [], 0])
  expect(processJobs().all()).toEqual(before)
  const { id } = await engine.client.sendJob('work.followed', { tenantId, number: 42 })
  await engine.settle()
  expect(await engine.client.getJobStatus(id)).toMatchObject({ state: 'completed', runs: [{ output: 42 }] })
})
