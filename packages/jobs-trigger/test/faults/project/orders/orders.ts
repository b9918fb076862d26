import { existsSync } from 'node:fs'

import {
  type EventMessage,
  defineWorkflow,
  type JobContext,
  NonRetryableError,
  RetryAfterError,
  type Steps,
} from '@cgk-platform/jobs-core'

import { record } from '../../../kit/journal.ts'
import type { OrderScript } from '../order-script.ts'

type Order = EventMessage<'work.counted'>

/** Returns a function that records that the code of a version did something for an order. */
const noting =
  (version: string, { id: jobId }: Order) =>
  (step: string) =>
  (): void =>
    record('did', { jobId, did: `${step} ${version}` })

const untilTold = (step: Steps<'work.counted'>) =>
  step.waitForEvent('told', 'work.asked', { match: 'number', timeout: '1d' })

async function first(event: Order, step: Steps<'work.counted'>, { attempt }: JobContext): Promise<string> {
  const did = noting('1', event)
  const { stockAt, isFinal, retriesLate } = event.payload.data as OrderScript
  await step.run('check', did('check'))
  await step.run('reserve', did('reserve'), isFinal ? {} : { compensate: did('release') })
  // From 30 s on, the server puts the run back into its queue.
  if (retriesLate && attempt === 1) throw new RetryAfterError('later', '31s')
  await untilTold(step)
  await step.run('ship', () => {
    if (stockAt !== undefined && !existsSync(stockAt)) throw new NonRetryableError('no stock')
    did('ship')()
  })
  return '1'
}

async function second(event: Order, step: Steps<'work.counted'>): Promise<string> {
  const did = noting('2', event)
  await step.run('ship', did('ship'), { compensate: did('release') })
  await untilTold(step)
  await step.run('check', did('check'))
  return '2'
}

const ofOrder = { id: 'order', event: 'work.counted' } as const
const onFailure = (error: Error, { id: jobId }: Order): void => record('failed', { jobId, name: error.name })

/** The code of the first deploy. */
export const firstOrder = defineWorkflow({ ...ofOrder, version: '1', steps: first, onFailure })
/** The code of the second deploy, without that of the first. */
export const secondOrder = defineWorkflow({ ...ofOrder, version: '2', parkTimeout: '10s', steps: second, onFailure })
/** The code of the third deploy. */
export const thirdOrder = defineWorkflow({
  ...{ ...ofOrder, version: '2', steps: second, onFailure },
  previous: [{ version: '1', steps: first, onFailure }],
})
