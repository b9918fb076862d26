import { findRun, type JobState, type JobStatus, type RunStatus } from '@cgk-platform/jobs'

import { fulfilOrder } from '../../fulfil-order.ts'

/** What the workflow of an order did, as the job's status tells it. */
export interface End {
  readonly state: JobState
  /** The step that failed for good. */
  readonly failedAt?: string | undefined
  readonly chased: boolean
  /** The steps that were compensated, the last one first. */
  readonly compensated: readonly string[]
}

/** What is told besides. */
export interface ToldEnd extends End {
  /** The gateway's name of the payment, where one was taken. */
  readonly paymentId?: string | undefined
  /** Attempts to take the payment. */
  readonly attempts: number
  readonly mailed: boolean
  /** The steps that were to be compensated and could not be. */
  readonly notCompensated: readonly string[]
}

/** Reads how an order ended from the steps in its job's status. */
export function endOf(status: JobStatus): ToldEnd {
  const { state = status.state, steps = [] } = findRun(status, fulfilOrder) ?? {}
  const called = (id: string) => steps.find((step) => step.id === id)
  const charge = called('charge')
  return {
    state,
    failedAt: steps.find((step) => step.state === 'failed')?.id,
    chased: called('chase') !== undefined,
    compensated: idsOf(steps, 'completed'),
    paymentId: (charge?.output as { id?: string } | undefined)?.id,
    attempts: charge?.attempts ?? 0,
    mailed: called('confirm')?.state === 'completed',
    notCompensated: idsOf(steps, 'failed'),
  }
}

/** The steps whose compensation came to this, in the order in which they are compensated. */
function idsOf(steps: NonNullable<RunStatus['steps']>, state: 'completed' | 'failed'): string[] {
  return steps
    .filter(({ compensation }) => compensation?.state === state)
    .map(({ id }) => id)
    .toReversed()
}
