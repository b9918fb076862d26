import { defineWorkflow, type JobStatus } from '@cgk-platform/jobs-core'
import { expect, test } from 'vitest'

import { openJobs } from '../kit/open-jobs.ts'

/** Runs a workflow of one version until it sleeps, and continues the app with another version. */
async function change(
  before: string | undefined,
  after: string | undefined,
): Promise<{ status: JobStatus; effects: string[]; names: string[] }> {
  const effects: string[] = []
  const define = (version: string | undefined) =>
    defineWorkflow({
      id: 'work',
      event: 'work.asked',
      ...(version !== undefined && { version }),
      steps: async (_event, step) => {
        await step.run('one', () => void effects.push('one'))
        await step.sleep('nap', '3s')
        await step.run('two', () => void effects.push('two'))
      },
    })
  const { client, app, until, openApp } = await openJobs({ jobs: [define(before)] })
  const { id } = await client.sendJob('work.asked', { tenantId: 'acme' })
  await until(() => effects.length > 0)
  await until(async () => (await client.getJobStatus(id)).runs[0]!.steps!.length > 1)
  await app.close()
  await openApp({ jobs: [define(after)], port: app.port })
  const status = await client.waitForJob(id)
  return { status, effects, names: status.runs[0]!.steps!.map((step) => step.id) }
}

test('a run continues with the version with which it began', async () => {
  const { status, effects, names } = await change('1', '1')
  expect([status.state, effects, names]).toEqual(['completed', ['one', 'two'], ['one', 'nap', 'two']])
})

test('a run does not continue with another version, or with none', async () => {
  for (const after of ['2', undefined]) {
    const { status, effects } = await change('1', after)
    expect([status.state, status.runs[0]!.error?.code, effects]).toEqual(['failed', 'workflow_changed', ['one']])
  }
})

test('a run without a version does not continue with one', async () => {
  const { status, effects } = await change(undefined, '2')
  expect([status.state, status.runs[0]!.error?.code, effects]).toEqual(['failed', 'workflow_changed', ['one']])
})
