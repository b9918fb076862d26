/** One shop of the platform: a tenant. */
export interface Shop {
  /** The tenant's id in every event. */
  readonly id: string
  /** The country that it sells to, as the invoices spell it. */
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

/** @throws when no shop sells to this country. */
export function shopOf(country: string): Shop {
  const shop = shops.find(({ name }) => name === country)
  if (!shop) throw new Error(`No shop sells to ${country}.`)
  return shop
}
