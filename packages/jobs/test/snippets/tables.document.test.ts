import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { catalogue, createJobClient, defineJob, NonRetryableError, RetryAfterError } from '@cgk-platform/jobs'
import * as errors from '@cgk-platform/jobs/errors'
import { portablePayloadBytes } from '@cgk-platform/jobs-core/hosted'
import { createInngestFunctions, createInngestProvider, type InngestHostOptions } from '@cgk-platform/jobs/inngest'
import { createLocalProvider } from '@cgk-platform/jobs/local'
import { createPostgresProvider } from '@cgk-platform/jobs/postgres'
import { createTriggerProvider, type TriggerOptions } from '@cgk-platform/jobs/trigger'
import { createTriggerTasks } from '@cgk-platform/jobs/trigger/tasks'
import { readDocument, repository } from '@cgk-platform/test-kit/documents'
import { rowsOf, sectionOf } from '@cgk-platform/test-kit/tables'
import { expect, test } from 'vitest'

import { optionsOf } from './options-of.ts'

const configuration = readDocument('docs/configuration.md')

/** Returns the options that a page lists as refused: one or several a row. */
function refusedIn(document: string): string[] {
  return rowsOf(document, 'Refused', 'Use instead').flatMap(([options]) => options!.split(', '))
}

/** A class's `code` is a field, so it takes an instance to read it. */
function codeOf(Class: new (...values: unknown[]) => errors.JobsError): string {
  return new Class({ event: 'x', issues: [], output: null, cause: new Error('x') }, 0).code
}

test('docs/errors.md lists every error class with its code', () => {
  const classes = Object.entries<unknown>({ ...errors, NonRetryableError, RetryAfterError }).filter(
    ([, one]) => typeof one === 'function' && one.prototype instanceof errors.JobsError,
  )
  const listed = [...readDocument('docs/errors.md').matchAll(/^- `(\w+)`, `(\w+)`: /gm)].map(
    ([, name, code]) => `${name} ${code}`,
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
    (path) => !/\.test(-d)?\.ts$|^jobs-(cli|conformance)\//.test(path),
  )
  const text = sources
    .map((path) => readFileSync(join(repository, 'packages', path), 'utf8'))
    .join('\n')
    .replaceAll(/mistakes: \[[^\]]*\]/g, '')
  const read = new Set(
    [...text.matchAll(/'((?:JOB|NODE|TRIGGER|INNGEST|DATABASE)_[A-Z_]+)'/g)].map(([, name]) => name!),
  )
  const listed = rowsOf(configuration, 'Environment', 'Meaning').flatMap(([names]) => names!.split(', '))
  expect(listed.toSorted()).toEqual([...read].toSorted())
})

test('docs/configuration.md lists every option of createJobClient', async () => {
  const rows = rowsOf(configuration, 'createJobClient', 'Default', 'Meaning')
  expect(rows.map(([name]) => name)).toEqual(await optionsOf(createJobClient))
  expect(rows.find(([name]) => name === 'maxPayloadBytes')?.[1]).toBe(portablePayloadBytes.toLocaleString('en-GB'))
})

test('docs/configuration.md lists every setting of the local engine', async () => {
  const retention = await optionsOf((options) => createLocalProvider({ retention: options }))
  const names = rowsOf(configuration, 'config of local', 'Default', 'Meaning').map(([name]) => name!)
  expect(new Set(names.map((name) => name.split('.')[0]))).toEqual(new Set(await optionsOf(createLocalProvider)))
  expect(names.filter((name) => name.startsWith('retention.'))).toEqual(retention.map((name) => `retention.${name}`))
})

test('docs/postgres.md lists every setting, or says that it is one of the local engine', async () => {
  const document = readDocument('docs/postgres.md')
  const local = await optionsOf(createLocalProvider)
  const shared = /^(.*) are \[those of `local`\]/m.exec(document)![1]!.match(/\w+(?=`)/g)!
  expect(shared.filter((name) => !local.includes(name))).toEqual([])
  const listed = rowsOf(document, 'config of postgres', 'Default', 'Meaning').map(([name]) => name!)
  expect([...listed, ...shared].toSorted()).toEqual((await optionsOf(createPostgresProvider)).toSorted())
})

test.each([
  ['docs/inngest-reference.md', 'config of inngest', createInngestProvider, createInngestFunctions],
  ['docs/trigger-reference.md', 'config of trigger.dev', createTriggerProvider, createTriggerTasks],
])('%s lists every setting of the client and every option of the host', async (name, title, provider, host) => {
  const namesOf = (first: string) =>
    rowsOf(readDocument(name), first, 'Default', 'Meaning').flatMap(([options]) => options!.split(', '))
  expect(namesOf(title)).toEqual(await optionsOf(provider))
  expect(namesOf('Option')).toEqual(await optionsOf(host))
})

test("docs/inngest-reference.md lists Inngest's own options that are refused", () => {
  const refused = refusedIn(readDocument('docs/inngest-reference.md'))
  expect(refused.length).toBeGreaterThan(5)
  const client = { id: 'jobs', createFunction: () => ({}) } as unknown as InngestHostOptions['client']
  for (const option of refused) {
    const providerOptions = { inngest: { [option]: 'anything' } }
    const job = defineJob({ id: 'refused', event: 'order.created', handler: () => undefined, providerOptions })
    expect(() => createInngestFunctions({ client, jobs: [job] })).toThrow(`providerOptions.inngest.${option}`)
  }
})

test("docs/trigger-reference.md lists every option of Trigger.dev's own that is allowed, and refused ones", () => {
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
  const document = readDocument('docs/trigger-reference.md')
  expect(rowsOf(document, 'Allowed', 'Meaning').map(([option]) => option)).toEqual(Object.keys(allowed))

  const refused = refusedIn(document)
  expect(refused.length).toBeGreaterThan(15)
  for (const option of refused) {
    const providerOptions = { 'trigger.dev': { [option]: 'anything' } }
    const job = defineJob({ id: 'refused-there', event: 'order.created', handler: () => undefined, providerOptions })
    const [problem] = createTriggerProvider().findUnsupported!(job)
    expect(problem?.message).toContain(`providerOptions['trigger.dev'].${option}`)
    expect(problem?.message).not.toContain('The options are') // the remedy for an unknown name
  }
})
