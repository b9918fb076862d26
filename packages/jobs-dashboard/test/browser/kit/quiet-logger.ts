import type { LoggerLike } from '@cgk-platform/jobs-core'

const quiet = (): void => undefined

/** Logs nothing: many of the jobs fail on purpose. */
export const quietLogger: LoggerLike = { debug: quiet, info: quiet, warn: quiet, error: quiet }
