import type { Clock } from '@cgk-platform/jobs-core/provider'
import { type AppAnswer, readAppAnswer, type RetryHints, toError } from './app-answer.ts'
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

/** Asks apps to go on with runs, and acts on their answers. */
export interface Executor {
  /** Answers true where the item is to be handed out again. */
  execute(item: QueueItem): Promise<boolean>
}

const noHints: RetryHints = { noRetry: false, retryAtMs: undefined }

/** The executor of one engine. */
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

  const ask = async (fn: LoopbackFunction, item: QueueItem): Promise<AppAnswer> => {
    const { url, headers, body } = toAppRequest(fn, item, clock.now())
    const signature = signing.enabled ? { 'x-inngest-signature': signing.sign(body) } : {}
    try {
      const reply = await caller.call(url, { method: 'POST', headers: { ...headers, ...signature }, body })
      // Workers were let in with the key, and sign nothing.
      const isRight = url.startsWith('wss:') || signing.verify(reply.body ?? '', reply.headers?.['x-inngest-signature'])
      // Who refuses a request cannot sign the refusal.
      return isRight || !signing.enabled || reply.status === 401
        ? readAppAnswer(reply, clock.now())
        : { kind: 'error', error: toError('The signature of the answer is wrong'), hints: noHints }
    } catch (error) {
      return { kind: 'error', error: toNoAnswer(error), hints: noHints }
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

  const obey = (item: QueueItem, { ops: asked, version, hints }: Extract<AppAnswer, { kind: 'ops' }>): boolean => {
    const { run } = item
    if (run.requestVersion === -1) run.requestVersion = version
    const [first] = asked
    if (first?.op === 'RunComplete') return finish(item, 'COMPLETED', { data: first.data ?? null })
    if (isEnded(run.status)) ops.noteLate(item, asked)
    else if (first) return ops.handle(item, asked, hints) && repeat(item, hints)
    else ops.goOn(item, [...run.steps.keys()].at(-1) ?? `redrive-${item.id}`, true)
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
      const answer = await ask(fn, item)
      if (answer.kind === 'ops') return obey(item, answer)
      if (answer.kind === 'result') return finish(item, 'COMPLETED', { data: answer.data })
      const output = { error: answer.error }
      if (answer.hints.noRetry || item.attempt + 1 >= item.maxAttempts) return finish(item, 'FAILED', output, begunAtMs)
      addFunctionSpan(run, clock.now(), output, begunAtMs)
      return !isEnded(run.status) && repeat(item, answer.hints)
    },
  }
}

function toNoAnswer(cause: unknown): object {
  if (!(cause instanceof ConnectError)) return toError('Unable to reach SDK URL')
  const { code, message } = cause
  return { error: `${code}: ${message}`, name: code, message }
}
