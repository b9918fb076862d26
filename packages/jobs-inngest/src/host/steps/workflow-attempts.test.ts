import { expect, test } from 'vitest'

import { jobId, runId } from '../../../test/kit/open-function.ts'
import { openApi } from '../../../test/kit/open-api.ts'
import { createWorkflowAttempts } from './workflow-attempts.ts'

const at = (number: number) => ({ jobId, runId, number })

/** Opens the attempts of a new process. `record` is the last failure that the engine returns. */
function open(failed?: object) {
  const cause = failed && {
    attempt: 1,
    maxAttempts: 3,
    startedAt: 1,
    nextAttemptAt: 5000,
    error: { name: 'E', message: 'e' },
    ...failed,
  }
  const spans = failed
    ? [{ name: 'charge', status: 'FAILED', endedAt: '2026-03-01T12:00:00Z', output: { message: 'e', cause } }]
    : []
  const { api, clock, requests } = openApi(() => ({ body: { data: { rootSpan: { children: spans } } } }))
  return { attempts: createWorkflowAttempts(api, clock), requests }
}
const workflow = (engineAttempt: number, step?: string, base = 0) => ({
  workflow: { engineAttempt, base, origin: runId, ...(step !== undefined && { step }) },
})

test('continues to count a step of this process, without a request', async () => {
  const { attempts, requests } = open()
  attempts.begin(at(0)).record({ step: 'charge', base: 0, dueAt: 2000 })
  const request = attempts.begin(at(1))
  await expect(request.ofCode()).resolves.toEqual({ base: 0 })
  await expect(request.ofStep('charge')).resolves.toMatchObject({ base: 0, dueAt: 2000 })
  expect(requests).toEqual([])
})

test('starts a new attempt of the code after it failed, and counts its steps from 1', async () => {
  const { attempts, requests } = open()
  attempts.begin(at(1)).record({ base: 2, dueAt: 2000, code: 2 })
  const request = attempts.begin(at(2))
  await expect(request.ofCode()).resolves.toMatchObject({ starting: 2, dueAt: 2000 })
  await expect(request.ofStep('charge')).resolves.toEqual({ base: 2 })
  expect(requests).toEqual([])
})

test('uses a recorded attempt once: Inngest counts from 0 again after a step', async () => {
  const { attempts } = open()
  attempts.begin(at(0)).record({ base: 1, code: 2 })
  await expect(attempts.begin(at(1)).ofCode()).resolves.toMatchObject({ starting: 2 })
  await expect(attempts.begin(at(1)).ofCode()).resolves.toEqual({ base: 0 })
})

test('ignores a recorded attempt after progress of the run, and separates requests', async () => {
  const { attempts } = open()
  const record = (): void => attempts.begin(at(0)).record({ base: 1, code: 2 })
  const later = [
    { ...at(1), progress: { waits: 1, newestAt: 0 } },
    { ...at(1), progress: { waits: 0, newestAt: 9e15 } },
    { ...at(1), targetStep: 'a-hash' },
  ]
  for (const one of later) {
    record()
    await expect(attempts.begin(one).ofCode()).resolves.toEqual({ base: 0 })
  }
})

test('reads a failure of the code in another process once', async () => {
  const { attempts, requests } = open({ attempt: 2, ...workflow(1) })
  const request = attempts.begin(at(2))
  await expect(request.ofCode()).resolves.toEqual({ base: 2, dueAt: 5000, starting: 3 })
  await expect(request.ofStep('charge')).resolves.toEqual({ base: 2 })
  expect(requests).toHaveLength(1)
})

test('reads a failure of a step in another process once', async () => {
  const { attempts, requests } = open({ attempt: 1, ...workflow(2, 'charge', 2) })
  const request = attempts.begin(at(3))
  await expect(request.ofCode()).resolves.toEqual({ base: 0 })
  await expect(request.ofStep('charge')).resolves.toEqual({ base: 2, dueAt: 5000 })
  await expect(request.ofStep('pack')).resolves.toEqual({ base: 0 })
  expect(requests).toHaveLength(1)
})

test('counts the attempt of a crashed process, which left no new record, for the step', async () => {
  for (const failed of [undefined, { attempt: 1, ...workflow(0) }]) {
    const request = open(failed).attempts.begin(at(2))
    await expect(request.ofCode()).resolves.toEqual({ base: 0 })
    await expect(request.ofStep('charge')).resolves.toEqual({ base: 0 })
  }
})

test('counts a crash possibly for the code, unless the request was for a single step', async () => {
  const died = { name: 'Run', status: 'FAILED', output: { message: 'Your server reset the connection' } }
  const { api, clock } = openApi(() => ({ body: { data: { rootSpan: { children: [died, died] } } } }))
  const attempts = createWorkflowAttempts(api, clock)
  await expect(attempts.begin(at(2)).ofCode()).resolves.toEqual({ base: 0, crashes: 2 })
  await expect(attempts.begin({ ...at(2), targetStep: 'a-hash' }).ofCode()).resolves.toEqual({ base: 0 })
})
