import { beforeEach, describe, expect, test } from 'vitest'

import { type AttemptKit, createAttemptKit, orderEnvelope, orderJob } from '../../test/kit/attempt-kit.ts'
import { createWorkflowKit, type OrderSteps, orderWorkflow } from '../../test/kit/workflow-kit.ts'
import { defineCronJob } from '../jobs/define-cron-job.ts'
import type { JobContext } from '../jobs/job-context.ts'
import { pause } from '../time/pause.ts'
import { toCronEnvelope } from '../jobs/cron-event.ts'

const guide = 'https://github.com/cgk-platform/jobs/blob/main/docs/workflows.md'
const hourMs = 3_600_000

let kit: AttemptKit
beforeEach(() => {
  kit = createAttemptKit()
})

const cron = (handler: (context: JobContext) => unknown) =>
  defineCronJob({ id: 'tick', schedule: '* * * * *', handler })
const cronEnvelope = (definition: ReturnType<typeof cron>) =>
  toCronEnvelope(definition, { id: 'envelope_1', tick: 60_000, tenantId: 'acme', now: 60_000 })

describe('`context.step`', () => {
  const readStep = (context: JobContext) => (context as JobContext & { step: unknown }).step
  const failure = {
    type: 'failed',
    error: {
      code: 'non_retryable',
      message: expect.stringMatching(/^`context\.step` does not exist: .*defineWorkflow/),
    },
  }

  test('fails the run of a job, with the remedy and the guide', async () => {
    const outcome = await kit.run(orderJob((_event, context) => readStep(context)))
    expect(outcome).toMatchObject(failure)
    expect(JSON.stringify(outcome)).toContain(guide)
  })

  test('fails the run of a cron job', async () => {
    const definition = cron(readStep)
    expect(await kit.run(definition, cronEnvelope(definition))).toMatchObject(failure)
  })

  test('fails the run of a workflow, which has steps already', async () => {
    const { type, error } = (await createWorkflowKit().replay(
      orderWorkflow(async (_step, context) => readStep(context)),
    )) as { type: string; error?: { message: string } }
    expect({ type, error }).toMatchObject(failure)
    expect(error!.message).not.toMatch(/has steps|make the job a workflow/i)
  })

  test('is not there for code that copies or lists the context', async () => {
    const keys = ['attempt', 'jobId', 'logger', 'maxAttempts', 'runId', 'signal', 'tenantId']
    const job = orderJob((_event, context) => [Object.keys(context).toSorted(), Object.keys({ ...context }).toSorted()])
    expect(await kit.run(job)).toMatchObject({ output: [keys, keys] })
  })
})

describe('an attempt over one hour', () => {
  const sleeping = (ms: number) => () => pause(kit.clock, ms)
  const sleepingJob = (ms: number, timeout?: number) => orderJob(sleeping(ms), { timeout, retry: { maxAttempts: 1 } })
  const run = async (...of: Parameters<AttemptKit['run']>) => {
    const outcome = kit.run(...of)
    await kit.clock.advance(9 * hourMs)
    return outcome
  }
  const warnings = () => kit.lines.filter(({ level }) => level === 'warn').map(({ message }) => message)

  test('is a warning, once per definition', async () => {
    const job = sleepingJob(2 * hourMs)
    for (let runs = 0; runs < 2; runs++) expect(await run(job)).toMatchObject({ type: 'completed' })
    const definition = cron(sleeping(hourMs + 1))
    await run(definition, cronEnvelope(definition))
    const message = (id: string, minutes: number) =>
      expect.stringMatching(
        `^An attempt of \`${id}\` took ${minutes} minutes\\. If it waits, make it a workflow,.*${guide}$`,
      )
    expect(warnings()).toEqual([message('process-order', 120), message('tick', 60)])
  })

  test('is a warning if it fails or is stopped', async () => {
    const failing = orderJob(
      async () => {
        await pause(kit.clock, 2 * hourMs)
        throw new Error('late')
      },
      { retry: { maxAttempts: 1 } },
    )
    expect((await run(failing)).type).toBe('failed')
    expect((await run(sleepingJob(3 * hourMs, hourMs))).type).toBe('failed')
    expect(warnings()).toHaveLength(1) // the second one timed out after exactly one hour
  })

  test.each([
    ['it took exactly one hour', hourMs, undefined],
    ['its `timeout` allows more', 2 * hourMs, 8 * hourMs],
  ])('is none if %s', async (_when, ms, timeout) => {
    await run(sleepingJob(ms, timeout), orderEnvelope())
    expect(warnings()).toEqual([])
  })
})

describe('a workflow that returns while its steps run', () => {
  const forever = () => new Promise<never>(() => undefined)
  const warningsOf = async (steps: OrderSteps) => {
    const workflow = createWorkflowKit()
    const outcome = await workflow.replay(orderWorkflow(steps))
    expect(outcome).toEqual({ type: 'completed', output: 'ok' })
    return workflow.lines
      .filter(({ level }) => level === 'warn')
      .map(({ message, fields }) => [message, fields['steps']])
  }

  test('warns once, with the steps that it does not await', async () => {
    const warnings = await warningsOf(async (step) => {
      void step.run('charge', forever)
      void step.sendEvent('notify', 'order.created', { orderId: 'order_2' } as never)
      void step.sleep('cool-down', '1h')
      void step.sleepUntil('monday', new Date(8.64e15))
      await step.run('pack', () => 1)
      void step.run('charge', forever)
      return 'ok'
    })
    const message = expect.stringMatching(
      /^`fulfil-order` returned while .*: `charge`.*`charge#2`\. .*`await`/,
    ) as unknown
    expect(warnings).toEqual([[message, expect.arrayContaining(['charge', 'charge#2', 'cool-down', 'monday'])]])
  })

  const quiet: [name: string, steps: OrderSteps][] = [
    ['that lost a race', (step) => Promise.race([step.run('slow', forever), step.run('quick', () => 'ok')])],
    [
      'that is a sleep and lost a race',
      (step) => Promise.race([step.sleep('limit', '1h'), step.run('quick', () => 'ok')]),
    ],
    [
      'whose failure it handles',
      async (step) => {
        step.run('slow', forever).catch(() => undefined)
        return await step.run('quick', () => 'ok')
      },
    ],
    [
      'in a branch that lost a race',
      async (step) => {
        const branch = async (id: string, work: () => unknown) => await step.run(id, work)
        return await Promise.race([branch('slow', forever), branch('quick', () => 'ok')])
      },
    ],
    ['that lost against a promise', (step) => Promise.any([step.run('slow', forever), Promise.resolve('ok')])],
    [
      'that is a wait, begun early for an event',
      async (step) => {
        void step.waitForEvent('answer', 'order.created', { timeout: '1h' })
        return await step.run('ask', () => 'ok')
      },
    ],
    [
      'that ended without being awaited',
      async (step) => {
        void step.run('first', () => 1)
        await step.run('second', () => 2)
        return await step.run('third', () => 'ok')
      },
    ],
  ]
  test.each(quiet)('does not warn about a step %s', async (_name, steps) => expect(await warningsOf(steps)).toEqual([]))
})
