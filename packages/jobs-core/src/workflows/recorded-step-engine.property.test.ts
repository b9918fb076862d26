import * as fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'

import type { StoreBehavior } from '../../test/workflow-model/crashing-store.ts'
import type { Crash } from '../../test/workflow-model/crashing-world.ts'
import { type Expected, expectedOf } from '../../test/workflow-model/expected-of.ts'
import { type RunResult, runWithCrashes } from '../../test/workflow-model/run-with-crashes.ts'
import { type Op, programs } from '../../test/workflow-model/program.ts'
import { loadCatalogue } from '../events/catalogue/catalogue.ts'

// Loaded first, because the simulated time does not advance while schemas load.
beforeAll(loadCatalogue)

const crashes: fc.Arbitrary<Crash[]> = fc.array(fc.record({ after: fc.nat({ max: 60 }), downMs: fc.nat({ max: 8 }) }), {
  maxLength: 5,
})
const few = fc.integer({ min: 0, max: 4 })
const behavior: fc.Arbitrary<StoreBehavior> = fc.record({
  writes: fc.constantFrom('step', 'record'),
  writesStarts: fc.boolean(),
  latencies: fc.array(fc.option(fc.record({ writtenMs: few, acknowledgedMs: few }), { nil: undefined }), {
    maxLength: 4,
  }),
})

test('a run has the result of its program and completes each step once, whatever its process and store do', async () => {
  await fc.assert(
    fc.asyncProperty(programs, crashes, behavior, async (program, crashList, store) => {
      const result = await runWithCrashes(program, crashList, store)
      const expected = expectedOf(program, result.world.choices)
      expect(result.world.errors).toEqual([])
      expectEnd(result, expected)
      expectEffects(result, expected)
      expectCompensations(result, expected)
      expectKeys(result)
      expect(result.lines.filter(({ message }) => message.includes('another order'))).toEqual([])
    }),
    { numRuns: 400, seed: 20_260_301 },
  )
})

function expectEnd({ outcome, onFailureCalls, crashes: seen }: RunResult, { end }: Expected): void {
  if (end.type === 'completed') {
    expect(outcome).toEqual({ type: 'completed', output: end.output })
    expect(onFailureCalls).toBe(0)
    return
  }
  expect(outcome.type === 'failed' && outcome.error.message).toContain(
    end.of === 'thrown' ? 'thrown' : `The step \`${end.of}\` failed`,
  )
  expect(onFailureCalls).toBeGreaterThanOrEqual(1)
  expect(onFailureCalls).toBeLessThanOrEqual(1 + seen)
}

/** Every step that must complete has run its work, no step that cannot has, and without a crash no work is repeated. */
function expectEffects({ world, crashed }: RunResult, { certain, possible }: Expected): void {
  const done = countsOf(world.completed.filter(({ what }) => what === 'step'))
  const ops = new Map([...possible, ...certain].map(([key, op]) => [`run_1/${key}`, op]))
  expect([...ops.keys()]).toEqual(expect.arrayContaining([...done.keys()]))
  expect([...done.keys()]).toEqual(expect.arrayContaining([...certain.keys()].map((key) => `run_1/${key}`)))
  for (const [key, count] of done) expect(count, key).toBeLessThanOrEqual(1 + (crashed.get(key) ?? 0))
  const started = countsOf(world.started.filter(({ what }) => what === 'step'))
  for (const key of done.keys()) {
    const { failures } = ops.get(key) as Extract<Op, { do: 'run' }>
    expect(started.get(key), key).toBeLessThanOrEqual(failures + 1 + (crashed.get(key) ?? 0))
  }
}

/** A failed run compensates its completed steps in reverse order. A completed run compensates none. */
function expectCompensations({ outcome, world, crashed }: RunResult, { certain, possible }: Expected): void {
  const compensated = world.completed.filter(({ what }) => what === 'compensation').map(({ key }) => key)
  for (const [key, count] of countsOf(world.completed))
    expect(count, key).toBeLessThanOrEqual(1 + (crashed.get(key) ?? 0))
  if (outcome.type === 'completed') return expect(compensated).toEqual([])
  const toCompensate = new Set(
    [...possible, ...certain]
      .filter(([, op]) => op.do === 'run' && op.compensation && op.compensation.failures < op.maxAttempts)
      .map(([key]) => `run_1/${key}`),
  )
  const completed = world.completed
    .filter(({ what, key }) => what === 'step' && toCompensate.has(key))
    .map(({ key }) => key)
  // Of repeated work only the last time counts, because only that was saved.
  const inOrder = completed.filter((key, place) => completed.lastIndexOf(key) === place)
  const inTurn = compensated.filter((key, place) => key !== compensated[place - 1])
  expect(inTurn).toEqual(inOrder.toReversed().map((key) => `${key}/compensation`))
}

/** Each step and each compensation has one key in all its attempts, which no other step has. */
function expectKeys({ world }: RunResult): void {
  const whats = new Map<string, Set<string>>()
  for (const { what, key } of world.started) whats.set(key, (whats.get(key) ?? new Set()).add(what))
  for (const [key, seen] of whats) expect([...seen]).toEqual([key.endsWith('/compensation') ? 'compensation' : 'step'])
}

function countsOf(done: readonly { readonly key: string }[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const { key } of done) counts.set(key, (counts.get(key) ?? 0) + 1)
  return counts
}
