import type { Logger } from '@cgk-platform/jobs-core'

/** Says once for each event that nobody handles it: right for some, and for others a module that was not imported. */
export class UnhandledEvents {
  readonly #logger: Logger
  readonly #told = new Set<string>()

  constructor(logger: Logger) {
    this.#logger = logger
  }

  note(event: string): void {
    if (this.#told.has(event)) return
    this.#told.add(event)
    this.#logger.info(`No job handles \`${event}\`, so nothing was done. Is the module that defines one imported?`)
  }
}
