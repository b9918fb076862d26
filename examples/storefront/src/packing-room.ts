import { setTimeout } from 'node:timers/promises'

/** A room with packers. */
export interface PackingRoom {
  /** Packs a parcel, which takes some time. */
  pack(parcel: { readonly shop: string; readonly customerId: string | undefined }): Promise<void>
  /** Returns the most parcels that were packed at once, in total and for one customer of a shop. */
  busiest(): { readonly parcels: number; readonly ofOneCustomer: number }
}

/** Creates a packing room. Packing takes a few real milliseconds, so that parcels overlap. */
function createPackingRoom(): PackingRoom {
  const open = new Map<string, number>()
  let [parcels, ofOneCustomer] = [0, 0]
  return {
    async pack({ shop, customerId }) {
      const customer = `${shop}/${customerId}`
      open.set(customer, (open.get(customer) ?? 0) + 1)
      const counts = [...open.values()]
      parcels = Math.max(
        parcels,
        counts.reduce((sum, count) => sum + count, 0),
      )
      ofOneCustomer = Math.max(ofOneCustomer, ...counts)
      await setTimeout(3)
      open.set(customer, open.get(customer)! - 1)
    },
    busiest: () => ({ parcels, ofOneCustomer }),
  }
}

/** The app's packing room. */
export const packingRoom: PackingRoom = createPackingRoom()
