import { historyAge } from '@cgk-platform/jobs-core/scheduling'
import { expect, test } from 'vitest'

import { enterState } from '../../records/enter-state.ts'
import type { StoredRun } from '../../records/stored-run.ts'
import { RunHistory } from './run-history.ts'

const [minuteMs, hourMs] = [60_000, 3_600_000]
const hour = 1_000 * hourMs

test('old minutes are added to their hour, and old hours are deleted', () => {
  const history = new RunHistory()
  const end = (at: number, durationMs: number): void => {
    const envelope = { v: 1 as const, id: 'job', event: 'a', tenantId: 't', sentAt: at, payload: null }
    const run = {
      definitionId: 'a',
      startedAt: at - durationMs,
      job: { envelope, state: 'queued', runs: [] },
    } as never as StoredRun
    history.created(run)
    history.ended(enterState(run, { state: 'completed', endedAt: at }), at)
  }
  const read = () =>
    history
      .read({ definitionId: 'a', since: 0 })
      .counts.map(({ at, outcome, durationMs, count }) => [(at - hour) / minuteMs, outcome, durationMs, count])
  end(hour, 14)
  end(hour + minuteMs, 6)
  end(hour + minuteMs, 12)
  const later = hour + historyAge.minutes + hourMs
  end(later, 0)
  expect(read()).toEqual([
    [0, 'created', 0, 3],
    [0, 'completed', 10, 2],
    [0, 'completed', 6, 1],
    [480, 'created', 0, 1],
    [480, 'completed', 0, 1],
  ])
  end(hour + historyAge.hours + hourMs, 0)
  expect(read().map(([at]) => at)).not.toContain(0)
  expect(history.read({ definitionId: 'a', since: 0 }).open).toBe(0)
})
