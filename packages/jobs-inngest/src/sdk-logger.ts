import type { LoggerLike } from '@cgk-platform/jobs-core'
import { bindLogger, toErrorInfo } from '@cgk-platform/jobs-core/provider'
import type { Inngest } from 'inngest'

type SdkOptions = ConstructorParameters<typeof Inngest>[0]
type SdkLogger = NonNullable<SdkOptions['logger']>

const nothing = (): void => undefined

/**
 * The loggers of an SDK client that is made here. Without them it writes to the console. The one of functions is
 * silent, since an attempt that failed is logged by this library; what the SDK says of itself goes on from warnings
 * up, its message and its error alone: other facts may hold a payload.
 *
 * @param logger - where it goes; nothing is said before there is one
 */
export function createSdkLoggers(
  logger: () => LoggerLike | undefined,
): Required<Pick<SdkOptions, 'logger' | 'internalLogger'>> {
  const forward =
    (level: 'warn' | 'error') =>
    (...line: unknown[]): void => {
      const to = logger()
      const message = line.find((one) => typeof one === 'string')
      if (to === undefined || message === undefined) return
      const [facts] = line as [{ readonly err?: unknown } | null | undefined]
      const error = typeof facts === 'object' ? facts?.err : undefined
      bindLogger(to, { from: 'inngest' })[level](
        message,
        error === undefined ? undefined : { error: toErrorInfo(error) },
      )
    }
  const internalLogger: SdkLogger = { debug: nothing, info: nothing, warn: forward('warn'), error: forward('error') }
  return { logger: { debug: nothing, info: nothing, warn: nothing, error: nothing }, internalLogger }
}
