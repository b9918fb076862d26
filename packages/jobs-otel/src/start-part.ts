import type { Activity, AttemptPart, PartEnd, StartedAttempt } from '@cgk-platform/jobs-core/instrumentation'
import type { Context, Tracer } from '@opentelemetry/api'

import { bounded, names } from './attributes.ts'
import { failSpan, runInSpan } from './span-activity.ts'

/** The id of a step that a workflow calls again, such as `charge#2`. */
const called = /^(.+)#(\d+)$/s

const verbs = { step: 'step', wait: 'wait', compensation: 'compensate', onFailure: 'onFailure' } as const

/** Starts the inner span of a part of an attempt: `step {id}`, `wait {id}`, `compensate {id}` or `onFailure {definition}`. */
export function startPart(
  tracer: Tracer,
  parent: Context,
  { definitionId, tenantId }: StartedAttempt,
  { kind, stepId, stepKind, stepAttempt }: AttemptPart,
): Activity<PartEnd> {
  const [, repeated, call] = called.exec(stepId ?? '') ?? []
  const id = repeated ?? stepId
  const attributes = {
    [names.definition]: definitionId,
    [names.tenant]: bounded(tenantId),
    ...(id !== undefined && { [names.step]: id }),
    ...(call !== undefined && { [names.stepCall]: Number(call) }),
    ...(stepKind !== undefined && { [names.stepKind]: stepKind }),
    ...(stepAttempt !== undefined && { [names.stepAttempt]: stepAttempt }),
  }
  const span = tracer.startSpan(`${verbs[kind]} ${id ?? definitionId}`, { attributes }, parent)
  return {
    run: (code) => runInSpan(span, parent, code),
    end(end) {
      span.setAttribute(names.outcome, end.type)
      if (end.type === 'failed') failSpan(span, end.error)
      span.end()
    },
  }
}
