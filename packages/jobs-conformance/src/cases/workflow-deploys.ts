import assert from 'node:assert/strict'

import type { JobHandle } from '@cgk-platform/jobs-core'

import type { CaseTools } from '../case-tools.ts'
import { type ConformanceCase, rules } from '../conformance-case.ts'
import { parkTimeoutMs } from '../conformance-workflows.ts'
import {
  changesWithNext,
  currentVersion,
  deploy,
  generationOf,
  goOn,
  resultAfterDeploy,
  sendUntilTold,
  untilTold,
  waitForParked,
} from '../deploy-tools.ts'
import { runProgram, sendProgram, stepAttempts, waitForStepState } from '../workflow-tools.ts'
import type { WorkflowOp, WorkflowProgram } from '../workflow-program.ts'

/** A step whose compensation is recorded. */
const step = (id: string): WorkflowOp => ({ do: 'run', id, script: { returns: id }, compensation: {} })
const fails: WorkflowOp = { do: 'run', id: 'fails', script: { failure: { as: 'error' } } }
const generation: WorkflowOp = { do: 'generation' }

const ifPatched: WorkflowProgram = [
  { do: 'patched', id: 'fraud-check' },
  { do: 'if', lastIs: true, then: [step('check')], else: [] },
]

/** Sends a workflow, and waits until a branch has ended `charge` and another one is at `untilTold`. The next deploy changes the first. */
async function sendInBranches(
  t: CaseTools,
  before: readonly string[],
  after: readonly (string | WorkflowProgram)[],
): Promise<JobHandle> {
  const beside = (...ids: readonly (string | WorkflowProgram)[]): WorkflowOp => ({
    do: 'all',
    branches: [
      ids.flatMap((id) => (typeof id === 'string' ? [step(id)] : id)),
      [step('other'), step('next'), step('last'), untilTold],
    ],
  })
  const handle = await sendUntilTold(t, [changesWithNext(t, [beside(...before)], [beside(...after)])])
  await waitForStepState(t, handle.id, 'charge', 'completed')
  return handle
}

type DeployCase = Pick<ConformanceCase, 'id' | 'title' | 'run'> & Partial<ConformanceCase>

