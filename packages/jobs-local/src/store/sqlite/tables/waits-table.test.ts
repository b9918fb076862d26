import { createWorkflowRecord, type StepRecord } from '@cgk-platform/jobs-core/provider'
import { expect, test } from 'vitest'

import { createEnvelope } from '../../../../test/kit/stored-run.ts'
import { createStore } from '../../../../test/kit/stores.ts'

const event = 'order.delivered'

test.for([
  ['an event that came due', 0, 'completed'],
  ['an event that is not yet due', 100, 'waiting'],
  ['an event that was cancelled before it was due', 'cancelled', 'waiting'],
] as const)('a new wait and %s, sent before the wait was written', ([_, end, state]) => {
  const store = createStore('SQLite')
  store.add([createEnvelope()], 0)
  for (const job of store.takeDueJobs(1, 0)) store.addRuns(job, [{ definitionId: 'work', maxAttempts: 3 }], 0)
  const [run] = store.claim(1, () => undefined, 0)
  run!.workflow = createWorkflowRecord(run!.id, undefined)
  const sent = createEnvelope({ event, ...(end !== 0 && { runAt: 100 }) })
  store.add([sent], 0)
  if (end === 'cancelled') store.cancel(sent.id, 0)
  for (const job of store.takeDueJobs(1, 0)) store.endWithoutRuns(job, 'completed', 0)
  const wait: StepRecord = { key: 'wait', kind: 'waitForEvent', state: 'waiting', attempts: 1, startedAt: 0, event }
  store.saveStep(run!, wait, 0)
  expect(wait.state).toBe(state)
})
