import { ambient } from '../ambient.ts'
import { fileOf } from '../call-site.ts'
import { DuplicateDefinitionError } from '../errors/duplicate-definition-error.ts'
import { isDevelopment } from '../environment.ts'
import { InvalidOptionError } from '../errors/invalid-option-error.ts'
import { kindOf } from '../options/kind-of.ts'
import { createDefaultLogger } from '../logging/default-logger.ts'
import type { CronJobDefinition } from './job-definition.ts'
import type { Definition, EventDefinition } from './definition.ts'

/** The definitions that a client knows, by id. */
export interface JobRegistry {
  /** Adds a definition, or replaces the one with its id. `site` is where it was defined. */
  register(definition: Definition, site?: string): void
  /** Takes a definition out: its waiting runs fail, new sends pass it by. */
  remove(id: string): void
  /** The definition of this id. */
  get(id: string): Definition | undefined
  /** The jobs and workflows that handle an event, in the order of their definition. */
  subscribers(event: string): readonly EventDefinition[]
  /** Those that a schedule starts. */
  cronJobs(): readonly CronJobDefinition[]
  /** Every definition, in the order of their definition. */
  all(): readonly Definition[]
  /** Calls back after every change; the answer ends it. */
  onChange(listener: () => void): () => void
}

/** A registry without definitions. */
export function createJobRegistry(): JobRegistry {
  const definitions = new Map<string, Registered>()
  const listeners = new Set<() => void>()
  const byEvent = new Map<string, EventDefinition[]>()
  const all = () => [...definitions.values()].map(({ definition }) => definition)

  const changed = () => {
    byEvent.clear()
    for (const listener of listeners) listener()
  }

  return {
    register(definition, site) {
      const known = definitions.get(definition.id)
      if (known) warnOfNamesake(known, { definition, site })
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
      const found =
        byEvent.get(event) ?? all().filter((one): one is EventDefinition => one.kind !== 'cron' && one.event === event)
      byEvent.set(event, found)
      return found
    },
    cronJobs: () => all().filter((one) => one.kind === 'cron'),
    all,
    onChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

/** A registry of exactly these definitions. @throws {DuplicateDefinitionError} for an id that comes twice. */
export function toJobRegistry(definitions: readonly Definition[]): JobRegistry {
  if (!Array.isArray(definitions)) {
    const remedy = 'Give a list: `[processOrder]`, or `Object.values(jobs)` of a module that exports definitions alone.'
    throw new InvalidOptionError({ option: 'jobs', problem: `is ${kindOf(definitions)}, not a list`, remedy })
  }
  const registry = createJobRegistry()
  for (const [index, definition] of definitions.entries()) {
    checkIsDefinition(definition, index)
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

function checkIsDefinition(definition: unknown, index: number): void {
  const { kind, id } = (definition ?? {}) as Partial<Definition>
  if ((kind === 'job' || kind === 'cron' || kind === 'workflow') && typeof id === 'string') return
  const remedy = 'Give what `defineJob`, `defineCronJob` or `defineWorkflow` returned.'
  throw new InvalidOptionError({
    option: `jobs[${index}]`,
    problem: `is ${kindOf(definition)}, not a definition`,
    remedy,
  })
}

/** The registry that definitions enter by themselves, one for the process. */
export function ambientJobs(): JobRegistry {
  return holder().registry
}

interface Registered {
  readonly definition: Definition
  readonly site: string | undefined
}

/** Says when an id is defined in two places: the later one counts, which is right after a hot reload alone. */
function warnOfNamesake({ definition, site: before }: Registered, { definition: later, site: now }: Registered): void {
  if (before === undefined || now === undefined || before === now) return
  const isSameFile = fileOf(before) === fileOf(now)
  if (isDevelopment() && isSameFile) return // an edit moved it
  if (!isSameFile && isSameCode(definition, later)) return // a bundler has put one module into two of its files
  createDefaultLogger().warn(
    `The job \`${later.id}\` is defined in two places. The later one counts; give each its own id.`,
    { before, now },
  )
}

function isSameCode(one: Definition, other: Definition): boolean {
  const text = (definition: Definition): string =>
    JSON.stringify(definition, (_name, value: unknown) => (typeof value === 'function' ? String(value) : value))
  try {
    return text(one) === text(other)
  } catch {
    return false // options of a provider that no JSON holds
  }
}
