import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { catalogue, defineJob, JobsError, portablePayloadBytes } from '@cgk-platform/jobs'
import * as face from '@cgk-platform/jobs'
import { createInngestFunctions, type InngestConfig, type InngestHostOptions } from '@cgk-platform/jobs/inngest'
import type { LocalConfig } from '@cgk-platform/jobs/local'
import { createTriggerProvider, type TriggerConfig, type TriggerOptions } from '@cgk-platform/jobs/trigger'
import type { TriggerHostOptions } from '@cgk-platform/jobs/trigger/tasks'
import { expect, test } from 'vitest'

import { readDocument, repository } from './documents.ts'

const configuration = readDocument('docs/configuration.md')

/** The cells of a table's line, without the backticks. */
function cellsOf(line: string): string[] {
  return line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim().replaceAll('`', ''))
}

/** The rows of the first table that has these column titles. */
function rowsOf(document: string, ...titles: string[]): string[][] {
  const lines = document.split('\n')
  const start = lines.findIndex((line) => cellsOf(line).join() === titles.join())
  expect(start, `a table with the columns ${titles.join(', ')}`).toBeGreaterThan(-1)
  const rows = lines.slice(start + 2)
  return rows
    .slice(
      0,
      rows.findIndex((line) => !line.startsWith('|')),
    )
    .map(cellsOf)
}

/** A class's `code` is a field, so it takes an instance to read it. */
function codeOf(Class: new (...values: unknown[]) => JobsError): string {
  return new Class({ issues: [], cause: new Error('x') }, 0).code
}

test('docs/errors.md lists every error class with its code', () => {
  const classes = Object.entries<unknown>(face).filter(
    ([, one]) => typeof one === 'function' && one.prototype instanceof JobsError,
  )
  const listed = rowsOf(readDocument('docs/errors.md'), 'Class', 'code', 'When').map(
    ([name, code]) => `${name} ${code}`,
  )
  expect(listed).toEqual(classes.map(([name, Class]) => `${name} ${codeOf(Class as never)}`).toSorted())
})

test('the README names every built-in event', () => {
  for (const event of Object.keys(catalogue)) expect(readDocument('README.md')).toContain(`\`${event}\``)
})

test('docs/configuration.md lists every environment variable that the sources read', () => {
  const sources = readdirSync(join(repository, 'packages'), { recursive: true, encoding: 'utf8' }).filter(
    (path) => /^[\w-]+\/src\/.*\.ts$/.test(path) && !/\.test(-d)?\.ts$|\/conformance\/|\/cli\//.test(path),
  )
  const text = sources.map((path) => readFileSync(join(repository, 'packages', path), 'utf8')).join('\n')
  const read = new Set([...text.matchAll(/'((?:JOB|NODE|TRIGGER|INNGEST)_[A-Z_]+)'/g)].map(([, name]) => name!))
  const listed = rowsOf(configuration, 'Environment', 'Meaning').flatMap(([names]) => names!.split(', '))
  expect(listed.toSorted()).toEqual([...read].toSorted())
})

test('docs/configuration.md lists every option of createJobClient', () => {
  const options: Record<keyof face.JobClientOptions, true> = {
    provider: true,
    config: true,
    jobs: true,
    logger: true,
    hooks: true,
    maxPayloadBytes: true,
  }
  const rows = rowsOf(configuration, 'createJobClient', 'Default', 'Meaning')
  expect(rows.map(([name]) => name)).toEqual(Object.keys(options))
  expect(rows.find(([name]) => name === 'maxPayloadBytes')?.[1]).toBe(portablePayloadBytes.toLocaleString('en-GB'))
})

test('docs/configuration.md lists every setting of the local engine', () => {
  const config: Record<keyof LocalConfig, true> = {
    concurrency: true,
    retention: true,
    store: true,
    path: true,
    role: true,
    lease: true,
  }
  const retention: Record<keyof NonNullable<LocalConfig['retention']>, true> = { count: true, age: true }
  const names = rowsOf(configuration, 'config of local', 'Default', 'Meaning').map(([name]) => name!)
  expect(new Set(names.map((name) => name.split('.')[0]))).toEqual(new Set(Object.keys(config)))
  expect(names.filter((name) => name.startsWith('retention.'))).toEqual(
    Object.keys(retention).map((name) => `retention.${name}`),
  )
})

test('docs/inngest.md lists every setting of the client and every option of the host', () => {
  const config: Record<keyof InngestConfig, true> = {
    eventKey: true,
    signingKey: true,
    baseUrl: true,
    apiBaseUrl: true,
    appId: true,
    isDev: true,
    client: true,
  }
  const host: Record<keyof InngestHostOptions, true> = {
    client: true,
    jobs: true,
    logger: true,
    hooks: true,
    jobClient: true,
  }
  const settings = rowsOf(readDocument('docs/inngest.md'), 'config of inngest', 'Default', 'Meaning')
  expect(settings.map(([name]) => name)).toEqual(Object.keys(config))
  const options = rowsOf(readDocument('docs/inngest.md'), 'Option', 'Default', 'Meaning')
  expect(options.map(([name]) => name)).toEqual(Object.keys(host))
})

