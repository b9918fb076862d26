import {
  type Capabilities,
  createJobClient,
  defineBatchJob,
  defineEvents,
  defineJob,
  defineWorkflow,
  eventType,
  findRun,
  type JobProvider,
  nextRuns,
  sendJob,
} from '@cgk-platform/jobs'
import { portablePayloadBytes } from '@cgk-platform/jobs-core/hosted'
import { createJobId, type Feature, maxDurationMs } from '@cgk-platform/jobs-core/provider'
import { missedTickAfterMs } from '@cgk-platform/jobs-core/scheduling'
import { createInngestProvider, inngestCapabilities } from '@cgk-platform/jobs/inngest'
import { createLocalProvider, localCapabilities, sqliteCapabilities } from '@cgk-platform/jobs/local'
import { createTestEngine } from '@cgk-platform/jobs/local/testing'
import { createTriggerProvider, triggerCapabilities } from '@cgk-platform/jobs/trigger'
import { readDocument } from '@cgk-platform/test-kit/documents'
import { rowsOf, sectionOf } from '@cgk-platform/test-kit/tables'
import { describe, expect, test } from 'vitest'

const page = readDocument('docs/limits.md')
const engines = [localCapabilities, inngestCapabilities, triggerCapabilities]

/** Returns the rows of the section's table, by their first cell. */
function limitsIn(heading: string, first = ''): Record<string, string[]> {
  const rows = rowsOf(sectionOf(page, heading), first, 'Local', 'Inngest', 'Trigger.dev')
  return Object.fromEntries(rows.map(([what, ...values]) => [what!, values]))
}

const number = (value: number) => value.toLocaleString('en-GB')
const milliseconds = (value: number) => `${number(value)} ms`

function bytes(value: number | undefined): string {
  if (value === undefined) return 'no limit'
  return value % 1024 ** 2 === 0 ? `${value / 1024 ** 2} MiB` : `${number(value / 1024)} KiB`
}

const ofEach = (read: (capabilities: Capabilities) => string) => engines.map(read)

test('payloads and outputs', () => {
  const limits = limitsIn('## Payloads and outputs', 'Bytes of UTF-8 JSON')
  expect(limits).toMatchObject({
    'a payload': ofEach(() => bytes(portablePayloadBytes)),
    'a payload, with maxPayloadBytes': ofEach((one) => bytes(one.maxPayloadBytes)),
    'output of a handler': ofEach((one) => bytes(one.maxOutputBytes)),
    'output of a step': ofEach((one) => bytes(one.maxStepOutputBytes ?? portablePayloadBytes)),
  })
  expect(triggerCapabilities.features.workflows).toMatchObject({ note: expect.stringContaining('188 KiB') })
  expect(limits["stored results of a run's steps"]).toEqual(['no limit', 'no limit', '188 KiB'])
})

test('attempts', () => {
  expect(limitsIn('## Attempts')).toEqual({
    'maximum of maxAttempts': ofEach((one) => number(one.maxAttemptsLimit)),
    'shortest delay between attempts': ofEach((one) => milliseconds(one.minRetryDelayMs)),
    'longest delay between attempts': ofEach(({ maxRetryDelayMs: most }) =>
      most === undefined ? '10 years' : `${most / 86_400_000} day`,
    ),
  })
})

test('eleven delays of 30 s between the attempts of a run on Trigger.dev', () => {
  const { findUnsupported } = createTriggerProvider()
  const problemsOf = (maxAttempts: number, initialDelay: number) =>
    findUnsupported!(
      defineJob({
        id: `${maxAttempts} after ${initialDelay}`.replaceAll(' ', '-'),
        event: 'order.created',
        retry: { maxAttempts, backoff: 'fixed', initialDelay },
        handler: () => undefined,
      }),
    )
  expect(problemsOf(12, 30_000)).toEqual([])
  expect(problemsOf(13, 30_000)).toHaveLength(1)
  expect(problemsOf(249, 29_999)).toEqual([])
})

test('time', () => {
  expect(limitsIn('## Time', 'Maximum, on an idle engine')).toMatchObject({
    'delay of a send': ofEach((one) => `${number(one.maxDelayMs / 86_400_000)} days`),
    'an attempt starts late by': ofEach((one) => milliseconds(one.retryToleranceMs)),
    "a workflow's wait ends late by": ofEach((one) => milliseconds(one.waitToleranceMs!)),
    'a cancel reaches the handler after': ofEach((one) => milliseconds(one.abortToleranceMs)),
  })
  const missedAfter = `${missedTickAfterMs / 1000} s`
  expect(limitsIn('## Time', 'Maximum, on an idle engine')['lateness after which a tick counts as missed']).toEqual([
    missedAfter,
    missedAfter,
    /more than (75 s) late counts as missed/.exec(triggerCapabilities.features.cron.note!)![1],
  ])
  expect(page).toContain(
    `a cancel from another process takes up to ${milliseconds(sqliteCapabilities.abortToleranceMs)}`,
  )
})

