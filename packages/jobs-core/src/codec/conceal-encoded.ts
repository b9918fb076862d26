import type { JobErrorInfo } from '../errors/error-info.ts'
import type { LogFields, Logger } from '../logging/logger.ts'
import { encodedTextOf, withoutTexts } from './encoded.ts'

/** Returns a logger that leaves the encoded texts of errors out. They say nothing to a reader, and are long. */
export function concealEncoded(logger: Logger): Logger {
  const shown = (fields: LogFields | undefined): LogFields | undefined => {
    const error = fields?.['error'] as Partial<JobErrorInfo> | undefined
    if (typeof error?.message !== 'string' || encodedTextOf(error as JobErrorInfo) === undefined) return fields
    return { ...fields, error: withoutTexts(error as JobErrorInfo) }
  }
  return {
    debug: (message, fields) => logger.debug(message, shown(fields)),
    info: (message, fields) => logger.info(message, shown(fields)),
    warn: (message, fields) => logger.warn(message, shown(fields)),
    error: (message, fields) => logger.error(message, shown(fields)),
  }
}
