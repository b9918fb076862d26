import { expect, test } from 'vitest'

import type { EngineRun } from '../api/engine-shapes.ts'
import { currentRuns } from './current-runs.ts'

const runOf = (id: string, output?: EngineRun['output'], status: EngineRun['status'] = 'COMPLETED'): EngineRun => ({
  ...{ id, status, function: { id: 'flow' }, app: { id: 'app' }, queuedAt: '2026-03-01T12:00:00Z' },
  ...(output && { output: { attempt: 1, startedAt: 1, ...output }, endedAt: '2026-03-01T12:01:00Z' }),
})
const restarted = (id: string, runId: string) => runOf(id, { restart: { count: 1, payload: {}, runId } })

test('a restarted run is not shown beside the one that continues it', () => {
  const runs = [restarted('1', '2'), restarted('2', '3'), runOf('3', undefined, 'RUNNING')]
  expect(currentRuns(runs)).toEqual([runs[2]])
})

test('a restarted run is queued until the one that continues it is visible', () => {
  const [run] = currentRuns([restarted('1', '2')])
  expect(run).toMatchObject({ id: '1', status: 'QUEUED' })
  expect([run?.output, run?.endedAt]).toEqual([undefined, undefined])
})

test('other runs stay, except those that did nothing', () => {
  const runs = [runOf('1', { output: { restart: true } }), runOf('2', { isDuplicate: true }), runOf('3', {}, 'FAILED')]
  expect(currentRuns(runs)).toEqual([runs[0], runs[2]])
})
