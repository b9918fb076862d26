import { expect, test } from 'vitest'

import { readOptions } from './options.ts'
import { drawPlan } from './plan.ts'
import { renderPlan } from './render-plan.ts'

test('the same seed and duration give the same plan', () => {
  const plan = drawPlan('7', 300_000)
  expect(drawPlan('7', 300_000)).toEqual(plan)
  expect(renderPlan(drawPlan('8', 300_000))).not.toEqual(renderPlan(plan))
})

test('a plan of five minutes contains every kind of fault', () => {
  const { processFaults, sharedFaults } = drawPlan('7', 300_000)
  const kinds = new Set([...Object.values(processFaults).flat(), ...sharedFaults].map(({ kind }) => kind))
  expect([...kinds].toSorted()).toEqual([
    'crash',
    'full disk',
    'kill',
    'kill at a tick',
    'pause',
    'pause, then kill',
    'paused definition',
    'poison',
  ])
})

test('a plan of five minutes on PostgreSQL contains every kind of fault of a server, one after the other', () => {
  for (const seed of ['1', '2', '3']) {
    const { sharedFaults, clocksAheadMs } = drawPlan(seed, 300_000, 'postgres')
    const kinds = new Set(sharedFaults.map(({ kind }) => kind))
    for (const kind of [
      'full disk',
      'lost connections',
      'paused server',
      'promoted standby',
      'stopped server',
    ] as const)
      expect(kinds).toContain(kind)
    expect(Object.values(clocksAheadMs)).toEqual([600_000, -600_000])
    const long = sharedFaults.flatMap((fault) =>
      'forMs' in fault && fault.kind !== 'paused definition' ? [[fault.atMs, fault.atMs + fault.forMs]] : [],
    )
    expect(long.every(([from], index) => index === 0 || from! > long[index - 1]![1]!)).toBe(true)
  }
})

test('every plan contains every kind of load, also a short one', () => {
  for (const seed of ['1', '2', '3', '4', '5']) {
    const kinds = new Set(drawPlan(seed, 12_000).loads.map(({ kind }) => kind))
    expect([...kinds].toSorted()).toEqual(['burst', 'held lane', 'immediate retries', 'mass pause'])
  }
})

test('a plan of five minutes has bursts that are due at once, and bursts with one `runAt`', () => {
  for (const seed of ['1', '2', '3', '4', '5']) {
    const bursts = drawPlan(seed, 300_000).loads.filter((load) => load.kind === 'burst')
    expect(new Set(bursts.map(({ hasOneRunAt }) => hasOneRunAt)).size).toBe(2)
  }
})

test('shows the loads of a plan', () => {
  const plan = drawPlan('7', 60_000)
  const shown = renderPlan(plan).filter((one) => one.startsWith('  mass pause: '))
  expect(shown).toEqual(
    plan.loads.flatMap((load) =>
      load.kind === 'mass pause' ? `  mass pause: atMs ${load.atMs}, tenants ${load.tenants}, forMs ${load.forMs}` : [],
    ),
  )
})

test('every plan contains a poison job', () => {
  for (const seed of ['1', '2', '3', '4', '5']) {
    expect(drawPlan(seed, 12_000).sharedFaults.some(({ kind }) => kind === 'poison')).toBe(true)
  }
})

test('reads the command line, and rejects invalid options', () => {
  const seed = (...args: string[]) => readOptions(args, 'default')
  expect(seed()).toEqual({
    engine: 'local',
    seed: 'default',
    durationMs: 60_000,
    bug: undefined,
    planOnly: false,
    keepFiles: false,
  })
  expect(seed('--engine', 'postgres')).toMatchObject({ engine: 'postgres' })
  expect(seed('--engine', 'steam').problem).toContain('local or postgres')
  expect(seed('--plant', 'no-limits').problem).toContain('`local` engine cannot have')
  expect(seed('--minutes', '0.5', '--seed', '3', '--plant', 'early-ack', '--plan', '--keep')).toEqual({
    engine: 'local',
    seed: '3',
    durationMs: 30_000,
    bug: 'early-ack',
    planOnly: true,
    keepFiles: true,
  })
  expect(seed('--minutes', 'many').problem).toContain('above 0')
  expect(seed('--plant', 'tree').problem).toContain('no-fence or early-ack or poison or no-refund')
  expect(seed('--speed', '3').problem).toContain('--speed')
  expect(seed('--seed').problem).toContain('argument missing')
})
