import { describe, expect, test, vi } from 'vitest'

import { recordedRuns, recordedSelves, type RecordedStage } from '../../test/fixtures/recorded.ts'
import type { EngineApi } from '../api/engine-api.ts'
import type { EngineRun } from '../api/engine-shapes.ts'
import { createRunTimeReader } from './run-times.ts'

/** Opens a reader for a run with this single response. */
function open(...selves: (EngineRun | undefined)[]) {
  const byPath = new Map(selves.map((self) => [`/v2/runs/${self?.id}`, self]))
  const get = vi.fn<(operation: string, path: string) => Promise<unknown>>(async (_, path) => {
    const data = byPath.get(path)
    return data && { data }
  })
  const reader = createRunTimeReader({ get } as unknown as EngineApi)
  return { reader, byPath, paths: () => get.mock.calls.map(([, path]) => path) }
}

const at = (text: string) => Date.parse(text)

test('does not request a queued run, which has no times', async () => {
  const { reader, paths } = open()
  expect(await reader.of(recordedRuns.queued)).toEqual({})
  expect(await reader.of(recordedRuns.delayed)).toEqual({})
  expect(paths()).toEqual([])
})

const unended = ({ endedAt: _, ...run }: EngineRun): EngineRun => run
const { exhausted, cancelledWhileRunning } = recordedSelves

test.each<[string, RecordedStage, EngineRun | undefined, began?: string | undefined, ended?: string]>([
  ['the single run', 'running', recordedSelves.running, '39:24.206'],
  ['the single failed run', 'exhausted', exhausted, '39:54.807', '39:56.010'],
  ['the list, if the single run is missing', 'exhausted', undefined, '39:54.741', '39:56.010'],
  [
    'the list, where the run knows no end',
    'exhausted',
    { ...unended(exhausted), status: 'RUNNING' },
    '39:54.807',
    '39:56.010',
  ],
  ['the single cancelled run, not the list', 'cancelledWhileRunning', cancelledWhileRunning, '40:02.607', '40:04.873'],
  ['nothing for a cancelled run without its end', 'cancelledWhileRunning', unended(cancelledWhileRunning), '40:02.607'],
  [
    'a cancelled run that was queued',
    'cancelledWhileQueued',
    recordedSelves.cancelledWhileQueued,
    undefined,
    '40:04.503',
  ],
  [
    'a run cancelled between attempts',
    'cancelledInBackoff',
    recordedSelves.cancelledInBackoff,
    '40:05.306',
    '40:07.865',
  ],
])('reads start and end from: %s', async (_, stage, self, began, ended) => {
  const { reader } = open(self)
  const instant = (time: string) => at(`2026-11-25T15:${time}Z`)
  expect(await reader.of(recordedRuns[stage])).toEqual({
    ...(began !== undefined && { startedAt: instant(began) }),
    ...(ended !== undefined && { endedAt: instant(ended) }),
  })
})

describe('a cancelled run', () => {
  test('is requested again if it was running before', async () => {
    const { id } = recordedRuns.cancelledWhileRunning
    const { endedAt: _, ...running } = recordedSelves.cancelledWhileRunning
    const { reader, byPath, paths } = open({ ...running, status: 'RUNNING' })
    await reader.of({ ...recordedRuns.running, id })
    byPath.set(`/v2/runs/${id}`, recordedSelves.cancelledWhileRunning)
    expect((await reader.of(recordedRuns.cancelledWhileRunning)).endedAt).toBe(at('2026-11-25T15:40:04.873Z'))
    expect(paths()).toHaveLength(2)
  })
})

describe('a known run', () => {
  test('is not requested again while it is running, nor when it ends', async () => {
    const { reader, paths } = open(recordedSelves.running)
    await reader.of(recordedRuns.running)
    expect(await reader.of(recordedRuns.running)).toEqual({ startedAt: at('2026-11-25T15:39:24.206Z') })
    const ended = { startedAt: at('2026-11-25T15:39:24.206Z'), endedAt: at('2026-11-25T15:39:27.217Z') }
    expect(await reader.of(recordedRuns.completed)).toEqual(ended)
    expect(await reader.of(recordedRuns.completed)).toEqual(ended)
    expect(paths()).toHaveLength(1)
  })

  test('is forgotten after two thousand others', async () => {
    const { reader, paths } = open()
    const run = (number: number): EngineRun => ({ ...recordedRuns.exhausted, id: `run_${number}` })
    for (let number = 0; number < 2000; number++) await reader.of(run(number))
    await reader.of(run(0))
    expect(paths()).toHaveLength(2000)
    await reader.of(run(2000))
    await reader.of(run(1))
    expect(paths()).toHaveLength(2001)
    await reader.of(run(0))
    expect(paths()).toHaveLength(2002)
  })
})
