import { expect, test } from 'vitest'

import { createFakeProvider } from '../../test/kit/fake-provider.ts'
import { createMemoryLogger } from '../../test/kit/memory-logger.ts'
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

test('a host has the jobs that it is given, or those that are defined so far', () => {
  const [one, two] = [work('one'), work('two')]
  expect(prepareHost({ jobs: [one] }, setting).definitions).toEqual([one])
  expect(prepareHost({}, setting).definitions).toEqual([one, two])
})

test('attempts get the options of the host, and handlers a client on its engine', async () => {
  const { logger } = createMemoryLogger()
  const options = { jobs: [work('one')], logger, hooks: {}, middleware: [] }
  const { dependencies } = prepareHost(options, setting)
  const { hooks, middleware } = options
  expect(dependencies).toMatchObject({ logger, hooks, middleware, limits: setting.limits, random: Math.random })
  expect(await dependencies.client.healthCheck()).toMatchObject({ provider: 'fake' })
  expect(prepareHost({ ...options, jobClient: dependencies.client }, setting).dependencies.client).toBe(
    dependencies.client,
  )
})

test('a host without jobs says so', () => {
  const { logger, lines } = createMemoryLogger()
  prepareHost({ jobs: [], logger }, setting)
  const message = 'No job is defined, so nothing runs. Import the modules that define your jobs first.'
  expect(lines).toMatchObject([{ level: 'warn', message }])
})
