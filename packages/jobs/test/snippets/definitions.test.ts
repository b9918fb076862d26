import { defineJob } from '@cgk-platform/jobs'
import type * as face from '@cgk-platform/jobs'
import type { DefinitionOptions } from '@cgk-platform/jobs-core/provider'
import { expect, test } from 'vitest'

import { readDocument } from './documents.ts'
import { rowsOf } from './tables.ts'

// What the guides say of definitions, sends and states, against their types: a new option is missed by the compiler.

/** The first column of the first table with these titles. */
function namesIn(document: string, ...titles: string[]): string[] {
  return rowsOf(readDocument(document), ...titles).map(([name]) => name!)
}

const common: Record<keyof DefinitionOptions, true> = {
  id: true,
  retry: true,
  timeout: true,
  concurrency: true,
  middleware: true,
  providerOptions: true,
}
const job: Record<keyof face.JobOptions<'order.created', void>, true> = {
  ...common,
  event: true,
  handler: true,
  onFailure: true,
}

test('docs/defining-jobs.md lists every option of a definition', () => {
  const names = namesIn('docs/defining-jobs.md', 'Option', 'Default', 'Meaning')
  expect(new Set(names)).toEqual(new Set(Object.keys(job)))
})

test('docs/retries-and-errors.md lists every option of a retry with its default', () => {
  const { retry } = defineJob({ id: 'defaults', event: 'order.created', handler: () => undefined })
  const defaults = {
    maxAttempts: `${retry.maxAttempts}`,
    backoff: retry.backoff,
    initialDelay: `${retry.initialDelayMs.toLocaleString('en-GB')} ms`,
    maxDelay: `${retry.maxDelayMs.toLocaleString('en-GB')} ms`,
    factor: `${retry.factor}`,
    jitter: `${retry.jitter}`,
  } satisfies Record<keyof face.RetryConfig, string>
  const rows = rowsOf(readDocument('docs/retries-and-errors.md'), 'Option', 'Default', 'Meaning')
  expect(rows.map(([name, value]) => [name, value])).toEqual(Object.entries(defaults))
})

test('docs/delays-and-cron.md lists every option that only a cron job has', () => {
  const cron: Record<Exclude<keyof face.CronJobOptions<void>, keyof typeof job>, true> = {
    schedule: true,
    timezone: true,
    overlap: true,
    catchUp: true,
    tenants: true,
  }
  expect(namesIn('docs/delays-and-cron.md', 'Option', 'Default', 'Meaning')).toEqual(Object.keys(cron))
})

test('docs/sending.md lists every option of a send', () => {
  const send: Record<keyof face.SendOptions, true> = {
    delay: true,
    runAt: true,
    idempotencyKey: true,
    idempotencyTtl: true,
    maxAttempts: true,
    traceparent: true,
    providerOptions: true,
  }
  expect(namesIn('docs/sending.md', 'Option', 'Meaning')).toEqual(Object.keys(send))
})

test('docs/observability.md lists every hook and every state', () => {
  const hooks: Record<keyof face.JobHooks, true> = {
    onSend: true,
    onAttemptStart: true,
    onAttemptEnd: true,
    onRunEnd: true,
  }
  expect(namesIn('docs/observability.md', 'Hook', 'Told', 'With')).toEqual(Object.keys(hooks))

  const states: Record<face.JobState, true> = {
    scheduled: true,
    queued: true,
    running: true,
    retrying: true,
    completed: true,
    failed: true,
    cancelled: true,
    expired: true,
  }
  expect(namesIn('docs/observability.md', 'State', 'Meaning')).toEqual(Object.keys(states))
})
