import { NonRetryableError } from '../errors/non-retryable-error.ts'
import { RetryAfterError } from '../errors/retry-after-error.ts'
import type { AttemptMiddleware } from '../runs/attempt-middleware.ts'
import type { CaseTools } from './case-tools.ts'
import { insideLayer } from './enclosing-layers.ts'
import { record } from './journal.ts'
import { waitFor } from './perform-script.ts'

type Wrapped = Parameters<AttemptMiddleware>[0]

/** What the inner middleware of the client does around one kind of work. */
type MiddlewareDeed =
  | 'watches'
  | 'throws'
  | 'gives-up'
  | 'asks-for-later'
  | 'catches'
  | 'answers'
  | 'changes'
  | 'returns-odd'
  | 'calls-twice'
  | 'waits'

/** How much later an attempt comes for which middleware has asked. */
export const middlewareDelayMs = 2000

/** A tenant for which the middleware writes down what it sees, and acts around this kind of work. */
export function middlewareTenant(t: CaseTools, deed: MiddlewareDeed, work: Wrapped['work'] = 'handler'): string {
  return t.unique(`middleware.${deed}.${work}`)
}

/** The middleware of the client. Only the inner one does more than watch. */
export function conformanceMiddleware(): AttemptMiddleware[] {
  return [layer('outer', 'watches only'), layer('inner')]
}

/** The middleware of some definitions. */
export function definitionMiddleware(): AttemptMiddleware[] {
  return [layer('own', 'watches only')]
}

function layer(name: string, watches?: 'watches only'): AttemptMiddleware {
  return async (attempt, next) => {
    const [, deed, at] = /^middleware\.([a-z-]+)\.([A-Za-z]+)-/.exec(attempt.tenantId) ?? []
    const go = (): Promise<unknown> => insideLayer(name, next)
    if (deed === undefined) return go()
    const note = (seen: Readonly<Record<string, unknown>>): void => noteOf(name, attempt, seen)
    note({ when: 'before' })
    try {
      const acts = watches === undefined && at === attempt.work
      const result = await (acts ? act(deed as MiddlewareDeed, attempt, go) : go())
      note({ when: 'after', result: typeof result === 'bigint' ? 'odd' : result })
      return result
    } catch (error) {
      note({ when: 'after', threw: (error as Error).name })
      throw error
    }
  }
}

async function act(deed: MiddlewareDeed, attempt: Wrapped, next: () => Promise<unknown>): Promise<unknown> {
  const message = 'middleware threw on purpose'
  const isFirst = (attempt.stepAttempt ?? attempt.attempt) === 1
  switch (deed) {
    case 'throws':
      if (isFirst) throw Object.assign(new Error(message), { name: 'MiddlewareFailure' })
      return next()
    case 'gives-up':
      throw new NonRetryableError(message)
    case 'asks-for-later':
      if (isFirst) throw new RetryAfterError(message, middlewareDelayMs)
      return next()
    case 'catches':
      return next().catch((error: Error) => ({ caught: error.name }))
    case 'answers':
      return { answered: attempt.work }
    case 'changes':
      return { changed: await next() }
    case 'returns-odd':
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

function noteOf(layerName: string, attempt: Wrapped, seen: Readonly<Record<string, unknown>>): void {
  const { definitionId: definition, event, jobId, runId, attempt: count, maxAttempts, tenantId } = attempt
  const { work, stepId, stepAttempt } = attempt
  record({
    what: 'middleware',
    ...{ definition, jobId, runId, attempt: count, maxAttempts, tenantId },
    seen: { layer: layerName, event, work, stepId, stepAttempt, ...seen },
  })
}
