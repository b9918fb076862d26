import type { Logger } from 'inngest'

const nothing = (): void => undefined

/** The SDK prints every error of a function; the suite throws hundreds on purpose. */
export const quietLogger: Logger = { debug: nothing, info: nothing, warn: nothing, error: nothing }