test('the TTL of an idempotency key', () => {
  const dayMs = 86_400_000
  const providers = [createLocalProvider(), createInngestProvider(), createTriggerProvider()]
  const maximum = ({ findSendError }: JobProvider): string => {
    const accepts = (days: number): boolean => {
      const payload = { tenantId: 'tenant_123' }
      const sent = {
        v: 1,
        id: createJobId(0),
        event: 'order.created',
        tenantId: 'tenant_123',
        payload,
        sentAt: 0,
      } as const
      return !findSendError?.({ ...sent, idempotencyKey: 'key', idempotencyTtlMs: days * dayMs })
    }
    if (accepts(maxDurationMs / dayMs)) return `${number(maxDurationMs / dayMs)} days`
    return accepts(1) && !accepts(1.001) ? '24 h' : 'another'
  }
  expect(limitsIn('## Time', 'Maximum, on an idle engine')['idempotencyTtl, 24 h by default']).toEqual(
    providers.map(maximum),
  )
})

test('what differs', () => {
  const differs = limitsIn('## What differs')
  const bySupport = (feature: Feature, yes: string, no: string) =>
    ofEach(({ features }) => (features[feature].supported ? yes : no))
  const noteOf = ({ features }: Capabilities, feature: Feature) => features[feature].note ?? ''
  const inNote = (capabilities: Capabilities, feature: Feature, what: RegExp) =>
    what.exec(noteOf(capabilities, feature))?.[1] ?? `not in the note of ${feature}`
  expect(differs).toMatchObject({
    'waiting runs start': bySupport('fair tenants', 'tenants in turn', 'about oldest first'),
    'another process finds a new job': [
      'at once',
      `within ${inNote(inngestCapabilities, 'inspect.getJob', /waits up to (2 s) for a new job/)}`,
      'at once; lists after 1 s',
    ],
    'a delayed event ends a wait': bySupport(
      'workflows: a delayed event ends a wait when due',
      'when due',
      'when sent',
    ),
    'cancelJob takes': [
      'a moment',
      inNote(inngestCapabilities, 'cancelJob of a waiting job', /Takes (60 to 500 ms)/),
      inNote(triggerCapabilities, 'cancelJob of a waiting job', /(at most 30 s)/),
    ],
    'after a deploy, an open workflow has': bySupport(
      'workflows: open runs continue with new code',
      'the new code',
      'the code of its start',
    ),
  })
  expect(noteOf(triggerCapabilities, 'listJobs')).toContain('About one second behind')
  expect(differs['after it, a handler may still begin']![1]).toBe('yes, and is aborted')
  expect(noteOf(inngestCapabilities, 'cancelJob of a running job')).toContain(
    'may still start just after `cancelJob` has returned, until the check aborts it',
  )
})

