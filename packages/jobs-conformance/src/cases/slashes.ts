import assert from 'node:assert/strict'

import { type ConformanceCase, rules } from '../conformance-case.ts'
import { runProgram, stepAttempts } from '../workflow-tools.ts'
import { nextTick, tickOf } from './next-tick.ts'

const [job, cron, workflow] = ['job', 'cron', 'workflow'].map((kind) => `conformance/slashed/${kind}`) as [
  string,
  string,
  string,
]

/** Cases: the id of a definition can contain slashes. */
export const slashCases: readonly ConformanceCase[] = [
  {
    id: 'a-job-with-slashes',
    rule: rules.terms,
    title: 'a job whose id has slashes runs, retries and reports its failure under that id',
    async run(t) {
      const { id } = await t.send('conformance.slashed', { failure: { as: 'error' } })
      const { state, runs } = await t.waitForEnd(id)
      assert.deepEqual(
        [state, runs.map(({ definitionId, attempts }) => [definitionId, attempts])],
        ['failed', [[job, 2]]],
      )
      assert.equal(t.journal({ jobId: id, definition: job, kind: 'onFailure' }).length, 1)
    },
  },
  {
    id: 'a-cron-job-with-slashes',
    rule: rules.cron,
    title: 'a cron job whose id has slashes runs at each tick, as a job of the event `cron/<id>`',
    requiredFeatures: ['cron', "cron.overlap: 'skip'"],
    waitsForTicks: true,
    async run(t) {
      const first = await nextTick(t, t.now(), { definition: cron })
      const second = await nextTick(t, tickOf(first), { definition: cron })
      const { event, runs } = await t.waitForEnd(second.jobId)
      assert.deepEqual([event, runs.map(({ definitionId }) => definitionId)], [`cron/${cron}`, [cron]])
    },
  },
  {
    id: 'a-workflow-with-slashes',
    rule: rules.workflows,
    title: 'a workflow whose id has slashes runs a job whose id has them, and compensates its steps',
    requiredFeatures: ['workflows'],
    async run(t) {
      const { id, runs } = await runProgram(
        t,
        [
          { do: 'run', id: 'reserve', compensation: {} },
          { do: 'job', id: 'count', definition: job, script: { returns: 3 } },
          { do: 'if', lastIs: 3, then: [{ do: 'throw', failure: { as: 'nonRetryable' } }], else: [] },
        ],
        { event: 'conformance.slashed-workflow' },
      )
      assert.deepEqual(
        runs.map(({ definitionId, state }) => [definitionId, state]),
        [[workflow, 'failed']],
      )
      assert.deepEqual(stepAttempts(t, id, 'compensated'), ['reserve/1'])
    },
  },
]
