/** A shop of the platform, which is a tenant. */
export interface Shop {
  /** The tenant's id in every event. */
  readonly id: string
  /** The country that it serves, spelled as in the invoices. */
  readonly name: string
}

/** The shops, as an app would read them from its database. */
export const shops: readonly Shop[] = [
  { id: 'united-kingdom', name: 'United Kingdom' },
  { id: 'norway', name: 'Norway' },
  { id: 'france', name: 'France' },
  { id: 'eire', name: 'EIRE' },
  { id: 'germany', name: 'Germany' },
  { id: 'australia', name: 'Australia' },
  { id: 'netherlands', name: 'Netherlands' },
]

/** Returns the shop for a country. @throws {Error} if there is none */
export function shopOf(country: string): Shop {
  const shop = shops.find(({ name }) => name === country)
  if (!shop) throw new Error(`No shop sells to ${country}.`)
  return shop
}
