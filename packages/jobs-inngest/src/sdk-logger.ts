import type { LoggerLike } from '@cgk-platform/jobs-core'
import { bindLogger, toErrorInfo } from '@cgk-platform/jobs-core/provider'
import type { Inngest } from 'inngest'

type SdkOptions = ConstructorParameters<typeof Inngest>[0]
type SdkLogger = NonNullable<SdkOptions['logger']>

const nothing = (): void => undefined

/**
 * Creates the loggers for an SDK client. Without them, the SDK writes to the console. The logger of functions is
 * silent, because this library logs failed attempts. The SDK's own warnings and errors are forwarded with their message
 * and error only: other fields can contain a payload.
 *
 * @param logger - returns the target. Messages are dropped while it returns `undefined`.
 */
export function createSdkLoggers(
  logger: () => LoggerLike | undefined,
): Required<Pick<SdkOptions, 'logger' | 'internalLogger'>> {
  const forward =
    (level: 'warn' | 'error') =>
    (...line: unknown[]): void => {
      const target = logger()
      const message = line.find((one) => typeof one === 'string')
      if (target === undefined || message === undefined) return
      const [facts] = line as [{ readonly err?: unknown } | null | undefined]
      const error = typeof facts === 'object' ? facts?.err : undefined
      bindLogger(target, { from: 'inngest' })[level](
        message,
        error === undefined ? undefined : { error: toErrorInfo(error) },
      )
    }
  const internalLogger: SdkLogger = { debug: nothing, info: nothing, warn: forward('warn'), error: forward('error') }
  return { logger: { debug: nothing, info: nothing, warn: nothing, error: nothing }, internalLogger }
}
