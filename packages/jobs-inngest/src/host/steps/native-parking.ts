import { parkedMsAfter, type ReplayContext } from '@cgk-platform/jobs-core/hosted'

import { sha1 } from '../../wire/sha1.ts'
import { parkId, parkName } from '../../wire/step-names.ts'
import type { NativeStepContext } from './native-step-context.ts'
import type { Parked } from './park-request.ts'

/** Makes a run wait for other code. */
export interface NativeParking {
  /** Number of sleeps in which the run has waited. */
  readonly looks: number
  /** Since when the run waits, if all its waits for other code follow each other; absent if it has not waited. */
  readonly parked: { readonly since: number } | undefined
  /** Sleeps until the next look. A request for one step cannot sleep: it reports that the code does not fit. */
  park(parked: Parked): Promise<void>
}

/** Inngest's unit for sleeps. */
const secondMs = 1000

/** Creates the waits for other code of one replay, as native sleeps: Inngest counts no attempt for them. */
export function createNativeParking(
  { request, sdk, parkedSince, reportParked }: NativeStepContext,
  { clock }: ReplayContext,
): NativeParking {
  let looks = 0
  while (request.ended.has(sha1(parkId(looks + 1)))) looks++
  const sinceOf = (): number | undefined => {
    if (request.targetStep !== undefined) return parkedSince
    return looks === 0 ? undefined : clock.now() - parkedMsAfter(looks)
  }
  return {
    looks,
    get parked() {
      const since = sinceOf()
      return since === undefined ? undefined : { since }
    },
    async park(parked) {
      if (request.targetStep !== undefined) return reportParked?.(parked)
      const { since, until, error, wakeAt } = parked
      const durationMs = Math.ceil((wakeAt - clock.now()) / secondMs) * secondMs
      // Other steps that wait do not delay the look.
      const name = { ...parkName(looks + 1, { since, until, message: error.message }), parallelMode: 'race' as const }
      await sdk.sleep(name, durationMs)
    },
  }
}
