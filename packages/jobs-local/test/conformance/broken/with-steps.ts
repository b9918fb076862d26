import type { JobContext, JobHooks, JobProvider, Steps, WorkflowDefinition } from '@cgk-platform/jobs-core'

import type { LocalProvider } from '../../../src/local-provider.ts'
import { withDefinitions } from './altered.ts'

type Work = (context: { signal: AbortSignal }) => unknown

/** `step` without its types: what a fault does with it is of any event. */
export interface LooseSteps {
  run(id: string, work: Work, options?: Record<string, unknown>): Promise<unknown>
  sleep(id: string, duration: number): Promise<unknown>
  sleepUntil(id: string, instant: Date): Promise<unknown>
  waitForEvent(id: string, event: string, options: { match?: string; timeout: number }): Promise<unknown>
  sendEvent(id: string, event: string, payload: object): Promise<unknown>
  runJob(id: string, definition: unknown, payload: object): Promise<unknown>
}

/** What a fault is told of the run. */
export interface PassOf {
  readonly context: JobContext
  readonly definition: WorkflowDefinition
}

/** A provider that gives workflows other steps than its own. */
export function withSteps(
  provider: LocalProvider,
  change: (step: LooseSteps, of: PassOf) => Partial<LooseSteps>,
): JobProvider {
  return withWorkflows(provider, (definition) => ({
    ...definition,
    steps: (event, step, context) => {
      const loose = step as unknown as LooseSteps
      const changed = { ...loose, ...change(loose, { context, definition }) }
      return definition.steps(event, changed as unknown as Steps, context)
    },
  }))
}

/** A provider that runs other workflows than it was given. */
export function withWorkflows(
  provider: LocalProvider,
  change: (definition: WorkflowDefinition) => WorkflowDefinition,
): JobProvider {
  return withDefinitions(provider, (definition) => (definition.kind === 'workflow' ? change(definition) : definition))
}

/** A provider that tells hooks of each pass over a workflow's code. */
export function tellingEachPass(provider: LocalProvider): JobProvider {
  let hooks: JobHooks | undefined
  const altered = withWorkflows(provider, (definition) => ({
    ...definition,
    steps(event, step, context) {
      const info = { ...context, definitionId: definition.id, event: definition.event }
      hooks?.onAttemptStart?.(info)
      return definition.steps(event, step, context)
    },
  }))
  return {
    ...altered,
    attach(host) {
      hooks = host.hooks
      altered.attach!(host)
    },
  }
}
