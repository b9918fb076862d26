import { defineWorkflow, type Steps } from '@cgk-platform/jobs-core'
import { expect, test } from 'vitest'

import { openJobs } from '../../../test/kit/open-jobs.ts'

type Code = (step: Steps<'work.asked'>) => Promise<unknown>
const dayMs = 86_400_000

test.each<[what: string, feature: string, code: Code]>([
  [
    'more attempts than Inngest makes',
    'retry.maxAttempts: 22',
    (step) => step.run('work', () => undefined, { retry: { maxAttempts: 22 } }),
  ],
  [
    'a wait of more than a year',
    `a wait of ${366 * dayMs} ms`,
    (step) => step.waitForEvent('wait', 'work.counted', { timeout: 366 * dayMs }),
  ],
  [
    'a value that Inngest cannot compare',
    'a wait for an event with such a string',
    (step) => step.waitForEvent('wait', 'work.counted', { timeout: '1h', match: { note: 'a\\b' } as object }),
  ],
])('a step with %s fails its run without a retry', async (_what, feature, code) => {
  const work = defineWorkflow({ id: 'work', event: 'work.asked', steps: (_event, step) => code(step) })
  const { client } = await openJobs({ jobs: [work] })
  const { id } = await client.sendJob('work.asked', { tenantId: 'acme', number: 7 })
  const { state, runs } = await client.waitForJob(id)
  expect([state, runs[0]!.attempts, runs[0]!.error?.code]).toEqual(['failed', 1, 'unsupported_feature'])
  expect(runs[0]!.error?.message).toContain(`\`inngest\` does not support \`${feature}\`.`)
})
