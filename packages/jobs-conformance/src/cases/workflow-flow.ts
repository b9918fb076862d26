import assert from 'node:assert/strict'

import { type ConformanceCase, rules } from '../conformance-case.ts'
import { lastRun, runProgram, resultOf, sendProgram, stepAttempts } from '../workflow-tools.ts'
import { casesOf } from '../cases-of.ts'

/** Cases: control flow with ordinary code, such as parallel steps, loops and conditions. */
export const workflowFlowCases: readonly ConformanceCase[] = casesOf(rules.workflows, [
  {
    id: 'workflow-parallel-steps',
    title: 'steps in `Promise.all` run in parallel, and each branch continues on its own',
    requiredFeatures: ['workflows'],
    async run(t) {
      const isHeld = true
      const { id } = await sendProgram(t, [
        {
          do: 'all',
          branches: [
            [
              { do: 'run', id: 'a', script: { isHeld, returns: 'a' } },
              { do: 'run', id: 'a2', script: { returns: 'a2' } },
            ],
            [{ do: 'run', id: 'b', script: { isHeld, returns: 'b' } }],
            [{ do: 'run', id: 'c', script: { isHeld, returns: 'c' } }],
          ],
        },
        { do: 'run', id: 'last' },
      ])
      await t.waitUntil('all steps run in parallel', () => stepAttempts(t, id).length === 3)
      t.release(id)
      const { runs } = await t.waitForEnd(id)
      assert.deepEqual(runs[0]?.output, [[['a', 'a2'], ['b'], ['c']], null])
      assert.deepEqual(stepAttempts(t, id).toSorted(), ['a/1', 'a2/1', 'b/1', 'c/1', 'last/1'])
    },
  },
  {
    id: 'workflow-race',
    title: 'in `Promise.race`, the first step to end wins, also in a replay',
    requiredFeatures: ['workflows'],
    async run(t) {
      const result = await resultOf(t, [
        {
          do: 'race',
          branches: [
            [{ do: 'run', id: 'slow', script: { waitMs: 1500, returns: 'slow' } }],
            [{ do: 'run', id: 'fast', script: { waitMs: 50, returns: 'fast' } }],
          ],
        },
        { do: 'sleep', id: 'nap', ms: 2500 },
        { do: 'run', id: 'after', script: { returns: 'after' } },
      ])
      assert.deepEqual(result, [['fast'], 'after'])
    },
  },
  {
    id: 'workflow-race-with-a-sleep',
    title: 'a sleep in a race can be the timeout of a step',
    requiredFeatures: ['workflows', 'workflows: race between a step and a wait'],
    async run(t) {
      const { id, runs } = await runProgram(t, [
        {
          do: 'race',
          branches: [
            [{ do: 'run', id: 'slow', script: { isHeld: true, returns: 'slow' } }],
            [
              { do: 'sleep', id: 'timeout', ms: 1000 },
              { do: 'run', id: 'instead', script: { returns: 'instead' } },
            ],
          ],
        },
      ])
      t.release(id)
      assert.deepEqual(runs[0]?.output, [['instead']])
      assert.ok(stepAttempts(t, id).includes('instead/1'))
    },
  },
  {
    id: 'workflow-all-settled',
    title: '`Promise.allSettled` returns the result of each branch',
    requiredFeatures: ['workflows'],
    async run(t) {
      const [settled] = (await resultOf(t, [
        {
          do: 'settled',
          branches: [
            [{ do: 'run', id: 'good', script: { returns: 1 } }],
            [{ do: 'run', id: 'bad', retry: { maxAttempts: 1 }, script: { failure: { as: 'error' } } }],
          ],
        },
      ])) as [[unknown, { code: string }]]
      assert.deepEqual([settled[0], settled[1].code], [[1], 'step_failed'])
    },
  },
  {
    id: 'workflow-loop',
    title: 'a repeated step id is a separate step, numbered in order',
    requiredFeatures: ['workflows'],
    async run(t) {
      const { id, runs } = await runProgram(t, [
        {
          do: 'times',
          count: 3,
          program: [
            { do: 'run', id: 'again' },
            { do: 'sleep', id: 'nap', ms: 1000 },
          ],
        },
      ])
      assert.deepEqual(stepAttempts(t, id), ['again/1', 'again/1', 'again/1'])
      const { steps } = runs[0]!
      if (!t.capabilities.features['status.steps'].supported) return
      assert.deepEqual(
        steps?.map((step) => step.id),
        ['again', 'nap', 'again#2', 'nap#2', 'again#3', 'nap#3'],
      )
    },
  },
  {
    id: 'workflow-condition',
    title: 'the code can branch on the result of a step',
    requiredFeatures: ['workflows'],
    async run(t) {
      const { id } = await runProgram(t, [
        { do: 'run', id: 'look', script: { returns: 'out of stock' } },
        {
          do: 'if',
          lastIs: 'out of stock',
          then: [{ do: 'run', id: 'order' }],
          else: [{ do: 'run', id: 'pack' }],
        },
      ])
      assert.deepEqual(stepAttempts(t, id), ['look/1', 'order/1'])
    },
  },
  {
    id: 'workflow-awaits-other-things',
    title: 'the code can await something other than a step',
    requiredFeatures: ['workflows'],
    async run(t) {
      const { id } = await runProgram(t, [
        { do: 'await', ms: 50 },
        { do: 'run', id: 'one' },
        { do: 'await', ms: 50 },
        { do: 'sleep', id: 'nap', ms: 1000 },
        { do: 'await', ms: 50 },
        { do: 'run', id: 'two' },
      ])
      assert.deepEqual(stepAttempts(t, id), ['one/1', 'two/1'])
    },
  },
  {
    id: 'workflow-code-throws',
    title:
      "an error thrown between the steps is retried by the workflow's policy, and completed steps keep their results",
    requiredFeatures: ['workflows'],
    async run(t) {
      const status = await runProgram(t, [
        { do: 'run', id: 'one', script: { returns: 1 } },
        { do: 'throw', failure: { as: 'error', attempts: 2 } },
        { do: 'run', id: 'two', script: { returns: 2 } },
      ])
      const { output, attempts, state } = lastRun(status)
      assert.deepEqual([state, output, attempts], ['completed', [1, 2], 3])
      assert.deepEqual(stepAttempts(t, status.id), ['one/1', 'two/1'])
    },
  },
  {
    id: 'workflow-code-fails',
    title: 'code that throws in every attempt fails the run, and `onFailure` is called once',
    requiredFeatures: ['workflows'],
    async run(t) {
      const status = await runProgram(t, [
        { do: 'run', id: 'one' },
        { do: 'throw', failure: { as: 'error' } },
      ])
      const { error, attempts } = lastRun(status)
      assert.deepEqual([status.state, error?.name, attempts], ['failed', 'ConformanceFailure', 3])
      await t.waitForEntry({ jobId: status.id, kind: 'onFailure' })
      await t.advance(300)
      const reports = t.journal({ jobId: status.id, kind: 'onFailure' })
      assert.deepEqual(
        reports.map(({ details }) => details['name']),
        ['ConformanceFailure'],
      )
    },
  },
  {
    id: 'workflow-hooks',
    title: 'hooks report the attempts of a run, not its replays, and a duration that includes its waits',
    requiredFeatures: ['workflows'],
    async run(t) {
      const napMs = 1000
      const { id } = await runProgram(t, [
        { do: 'run', id: 'one' },
        { do: 'sleep', id: 'nap', ms: napMs },
        { do: 'run', id: 'two', script: { failure: { as: 'error', attempts: 1 } } },
      ])
      const told = (hook: string) =>
        t.journal({ jobId: id, kind: 'hook' }).filter(({ details }) => details['hook'] === hook)
      await t.waitUntil('`onRunEnd` was called', () => told('onRunEnd').length > 0)
      const counts = ['onAttemptStart', 'onAttemptEnd', 'onRunEnd'].map((hook) => told(hook).length)
      assert.deepEqual(counts, [1, 1, 1])
      const { outcome, durationMs } = told('onAttemptEnd')[0]!.details
      assert.equal(outcome, 'completed')
      assert.ok(Number(durationMs) >= napMs, `The attempt took ${String(durationMs)} ms, less than its sleep.`)
    },
  },
])
