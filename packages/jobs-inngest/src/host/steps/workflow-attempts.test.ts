import { expect, test } from 'vitest'

import { jobId, runId } from '../../../test/kit/open-function.ts'
import { openApi } from '../../../test/kit/open-api.ts'
import { createWorkflowAttempts } from './workflow-attempts.ts'

const at = (number: number) => ({ jobId, runId, number })

/** Attempts of a process that knows nothing yet; the engine tells this as what failed last in the run. */
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
  const { api, clock, asked } = openApi(() => ({ body: { data: { rootSpan: { children: spans } } } }))
  return { attempts: createWorkflowAttempts(api, clock), asked }
}
const workflow = (engineAttempt: number, step?: string, base = 0) => ({
  workflow: { engineAttempt, base, origin: runId, ...(step !== undefined && { step }) },
})

test('the first attempt asks nobody', async () => {
  const { attempts, asked } = open()
  await expect(attempts.ofCode(at(0))).resolves.toEqual({ base: 0 })
  await expect(attempts.ofStep(at(0), 'charge')).resolves.toEqual({ base: 0 })
  expect(asked).toEqual([])
})

test('what this process did itself asks nobody: a step goes on counting', async () => {
  const { attempts, asked } = open()
  attempts.note(at(0), { step: 'charge', base: 0, dueAt: 2000 })
  await expect(attempts.ofCode(at(1))).resolves.toEqual({ base: 0 })
  await expect(attempts.ofStep(at(1), 'charge')).resolves.toMatchObject({ base: 0, dueAt: 2000 })
  expect(asked).toEqual([])
})

test('after a failure of the code, a new attempt of it begins, and a step in it counts from 1', async () => {
  const { attempts, asked } = open()
  attempts.note(at(1), { base: 2, dueAt: 2000, code: 2 })
  await expect(attempts.ofCode(at(2))).resolves.toMatchObject({ begins: 2, dueAt: 2000 })
  await expect(attempts.ofStep(at(2), 'charge')).resolves.toEqual({ base: 2 })
  expect(asked).toEqual([])
})

test('what another process did is read once: a failure of the code', async () => {
  const { attempts, asked } = open({ attempt: 2, ...workflow(1) })
  await expect(attempts.ofCode(at(2))).resolves.toEqual({ base: 2, dueAt: 5000, begins: 3 })
  await expect(attempts.ofStep(at(2), 'charge')).resolves.toEqual({ base: 2 })
  expect(asked).toHaveLength(1)
})

test('what another process did is read once: a failure of a step', async () => {
  const { attempts, asked } = open({ attempt: 1, ...workflow(2, 'charge', 2) })
  await expect(attempts.ofCode(at(3))).resolves.toEqual({ base: 0 })
  await expect(attempts.ofStep(at(3), 'charge')).resolves.toEqual({ base: 2, dueAt: 5000 })
  await expect(attempts.ofStep(at(3), 'pack')).resolves.toEqual({ base: 0 })
  expect(asked).toHaveLength(1)
})

test('a process that died left no word, or an old one: its attempt counts as the step’s', async () => {
  for (const failed of [undefined, { attempt: 1, ...workflow(0) }]) {
    const { attempts } = open(failed)
    await expect(attempts.ofCode(at(2))).resolves.toEqual({ base: 0 })
    await expect(attempts.ofStep(at(2), 'charge')).resolves.toEqual({ base: 0 })
  }
})
