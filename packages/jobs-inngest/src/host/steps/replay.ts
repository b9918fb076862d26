import type { Inngest, Middleware } from 'inngest'

import type { EndedStep } from '../../wire/step-record.ts'

/** One request of Inngest's that goes on with a run: the code is run from its start until it can go no further. */
export interface Replay {
  /** The native steps that have ended, by the hash of their id. */
  readonly ended: ReadonlyMap<string, EndedStep>
  /** The hash of the only step that this request is for; absent where the code shall go as far as it can. */
  readonly targetStep: string | undefined
  /** Aborts when the request has been answered: what of the code still waits then is never woken. */
  readonly over: AbortSignal
}

/** Resolves, to nothing, when a request has been answered. */
export function untilAnswered({ over }: Replay): Promise<undefined> {
  return new Promise((resolve) => {
    if (over.aborted) resolve(undefined)
    else over.addEventListener('abort', () => resolve(undefined), { once: true })
  })
}

/** Where the function finds the pass in its context. */
export const replayField = 'jobsReplay'

/**
 * Tells the function about the pass that it is called for, which the SDK keeps to itself. It comes after all other
 * middleware, so that what these encrypt is readable here.
 */
class ReplayMiddleware {
  readonly id = '@cgk-platform/jobs'
  readonly client: Inngest.Any
  readonly #over = new AbortController()
  #targetStep: string | undefined

  constructor({ client }: { client: Inngest.Any }) {
    this.client = client
  }

  async wrapRequest({ next, requestInfo }: Middleware.WrapRequestArgs): Promise<Middleware.Response> {
    const targetStep = requestInfo.url.searchParams.get('stepId') ?? requestInfo.headers['x-inngest-step-id']
    this.#targetStep = targetStep === 'step' || targetStep === '' ? undefined : targetStep
    try {
      return await next()
    } finally {
      this.#over.abort()
    }
  }

  transformFunctionInput(given: Middleware.TransformFunctionInputArgs): Middleware.TransformFunctionInputArgs {
    const ended = new Map<string, EndedStep>()
    for (const [id, step] of Object.entries(given.steps)) if (step.type !== 'input') ended.set(id, step)
    const pass: Replay = { ended, targetStep: this.#targetStep, over: this.#over.signal }
    return { ...given, ctx: Object.assign({}, given.ctx, { [replayField]: pass }) }
  }
}

/** The middleware of the function of a workflow. */
export const replayMiddleware: Middleware.Class = ReplayMiddleware as unknown as Middleware.Class
