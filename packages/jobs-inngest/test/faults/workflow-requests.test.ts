import { defineJob, defineWorkflow, type Steps } from '@cgk-platform/jobs-core'
import type { GetStepTools, Inngest } from 'inngest'
import { expect, test } from 'vitest'

import { openJobs, type OpenJobs } from '../kit/open-jobs.ts'

type NativeSteps = GetStepTools<Inngest.Any>

/** The requests of a run: calls of the app, and requests from the app to the engine. */
interface Requests {
  readonly calls: number
  readonly asked: readonly string[]
}

/** Runs a workflow's code once and counts the requests after its event. */
async function countRun(
  open: (done: () => void) => Promise<OpenJobs>,
  during?: (opened: OpenJobs) => Promise<void>,
): Promise<Requests> {
  let isDone = false
  const opened = await open(() => (isDone = true))
  const { engine, client, until, pause } = opened
  const isCall = (path: string): boolean => path.includes('fnId=jobs-work&')
  let begun = 0
  engine.intercept(({ path }) => {
    if (isCall(path)) begun++
    return undefined
  }, 'out')
  const before = engine.requests.length
  await client.sendJob('work.asked', { tenantId: 'acme', number: 7 })
  await during?.(opened)
  // The engine logs a request once it has the response.
  const answered = (): number =>
    engine.requests.filter(({ direction, path }) => direction === 'out' && isCall(path)).length
  await until(() => isDone && answered() === begun)
  await pause(1500)
  // The first request is the send. Periodic requests for the engine's time and for cancelled runs do not count, because
  // they do not depend on the run.
  const made = engine.requests
    .slice(before + 1)
    .filter(({ path }) => !/^\/v2\/(health|runs)(\?|$|\/[0-9A-Z]{26}$)/.test(path))
  return {
    calls: made.filter(({ direction, path }) => direction === 'out' && isCall(path)).length,
    asked: made
      .filter(({ direction }) => direction === 'in')
      .map(({ path }) => path.replace(/[0-9A-Z]{26}/g, '…').replace(/\?.*/, '')),
  }
}

const child = defineJob({ id: 'child', event: 'work.followed', handler: ({ payload }) => payload.number })

function ours(steps: (step: Steps<'work.asked'>) => Promise<unknown>) {
  return (done: () => void): Promise<OpenJobs> => {
    const work = defineWorkflow({
      id: 'work',
      event: 'work.asked',
      steps: async (_event, step) => {
        await steps(step)
        done()
      },
    })
    return openJobs({ jobs: [work, child] })
  }
}

function native(steps: (step: NativeSteps) => Promise<unknown>) {
  return async (done: () => void): Promise<OpenJobs> => {
    const opened = await openJobs({ synced: false })
    const { inngest } = opened
    const work = inngest.createFunction({ id: 'work', triggers: [{ event: 'work.asked' }] }, async ({ step }) => {
      await steps(step)
      done()
    })
    const other = inngest.createFunction({ id: 'child', triggers: [{ event: 'work.followed' }] }, () => 7)
    const app = await opened.openApp({ functions: [work, other] })
    return { ...opened, ...app }
  }
}

/** Sends an awaited event once the run waits for it. */
async function answer({ engine, client, until, pause }: OpenJobs): Promise<void> {
  await until(() =>
    engine.requests.some(({ path, direction }) => direction === 'out' && path.includes('fnId=jobs-work&')),
  )
  await pause(500)
  await client.sendJob('work.counted', { tenantId: 'acme', number: 7 })
}

const ids = ['1', '2', '3', '4', '5']
const inTurn = async (run: (id: string) => Promise<unknown>): Promise<void> => {
  for (const id of ids) await run(id)
}

const shapes = {
  'five steps': {
    ours: ours((step) => inTurn((id) => step.run(id, () => id))),
    native: native((step) => inTurn((id) => step.run(id, () => id))),
  },
  'three parallel steps': {
    ours: ours((step) => Promise.all(['1', '2', '3'].map((id) => step.run(id, () => id)))),
    native: native((step) => Promise.all(['1', '2', '3'].map((id) => step.run(id, () => id)))),
  },
  'a step that is retried': {
    ours: ours((step) =>
      step.run('flaky', ({ attempt }) => {
        if (attempt === 1) throw new Error('not yet')
      }),
    ),
    native: native((step) => {
      return step.run('flaky', () => {
        if (tries++ % 2 === 0) throw Object.assign(new Error('not yet'), { name: 'RetryAfterError', retryAfter: '1' })
      })
    }),
  },
  'a sleep of two seconds': {
    ours: ours((step) => step.sleep('nap', '2s')),
    native: native((step) => step.sleep('nap', '2s')),
  },
  'a sleep between two steps': {
    ours: ours(async (step) => {
      await step.run('before', () => 1)
      await step.sleep('nap', 1000)
      await step.run('after', () => 2)
    }),
    native: native(async (step) => {
      await step.run('before', () => 1)
      await step.sleep('nap', 1000)
      await step.run('after', () => 2)
    }),
  },
  'a wait for an event': {
    ours: ours((step) => step.waitForEvent('signal', 'work.counted', { timeout: '30s', match: 'number' })),
    native: native((step) =>
      step.waitForEvent('signal', {
        event: 'work.counted',
        timeout: '30s',
        if: 'async.data.number == event.data.number',
      }),
    ),
    during: answer,
  },
  'a step that sends': {
    ours: ours((step) => step.sendEvent('tell', 'work.counted', { number: 1 })),
    native: native((step) => step.sendEvent('tell', { name: 'work.counted', data: { tenantId: 'acme', number: 1 } })),
  },
  'a step that runs a job': {
    ours: ours((step) => step.runJob('child', child, { number: 1 })),
    native: native((step) =>
      Promise.all([
        step.waitForEvent('end', {
          event: 'inngest/function.finished',
          timeout: '30s',
          if: 'async.data.function_id == "jobs-child"',
        }),
        step.sendEvent('send', { name: 'work.followed', data: { tenantId: 'acme' } }),
      ]),
    ),
  },
}
let tries = 0

test.each(Object.entries(shapes))('%s: needs as many requests as code for the SDK', async (_, shape) => {
  const during = 'during' in shape ? shape.during : undefined
  const [mine, raw] = [await countRun(shape.ours, during), await countRun(shape.native, during)]
  expect(mine).toEqual(raw)
})
