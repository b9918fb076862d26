import { afterEach, describe, expect, test } from 'vitest'

import { type OpenEngine, warnAtExit } from './warn-at-exit.ts'

const before = process.listeners('beforeExit')
const stops: (() => void)[] = []

/** Calls the added `beforeExit` listener without ending the process. */
const added = () => process.listeners('beforeExit').filter((listener) => !before.includes(listener))
const leave = (): void => {
  for (const listener of added()) listener.call(process, 0)
}

/** An engine with a settable amount of pending work, its warnings, and a function that closes it. */
function openEngine(loses: string): { loses(what: string): void; warnings: string[]; stop: () => void } {
  let loss = loses
  const warnings: string[] = []
  const engine: OpenEngine = { pendingWork: () => loss, warn: () => void warnings.push(loss) }
  const stop = warnAtExit(engine)
  stops.push(stop)
  return { loses: (what) => void (loss = what), warnings, stop }
}

describe('warnAtExit', () => {
  afterEach(() => {
    for (const stop of stops.splice(0)) stop()
  })

  test('each engine with pending work warns once', () => {
    const [busy, idle, other] = [openEngine('3 jobs'), openEngine(''), openEngine('1 cron job')]
    leave()
    leave() // as when a logger writes asynchronously
    expect([busy.warnings, idle.warnings, other.warnings]).toEqual([['3 jobs'], [], ['1 cron job']])
  })

  test('warns again after the pending work has changed, or has gone and come back', () => {
    const { loses, warnings } = openEngine('3 jobs')
    leave()
    loses('2 jobs')
    leave()
    loses('')
    leave()
    loses('2 jobs')
    leave()
    expect(warnings).toEqual(['3 jobs', '2 jobs', '2 jobs'])
  })

  test('a closed engine does not warn', () => {
    const [closed, open] = [openEngine('3 jobs'), openEngine('1 job')]
    closed.stop()
    leave()
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
