import { type AttemptMiddleware, NonRetryableError, RetryAfterError } from '@cgk-platform/jobs-core'

import type { CaseTools } from './case-tools.ts'
import { runInsideMiddleware } from './enclosing-middleware.ts'
import { record } from './journal.ts'
import { waitFor } from './perform-script.ts'

type AttemptInfo = Parameters<AttemptMiddleware>[0]

/** An action of the client's inner middleware. */
type MiddlewareAction =
  | 'watches'
  | 'throws'
  | 'gives-up'
  | 'retries-later'
  | 'catches'
  | 'skips'
  | 'changes'
  | 'returns-invalid'
  | 'calls-twice'
  | 'waits'

/** The retry delay that middleware requests. */
export const middlewareDelayMs = 2000

/** Returns a tenant whose attempts the middleware records. It performs the action around this kind of work. */
export function middlewareTenant(
  t: CaseTools,
  action: MiddlewareAction,
  work: AttemptInfo['work'] = 'handler',
): string {
  return t.unique(`middleware.${action}.${work}`)
}

/** Returns the client's middleware. Only the inner one performs actions. */
export function conformanceMiddleware(): AttemptMiddleware[] {
  return [layer('outer', 'watches only'), layer('inner')]
}

/** Returns the middleware of a definition. */
export function definitionMiddleware(): AttemptMiddleware[] {
  return [layer('own', 'watches only')]
}

function layer(name: string, watches?: 'watches only'): AttemptMiddleware {
  return async (attempt, next) => {
    const [, action, at] = /^middleware\.([a-z-]+)\.([A-Za-z]+)-/.exec(attempt.tenantId) ?? []
    const go = (): Promise<unknown> => runInsideMiddleware(name, next)
    if (action === undefined) return go()
    const recordEntry = (details: Readonly<Record<string, unknown>>): void => recordAttempt(name, attempt, details)
    recordEntry({ when: 'before' })
    try {
      const acts = watches === undefined && at === attempt.work
      const result = await (acts ? act(action as MiddlewareAction, attempt, go) : go())
      recordEntry({ when: 'after', result: typeof result === 'bigint' ? 'invalid' : result })
      return result
    } catch (error) {
      recordEntry({ when: 'after', threw: (error as Error).name })
      throw error
    }
  }
}

async function act(action: MiddlewareAction, attempt: AttemptInfo, next: () => Promise<unknown>): Promise<unknown> {
  const message = 'middleware threw on purpose'
  const isFirst = (attempt.stepAttempt ?? attempt.attempt) === 1
  switch (action) {
    case 'throws':
      if (isFirst) throw Object.assign(new Error(message), { name: 'MiddlewareFailure' })
      return next()
    case 'gives-up':
      throw new NonRetryableError(message)
    case 'retries-later':
      if (isFirst) throw new RetryAfterError(message, middlewareDelayMs)
      return next()
    case 'catches':
      return next().catch((error: Error) => ({ caught: error.name }))
    case 'skips':
      return { answered: attempt.work }
    case 'changes':
      return { changed: await next() }
    case 'returns-invalid':
      await next()
      return 1n
    case 'calls-twice':
      await next()
      return next().catch((error: { code?: string }) => ({ second: error.code }))
    case 'waits':
      await waitFor(60_000, attempt.signal, () => undefined).catch(() => undefined)
      return next()
    case 'watches':
      return next()
  }
}

function recordAttempt(layerName: string, attempt: AttemptInfo, details: Readonly<Record<string, unknown>>): void {
  const { definitionId: definition, event, jobId, runId, attempt: count, maxAttempts, tenantId } = attempt
  const { work, stepId, stepAttempt } = attempt
  const batch = attempt.batch?.map((one) => one.jobId)
  record({
    kind: 'middleware',
    ...{ definition, jobId, runId, attempt: count, maxAttempts, tenantId },
    details: { layer: layerName, event, work, stepId, stepAttempt, batch, ...details },
  })
}
