import { defineJob, defineWorkflow, type JobHooks } from '@cgk-platform/jobs-core'
import { createJobId, type Envelope } from '@cgk-platform/jobs-core/provider'
import { Middleware } from 'inngest'
import { expect, test } from 'vitest'

import { createInngestProvider } from '../../src/inngest-provider.ts'
import { type OpenJobs, openJobs } from '../kit/open-jobs.ts'

type Input = Middleware.TransformFunctionInputArgs

/** Returns middleware that lets an app see the input of its functions as another version of this library wrote it. */
function asVersion(change: (input: Input) => void): Middleware.Class {
  return class extends Middleware.BaseMiddleware {
    readonly id = 'version'
    override transformFunctionInput(input: Input): Input {
      const copy = { ...input, ...structuredClone({ steps: input.steps }) }
      change(copy)
      return copy
    }
  }
}

/** Sends an event as a newer version does. Returns the job's id. */
async function send({ inngest, clock }: OpenJobs, more: Record<string, unknown>): Promise<string> {
  const sentAt = clock.now()
  const sent = { v: 1, id: createJobId(sentAt), event: 'work.asked', tenantId: 'acme', sentAt }
  const envelope = { ...sent, payload: { tenantId: 'acme', number: 1 }, ...more } as Envelope
  const [result] = await createInngestProvider({ client: inngest }, { clock }).send([envelope])
  if (!result?.ok) throw result?.error ?? new Error('Inngest returned no result.')
  return result.id
}

/** Lets an app understand the job from some time on, like a new version that replaces it at once. */
const understands = (isNew: () => boolean): Middleware.Class =>
  asVersion(({ ctx }) => {
    if (!isNew()) return
    const { event } = ctx as { event: { data: { _job: object } } }
    const { _job: record, ...data } = event.data
    Object.assign(ctx, { event: { ...event, data: { ...data, _job: { ...record, v: 1, requires: [] } } } })
  })

test.each([
  ['that requires what the app does not know', { requires: ['later'] }],
  ['of a later version', { v: 2 }],
])('a job %s waits natively, and an app that understands it makes its first attempt', async (_, more) => {
  const calls: string[] = []
  const work = defineJob({
    id: 'work',
    event: 'work.asked',
    retry: { maxAttempts: 2 },
    handler: (_event, { attempt }) => void calls.push(`handler ${attempt}`),
  })
  const hooks: JobHooks = { onAttemptStart: ({ attempt }) => void calls.push(`start ${attempt}`) }
  let isNew = false
  const sdk = { middleware: [understands(() => isNew)] }
  const opened = await openJobs({ jobs: [work], hooks, sdk, factor: 2000 })
  const { client, until, logger } = opened
  const id = await send(opened, more)
  await until(async () => (await client.getJobStatus(id)).state === 'running')
  await opened.pause(10 * 60_000) // several looks, more than the job has attempts
  expect(calls).toEqual([])
  expect(logger.messages('warn').filter((line) => line.startsWith('Jobs wait because they require'))).toHaveLength(1)
  const { state, event, tenantId } = await client.getJobStatus(id)
  expect({ state, event, tenantId }).toEqual({ state: 'running', event: 'work.asked', tenantId: 'acme' })
  isNew = true
  const status = await client.waitForJob(id, { timeout: '3h' })
  expect(status).toMatchObject({ state: 'completed', runs: [{ attempts: 1 }] })
  expect(calls).toEqual(['start 1', 'handler 1'])
})

test('a workflow whose steps a newer version recorded waits, and continues where it was', async () => {
  const effects: string[] = []
  const flow = defineWorkflow({
    id: 'flow',
    event: 'work.asked',
    steps: async (_event, step) => {
      await step.run('one', () => void effects.push('one'))
      await step.sleep('nap', '1m')
      await step.run('two', () => void effects.push('two'))
    },
  })
  const { client, app, openApp, until, pause, logger } = await openJobs({ jobs: [flow], factor: 2000 })
  const { id } = await client.sendJob('work.asked', { tenantId: 'acme' })
  await until(() => effects.length === 1)
  await app.close()
  const newer = asVersion(({ steps }) => {
    for (const step of Object.values(steps)) if (isRecord(step)) step.data.v = 2
  })
  const older = await openApp({ jobs: [flow], port: app.port, sdk: { middleware: [newer] } })
  await pause(20 * 60_000)
  expect(effects).toEqual(['one'])
  expect([...logger.messages('warn'), ...older.logger.messages('warn')]).toContainEqual(
    expect.stringContaining('`step record v2`'),
  )
  await older.app.close()
  await openApp({ jobs: [flow], port: app.port })
  const { state, runs } = await client.waitForJob(id, { timeout: '3h' })
  expect([state, effects]).toEqual(['completed', ['one', 'two']])
  expect(runs[0]!.steps!.map((step) => step.id)).toEqual(['one', 'nap', 'two'])
})

test('a request for one step of a workflow whose steps a newer version recorded waits, and uses no attempt of it', async () => {
  const effects: string[] = []
  let failures = 0
  const flaky = (): void => {
    effects.push('a')
    if (failures++ === 0) throw new Error('503')
  }
  const retry = { maxAttempts: 2, backoff: 'fixed', initialDelay: 60_000 } as const // longer than a deploy takes
  const flow = defineWorkflow({
    ...{ id: 'parallel', event: 'work.asked', retry },
    steps: (_event, step) => Promise.all([step.run('a', flaky), step.run('b', () => void effects.push('b'))]),
    onFailure: ({ message }) => void effects.push(message),
  })
  const { client, app, openApp, until, pause } = await openJobs({ jobs: [flow] })
  const { id } = await client.sendJob('work.asked', { tenantId: 'acme' })
  const stepsOf = async () => (await client.getJobStatus(id)).runs.at(-1)?.steps ?? []
  await until(
    async () =>
      (await stepsOf())
        .map(({ state }) => state)
        .toSorted()
        .join() === 'completed,retrying',
  )
  await app.close()
  const newer = asVersion(({ steps }) => {
    for (const step of Object.values(steps)) if (isRecord(step)) step.data.v = 2
  })
  const older = await openApp({ jobs: [flow], port: app.port, sdk: { middleware: [newer] } })
  await until(async () => (await client.getJobStatus(id)).runs.at(-1)?.parked !== undefined)
  await pause(60_000)
  await older.app.close()
  await openApp({ jobs: [flow], port: app.port })
  const { state, runs } = await client.waitForJob(id, { timeout: '3h' })
  expect([state, effects.toSorted()]).toEqual(['completed', ['a', 'a', 'b']])
  expect(runs[0]!.steps!.find((step) => step.id === 'a')).toMatchObject({ attempts: 2 })
})

function isRecord(step: unknown): step is { data: { v: number } } {
  const { data } = step as { readonly data?: { readonly kind?: unknown } | null }
  return data?.kind !== undefined
}
