import { type AlertRule, createJobClient, defineAlerts, defineCronJob, defineJob } from '@cgk-platform/jobs'
import type * as face from '@cgk-platform/jobs'
import { readDocument } from '@cgk-platform/test-kit/documents'
import { rowsOf } from '@cgk-platform/test-kit/tables'
import { expect, test } from 'vitest'

import { optionsOf } from './options-of.ts'

// Compares the guides with the declared options, and with the types of hooks and states.

/** Returns the first column of the first table with these titles. */
function namesIn(document: string, ...titles: string[]): string[] {
  return rowsOf(readDocument(document), ...titles).map(([name]) => name!)
}

test('docs/defining-jobs.md lists every option of a definition', async () => {
  const names = namesIn('docs/defining-jobs.md', 'Option', 'Default', 'Meaning')
  expect(new Set(names)).toEqual(new Set(await optionsOf(defineJob)))
})

test('docs/retries-and-errors.md lists every option of a retry with its default', () => {
  const { retry } = defineJob({ id: 'defaults', event: 'order.created', handler: () => undefined })
  const defaults = {
    maxAttempts: `${retry.maxAttempts}`,
    backoff: String(retry.backoff),
    initialDelay: `${retry.initialDelayMs.toLocaleString('en-GB')} ms`,
    maxDelay: `${retry.maxDelayMs.toLocaleString('en-GB')} ms`,
    factor: `${retry.factor}`,
    jitter: `${retry.jitter}`,
  } satisfies Record<keyof face.RetryConfig, string>
  const rows = rowsOf(readDocument('docs/retries-and-errors.md'), 'Option', 'Default', 'Meaning')
  expect(rows.map(([name, value]) => [name, value])).toEqual(Object.entries(defaults))
})

test('docs/delays-and-cron.md lists every option that only a cron job has', async () => {
  const shared = await optionsOf(defineJob)
  const onlyCron = (await optionsOf(defineCronJob)).filter((name) => !shared.includes(name))
  expect(new Set(namesIn('docs/delays-and-cron.md', 'Option', 'Default', 'Meaning'))).toEqual(new Set(onlyCron))
})

test('docs/alerts.md lists every option of alerts, and of each kind of rule', async () => {
  expect(namesIn('docs/alerts.md', 'Option', 'Default', 'Meaning')).toEqual(await optionsOf(defineAlerts))
  const shared = ['name', 'for', 'definitionId']
  const rows = rowsOf(readDocument('docs/alerts.md'), 'Kind', 'Alerts when', 'Options')
  expect(rows.length).toBe(6)
  for (const [kind, , listed] of rows) {
    const define = (options: object) =>
      defineAlerts({ notify: () => undefined, rules: [{ kind, ...options } as unknown as AlertRule] })
    const own = (await optionsOf(define)).filter((name) => !shared.includes(name))
    expect(listed, kind).toBe(own.join(', ') || 'none')
  }
})

test('docs/sending.md lists every option of a send', async () => {
  const client = createJobClient({ provider: 'local', jobs: [] })
  const ofSend = await optionsOf((options) =>
    client.sendJob('order.created', { tenantId: 'acme', orderId: '1' }, options),
  )
  await client.close()
  expect(namesIn('docs/sending.md', 'Option', 'Meaning')).toEqual(ofSend)
})

test('docs/observability.md lists every hook and every state', async () => {
  const hooks = await optionsOf((options) => createJobClient({ hooks: options }))
  expect(namesIn('docs/observability.md', 'Hook', 'Called', 'Receives')).toEqual(hooks)

  const states: Record<face.JobState, true> = {
    scheduled: true,
    queued: true,
    running: true,
    retrying: true,
    completed: true,
    failed: true,
    cancelled: true,
    expired: true,
    superseded: true,
    unhandled: true,
  }
  expect(namesIn('docs/observability.md', 'State', 'Meaning')).toEqual(Object.keys(states))
})
