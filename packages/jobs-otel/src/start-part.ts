import type { Activity, AttemptPart, PartEnd, StartedAttempt } from '@cgk-platform/jobs-core/instrumentation'
import type { Context, Tracer } from '@opentelemetry/api'

import { bounded, names } from './attributes.ts'
import { failSpan, runInSpan } from './span-activity.ts'

const verbs = { step: 'step', wait: 'wait', compensation: 'compensate', onFailure: 'onFailure' } as const

/** Starts the inner span of a part of an attempt: `step {id}`, `wait {id}`, `compensate {id}` or `onFailure {definition}`. */
export function startPart(
  tracer: Tracer,
  parent: Context,
  { definitionId, tenantId }: StartedAttempt,
  { kind, stepId, stepKind, stepAttempt }: AttemptPart,
): Activity<PartEnd> {
  const attributes = {
    [names.definition]: definitionId,
    [names.tenant]: bounded(tenantId),
    ...(stepId !== undefined && { [names.step]: stepId }),
    ...(stepKind !== undefined && { [names.stepKind]: stepKind }),
    ...(stepAttempt !== undefined && { [names.stepAttempt]: stepAttempt }),
  }
  const span = tracer.startSpan(`${verbs[kind]} ${stepId ?? definitionId}`, { attributes }, parent)
  return {
    run: (code) => runInSpan(span, parent, code),
    end(end) {
      span.setAttribute(names.outcome, end.type)
      if (end.type === 'failed') failSpan(span, end.error)
      span.end()
    },
  }
}
