import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { catalogue, defineJob, JobsError } from '@cgk-platform/jobs'
import { portablePayloadBytes } from '@cgk-platform/jobs-core/provider'
import * as face from '@cgk-platform/jobs'
import { createInngestFunctions, type InngestConfig, type InngestHostOptions } from '@cgk-platform/jobs/inngest'
import type { LocalConfig } from '@cgk-platform/jobs/local'
import { createTriggerProvider, type TriggerConfig, type TriggerOptions } from '@cgk-platform/jobs/trigger'
import type { TriggerHostOptions } from '@cgk-platform/jobs/trigger/tasks'
import { expect, test } from 'vitest'

import { readDocument, repository } from './documents.ts'
import { rowsOf, sectionOf } from './tables.ts'

const configuration = readDocument('docs/configuration.md')

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

test('docs/events-and-tenants.md lists the built-in events', () => {
  const listed = sectionOf(readDocument('docs/events-and-tenants.md'), '## The built-in events').matchAll(
    /`(\w+\.\w+)`/g,
  )
  expect([...listed].map(([, name]) => name!).toSorted()).toEqual(Object.keys(catalogue).toSorted())
})

test('docs/configuration.md lists every environment variable that the sources read', () => {
  const sources = globSync('*/src/**/*.ts', { cwd: join(repository, 'packages') }).filter(
    (path) => !/\.test(-d)?\.ts$|\/conformance\/|^jobs-cli\//.test(path),
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
    middleware: true,
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
    middleware: true,
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
  const host: Record<keyof TriggerHostOptions, true> = {
    jobs: true,
    logger: true,
    hooks: true,
    middleware: true,
    jobClient: true,
  }
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
