import { type EventRegistry, processEvents } from '../events/event-registry.ts'
import type { CallSite } from '../runtime/call-site.ts'
import { processState } from '../runtime/process-state.ts'
import { DuplicateDefinitionError } from '../errors/duplicate-definition-error.ts'
import { isProduction } from '../runtime/environment.ts'
import { InvalidOptionError } from '../errors/invalid-option-error.ts'
import { kindOf } from '../options/kind-of.ts'
import { createDefaultLogger } from '../logging/default-logger.ts'
import type { CronJobDefinition } from './job-definition.ts'
import type { Definition, EventDefinition } from './definition.ts'
import { eventRegistryOf } from './event-registry-of.ts'
import { eventsOf } from './event-of.ts'
import { type DefinedAt, describe, type DuplicateDefinition, duplicateOf } from './duplicate-definitions.ts'

/** The definitions of a client, by id, and the events that it knows. */
export interface JobRegistry {
  /** The events of the client. */
  readonly events: EventRegistry
  /**
   * Adds a definition, or replaces the one with its id. `site` is the location of the definition in code.
   *
   * @throws {DuplicateDefinitionError} in production, if the replaced one handles another event or is of another kind
   */
  register(definition: Definition, site?: CallSite): void
  /** Removes a definition. Its waiting runs fail, and new sends start no run of it. */
  remove(id: string): void
  /** Returns the definition with this id. */
  get(id: string): Definition | undefined
  /** Returns the enabled definitions that handle an event, in the order of their definition. */
  subscribers(event: string): readonly EventDefinition[]
  /** Returns the enabled cron jobs. */
  cronJobs(): readonly CronJobDefinition[]
  /** Returns all definitions, in the order of their definition. */
  all(): readonly Definition[]
  /** Returns the definitions that were replaced by another one with their id. */
  duplicates(): readonly DuplicateDefinition[]
  /** Calls `listener` after every change. Returns a function that stops it. */
  onChange(listener: () => void): () => void
}

/** The jobs of one `createJobs`, with their events. */
export interface JobSet {
  /** The definitions, in the order of their definition, as of now. */
  readonly definitions: readonly Definition[]
}

function registriesOfSets(): WeakMap<object, JobRegistry> {
  return processState('jobSets', () => new WeakMap())
}

/** Returns the registry of a set of jobs; `undefined` for any other value. */
export function registryOfSet(set: unknown): JobRegistry | undefined {
  return typeof set === 'object' && set !== null ? registriesOfSets().get(set) : undefined
}

/** Records the registry of a set of jobs. */
export function setRegistryOfSet(set: object, registry: JobRegistry): void {
  registriesOfSets().set(set, registry)
}

/** Creates an empty registry that knows these events, by default those of the process. */
export function createJobRegistry(events: EventRegistry = processEvents()): JobRegistry {
  const definitions = new Map<string, DefinedAt>()
  const duplicates = new Map<string, DuplicateDefinition>()
  const listeners = new Set<() => void>()
  const byEvent = new Map<string, EventDefinition[]>()
  const all = () => [...definitions.values()].map(({ definition }) => definition)

  const changed = () => {
    byEvent.clear()
    for (const listener of listeners) listener()
  }

  return {
    events,
    register(definition, site) {
      const known = definitions.get(definition.id)
      const duplicate = known && duplicateOf(known, { definition, site })
      if (duplicate) reportDuplicate(duplicate)
      definitions.set(definition.id, { definition, site })
      try {
        changed()
      } catch (error) {
        // An engine rejected the definition, so it is not registered.
        if (known) definitions.set(definition.id, known)
        else definitions.delete(definition.id)
        byEvent.clear()
        throw error
      }
      if (duplicate) duplicates.set(definition.id, duplicate)
    },
    remove(id) {
      if (definitions.delete(id)) changed()
    },
    get: (id) => definitions.get(id)?.definition,
    subscribers(event) {
      const known = byEvent.get(event)
      if (known) return known
      const found = all().filter(
        (one): one is EventDefinition => one.kind !== 'cron' && one.enabled && eventsOf(one).includes(event),
      )
      byEvent.set(event, found)
      return found
    },
    cronJobs: () => all().filter((one): one is CronJobDefinition => one.kind === 'cron' && one.enabled),
    all,
    duplicates: () => [...duplicates.values()],
    onChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

/**
 * Returns the registry of these definitions, or of a set of jobs.
 *
 * @throws {DuplicateDefinitionError} if two have the same id.
 * @throws {InvalidOptionError} if they belong to several sets.
 */
export function toJobRegistry(definitions: readonly Definition[] | JobSet): JobRegistry {
  const ofSet = registryOfSet(definitions)
  if (ofSet) return ofSet
  if (!Array.isArray(definitions)) {
    const remedy =
      'Pass an array: `[processOrder]`, `Object.values(jobs)` of a module that exports only definitions, or the result of `createJobs`.'
    throw new InvalidOptionError({ option: 'jobs', problem: `is ${kindOf(definitions)}, not an array`, remedy })
  }
  for (const [index, definition] of definitions.entries()) checkIsDefinition(definition, index)
  const registry = createJobRegistry(sharedEventsOf(definitions))
  for (const definition of definitions) {
    const known = registry.get(definition.id)
    if (known === definition) continue
    if (known) {
      const described = [describe(known), describe(definition)] as const
      throw new DuplicateDefinitionError({ definitionId: definition.id, described })
    }
    registry.register(definition)
  }
  return registry
}

/** Returns the result of `define`, whose definitions go into a separate registry, so that no client runs them. */
export function withSeparateRegistry<T>(define: () => T): T {
  const shared = holder()
  const before = shared.registry
  shared.registry = createJobRegistry(before.events)
  try {
    return define()
  } finally {
    shared.registry = before
  }
}

function sharedEventsOf(definitions: readonly Definition[]): EventRegistry {
  const [events = processEvents(), ...others] = new Set(definitions.map(eventRegistryOf))
  if (others.length === 0) return events
  const remedy = 'Create one client for each result of `createJobs`, and another one for the jobs of `defineJob`.'
  throw new InvalidOptionError({ option: 'jobs', problem: 'belong to different clients', remedy })
}

function holder(): { registry: JobRegistry } {
  return processState('jobs', () => ({ registry: createJobRegistry() }))
}

function checkIsDefinition(definition: unknown, index: number): void {
  const { kind, id } = (definition ?? {}) as Partial<Definition>
  if ((kind === 'job' || kind === 'batch' || kind === 'cron' || kind === 'workflow') && typeof id === 'string') return
  const remedy = 'Pass the result of `defineJob`, `defineBatchJob`, `defineCronJob` or `defineWorkflow`.'
  throw new InvalidOptionError({
    option: `jobs[${index}]`,
    problem: `is ${kindOf(definition)}, not a definition`,
    remedy,
  })
}

/** Returns the registry of the process. `defineJob` and the other functions register definitions there. */
export function processJobs(): JobRegistry {
  return holder().registry
}

/** Warns that a definition replaces another one. @throws {DuplicateDefinitionError} in production, if its event differs */
function reportDuplicate({ definitionId, described, isOther }: DuplicateDefinition): void {
  if (isOther && isProduction()) throw new DuplicateDefinitionError({ definitionId, described })
  const [before, now] = described
  const problem = isOther
    ? `Two definitions have the id \`${definitionId}\`. Only the later one runs. In production, this is an error.`
    : `The job \`${definitionId}\` is defined in two places. The later definition is used.`
  createDefaultLogger().warn(`${problem} Give each definition a unique id.`, { before, now })
}
