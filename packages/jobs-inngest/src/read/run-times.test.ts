import { describe, expect, test, vi } from 'vitest'

import { recordedRuns, recordedSelves } from '../../test/fixtures/recorded.ts'
import type { EngineApi } from '../api/engine-api.ts'
import type { EngineRun } from '../api/engine-shapes.ts'
import { createRunTimeReader } from './run-times.ts'

/** A reader of runs that tell of themselves what they are given here. */
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

describe('when a run began and ended', () => {
  test('is not known of one that waits, which is not asked for', async () => {
    const { reader, paths } = open()
    expect(await reader.of(recordedRuns.queued)).toEqual({})
    expect(await reader.of(recordedRuns.delayed)).toEqual({})
    expect(paths()).toEqual([])
  })

  test('is told by the run itself, since the list tells when it was queued', async () => {
    const { reader, paths } = open(recordedSelves.running)
    expect(await reader.of(recordedRuns.running)).toEqual({ startedAt: at('2026-11-25T15:39:24.206Z') })
    expect(paths()).toEqual([`/v2/runs/${recordedRuns.running.id}`])
  })

  test('is told of one that failed', async () => {
    const { reader } = open(recordedSelves.exhausted)
    expect(await reader.of(recordedRuns.exhausted)).toEqual({
      startedAt: at('2026-11-25T15:39:54.807Z'),
      endedAt: at('2026-11-25T15:39:56.010Z'),
    })
  })

  test('is told by the list where the run itself tells nothing', async () => {
    const { reader } = open()
    expect(await reader.of(recordedRuns.exhausted)).toEqual({
      startedAt: at('2026-11-25T15:39:54.741Z'),
      endedAt: at('2026-11-25T15:39:56.010Z'),
    })
  })

  test('is told by the list where the run itself does not know yet that it ended', async () => {
    const { endedAt: _, ...behind } = recordedSelves.exhausted
    const { reader } = open({ ...behind, status: 'RUNNING' })
    expect((await reader.of(recordedRuns.exhausted)).endedAt).toBe(at('2026-11-25T15:39:56.010Z'))
  })
})

describe('a cancelled run', () => {
  test('ended when it says itself, and not seconds later as the list says', async () => {
    const { reader } = open(recordedSelves.cancelledWhileRunning)
    expect(at(recordedRuns.cancelledWhileRunning.endedAt!)).toBe(at('2026-11-25T15:40:14.873Z'))
    expect(await reader.of(recordedRuns.cancelledWhileRunning)).toEqual({
      startedAt: at('2026-11-25T15:40:02.607Z'),
      endedAt: at('2026-11-25T15:40:04.873Z'),
    })
  })

  test('that waited never began', async () => {
    const { reader } = open(recordedSelves.cancelledWhileQueued)
    expect(await reader.of(recordedRuns.cancelledWhileQueued)).toEqual({ endedAt: at('2026-11-25T15:40:04.503Z') })
  })

  test('between two attempts had begun', async () => {
    const { reader } = open(recordedSelves.cancelledInBackoff)
    expect(await reader.of(recordedRuns.cancelledInBackoff)).toEqual({
      startedAt: at('2026-11-25T15:40:05.306Z'),
      endedAt: at('2026-11-25T15:40:07.865Z'),
    })
  })

  test('is asked for again where it was running before', async () => {
    const { id } = recordedRuns.cancelledWhileRunning
    const { endedAt: _, ...running } = recordedSelves.cancelledWhileRunning
    const { reader, byPath, paths } = open({ ...running, status: 'RUNNING' })
    await reader.of({ ...recordedRuns.running, id })
    byPath.set(`/v2/runs/${id}`, recordedSelves.cancelledWhileRunning)
    expect((await reader.of(recordedRuns.cancelledWhileRunning)).endedAt).toBe(at('2026-11-25T15:40:04.873Z'))
    expect(paths()).toHaveLength(2)
  })

  test('has no end yet where it does not tell it itself', async () => {
    const { endedAt: _, ...behind } = recordedSelves.cancelledWhileRunning
    const { reader } = open(behind)
    expect(await reader.of(recordedRuns.cancelledWhileRunning)).toEqual({ startedAt: at('2026-11-25T15:40:02.607Z') })
  })
})

describe('a run that was asked for', () => {
  test('is not asked for again while it goes on, nor when it ends', async () => {
    const { reader, paths } = open(recordedSelves.running)
    await reader.of(recordedRuns.running)
    expect(await reader.of(recordedRuns.running)).toEqual({ startedAt: at('2026-11-25T15:39:24.206Z') })
    const ended = { startedAt: at('2026-11-25T15:39:24.206Z'), endedAt: at('2026-11-25T15:39:27.217Z') }
    expect(await reader.of(recordedRuns.completed)).toEqual(ended)
    expect(await reader.of(recordedRuns.completed)).toEqual(ended)
    expect(paths()).toHaveLength(1)
  })

  test('is not asked for again once it has ended', async () => {
    const { reader, paths } = open(recordedSelves.cancelledWhileRunning)
    const first = await reader.of(recordedRuns.cancelledWhileRunning)
    expect(await reader.of(recordedRuns.cancelledWhileRunning)).toBe(first)
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
