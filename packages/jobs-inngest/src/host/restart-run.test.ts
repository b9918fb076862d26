import { expect, test } from 'vitest'

import { openApi } from '../../test/kit/open-api.ts'
import { timeOfId } from '../wire/event-id.ts'
import { restartRun } from './restart-run.ts'

const [runId, next] = ['01M8ADCA000000000000000000', '01M8ADCD000000000000000000']
const run = { id: runId, status: 'RUNNING', function: { id: 'flow' }, app: { id: 'app' }, queuedAt: '' }
const restarting = { count: 1, payload: { month: 2 }, at: 0, since: 0 }

function open(runs: readonly object[]) {
  const opened = openApi(({ method }) => ({ body: { data: method === 'POST' ? { runId: next } : runs } }))
  const restart = () =>
    opened.clock.finish(restartRun({ jobId: 'job', runId, receivedAt: timeOfId(runId) }, restarting, opened))
  const reruns = () => opened.requests.filter(({ method }) => method === 'POST')
  return { restart, reruns }
}

test('a restart reruns the event of the job', async () => {
  const { restart, reruns } = open([run])
  expect(await restart()).toEqual({ ...restarting, runId: next })
  expect(reruns().map(({ url }) => url.pathname)).toEqual([`/v2/runs/${runId}/rerun`])
})

test('after a crash, a restart finds the run that it has started', async () => {
  const { restart, reruns } = open([{ ...run, id: next }, run])
  expect(await restart()).toEqual({ ...restarting, runId: next })
  expect(reruns()).toEqual([])
})

test('runs of other functions, and those that did nothing, do not continue a run', async () => {
  const duplicate = { ...run, id: next, status: 'COMPLETED', output: { attempt: 1, startedAt: 1, isDuplicate: true } }
  const { restart, reruns } = open([{ ...run, id: next, function: { id: 'other' } }, duplicate, run])
  await restart()
  expect(reruns()).toHaveLength(1)
})
