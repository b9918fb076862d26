import { eventsOf } from '../jobs/event-of.ts'
import type { Definition } from '../jobs/definition.ts'
import type { JobRegistry } from '../jobs/job-registry.ts'
import { checkDefinitionSupport, findUnsupported } from './check-support.ts'
import type { JobProvider } from './job-provider.ts'

/** An engine, for checks of definitions. */
type CheckedEngine = Pick<JobProvider, 'name' | 'capabilities' | 'findUnsupported'>

/** The definitions of a client that its engine does not support. The engine does not get them. */
export interface RefusedJobs {
  /** The other definitions, for the engine. */
  readonly accepted: JobRegistry
  /** Checks that none is refused: of those that an event starts, or of all. @throws {JobsError} that names all of them */
  check(event?: string): void
  /** Stops checking definitions when they are defined. */
  close(): void
}

/**
 * Finds the definitions that an engine does not support. A later one is rejected when it is defined. Call it before the
 * engine watches the definitions, so that the engine never sees one of them.
 */
export function findRefusedJobs(provider: CheckedEngine, jobs: JobRegistry): RefusedJobs {
  const refused = new Set(jobs.all().filter((definition) => findUnsupported(provider, definition).length > 0))
  const isAccepted = (definition: Definition): boolean => !refused.has(definition)
  const close = jobs.onChange(() => checkDefinitionSupport(provider, jobs.all().filter(isAccepted)))
  return {
    accepted: refused.size === 0 ? jobs : registryOf(jobs, isAccepted),
    check(event) {
      if (refused.size === 0) return // each send asks
      const present = jobs.all().filter((definition) => refused.has(definition))
      checkDefinitionSupport(provider, event === undefined ? present : present.filter((one) => isStartedBy(one, event)))
    },
    close,
  }
}

function isStartedBy(definition: Definition, event: string): boolean {
  return definition.enabled && eventsOf(definition).includes(event)
}

function registryOf(jobs: JobRegistry, isAccepted: (definition: Definition) => boolean): JobRegistry {
  return {
    ...jobs,
    all: () => jobs.all().filter(isAccepted),
    cronJobs: () => jobs.cronJobs().filter(isAccepted),
    get(id) {
      const found = jobs.get(id)
      return found && isAccepted(found) ? found : undefined
    },
    subscribers: (event) => jobs.subscribers(event).filter(isAccepted),
  }
}