describe('accepts a value at its limit, and rejects a larger one', () => {
  const names = rowsOf(sectionOf(page, '## Names'), '', 'At most')
  const calls = rowsOf(sectionOf(page, '## Calls'), '', 'Default', 'At most')
  const toNumber = (text: string): number => Number.parseInt(text.replaceAll(',', ''), 10)
  const most = (what: string): number => toNumber([...names, ...calls].find(([name]) => name === what)!.at(-1)!)
  const defaultOf = (what: string): number => toNumber(calls.find(([name]) => name === what)![1]!)

  test('the name of an event', () => {
    const length = most('the name of an event')
    const declare = (name: string) => defineEvents({ [name]: eventType<{ tenantId: string }>() })
    expect(() => declare('e'.repeat(length))).not.toThrow()
    expect(() => declare('e'.repeat(length + 1))).toThrow(/at most 100 characters/)
  })

  test('the id of a definition', () => {
    const length = most('the id of a definition')
    const define = (id: string) => defineJob({ id, event: 'order.created', handler: () => undefined })
    expect(() => define('d'.repeat(length))).not.toThrow()
    expect(() => define('d'.repeat(length + 1))).toThrow(/at most 100 characters/)
  })

  test('an idempotency key', async () => {
    const length = most('an idempotencyKey')
    const send = (idempotencyKey: string) =>
      sendJob('order.refunded', { tenantId: 'tenant_123', orderId: 'o', refundId: 'r' }, { idempotencyKey })
    await expect(send('k'.repeat(length))).resolves.toBeDefined()
    await expect(send('k'.repeat(length + 1))).rejects.toThrow(/256/)
  })

  test("a tenant, a schedule and a workflow's version", () => {
    const client = createJobClient({ provider: 'local', jobs: [] })
    const forTenant = (length: number) => client.forTenant('t'.repeat(length))
    expect(() => forTenant(most('a tenantId'))).not.toThrow()
    expect(() => forTenant(most('a tenantId') + 1)).toThrow(/maximum is 256/)

    const ticks = (length: number) => nextRuns('0 10 * * *'.padEnd(length, ',1'))
    expect(() => ticks(most('a schedule'))).not.toThrow()
    expect(() => ticks(most('a schedule') + 1)).toThrow(/maximum is 500/)

    const define = (length: number) =>
      defineWorkflow({ id: 'versioned', event: 'order.created', steps: () => undefined, version: 'v'.repeat(length) })
    expect(() => define(most("a workflow's version"))).not.toThrow()
    expect(() => define(most("a workflow's version") + 1)).toThrow(/maximum is 256/)
  })

  test('a `traceparent`', async () => {
    const traceparent = `cc-${'a'.repeat(32)}-${'b'.repeat(16)}-01-`.padEnd(most('a traceparent'), 'x')
    const send = (options: { traceparent: string }) =>
      sendJob('order.refunded', { tenantId: 'tenant_123', orderId: 'o', refundId: 'r' }, options)
    await expect(send({ traceparent })).resolves.toBeDefined()
    await expect(send({ traceparent: `${traceparent}x` })).rejects.toThrow(/W3C Trace Context/)
  })

  test('the page of a list', async ({ onTestFinished }) => {
    const engine = createTestEngine({ jobs: [] })
    onTestFinished(() => engine.close())
    const payload = { tenantId: 'tenant_123', orderId: 'o' }
    const limit = most('limit of listJobs')
    await engine.client.sendJobs(
      Array.from({ length: limit + 1 }, () => ({ event: 'order.created', payload }) as const),
    )

    expect((await engine.client.listJobs()).jobs).toHaveLength(defaultOf('limit of listJobs'))
    expect((await engine.client.listJobs({ limit })).jobs).toHaveLength(limit)
    await expect(engine.client.listJobs({ limit: limit + 1 })).rejects.toThrow(/1 to 1000/)
  })

  test('the number of next runs', () => {
    const count = most('count of nextRuns')
    expect(nextRuns('0 9 * * *', { count })).toHaveLength(count)
    expect(() => nextRuns('0 9 * * *', { count: count + 1 })).toThrow(/1 to 1000/)
    expect(nextRuns('0 9 * * *')).toHaveLength(defaultOf('count of nextRuns'))
  })

  test('the id of a step', async ({ onTestFinished }) => {
    const length = most('the id of a step')
    const workflow = defineWorkflow({
      id: 'long-ids',
      event: 'order.created',
      steps: async (_event, step) => {
        await step.run('s'.repeat(length), () => 'taken')
        return step.run('s'.repeat(length + 1), () => 'taken').catch((error: Error) => error.message)
      },
    })
    const engine = createTestEngine({ jobs: [workflow] })
    onTestFinished(() => engine.close())
    const job = await engine.client.sendJob('order.created', { tenantId: 'tenant_123', orderId: 'o' })
    await engine.runUntilIdle()
    const run = findRun(await engine.client.getJobStatus(job.id), workflow)
    expect(run?.output).toMatch(/The maximum is 150\./)
    expect(workflow.maxSteps).toBe(defaultOf('maxSteps of a workflow'))
  })

  test('the payload of the client', async () => {
    const client = createJobClient({ provider: 'local', maxPayloadBytes: localCapabilities.maxPayloadBytes + 1 })
    const sent = client.sendJob('order.created', { tenantId: 'tenant_123', orderId: 'o' })
    await expect(sent).rejects.toThrow(String(localCapabilities.maxPayloadBytes))
  })
})

describe('docs/flow-control.md names the bounds of the period of', () => {
  const define = (options: object) => () =>
    defineJob({ id: 'held-back', event: 'order.created', handler: () => undefined, ...options })
  const batch = (maxWait: number) => () =>
    defineBatchJob({ id: 'held-back', event: 'order.created', maxSize: 2, maxWait, handler: () => [] })

  test.each<[heading: string, option: string, defineWith: (ms: number) => () => unknown]>([
    ['## Throttle', 'period', (period) => define({ throttle: { limit: 1, period } })],
    ['## Debounce', 'period', (period) => define({ debounce: { period } })],
    ['## Batches', 'maxWait', batch],
  ])('%s', (heading, option, defineWith) => {
    const section = sectionOf(readDocument('docs/flow-control.md'), heading)
    expect(section).toMatch(new RegExp(`\\\`${option}\\\`[^.]* from 1 s to 7 days`))
    expect(defineWith(1000)).not.toThrow()
    expect(defineWith(7 * 86_400_000)).not.toThrow()
    for (const ms of [999, 7 * 86_400_000 + 1]) expect(defineWith(ms)).toThrow(/from 1 s to 7 days/)
  })
})
