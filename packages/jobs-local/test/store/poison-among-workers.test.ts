import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { type PoisonScene, simulatePoison } from '../kit/simulate-poison.ts'

const hourMs = 3_600_000
const many = (count: number, durationMs: number): number[] => Array.from({ length: count }, () => durationMs)

describe('a job that ends its process', () => {
  test.for<[scene: string, PoisonScene, expected: { crashes: number; worst: number; othersEndBeforeMs: number }]>([
    [
      'beside 30 jobs of 3 s in one worker',
      { workers: 1, concurrency: 100, restartMs: 1000, poisonMs: 100, otherMs: many(30, 3000) },
      { crashes: 5, worst: 2, othersEndBeforeMs: 60_000 },
    ],
    [
      'beside 50 jobs of an hour in one worker',
      { workers: 1, concurrency: 100, restartMs: 1000, poisonMs: 100, otherMs: many(50, hourMs) },
      { crashes: 5, worst: 2, othersEndBeforeMs: hourMs + 180_000 },
    ],
    [
      'beside 500 jobs in four busy workers',
      { workers: 4, concurrency: 10, restartMs: 10_000, poisonMs: 500, otherMs: many(500, 1000) },
      { crashes: 5, worst: 2, othersEndBeforeMs: 60_000 },
    ],
    [
      'after two minutes beside jobs of an hour in two workers that start slowly',
      { workers: 2, concurrency: 20, restartMs: 60_000, poisonMs: 120_000, otherMs: many(4, hourMs) },
      { crashes: 10, worst: 7, othersEndBeforeMs: 2 * hourMs },
    ],
    [
      'after a minute beside a steady flow of jobs',
      { workers: 1, concurrency: 10, restartMs: 1000, poisonMs: 60_000, otherMs: many(1500, 10_000) },
      { crashes: 8, worst: 2, othersEndBeforeMs: hourMs },
    ],
    [
      'beside a job of an hour in another client of its process',
      { workers: 1, clients: 2, concurrency: 10, restartMs: 1000, poisonMs: 100, otherMs: many(1, hourMs) },
      { crashes: 5, worst: 2, othersEndBeforeMs: 2 * hourMs },
    ],
    [
      'beside 40 jobs in three clients of each of two processes',
      { workers: 2, clients: 3, concurrency: 5, restartMs: 1000, poisonMs: 100, otherMs: many(40, 20_000) },
      { crashes: 8, worst: 3, othersEndBeforeMs: hourMs },
    ],
  ])('%s takes no attempt of them', async ([_, scene, { crashes, worst, othersEndBeforeMs }]) => {
    const result = await simulatePoison(scene)
    expect(result.others.filter(({ state, attempts }) => state !== 'completed' || attempts !== 1)).toEqual([])
    expect(result.poison.state).toBe('failed')
    expect(result).toMatchObject({ crashes, worst })
    expect(result.othersEndedAt).toBeLessThan(othersEndBeforeMs)
  })

  test.for([
    { clients: 1, numRuns: 40, maxLength: 40, most: 3 },
    // One client cannot know which runs the next one begins, so a long run can see every crash: at most 14.
    { clients: 2, numRuns: 10, maxLength: 12, most: 14 },
  ])(
    'ends no other job, in processes with $clients clients, and interrupts it a bounded number of times',
    async (processes) => {
      const { clients, numRuns, maxLength, most } = processes
      const durationMs = fc.constantFrom(10, 100, 3000, 20_000, 120_000, hourMs)
      const scenes = fc.record({
        workers: fc.integer({ min: 1, max: 4 }),
        concurrency: fc.constantFrom(2, 5, 20, 100),
        restartMs: fc.constantFrom(100, 5000, 60_000),
        // One that lives for three minutes is not told from a worker that is often replaced.
        poisonMs: fc.constantFrom(10, 100, 3000, 20_000, 120_000),
        otherMs: fc.array(durationMs, { minLength: 1, maxLength }),
      })
      const check = async (scene: PoisonScene): Promise<void> => {
        const { poison, others, worst } = await simulatePoison({ ...scene, clients })
        expect(others.filter(({ state, attempts }) => state !== 'completed' || attempts !== 1)).toEqual([])
        expect(poison.state).toBe('failed')
        // Twice until it runs alone, once beside a run that it could not wait for, and until the probation, which
        // doubles, is longer than the poison takes.
        expect(worst).toBeLessThanOrEqual(most + Math.ceil(Math.log2(Math.max(1, scene.poisonMs / 5000))))
      }
      await fc.assert(fc.asyncProperty(scenes, check), { numRuns })
    },
  )
})
