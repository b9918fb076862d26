import { expect, test } from 'vitest'

import type { StoredRun } from '../records/stored-run.ts'
import { createStoredRun } from '../../test/kit/stored-run.ts'
import { toAttemptHistory } from './to-attempt-history.ts'

test('a start that only calls `onFailure`, after a crash in the last attempt, is no attempt', () => {
  const history = [1, 2].map((number) => ({ number, startedAt: number, endedAt: number + 1 }))
  const end = { state: 'failed', endedAt: 9, error: { name: 'Error', message: 'Failed.' } } as const
  const run = { ...createStoredRun('work', 'acme'), ...end, maxAttempts: 2, attempts: 3, history } as StoredRun
  expect(toAttemptHistory(run, undefined).map(({ number }) => number)).toEqual([1, 2])
})
