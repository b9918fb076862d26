import { afterEach, describe, expect, test } from 'vitest'

import { type OpenEngine, warnAtExit } from './warn-at-exit.ts'

const before = process.listeners('beforeExit')
const stops: (() => void)[] = []

/** Returns the `beforeExit` listeners that were added. */
const added = () => process.listeners('beforeExit').filter((listener) => !before.includes(listener))
/** Calls these listeners, as an exit would. */
const exit = (): void => {
  for (const listener of added()) listener.call(process, 0)
}

/** An engine with a settable amount of pending work, its warnings, and a function that closes it. */
function openEngine(initialWork: string): { setPendingWork(what: string): void; warnings: string[]; stop: () => void } {
  let pendingWork = initialWork
  const warnings: string[] = []
  const engine: OpenEngine = { pendingWork: () => pendingWork, warn: () => void warnings.push(pendingWork) }
  const stop = warnAtExit(engine)
  stops.push(stop)
  return { setPendingWork: (what) => void (pendingWork = what), warnings, stop }
}

describe('warnAtExit', () => {
  afterEach(() => {
    for (const stop of stops.splice(0)) stop()
  })

  test('each engine with pending work warns once', () => {
    const [busy, idle, other] = [openEngine('3 jobs'), openEngine(''), openEngine('1 cron job')]
    exit()
    exit() // as when a logger writes asynchronously
    expect([busy.warnings, idle.warnings, other.warnings]).toEqual([['3 jobs'], [], ['1 cron job']])
  })

  test('warns again after the pending work has changed, or has gone and come back', () => {
    const { setPendingWork, warnings } = openEngine('3 jobs')
    exit()
    setPendingWork('2 jobs')
    exit()
    setPendingWork('')
    exit()
    setPendingWork('2 jobs')
    exit()
    expect(warnings).toEqual(['3 jobs', '2 jobs', '2 jobs'])
  })

  test('a closed engine does not warn', () => {
    const [closed, open] = [openEngine('3 jobs'), openEngine('1 job')]
    closed.stop()
    exit()
    expect([closed.warnings, open.warnings]).toEqual([[], ['1 job']])
  })

  test('adds one listener for all engines, and none while no engine is open', () => {
    const engines = [openEngine('a'), openEngine('b'), openEngine('c')]
    expect(added()).toHaveLength(1)
    engines[0]!.stop()
    engines[1]!.stop()
    expect(added()).toHaveLength(1)
    engines[1]!.stop()
    engines[2]!.stop()
    expect(added()).toHaveLength(0)
    openEngine('d')
    expect(added()).toHaveLength(1)
  })
})
