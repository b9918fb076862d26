import type { Logger } from 'inngest'

const nothing = (): void => undefined

/** A logger for the SDK, which otherwise prints the many intended errors of the tests. */
export const quietLogger: Logger = { debug: nothing, info: nothing, warn: nothing, error: nothing }
