import { readFileSync } from 'node:fs'

import { defineJob, defineWorkflow } from '@cgk-platform/jobs-core'
import { Middleware } from 'inngest'
import { expect, test } from 'vitest'

import type { StepRecord } from '../../src/wire/step-record.ts'
import { openJobs } from '../kit/open-jobs.ts'

type Input = Middleware.TransformFunctionInputArgs
type Goldens = Readonly<Record<string, { readonly stored: StepRecord }>>

const goldens = JSON.parse(readFileSync(`${import.meta.dirname}/next/steps.json`, 'utf8')) as Goldens

/** Returns the members that the records of a kind have, and the version. */
function formOf(record: object): string {
  const { v, kind } = record as StepRecord
  return `${kind} v${v}: ${Object.keys(record).toSorted().join(' ')}`
}

test('a run writes the step records that the golden records have', async () => {
  const written = new Map<string, object>()
  class Recorder extends Middleware.BaseMiddleware {
    readonly id = 'recorder'
    override transformFunctionInput(input: Input): Input {
      for (const step of Object.values(input.steps)) {
        const data = (step as { readonly data?: StepRecord | null }).data
        if (data?.v !== undefined) written.set(formOf(data), data)
      }
      return input
    }
  }
  const job = defineJob({ id: 'job', event: 'work.followed', handler: () => 5 })
  const flow = defineWorkflow({
    id: 'flow',
    event: 'work.asked',
    version: '2',
    steps: async (_event, step) => {
      await step.run('pay', () => ({ id: 7 }), { compensate: () => undefined })
      await step.sleep('short', 500)
      await step.sleep('long', 1500)
      await step.sendEvent('tell', 'work.counted', { tenantId: 'acme', number: 1 })
      await step.runJob('follow', job, { tenantId: 'acme' })
      await step.run('last', () => 1)
    },
  })
  const { client } = await openJobs({ jobs: [job, flow], sdk: { middleware: [Recorder] } })
  const { id } = await client.sendJob('work.asked', { tenantId: 'acme' })
  expect(await client.waitForJob(id)).toMatchObject({ state: 'completed' })
  const kinds = [...written.values()].map((record) => (record as StepRecord).kind)
  expect(new Set(kinds)).toEqual(new Set(['version', 'run', 'sleep', 'rest', 'sendEvent', 'runJob']))
  const known = Object.values(goldens).map(({ stored }) => formOf(stored))
  for (const form of written.keys()) expect(known).toContain(form)
})
