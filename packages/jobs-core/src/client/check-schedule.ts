import { InvalidOptionError } from '../errors/invalid-option-error.ts'
import type { SendOptions } from '../sends/send-options.ts'

/** Checks that `scheduleJob` has a time. @throws {InvalidOptionError} if both options are missing. */
export function checkSchedule(options: SendOptions | undefined): void {
  if (options?.delay !== undefined || options?.runAt !== undefined) return
  throw new InvalidOptionError({
    option: 'delay',
    problem: 'is missing, and so is `runAt`',
    remedy: "Set one of them: `{ delay: '24h' }` or `{ runAt: date }`.",
  })
}
