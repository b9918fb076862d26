import { NonRetryableError } from '@cgk-platform/jobs'

/** Delivers parcels. */
export interface Courier {
  /** Traces a parcel that has not arrived. @throws {NonRetryableError} if it went back to the sender */
  chase(trackingNumber: string): Promise<{ readonly foundAt: string }>
}

/** The journey of a parcel. */
export type Journey = { readonly days: number } | 'stuck' | 'sent back'

/**
 * Returns the journey of a parcel. The number decides, as at the test gateway: 09 and 59 at the end go back to the sender,
 * another 9 gets stuck at the depot, and all others arrive within two to six days.
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
