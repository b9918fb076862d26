import { NonRetryableError } from '@cgk-platform/jobs'

/** Who brings the parcels. */
export interface Courier {
  /** Asks for a parcel that has not arrived. @throws {NonRetryableError} where it went back to the sender. */
  chase(trackingNumber: string): Promise<{ readonly foundAt: string }>
}

/** What becomes of a parcel. */
export type Journey = { readonly days: number } | 'stuck' | 'sent back'

/**
 * What becomes of a parcel. As at the test gateway the number decides: what ends in 09 or 59 goes back to the sender, what
 * ends in another 9 gets stuck at the depot, and everything else arrives within two to six days.
 */
export function journeyOf(trackingNumber: string): Journey {
  if (/[05]9$/.test(trackingNumber)) return 'sent back'
  if (trackingNumber.endsWith('9')) return 'stuck'
  return { days: 2 + (Number(trackingNumber.slice(-1)) % 5) }
}

/** The app's courier. */
export const courier: Courier = {
  async chase(trackingNumber) {
    if (journeyOf(trackingNumber) === 'sent back')
      throw new NonRetryableError(`Parcel ${trackingNumber} went back to the sender`)
    return { foundAt: 'the depot' }
  },
}
