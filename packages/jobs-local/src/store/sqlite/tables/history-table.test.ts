import { historyAge } from '@cgk-platform/jobs-core/scheduling'
import { expect, test } from 'vitest'

import { createTestFile } from '../../../../test/kit/test-file.ts'
import { openFile } from '../file/open-file.ts'
import { pruneHistory, readHistory } from './history-table.ts'

const [minuteMs, hourMs] = [60_000, 3_600_000]
const hour = 1_000 * hourMs

test('old minutes are added to their hour, old hours to all earlier times, and no run is lost', ({
  onTestFinished,
}) => {
  const connection = openFile(createTestFile().path)
  onTestFinished(() => connection.close())
  for (let run = 0; run < 4; run++) {
    connection.run(
      "INSERT INTO cgk_runs (run, definition_id, tenant, state, phase, rank, priority, max_attempts) VALUES (?, 'a', 't', 'queued', 1, ?, 60, 1)",
      run,
      hour + run * minuteMs - 60_000,
    )
    if (run === 3) break
    const sql = "UPDATE cgk_runs SET state = 'completed', phase = NULL, started_at = ?, ended_at = ? WHERE run = ?"
    connection.run(sql, hour, hour + (run + 1) * minuteMs + 4, run)
  }
  const read = () => {
    const { counts, open } = readHistory(connection, { definitionId: 'a', since: 0 })
    const shown = counts.map(({ at, outcome, durationMs, count }) => [
      (at - hour) / minuteMs,
      outcome,
      durationMs,
      count,
    ])
    return { shown, open }
  }
  const prune = (now: number): number => {
    for (let batches = 0; ; batches++) if (!pruneHistory(connection, now)) return batches
  }
  const minutes = [
    [0, 'created', 0, 1],
    [1, 'completed', 60_000, 1],
    [1, 'created', 0, 1],
    [2, 'completed', 100_000, 1],
    [2, 'created', 0, 1],
    [3, 'completed', 200_000, 1],
    [3, 'created', 0, 1],
  ]
  expect(read()).toEqual({ shown: minutes, open: 1 })
  expect(prune(hour + historyAge.minutes)).toBe(0)
  expect(prune(hour + historyAge.minutes + 2.5 * minuteMs)).toBe(3)
  expect(read().shown).toContainEqual([0, 'created', 0, 3])
  prune(hour + historyAge.minutes + hourMs)
  expect(read().shown).toEqual([
    [0, 'completed', 60_000, 1],
    [0, 'completed', 100_000, 1],
    [0, 'completed', 200_000, 1],
    [0, 'created', 0, 4],
  ])
  prune(hour + historyAge.hours + 1)
  expect(readHistory(connection, { definitionId: 'a', since: 1 })).toEqual({ counts: [], open: 1 })
})
