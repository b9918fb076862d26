import { ambient } from '../ambient.ts'
import { fileOf } from '../call-site.ts'
import { DuplicateDefinitionError } from '../errors/duplicate-definition-error.ts'
import { createDefaultLogger } from '../logging/default-logger.ts'
import type { CronJobDefinition, Definition, JobDefinition } from './job-definition.ts'

/** The definitions that a client knows, by id. */
export interface JobRegistry {
  /** Adds a definition, or replaces the one with its id. `site` is where it was defined. */
  register(definition: Definition, site?: string): void
  /** Takes a definition out: its waiting runs fail, new sends pass it by. */
  remove(id: string): void
  get(id: string): Definition | undefined
  /** The jobs that handle an event, in the order of their definition. */
  subscribers(event: string): readonly JobDefinition[]
  cronJobs(): readonly CronJobDefinition[]
  all(): readonly Definition[]
  /** Makes one engine of the process the one whose clock ticks for the cron jobs; false where another one is. */
  claimCron(engine: object): boolean
  releaseCron(engine: object): void
  /** Calls back after every change; the answer ends it. */
  onChange(listener: () => void): () => void
}

export function createJobRegistry(): JobRegistry {
  const definitions = new Map<string, { definition: Definition; site: string | undefined }>()
  const listeners = new Set<() => void>()
  const byEvent = new Map<string, JobDefinition[]>()
  let cronEngine: object | undefined
  const all = () => [...definitions.values()].map(({ definition }) => definition)

  const changed = () => {
    byEvent.clear()
    for (const listener of listeners) listener()
  }

  return {
    register(definition, site) {
      const known = definitions.get(definition.id)
      if (known) warnOfNamesake(definition.id, known.site, site)
      definitions.set(definition.id, { definition, site })
      try {
        changed()
      } catch (error) {
        // An engine refused it: what was refused is not registered.
        if (known) definitions.set(definition.id, known)
        else definitions.delete(definition.id)
        byEvent.clear()
        throw error
      }
    },
    remove(id) {
      if (definitions.delete(id)) changed()
    },
    get: (id) => definitions.get(id)?.definition,
    subscribers(event) {
      const found = byEvent.get(event) ?? all().filter((one): one is JobDefinition => one.kind === 'job' && one.event === event)
      byEvent.set(event, found)
      return found
    },
    cronJobs: () => all().filter((one) => one.kind === 'cron'),
    all,
    claimCron: (engine) => (cronEngine ??= engine) === engine,
    releaseCron(engine) {
      if (cronEngine !== engine) return
      cronEngine = undefined
      changed() // so that another engine may claim it
    },
    onChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

/** A registry of exactly these definitions. @throws {DuplicateDefinitionError} for an id that comes twice. */
export function toJobRegistry(definitions: readonly Definition[]): JobRegistry {
  const registry = createJobRegistry()
  for (const definition of definitions) {
    const known = registry.get(definition.id)
    if (known === definition) continue
    if (known) throw new DuplicateDefinitionError({ definitionId: definition.id })
    registry.register(definition)
  }
  return registry
}

/** Runs code whose definitions enter this registry rather than the process's. */
export function defineInto<T>(registry: JobRegistry, code: () => T): T {
  const shared = holder()
  const before = shared.registry
  shared.registry = registry
  try {
    return code()
  } finally {
    shared.registry = before
  }
}

function holder(): { registry: JobRegistry } {
  return ambient('jobs', () => ({ registry: createJobRegistry() }))
}

/** The registry that definitions enter by themselves, one for the process. */
export function ambientJobs(): JobRegistry {
  return holder().registry
}

/** Says when an id is defined in two files: the later one counts, which is right after a hot reload alone. */
function warnOfNamesake(id: string, before: string | undefined, now: string | undefined): void {
  if (before === undefined || now === undefined || fileOf(before) === fileOf(now)) return
  createDefaultLogger().warn(`The job \`${id}\` is defined in two places. The later one counts; give each its own id.`, {
    before,
    now,
  })
}
