import type { Outcome } from '@cgk-platform/jobs-core/provider'
import { expect, test } from 'vitest'

import type { JobStore, SharedStore } from '../store/job-store.ts'
import { createEngineStore } from '../store/synchronous-store.ts'
import { createVirtualClock } from '../testing/virtual-clock.ts'
import { OutcomeRecorder } from './outcome-recorder.ts'
import type { RunningAttempt } from './running-attempt.ts'

/** Opens a recorder of a store that rejects every change with an outcome of the run `invalid`, unless it failed. */
function openRecorder(isShared: boolean) {
  const changes: string[][] = []
  const recorded: string[][] = []
  let current: string[] = []
  const store: Pick<JobStore, 'change' | 'settle' | 'shared'> = {
    ...(isShared && { shared: {} as SharedStore }),
    change(work, { done, rejected }) {
      current = []
      try {
        const result = work()
        changes.push(current)
        done(result)
      } catch (error) {
        rejected?.(error as Error)
      }
      return undefined
    },
    settle({ id }, _attempt, { type }) {
      if (id === 'invalid' && type !== 'failed') throw new Error('Cannot be written.')
      current.push(`${id} ${type}`)
      return true
    },
  }
  const services = { clock: createVirtualClock(0), host: {} as never }
  const recorder = new OutcomeRecorder({ store: createEngineStore(store as JobStore, services) }, (attempts) =>
    recorded.push(attempts.map(({ runId }) => runId)),
  )
  const end = (id: string, outcome: Outcome = { type: 'completed' }): void =>
    recorder.add({ run: { id }, runId: id, attempt: 1, setRecorded: () => undefined } as RunningAttempt, outcome)
  return { end, changes, recorded }
}

test('in memory, attempts that end together are one change', async () => {
  const { end, changes, recorded } = openRecorder(false)
  end('one')
  end('two')
  expect(changes).toEqual([])
  await Promise.resolve()
  expect(changes).toEqual([['one completed', 'two completed']])
  expect(recorded).toEqual([['one', 'two']])
})

test('in a shared store, an outcome that is rejected fails its own run only', () => {
  const { end, changes, recorded } = openRecorder(true)
  for (const id of ['one', 'invalid', 'two']) end(id)
  expect(changes).toEqual([['one completed'], ['invalid failed'], ['two completed']])
  expect(recorded).toEqual([['one'], ['invalid'], ['two']])
})
