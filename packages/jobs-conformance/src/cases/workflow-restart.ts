import assert from 'node:assert/strict'

import { type ConformanceCase, rules } from '../conformance-case.ts'
import { fewSteps } from '../conformance-workflows.ts'
import { currentVersion, deploy, generationOf, goOn, sendUntilTold, untilTold } from '../deploy-tools.ts'
import { idempotencyKeysOf, lastRun, resultOf, runProgram, sendProgram, stepAttempts } from '../workflow-tools.ts'
import type { StepScript, WorkflowOp, WorkflowProgram } from '../workflow-program.ts'
import { casesOf } from '../cases-of.ts'

const step = (id: string, script: StepScript = { returns: id }): WorkflowOp => ({ do: 'run', id, script })
const restart = (...program: WorkflowProgram): WorkflowOp => ({ do: 'restart', program })

/** Cases: `step.restart` begins a run again. */
export const workflowRestartCases: readonly ConformanceCase[] = casesOf(rules.workflows, [
  {
    id: 'workflow-restart-begins-again',
    title: '`step.restart` begins the run again with its payload: steps run again, with other idempotency keys',
    requiredFeatures: ['workflows'],
    async run(t) {
      const { id, runs, state } = await runProgram(t, [
        step('charge', { returns: 'first' }),
        restart(step('charge', { returns: 'second' })),
        step('never'),
      ])
      assert.deepEqual([state, runs.length, runs[0]?.output], ['completed', 1, ['second']])
      assert.deepEqual(stepAttempts(t, id), ['charge/1', 'charge/1'])
      assert.equal(new Set(idempotencyKeysOf(t, id, 'charge')).size, 2)
      assert.equal(runs[0]?.restarts, 1)
      if (t.capabilities.features['status.steps'].supported)
        assert.deepEqual(
          runs[0].steps?.map((one) => one.output),
          ['second'],
        )
    },
  },
  {
    id: 'workflow-restarts-often',
    title: 'a run that begins again several times is one job, does not end in between, and has the last output',
    requiredFeatures: ['workflows'],
    async run(t) {
      const turn = (...next: WorkflowProgram): WorkflowOp => restart(step('turn'), ...next)
      const { id } = await sendProgram(t, [step('turn'), turn(turn(turn(step('last'))))])
      const ended = await t.waitForSettled(t.client.waitForJob(id))
      assert.deepEqual(
        [ended.state, lastRun(ended).output, lastRun(ended).restarts],
        ['completed', ['turn', 'last'], 3],
      )
      assert.deepEqual(stepAttempts(t, id), ['turn/1', 'turn/1', 'turn/1', 'turn/1', 'last/1'])
      assert.equal(new Set(idempotencyKeysOf(t, id, 'turn')).size, 4)
      const hooks = t.journal({ jobId: id, kind: 'hook' }).map(({ details }) => details['hook'])
      assert.equal(hooks.filter((hook) => hook === 'onRunEnd').length, 1)
      if (!t.capabilities.features.listJobs.supported) return
      const listed = await t.waitUntil('the job is listed', async () => {
        const { jobs } = await t.client.listJobs({ tenantId: t.tenantId })
        return jobs.length > 0 && jobs
      })
      assert.deepEqual(
        listed.map((job) => job.id),
        [id],
      )
    },
  },
  {
    id: 'workflow-restart-is-inspected',
    title: 'details and lists show a run that began again as one run, with its number of restarts',
    requiredFeatures: ['workflows', 'inspect.getJob', 'inspect.listJobs'],
    async run(t) {
      const { id } = await runProgram(t, [step('one'), restart(step('two'), restart(step('last')))])
      const details = await t.client.inspect.getJob(id)
      assert.deepEqual(
        details.runs.map(({ state, output, restarts }) => ({ state, output, restarts })),
        [{ state: 'completed', output: ['last'], restarts: 2 }],
      )
      const listed = await t.waitUntil('a list shows the end of the job', async () => {
        const { jobs } = await t.client.inspect.listJobs({ tenantId: t.tenantId })
        return jobs.length > 0 && jobs.every(({ state }) => state === 'completed') && jobs
      })
      assert.deepEqual(
        listed.map((job) => [job.id, job.runs.map(({ state }) => state)]),
        [[id, ['completed']]],
      )
    },
  },
  {
    id: 'workflow-restart-keeps-its-keys',
    title: 'after a restart, each attempt of a step has the same idempotency key',
    requiredFeatures: ['workflows'],
    async run(t) {
      const output = await resultOf(t, [
        restart(
          { do: 'run', id: 'charge', script: { failure: { as: 'error', attempts: 1 }, returns: 'charged' } },
          { do: 'sleep', id: 'nap', ms: 1000 },
          step('after'),
        ),
      ])
      assert.deepEqual(output, ['charged', 'after'])
      const charges = t
        .journal({ tenantId: t.tenantId, kind: 'step' })
        .filter(({ details }) => details['step'] === 'charge')
      assert.deepEqual([charges.length, new Set(charges.map(({ details }) => details['idempotencyKey'])).size], [2, 1])
    },
  },
  {
    id: 'workflow-restart-in-a-child',
    title: "the parent's `step.runJob` gets the output of the last restart",
    requiredFeatures: ['workflows'],
    async run(t) {
      const definition = 'conformance-workflow'
      const program = [step('one'), restart(step('two'), restart(step('three')))]
      assert.deepEqual(await resultOf(t, [{ do: 'job', id: 'child', definition, program }, step('after')]), [
        ['three'],
        'after',
      ])
    },
  },
  {
    id: 'workflow-restart-is-cancelled',
    title: 'a cancel after a restart ends the job',
    requiredFeatures: ['workflows', 'cancelJob of a running job'],
    async run(t) {
      const { id } = await sendProgram(t, [step('one'), restart(step('held', { isHeld: true }), step('next'))])
      await t.waitUntil('the second step has started', () => stepAttempts(t, id).length === 2)
      await t.client.cancelJob(id)
      await t.waitForEntry({ jobId: id, kind: 'aborted' })
      assert.equal((await t.waitForEnd(id)).state, 'cancelled')
      assert.deepEqual(stepAttempts(t, id), ['one/1', 'held/1'])
    },
  },
  {
    id: 'workflow-restart-and-retry',
    title: '`retryJob` after a restart resumes with the last payload and the steps that completed since',
    requiredFeatures: ['workflows', 'retryJob', 'workflows: retryJob resumes at the failed step'],
    async run(t) {
      const once = { maxAttempts: 1 }
      const { id, state } = await runProgram(t, [
        step('one'),
        restart(step('two'), {
          do: 'run',
          id: 'charge',
          retry: once,
          script: { failure: { as: 'error', runs: 1 }, returns: 'charged' },
        }),
      ])
      assert.equal(state, 'failed')
      await t.client.retryJob(id)
      const status = await t.waitForEnd(id)
      const { output, retryOf, restarts } = lastRun(status)
      assert.deepEqual([output, retryOf, restarts], [['two', 'charged'], status.runs[0]!.id, 1])
      assert.deepEqual(stepAttempts(t, id), ['one/1', 'two/1', 'charge/1', 'charge/1'])
      assert.equal(new Set(idempotencyKeysOf(t, id, 'charge')).size, 1)
    },
  },
  {
    id: 'workflow-restart-after-a-retry',
    title: 'a run of `retryJob` also begins again, with other idempotency keys each time',
    requiredFeatures: ['workflows', 'retryJob'],
    async run(t) {
      const fails: StepScript = { failure: { as: 'nonRetryable', runs: 1 }, returns: 'charged' }
      const { id } = await runProgram(t, [
        restart(step('pay'), step('charge', fails), restart(step('pay'), restart(step('pay')))),
      ])
      await t.client.retryJob(id)
      const { output, restarts } = lastRun(await t.waitForEnd(id))
      assert.deepEqual([output, restarts], [['pay'], 3])
      const keys = idempotencyKeysOf(t, id, 'pay')
      assert.equal(new Set(keys).size, 3)
    },
  },
  {
    id: 'workflow-restart-checks-its-payload',
    title: 'a restart with an invalid payload fails the run, and its code cannot catch that',
    requiredFeatures: ['workflows'],
    async run(t) {
      const program: WorkflowProgram = [
        { do: 'run', id: 'one', compensation: {} },
        { do: 'catch', program: [{ do: 'restart', program: [], payload: { validBefore: 'never' } }] },
        step('never'),
      ]
      const status = await runProgram(t, program, {
        event: 'conformance.workflow-stricter',
        payload: { validBefore: generationOf(t) + 1 },
      })
      const { state, error } = lastRun(status)
      assert.deepEqual([state, error?.code], ['failed', 'payload_invalid'])
      assert.deepEqual([stepAttempts(t, status.id), stepAttempts(t, status.id, 'compensated')], [['one/1'], ['one/1']])
    },
  },
  {
    id: 'workflow-restart-compensates-nothing',
    title: 'steps from before a restart are not compensated, also if the run fails later',
    requiredFeatures: ['workflows'],
    async run(t) {
      const paid = (id: string): WorkflowOp => ({ do: 'run', id, compensation: {} })
      const failure = { as: 'nonRetryable' } as const
      const { id, state } = await runProgram(t, [paid('one'), restart(paid('two'), { do: 'throw', failure })])
      assert.deepEqual([state, stepAttempts(t, id, 'compensated')], ['failed', ['two/1']])
      assert.equal(t.journal({ jobId: id, kind: 'onFailure' }).length, 1)
    },
  },
  {
    id: 'workflow-restart-ends-open-steps',
    title: 'a wait from before a restart does not resolve one of the same id after it',
    requiredFeatures: ['workflows', 'workflows: race between a step and a wait'],
    async run(t) {
      const waitFor = (n: number): WorkflowOp => ({ do: 'wait', id: 'answer', match: { n }, timeoutMs: 600_000 })
      const { id } = await sendProgram(t, [
        { do: 'race', branches: [[waitFor(1)], [step('one')]] },
        restart(step('two'), { do: 'all', branches: [[waitFor(2)], [step('three')]] }),
      ])
      await t.waitUntil('the run waits again', () => stepAttempts(t, id, 'stepEnded').length === 3)
      for (const n of [1, 2]) {
        const { id: told } = await t.send('conformance.awaited', undefined, { payload: { n } })
        await t.waitForEnd(told)
      }
      const [, [[answer]]] = lastRun(await t.waitForEnd(id)).output as [unknown, [[{ payload: { n: number } }]]]
      assert.equal(answer.payload.n, 2)
    },
  },
  {
    id: 'workflow-restart-counts-again',
    title: '`maxSteps` and the attempts of the code count from each restart',
    requiredFeatures: ['workflows'],
    async run(t) {
      const turn = (attempts: number): WorkflowOp[] => [
        { do: 'times', count: fewSteps, program: [step('turn')] },
        { do: 'throw', failure: { as: 'error', attempts } },
      ]
      const { state, runs } = await runProgram(t, [...turn(2), restart(...turn(2), restart(...turn(0)))], {
        event: 'conformance.workflow-few',
      })
      assert.deepEqual([state, runs.at(-1)?.attempts, runs.at(-1)?.restarts], ['completed', 1, 2])
    },
  },
  {
    id: 'workflow-restart-with-new-code',
    title: 'a restart begins with the current version, also from code of a version before',
    requiredFeatures: ['workflows'],
    requiredEquipment: ['deploy'],
    runsAlone: true,
    async run(t) {
      const event = 'conformance.workflow-previous'
      const { id } = await sendUntilTold(t, [step('one'), untilTold, restart(step('two'), { do: 'generation' })], {
        event,
      })
      await deploy(t)
      await goOn(t)
      const { output, version } = lastRun(await t.waitForEnd(id))
      assert.deepEqual([output, version], [['two', generationOf(t)], currentVersion(t)])
    },
  },
])
