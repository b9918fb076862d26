import { afterEach, describe, expect, test } from 'vitest'

import { type OpenEngine, warnAtExit } from './warn-at-exit.ts'

const before = process.listeners('beforeExit')
const stops: (() => void)[] = []

/** The listener that was added, without ending the process to call it. */
const added = () => process.listeners('beforeExit').filter((listener) => !before.includes(listener))
const leave = (): void => {
  for (const listener of added()) listener.call(process, 0)
}

function openEngine(openJobs: number): {
  engine: OpenEngine & { openJobs: number }
  warnings: number[]
  stop: () => void
} {
  const warnings: number[] = []
  const engine = { openJobs, warn: (jobs: number) => void warnings.push(jobs) }
  const stop = warnAtExit(engine)
  stops.push(stop)
  return { engine, warnings, stop }
}

describe('warnAtExit', () => {
  afterEach(() => {
    for (const stop of stops.splice(0)) stop()
  })

  test('each engine that has jobs says so, once', () => {
    const [busy, idle, other] = [openEngine(3), openEngine(0), openEngine(1)]
    leave()
    leave() // as happens when a logger writes late
    expect([busy.warnings, idle.warnings, other.warnings]).toEqual([[3], [], [1]])
  })

  test('a process that goes on after all is told of another number', () => {
    const { engine, warnings } = openEngine(3)
    leave()
    engine.openJobs = 0
    leave()
    engine.openJobs = 3
    leave()
    expect(warnings).toEqual([3, 3])
  })

  test('it is one listener, however many engines there are, and none when none is open', () => {
    const engines = [openEngine(1), openEngine(1), openEngine(1)]
    expect(added()).toHaveLength(1)
    engines[0]!.stop()
    engines[1]!.stop()
    expect(added()).toHaveLength(1)
    engines[1]!.stop()
    engines[2]!.stop()
    expect(added()).toHaveLength(0)
    openEngine(1)
    expect(added()).toHaveLength(1)
  })
})
