import { setTimeout as sleep } from 'node:timers/promises'

import { defineWorkflow } from '@cgk-platform/jobs-core'
import { createClient } from '@cgk-platform/jobs-core/provider'
import { createRecordedLogger } from '@cgk-platform/test-kit/recorded-logger'
import '@cgk-platform/test-kit/work'
import { expect, test } from 'vitest'

import { createLocalProvider } from '../../src/provider/local-provider.ts'

test('code that awaits a non-step continues during an open wait, and a log line says how to avoid that', async () => {
  const did: string[] = []
  const flow = defineWorkflow({
    id: 'flow',
    event: 'work.requested',
    steps: async (_event, step) =>
      Promise.race([
        step.waitForEvent('none', 'work.followed', { timeout: '7d' }),
        (async () => {
          await step.run('one', () => did.push('one'))
          await sleep(60)
          await step.run('two', () => did.push('two'))
          await sleep(60)
          return step.run('three', () => did.push('three'))
        })(),
      ]),
  })
  const logger = createRecordedLogger()
  const client = createClient({ load: () => createLocalProvider() }, { jobs: [flow], logger })
  const { id } = await client.sendJob('work.requested', { tenantId: 'acme' })
  const { state } = await client.waitForJob(id)
  expect([state, did]).toEqual(['completed', ['one', 'two', 'three']])
  expect(logger.lines.map(({ message }) => message).join()).toMatch(
    /something other than a step before `(?:two|three)` while a wait was open/, // which one depends on the machine's load
  )
  await client.close({ timeout: 0 })
})
