import type { Logger } from '@cgk-platform/jobs-core'

/** Logs each event without a handler once. This can be intended, or a sign that a module was not imported. */
export class UnhandledEvents {
  readonly #logger: Logger
  readonly #reported = new Set<string>()

  constructor(logger: Logger) {
    this.#logger = logger
  }

  report(event: string): void {
    if (this.#reported.has(event)) return
    this.#reported.add(event)
    this.#logger.info(`No job handles \`${event}\`. If one should, import the module that defines it.`)
  }
}