const cases: readonly DeployCase[] = [
  {
    id: 'workflow-waits-for-its-version',
    title:
      'a run waits for a worker with its version, also without attempts to spare, and its error names both versions',
    async run(t) {
      const [began, first] = [generationOf(t), currentVersion(t)]
      const event = 'conformance.workflow-versioned'
      const { id } = await sendUntilTold(t, [step('one'), generation, untilTold, generation, step('two')], { event })
      await deploy(t)
      await goOn(t)
      const { error, since, until } = await waitForParked(t, id)
      assert.deepEqual([error.code, until.getTime() - since.getTime()], ['workflow_changed', 7 * 86_400_000])
      assert.ok(error.message.includes(`began with version \`${first}\``), error.message)
      assert.ok(error.message.includes(`the code has version \`${currentVersion(t)}\``), error.message)
      const newer = await runProgram(t, [step('one'), generation], { event })
      assert.deepEqual([newer.state, newer.runs[0]?.output], ['completed', ['one', began + 1]])
      const versions = [newer, await t.client.getJobStatus(id)].map(({ runs }) => runs[0]?.version)
      assert.deepEqual(versions, [currentVersion(t), first])
      await deploy(t, began)
      assert.deepEqual(await resultAfterDeploy(t, id), ['one', began, began, 'two'])
      assert.deepEqual(stepAttempts(t, id), ['one/1', 'two/1'])
      assert.equal((await t.client.getJobStatus(id)).runs[0]?.parked, undefined)
    },
  },
  {
    id: 'workflow-previous',
    title: 'a run continues with the code of its version in `previous`, beside runs of the current version',
    async run(t) {
      const began = generationOf(t)
      const event = 'conformance.workflow-previous'
      const program = [generation, changesWithNext(t, [untilTold, step('old')], [step('new')]), generation]
      const { id } = await sendUntilTold(t, program, { event })
      await deploy(t)
      const newer = await runProgram(t, program, { event })
      assert.deepEqual(newer.runs[0]?.output, [began + 1, 'new', began + 1])
      const details = await t.client.inspect.getJob(newer.id)
      assert.deepEqual([newer.runs[0]?.version, details.runs[0]?.version], [currentVersion(t), currentVersion(t)])
      await goOn(t)
      assert.deepEqual(await resultAfterDeploy(t, id), [began, 'old', began])
    },
  },
  {
    id: 'workflow-previous-fails',
    title: 'a run of a version in `previous` that fails is compensated and reported by the code of that version',
    async run(t) {
      const began = generationOf(t)
      const program = [changesWithNext(t, [step('one'), untilTold, fails], [])]
      const { id } = await sendUntilTold(t, program, { event: 'conformance.workflow-previous' })
      await deploy(t)
      await goOn(t)
      assert.equal((await t.waitForEnd(id)).state, 'failed')
      assert.deepEqual(stepAttempts(t, id, 'compensated'), ['one/1'])
      const reports = t.journal({ jobId: id, kind: 'onFailure' })
      assert.deepEqual(
        reports.map(({ details }) => details['generation']),
        [began],
      )
    },
  },
  {
    id: 'workflow-park-timeout',
    title:
      'a run fails after `parkTimeout`, without a compensation, with one call of `onFailure`; `retryJob` continues it',
    requiredFeatures: ['retryJob', 'workflows: retryJob resumes at the failed step'],
    async run(t) {
      const began = generationOf(t)
      const program = [step('one'), untilTold, step('two')]
      const { id } = await sendUntilTold(t, program, { event: 'conformance.workflow-parking' })
      await deploy(t)
      await goOn(t)
      const { since, until } = await waitForParked(t, id)
      assert.equal(until.getTime() - since.getTime(), parkTimeoutMs)
      const { state, runs } = await t.waitForEnd(id)
      const [failed] = runs
      assert.deepEqual([state, failed?.error?.code, failed?.parked], ['failed', 'workflow_changed', undefined])
      assert.ok(failed!.endedAt!.getTime() >= until.getTime())
      assert.deepEqual(stepAttempts(t, id, 'compensation'), [])
      assert.equal(t.journal({ jobId: id, kind: 'onFailure' }).length, 1)
      await deploy(t, began)
      await t.client.retryJob(id)
      assert.deepEqual(await resultAfterDeploy(t, id), ['one', 'two'])
      assert.deepEqual(stepAttempts(t, id), ['one/1', 'two/1'])
    },
  },
  {
    id: 'workflow-payload-no-longer-valid',
    title: 'a run with steps waits for other code if the schema of its event now rejects its payload',
    async run(t) {
      const began = generationOf(t)
      const program = [step('one'), untilTold, step('two')]
      const sent = { event: 'conformance.workflow-stricter', payload: { validBefore: began + 1 } } as const
      const { id } = await sendUntilTold(t, program, sent)
      await deploy(t)
      await goOn(t)
      const { error } = await waitForParked(t, id)
      assert.match(error.message, /payload that is no longer valid .*validBefore/s)
      await deploy(t, began)
      assert.equal((await t.waitForEnd(id)).state, 'completed')
      assert.deepEqual([stepAttempts(t, id), stepAttempts(t, id, 'compensation')], [['one/1', 'two/1'], []])
    },
  },
  {
    id: 'workflow-payload-no-longer-valid-in-compensation',
    title: 'a compensation waits for other code if the schema of its event now rejects its payload',
    async run(t) {
      const began = generationOf(t)
      const retry = { maxAttempts: 20, backoff: 'fixed', initialDelay: t.retryDelay(3000) } as const
      const { id } = await sendProgram(
        t,
        [
          { do: 'run', id: 'one', retry, compensation: { failsUntilReleased: true } },
          { ...fails, retry: { maxAttempts: 1 } },
        ],
        { event: 'conformance.workflow-stricter', payload: { validBefore: began + 1 } },
      )
      await t.waitForEntry({ jobId: id, kind: 'compensation' })
      await deploy(t)
      await waitForParked(t, id)
      t.release(id)
      assert.deepEqual(stepAttempts(t, id, 'compensated'), [])
      await deploy(t, began)
      assert.equal((await t.waitForEnd(id)).state, 'failed')
      assert.equal(stepAttempts(t, id, 'compensated').length, 1)
      assert.equal(t.journal({ jobId: id, kind: 'onFailure' }).length, 1)
    },
  },
  {
    id: 'workflow-patched-in-branch',
    title: '`step.patched` is false in a parallel branch that has passed it, although another branch has gone on since',
    async run(t) {
      const { id } = await sendInBranches(t, ['reserve', 'charge'], ['reserve', ifPatched, 'charge'])
      await deploy(t)
      await goOn(t)
      assert.equal((await t.waitForEnd(id)).state, 'completed')
      assert.deepEqual(stepAttempts(t, id).toSorted(), ['charge/1', 'last/1', 'next/1', 'other/1', 'reserve/1'])
    },
  },
  {
    id: 'workflow-renamed-step-in-branch',
    title: 'a step with a new id in a parallel branch does not run again, although another branch has gone on since',
    async run(t) {
      const began = generationOf(t)
      const { id } = await sendInBranches(t, ['one', 'two', 'charge'], ['one', 'second', 'charge-now'])
      await deploy(t)
      await goOn(t)
      const { error } = await waitForParked(t, id)
      assert.match(error.message, /calls the new step `second` where (`two` and 1 more|2 steps) have ended/)
      await deploy(t, began)
      assert.equal((await t.waitForEnd(id)).state, 'completed')
      assert.deepEqual(stepAttempts(t, id).toSorted(), ['charge/1', 'last/1', 'next/1', 'one/1', 'other/1', 'two/1'])
    },
  },
  {
    id: 'workflow-rolling-deploy',
    title: 'with old and new workers side by side, each run ends with the version that it began with',
    requiredEquipment: ['deploy', 'deployBeside'],
    async run(t) {
      const began = generationOf(t)
      const event = 'conformance.workflow-versioned'
      const program = [generation, untilTold, step('one'), generation]
      const before = await sendUntilTold(t, program, { event })
      await t.engine.deployBeside!(began + 1)
      const during = await Promise.all(Array.from({ length: 6 }, () => sendUntilTold(t, program, { event })))
      await goOn(t)
      for (const { id } of [before, ...during]) {
        const [first, , last] = await resultAfterDeploy(t, id)
        assert.deepEqual([last, stepAttempts(t, id)], [first, ['one/1']])
      }
      await deploy(t)
    },
  },
]

/** Cases: a deploy of other code while runs are open. */
export const workflowDeployCases: readonly ConformanceCase[] = cases.map((one) => ({
  rule: rules.workflows,
  requiredEquipment: ['deploy'],
  runsAlone: true,
  ...one,
  requiredFeatures: ['workflows', 'workflows: open runs continue with new code', ...(one.requiredFeatures ?? [])],
}))