test("docs/inngest.md lists options of Inngest's own that are refused", () => {
  const rows = rowsOf(readDocument('docs/inngest.md'), 'Refused', 'Why, and what instead')
  expect(rows.length).toBeGreaterThan(5)
  const client = { id: 'jobs', createFunction: () => ({}) } as unknown as InngestHostOptions['client']
  for (const [option] of rows) {
    const providerOptions = { inngest: { [option!]: 'anything' } }
    const job = defineJob({ id: 'refused', event: 'order.created', handler: () => undefined, providerOptions })
    expect(() => createInngestFunctions({ client, jobs: [job] })).toThrow(`providerOptions.inngest.${option}`)
  }
})

test('docs/trigger.md lists every setting of the client and every option of the host', () => {
  const config: Record<keyof TriggerConfig, true> = { apiKey: true, apiUrl: true, previewBranch: true, version: true }
  const host: Record<keyof TriggerHostOptions, true> = { jobs: true, logger: true, hooks: true, jobClient: true }
  const settings = rowsOf(readDocument('docs/trigger.md'), 'config of trigger.dev', 'Default', 'Meaning')
  expect(settings.map(([name]) => name)).toEqual(Object.keys(config))
  const options = rowsOf(readDocument('docs/trigger.md'), 'Option', 'Default', 'Meaning')
  expect(options.map(([name]) => name)).toEqual(Object.keys(host))
})

test("docs/trigger.md lists every option of Trigger.dev's own that is allowed, and options that are refused", () => {
  const allowed: Record<keyof TriggerOptions, true> = {
    description: true,
    machine: true,
    retry: true,
    onSuccess: true,
    onComplete: true,
    onCancel: true,
    onWait: true,
    onResume: true,
  }
  const document = readDocument('docs/trigger.md')
  expect(rowsOf(document, 'Allowed', 'Meaning').map(([option]) => option)).toEqual(Object.keys(allowed))

  const rows = rowsOf(document, 'Refused', 'Why, and what instead')
  expect(rows.length).toBeGreaterThan(15)
  for (const [option] of rows) {
    const providerOptions = { 'trigger.dev': { [option!]: 'anything' } }
    const job = defineJob({ id: 'refused-there', event: 'order.created', handler: () => undefined, providerOptions })
    const [problem] = createTriggerProvider().findUnsupported!(job)
    expect(problem?.message).toContain(`providerOptions['trigger.dev'].${option}`)
    expect(problem?.message).not.toContain('It is none') // the remedy for a name that nobody knows
  }
})

test('docs/jobs.md lists every option of a retry with its default', () => {
  const { retry } = defineJob({ id: 'defaults', event: 'order.created', handler: () => undefined })
  const defaults = {
    maxAttempts: `${retry.maxAttempts}`,
    backoff: retry.backoff,
    initialDelay: `${retry.initialDelayMs.toLocaleString('en-GB')} ms`,
    maxDelay: `${retry.maxDelayMs.toLocaleString('en-GB')} ms`,
    factor: `${retry.factor}`,
    jitter: `${retry.jitter}`,
  } satisfies Record<keyof face.RetryConfig, string>
  const section = readDocument('docs/jobs.md').split('### Retries')[1]!
  expect(rowsOf(section, 'Option', 'Default', 'Meaning').map(([name, value]) => [name, value])).toEqual(
    Object.entries(defaults),
  )
})

test('docs/jobs.md lists every option of a definition and of a send, and every state', () => {
  const text = readDocument('docs/jobs.md')
  const common: Record<keyof face.DefinitionOptions, true> = {
    id: true,
    retry: true,
    timeout: true,
    concurrency: true,
    providerOptions: true,
  }
  const job: Record<keyof face.JobOptions<'order.created', void>, true> = {
    ...common,
    event: true,
    handler: true,
    onFailure: true,
  }
  expect(new Set(rowsOf(text, 'Option', 'Default', 'Meaning').map(([name]) => name))).toEqual(new Set(Object.keys(job)))

  const cron: Record<Exclude<keyof face.CronJobOptions<void>, keyof typeof job>, true> = {
    schedule: true,
    timezone: true,
    overlap: true,
    catchUp: true,
    tenants: true,
  }
  const cronText = text.slice(text.indexOf('`defineCronJob` takes'))
  expect(rowsOf(cronText, 'Option', 'Default', 'Meaning').map(([name]) => name)).toEqual(Object.keys(cron))

  const send: Record<keyof face.SendOptions, true> = {
    delay: true,
    runAt: true,
    idempotencyKey: true,
    idempotencyTtl: true,
    maxAttempts: true,
    traceparent: true,
    providerOptions: true,
  }
  expect(rowsOf(text, 'Option', 'Meaning').map(([name]) => name)).toEqual(Object.keys(send))

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
  expect(rowsOf(text, 'State', 'Meaning').map(([name]) => name)).toEqual(Object.keys(states))
})
