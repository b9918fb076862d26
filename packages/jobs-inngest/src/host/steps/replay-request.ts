import { suspension } from '@cgk-platform/jobs-core/hosted'
import type { Inngest, Middleware } from 'inngest'

import { sha1 } from '../../wire/sha1.ts'
import { heldName } from '../../wire/step-names.ts'
import type { EndedStep } from '../../wire/step-record.ts'
import { refusedSteps } from './refused-steps.ts'
import type { SdkStepTools } from './sdk-tools.ts'

/** A request from Inngest that continues a run. It replays the code from its start until the code must wait. */
export interface ReplayRequest {
  /** The ended native steps by the hash of their id, in the order of their ends. */
  readonly ended: ReadonlyMap<string, EndedStep>
  /** The number of sleeps in which the run waited for a newer version of this library. They are not in `ended`. */
  readonly held: number
  /** Hash of the only step to execute; absent if the code should run as far as possible. */
  readonly targetStep: string | undefined
  /** Aborts when the request has been answered. Code that still waits then never continues. */
  readonly answered: AbortSignal
  readonly sdk: SdkStepTools
}

/** Resolves to `undefined` when a request has been answered. */
export function untilAnswered({ answered }: ReplayRequest): Promise<undefined> {
  return new Promise((resolve) => {
    if (answered.aborted) resolve(undefined)
    else answered.addEventListener('abort', () => resolve(undefined), { once: true })
  })
}

/** The member of the function's context that contains the request. */
export const replayField = 'jobsReplay'

/**
 * Passes the request to the function, because the SDK does not. It must be the last middleware, so that it reads data
 * that other middleware has decrypted.
 */
class ReplayMiddleware {
  readonly id = '@cgk-platform/jobs'
  readonly client: Inngest.Any
  readonly #answered = new AbortController()
  #targetStep: string | undefined
  /** The hashes of the ended steps, in the order of their ends. */
  #stack: readonly string[] = []

  constructor({ client }: { client: Inngest.Any }) {
    this.client = client
  }

  async wrapRequest({ next, requestInfo }: Middleware.WrapRequestArgs): Promise<Middleware.Response> {
    const targetStep = requestInfo.url.searchParams.get('stepId') ?? requestInfo.headers['x-inngest-step-id']
    this.#targetStep = targetStep === 'step' || targetStep === '' ? undefined : targetStep
    this.#stack = stackIn(await requestInfo.body())
    try {
      return await next()
    } finally {
      this.#answered.abort(suspension)
    }
  }

  transformFunctionInput(input: Middleware.TransformFunctionInputArgs): Middleware.TransformFunctionInputArgs {
    const ended = new Map<string, EndedStep>()
    for (const id of new Set([...this.#stack, ...Object.keys(input.steps)])) {
      const step = input.steps[id]
      if (step && step.type !== 'input') ended.set(id, step)
    }
    let held = 0
    while (ended.size > 0 && ended.delete(sha1(heldName(held).id))) held++
    const sdk = (input.ctx as unknown as { readonly step: SdkStepTools }).step
    const request: ReplayRequest = { ended, held, targetStep: this.#targetStep, answered: this.#answered.signal, sdk }
    return { ...input, ctx: Object.assign({}, input.ctx, { [replayField]: request }) }
  }
}

function stackIn(body: unknown): readonly string[] {
  const { ctx } = (body ?? {}) as { readonly ctx?: { readonly stack?: { readonly stack?: unknown } } }
  const stack = ctx?.stack?.stack
  return Array.isArray(stack) ? (stack as string[]) : []
}

/** Also refuses the SDK's own steps, which would not follow the rules of a workflow's steps. */
class WorkflowMiddleware extends ReplayMiddleware {
  override transformFunctionInput(input: Middleware.TransformFunctionInputArgs): Middleware.TransformFunctionInputArgs {
    const transformed = super.transformFunctionInput(input)
    return { ...transformed, ctx: Object.assign({}, transformed.ctx, { step: refusedSteps }) }
  }
}

/** The middleware for functions of jobs. */
export const replayMiddleware: Middleware.Class = ReplayMiddleware as unknown as Middleware.Class

/** The middleware for functions of workflows. */
export const workflowMiddleware: Middleware.Class = WorkflowMiddleware as unknown as Middleware.Class
