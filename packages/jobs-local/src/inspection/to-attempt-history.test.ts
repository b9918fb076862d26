import { expect, test } from 'vitest'

import { createStoredRun } from '../../test/kit/stored-run.ts'
import { toAttemptHistory } from './to-attempt-history.ts'

test('a start that only calls `onFailure`, after a crash in the last attempt, is no attempt', () => {
  const run = { ...createStoredRun('work', 'acme'), maxAttempts: 2, attempts: 3, state: 'failed' as const }
  const history = [1, 2].map((number) => ({ number, startedAt: number, endedAt: number + 1 }))
  expect(toAttemptHistory({ ...run, history }, undefined).map(({ number }) => number)).toEqual([1, 2])
})
