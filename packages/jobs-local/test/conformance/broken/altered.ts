import type { Definition, JobContext, JobDefinition, JobProvider, JobStatus, RunStatus } from '@cgk-platform/jobs-core'
import type { Envelope, JobRegistry } from '@cgk-platform/jobs-core/provider'

import type { LocalProvider } from '../../../src/local-provider.ts'

/** The provider with some of its members replaced. */
export function altered(provider: LocalProvider, changes: Partial<JobProvider>): JobProvider {
  return { ...provider, ...changes }
}

/** A provider that changes envelopes on their way in. */
export function withSends(provider: LocalProvider, change: (envelope: Envelope) => Envelope): JobProvider {
  return altered(provider, { send: (envelopes) => provider.send(envelopes.map(change)) })
}

/** A provider that tells something else about its jobs. */
export function withStatus(provider: LocalProvider, change: (status: JobStatus) => JobStatus): JobProvider {
  return altered(provider, {
    async status(id) {
      const status = await provider.status(id)
      return status && change(status)
    },
    async list(query) {
      const page = await provider.list!(query)
      return { ...page, jobs: page.jobs.map(change) }
    },
  })
}

/** A provider that tells something else about the runs of its jobs. */
export function withRuns(provider: LocalProvider, change: (run: RunStatus) => RunStatus): JobProvider {
  return withStatus(provider, (status) => ({ ...status, runs: status.runs.map(change) }))
}

/** A provider that runs other definitions than it was given. */
export function withDefinitions(provider: LocalProvider, change: (definition: Definition) => Definition): JobProvider {
  return altered(provider, { attach: (host) => provider.attach!({ ...host, jobs: changedJobs(host.jobs, change) }) })
}

/** What a handler is called with; a cron job's has no event. */
export interface Call {
  readonly definition: Definition
  readonly event: Parameters<JobDefinition['handler']>[0] | undefined
  readonly context: JobContext
  /** Calls the handler itself. */
  handle(changes?: { event?: unknown; context?: JobContext }): Promise<unknown>
}

/** A provider that does something else with handlers than to call them. */
export function withHandlers(provider: LocalProvider, call: (made: Call) => unknown): JobProvider {
  return withDefinitions(provider, (definition) => {
    if (definition.kind === 'workflow') return definition
    const handler = (...args: readonly unknown[]): unknown => {
      const [event, context] = (definition.kind === 'cron' ? [undefined, args[0]] : args) as [Call['event'], JobContext]
      const handle: Call['handle'] = async (changes = {}) => {
        const given = [changes.event ?? event, changes.context ?? context] as const
        return definition.kind === 'cron'
          ? definition.handler(given[1] as never)
          : definition.handler(given[0] as never, given[1])
      }
      return call({ definition, event, context, handle })
    }
    return { ...definition, handler } as Definition
  })
}

function changedJobs(jobs: JobRegistry, change: (definition: Definition) => Definition): JobRegistry {
  const changed = new Map<Definition, Definition>()
  const of = <D extends Definition>(definition: D): D => {
    const known = changed.get(definition) ?? change(definition)
    changed.set(definition, known)
    return known as D
  }
  return {
    ...jobs,
    get(id) {
      const definition = jobs.get(id)
      return definition && of(definition)
    },
    subscribers: (event) => jobs.subscribers(event).map(of),
    cronJobs: () => jobs.cronJobs().map(of),
    all: () => jobs.all().map(of),
  }
}
