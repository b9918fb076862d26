import type { Clock } from '@cgk-platform/jobs-core/provider'
import { type AppResponse, readAppResponse, type RetryHints, toError } from './app-response.ts'
import type { AppCaller } from './app-caller.ts'
import { toAppRequest } from './app-request.ts'
import type { LoopbackFunction } from './app.ts'
import type { AppStore } from './app-store.ts'
import { ConnectError } from './connect-error.ts'
import type { OpHandlers } from './op-handlers.ts'
import type { QueueItem } from './queue.ts'
import { isEnded, type Output } from './run.ts'
import type { RunLifecycle } from './run-lifecycle.ts'
import type { Signing } from './signing.ts'
import { addFunctionSpan } from './spans.ts'

/** Requests apps to continue runs, and handles their responses. */
export interface Executor {
  /** Executes an item. Returns true if it must be executed again. */
  execute(item: QueueItem): Promise<boolean>
}

const noHints: RetryHints = { noRetry: false, retryAtMs: undefined }

/** Creates the executor of one engine. */
export function createExecutor(options: {
  readonly clock: Clock
  readonly apps: AppStore
  readonly caller: AppCaller
  readonly signing: Signing
  readonly lifecycle: RunLifecycle
  readonly ops: OpHandlers
  retryDelayMs(attempt: number): number
}): Executor {
  const { clock, apps, caller, signing, lifecycle, ops, retryDelayMs } = options

  const callApp = async (fn: LoopbackFunction, item: QueueItem): Promise<AppResponse> => {
    const { url, headers, body } = toAppRequest(fn, item, clock.now())
    const signature = signing.enabled ? { 'x-inngest-signature': signing.sign(body) } : {}
    try {
      const reply = await caller.call(url, { method: 'POST', headers: { ...headers, ...signature }, body })
      // Workers authenticated with the key when they connected. They do not sign replies.
      const isRight = url.startsWith('wss:') || signing.verify(reply.body ?? '', reply.headers?.['x-inngest-signature'])
      // An app that rejects a request cannot sign its response.
      return isRight || !signing.enabled || reply.status === 401
        ? readAppResponse(reply, clock.now())
        : { kind: 'error', error: toError('The signature of the response is wrong'), hints: noHints }
    } catch (error) {
      return { kind: 'error', error: toNoResponse(error), hints: noHints }
    }
  }
  const repeat = (item: QueueItem, { retryAtMs }: RetryHints): true => {
    const delayMs = retryDelayMs(item.attempt)
    item.attempt += 1
    item.atMs = retryAtMs ?? clock.now() + delayMs
    return true
  }
  const finish = (item: QueueItem, status: 'COMPLETED' | 'FAILED', output: Output, begunAtMs?: number): false => {
    addFunctionSpan(item.run, clock.now(), output, begunAtMs)
    lifecycle.finish(item.run, status, output)
    return false
  }

  const handleOps = (
    item: QueueItem,
    { ops: reported, version, hints }: Extract<AppResponse, { kind: 'ops' }>,
  ): boolean => {
    const { run } = item
    if (run.requestVersion === -1) run.requestVersion = version
    const [first] = reported
    if (first?.op === 'RunComplete') return finish(item, 'COMPLETED', { data: first.data ?? null })
    if (isEnded(run.status)) ops.recordLateSteps(item, reported)
    else if (first) return ops.handle(item, reported, hints) && repeat(item, hints)
    else ops.continueRun(item, [...run.steps.keys()].at(-1) ?? `redrive-${item.id}`, true)
    return false
  }

  return {
    async execute(item) {
      const { run } = item
      const fn = apps.findFunction(run.functionId)
      if (!fn || isEnded(run.status)) return false
      if (item.afterSleep) {
        item.afterSleep()
        return false
      }
      lifecycle.start(run, fn)

      const begunAtMs = clock.now()
      const answer = await callApp(fn, item)
      if (answer.kind === 'ops') return handleOps(item, answer)
      if (answer.kind === 'result') return finish(item, 'COMPLETED', { data: answer.data })
      const output = { error: answer.error }
      if (answer.hints.noRetry || item.attempt + 1 >= item.maxAttempts) return finish(item, 'FAILED', output, begunAtMs)
      addFunctionSpan(run, clock.now(), output, begunAtMs)
      return !isEnded(run.status) && repeat(item, answer.hints)
    },
  }
}

function toNoResponse(cause: unknown): object {
  if (!(cause instanceof ConnectError)) return toError('Unable to reach SDK URL')
  const { code, message } = cause
  return { error: `${code}: ${message}`, name: code, message }
}
