import type { StartedAttempt } from '@cgk-platform/jobs-core/instrumentation'
import type { Outcome } from '@cgk-platform/jobs-core/provider'
import type { Attributes } from '@opentelemetry/api'

import { labelsOf, names } from './attributes.ts'
import { errorTypeOf } from './error-type.ts'
import type { Instruments } from './instruments.ts'
import { errorOf } from './outcome-error.ts'

/** Counts an attempt that starts, and measures how long its run has waited. */
export function measureStart({ consumed, waitDuration }: Instruments, attempt: StartedAttempt): void {
  if (attempt.isResumed) return
  const labels = labelsOfAttempt(attempt)
  consumed.add(1, labels)
  if (attempt.attempt === 1) waitDuration.record(Math.max(0, attempt.startedAt - attempt.dueAt) / 1000, labels)
}

/** Measures attempts that have ended. A batch is processed once, so its duration counts once. */
export function measureEnd(
  { processDuration, attempts }: Instruments,
  attempt: StartedAttempt,
  outcomes: readonly Outcome[],
  seconds: number,
): void {
  const labels = labelsOfAttempt(attempt)
  const error = outcomes.map(errorOf).find((one) => one !== undefined)
  processDuration.record(seconds, error === undefined ? labels : withError(labels, error))
  for (const outcome of outcomes) {
    if (outcome.type === 'suspended') continue
    attempts.add(1, { ...withError(labels, errorOf(outcome)), [names.outcome]: outcome.type })
  }
}

function withError(labels: Attributes, error: unknown): Attributes {
  return error === undefined ? labels : { ...labels, [names.errorType]: errorTypeOf(error) }
}

/** The labels of the last attempt of each definition. They are the same for all of its attempts in a process. */
const known = new Map<string, { readonly event: string; readonly provider: string; readonly labels: Attributes }>()

function labelsOfAttempt({ definitionId, event, provider }: StartedAttempt): Attributes {
  const last = known.get(definitionId)
  if (last?.event === event && last.provider === provider) return last.labels
  const labels = { ...labelsOf('process', { provider }, event), [names.definition]: definitionId }
  known.set(definitionId, { event, provider, labels })
  return labels
}
