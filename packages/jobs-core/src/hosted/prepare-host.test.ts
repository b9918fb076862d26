import { expect, test } from 'vitest'

import { createFakeProvider } from '../../test/kit/fake-provider.ts'
import { createMemoryLogger } from '../../test/kit/memory-logger.ts'
import { createClient } from '../client/create-client.ts'
import type { JobClient } from '../client/job-client.ts'
import { defineJob } from '../jobs/define-job.ts'
import type { Definition } from '../jobs/definition.ts'
import { prepareHost } from './prepare-host.ts'

const setting = {
  noJobsConsequence: 'so nothing runs',
  limits: { provider: 'fake', minRetryDelayMs: 0 },
  load: () => createFakeProvider(),
}
const work = (id: string) =>
  defineJob({ id, event: 'order.created', handler: () => undefined }) as unknown as Definition

test('uses the passed definitions, or all definitions that exist', () => {
  const [one, two] = [work('one'), work('two')]
  expect(prepareHost({ jobs: [one] }, setting).jobs.all()).toEqual([one])
  expect(prepareHost({}, setting).jobs.all()).toEqual([one, two])
})

test('passes the options of the host to attempts, and a client on its engine to handlers', async () => {
  const { logger } = createMemoryLogger()
  const options = { jobs: [work('one')], logger, hooks: {}, middleware: [], returnedErrors: true }
  const host = prepareHost(options, setting)
  const { hooks, middleware, returnedErrors } = options
  const { limits } = setting
  expect(host).toMatchObject({ logger, hooks, middleware, returnedErrors, limits })
  const client = host.client as JobClient
  expect(await client.healthCheck()).toMatchObject({ provider: 'fake' })
  expect(prepareHost({ ...options, jobClient: client }, setting).client).toBe(client)
})

test('warns about a host without definitions', () => {
  const { logger, lines } = createMemoryLogger()
  prepareHost({ jobs: [], logger }, setting)
  const message = 'No job is defined, so nothing runs. Import the modules that define your jobs first.'
  expect(lines).toMatchObject([{ level: 'warn', message }])
})

test('a host has the codec of its options or of its client, which must have one too', () => {
  const codec = { encode: (text: string) => text, decode: (text: string) => text }
  const clientWith = (more: object) => createClient({ load: () => createFakeProvider() }, { jobs: [], ...more })
  const prepare = (options: Parameters<typeof prepareHost>[0]) =>
    prepareHost({ jobs: [], logger: createMemoryLogger().logger, ...options }, setting)
  expect(prepare({})).not.toHaveProperty('codec')
  expect(prepare({ codec }).codec?.isPlain('tenantId')).toBe(true)
  expect(prepare({ jobClient: clientWith({ codec }) }).codec?.isPlain('orderId')).toBe(false)
  expect(() => prepare({ codec, jobClient: clientWith({}) })).toThrow('`jobClient` has no `codec`')
})
