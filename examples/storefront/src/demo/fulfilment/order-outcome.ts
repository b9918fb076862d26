import { findRun, type JobState, type JobStatus, type RunStatus } from '@cgk-platform/jobs'

import { fulfilOrder } from '../../fulfil-order.ts'

/** The outcome of an order's workflow, from its job's status. */
export interface OrderOutcome {
  readonly state: JobState
  /** The step that failed permanently. */
  readonly failedAt?: string | undefined
  readonly chased: boolean
  /** The compensated steps, last first. */
  readonly compensated: readonly string[]
}

/** An outcome with details. */
export interface OrderResult extends OrderOutcome {
  /** The gateway's id of the payment, if there was one. */
  readonly paymentId?: string | undefined
  /** Payment attempts. */
  readonly attempts: number
  readonly mailed: boolean
  /** The steps whose compensation failed. */
  readonly notCompensated: readonly string[]
}

/** Derives an order's outcome from the steps in its job's status. */
export function outcomeOf(status: JobStatus): OrderResult {
  const { state = status.state, steps = [] } = findRun(status, fulfilOrder) ?? {}
  const stepById = (id: string) => steps.find((step) => step.id === id)
  const charge = stepById('charge')
  return {
    state,
    failedAt: steps.find((step) => step.state === 'failed')?.id,
    chased: stepById('chase') !== undefined,
    compensated: idsOf(steps, 'completed'),
    paymentId: (charge?.output as { id?: string } | undefined)?.id,
    attempts: charge?.attempts ?? 0,
    mailed: stepById('confirm')?.state === 'completed',
    notCompensated: idsOf(steps, 'failed'),
  }
}

/** Returns the ids of steps with this compensation state, in the order of compensation. */
function idsOf(steps: NonNullable<RunStatus['steps']>, state: 'completed' | 'failed'): string[] {
  return steps
    .filter(({ compensation }) => compensation?.state === state)
    .map(({ id }) => id)
    .toReversed()
}
