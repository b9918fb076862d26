import { expect, test } from 'vitest'

import type { StepJson } from '../../src/api-types.ts'
import { layOutSteps } from '../../ui/src/job/step-layout.ts'

/** Returns a step that ran from one second to another. */
function step(id: string, from: number, to?: number): StepJson {
  const time = (second: number): string => new Date(second * 1000).toISOString()
  const ended = to === undefined ? {} : { endedAt: time(to) }
  return {
    id,
    kind: 'run',
    state: to === undefined ? 'running' : 'completed',
    attempts: 1,
    startedAt: time(from),
    ...ended,
  }
}

test('steps in sequence stand side by side, parallel ones below each other', () => {
  const { steps, edges, columns, rows } = layOutSteps([
    step('charge', 0, 1),
    step('pack', 1, 5),
    step('label', 1, 2),
    step('ship', 5),
  ])
  expect(steps.map(({ column, row }) => [column, row])).toEqual([
    [0, 0],
    [1, 0],
    [1, 1],
    [2, 0],
  ])
  expect(edges).toEqual([
    [0, 1],
    [0, 2],
    [1, 3],
    [2, 3],
  ])
  expect([columns, rows]).toEqual([3, 2])
})

test('a step that has not ended comes before none', () => {
  expect(layOutSteps([step('wait', 0), step('next', 3)]).edges).toEqual([])
})

test('no steps need no place', () => {
  expect(layOutSteps([])).toEqual({ steps: [], edges: [], columns: 0, rows: 0 })
})
