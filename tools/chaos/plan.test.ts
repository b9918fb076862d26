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

test('every plan contains a poison job', () => {
  for (const seed of ['1', '2', '3', '4', '5']) {
    expect(drawPlan(seed, 12_000).sharedFaults.some(({ kind }) => kind === 'poison')).toBe(true)
  }
})

test('reads the command line, and rejects invalid options', () => {
  const seed = (...args: string[]) => readOptions(args, 'default')
  expect(seed()).toEqual({ seed: 'default', durationMs: 60_000, bug: undefined, planOnly: false, keepFiles: false })
  expect(seed('--minutes', '0.5', '--seed', '3', '--plant', 'early-ack', '--plan', '--keep')).toEqual({
    seed: '3',
    durationMs: 30_000,
    bug: 'early-ack',
    planOnly: true,
    keepFiles: true,
  })
  expect(seed('--minutes', 'many').problem).toContain('above 0')
  expect(seed('--plant', 'tree').problem).toContain('no-fence or early-ack or poison')
  expect(seed('--speed', '3').problem).toContain('--speed')
  expect(seed('--seed').problem).toContain('argument missing')
})
