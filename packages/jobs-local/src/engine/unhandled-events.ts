import { bindLogger, describeUnhandled, type JobHost } from '@cgk-platform/jobs-core/provider'

import type { EngineStore } from '../store/engine-store.ts'
import type { EngineDependencies } from './engine-dependencies.ts'

/** Warns once about each event that no definition handles, and about each definition that no worker has. */
export class UnhandledEvents {
  readonly #host: JobHost
  readonly #store: Pick<EngineStore, 'shared'>
  readonly #reported = new Set<string>()

  constructor({ host, store }: Pick<EngineDependencies, 'host' | 'store'>) {
    this.#host = host
    this.#store = store
  }

  /** Warns about an event whose jobs end as unhandled. */
  report(event: string): void {
    this.#warn(event, () => describeUnhandled(event, this.#host.jobs, this.#store.shared?.eventsElsewhere()))
  }

  /** Warns about the own event of a definition, whose jobs wait for a worker with it. */
  reportUnclaimed(event: string): void {
    this.#warn(
      event,
      () =>
        `No worker defines the job of \`${event}\`, so what was sent to it waits for one, at most a day. ` +
        'Import its module where jobs run.',
    )
  }

  #warn(event: string, describe: () => string): void {
    if (this.#reported.has(event)) return
    this.#reported.add(event)
    bindLogger(this.#host.logger, {}).warn(describe())
  }
}
