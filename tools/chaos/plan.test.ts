import { expect, test } from 'vitest'

import { readOptions } from './options.ts'
import { drawPlan } from './plan.ts'
import { renderPlan } from './render-plan.ts'

test('a plan is decided by its seed and its duration alone', () => {
  const plan = drawPlan('7', 300_000)
  expect(drawPlan('7', 300_000)).toEqual(plan)
  expect(renderPlan(drawPlan('8', 300_000))).not.toEqual(renderPlan(plan))
})

test('five minutes have everything in store', () => {
  const { lives, common } = drawPlan('7', 300_000)
  const acts = new Set([...Object.values(lives).flat(), ...common].map(({ act }) => act))
  expect([...acts].toSorted()).toEqual(['crash', 'full disk', 'kill', 'kill at a tick', 'pause', 'pause, then kill'])
})

test('the command line is read, and what it cannot mean is refused', () => {
  const seed = (...args: string[]) => readOptions(args, 'fresh')
  expect(seed()).toEqual({ seed: 'fresh', durationMs: 60_000, plant: undefined, planOnly: false, keeps: false })
  expect(seed('--minutes', '0.5', '--seed', '3', '--plant', 'early-ack', '--plan', '--keep')).toEqual({
    seed: '3',
    durationMs: 30_000,
    plant: 'early-ack',
    planOnly: true,
    keeps: true,
  })
  expect(seed('--minutes', 'many').problem).toContain('above 0')
  expect(seed('--plant', 'tree').problem).toContain('no-fence and early-ack')
  expect(seed('--speed', '3').problem).toContain('--speed')
  expect(seed('--seed').problem).toContain('no value')
})
