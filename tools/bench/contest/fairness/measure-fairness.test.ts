import { describe, expect, test } from 'vitest'

import type { Start } from './fair-process.ts'
import { fairnessOf, slots } from './measure-fairness.ts'

const firstQuiet = 1_000_000
const isQuiet = ([number]: Start): boolean => number >= firstQuiet
/** Jobs of the loud tenant that start from an instant on, and then one of a quiet tenant. */
const rounds = (count: number, atMs: number, quiet: number): Start[] => [
  ...Array.from({ length: count * slots }, (_, index): Start => [index, atMs]),
  [firstQuiet + quiet, atMs],
]

describe('the rounds of a quiet tenant', () => {
  test('are the starts of the loud tenant since the send, divided by the slots', () => {
    const starts = [...rounds(7, 10, 0).slice(0, -1), ...rounds(1, 30, 0), ...rounds(2, 40, 1), ...rounds(2, 50, 2)]
    expect(fairnessOf(starts, { isQuiet, fromMs: 20, quiet: 3 })).toEqual({ median: 3, worst: 5, isComplete: true })
  })

  test('are 0 for a job that starts before its send is answered', () => {
    expect(fairnessOf(rounds(3, 10, 0), { isQuiet, fromMs: 20, quiet: 1 }).worst).toBe(0)
  })

  test('are all that were counted for a job that does not start', () => {
    const starts = [...rounds(1, 30, 0), ...rounds(3, 40, 1).slice(0, -1)]
    expect(fairnessOf(starts, { isQuiet, fromMs: 20, quiet: 2 })).toEqual({ median: 4, worst: 4, isComplete: false })
  })
})
