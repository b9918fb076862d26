import { callSafely } from '../../runtime/call-safely.ts'
import { InvalidOptionError } from '../../errors/invalid-option-error.ts'
import { quote } from '../../errors/quote.ts'
import type { JobClient } from '../job-client.ts'

/** An engine of a router, by the name that its app gave it. */
export interface RoutedEngine {
  readonly name: string
  readonly client: JobClient
}

/** The engines of a router, and which of them a tenant uses. */
export class TenantRoutes {
  readonly engines: readonly [RoutedEngine, ...RoutedEngine[]]
  readonly #route: (tenantId: string) => unknown
  readonly #byName: ReadonlyMap<unknown, RoutedEngine>

  constructor(clients: Readonly<Record<string, JobClient>>, route: (tenantId: string) => unknown) {
    this.engines = Object.entries(clients).map(([name, client]) => ({ name, client })) as never
    this.#byName = new Map(this.engines.map((engine) => [engine.name, engine]))
    this.#route = route
  }

  /** Returns the engine with this name. */
  named(name: unknown): RoutedEngine | undefined {
    return this.#byName.get(name)
  }

  /** Returns the engine of a tenant's new jobs, then the others of its route. @throws {InvalidOptionError} */
  of(tenantId: string): readonly [RoutedEngine, ...RoutedEngine[]] {
    const returned = this.#route(tenantId)
    callSafely(() => returned) // a promise is refused, and may reject
    const names: readonly unknown[] = Array.isArray(returned) ? returned : [returned]
    if (names.length === 0) throw this.#wrongRoute(tenantId, 'an empty array')
    return [...new Set(names)].map((name) => this.named(name) ?? this.#fail(tenantId, name)) as never
  }

  /** The names of all engines, for an error. */
  get names(): string {
    return this.engines.map(({ name }) => quote(name)).join(', ')
  }

  #fail(tenantId: string, name: unknown): never {
    throw this.#wrongRoute(tenantId, name instanceof Promise ? 'a promise' : quote(name))
  }

  #wrongRoute(tenantId: string, returned: string): InvalidOptionError {
    const problem = `returned ${returned} for the tenant ${quote(tenantId)}`
    const remedy = `Return the name of one of the \`clients\`: ${this.names}. Load routes before they are needed.`
    return new InvalidOptionError({ option: 'route', problem, remedy })
  }
}
