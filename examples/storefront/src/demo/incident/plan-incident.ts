import { shops } from '../../shops.ts'

/** A definition, and the tenant whose jobs it holds up. */
interface Trouble {
  readonly definitionId: string
  readonly tenantId: string
}

/** The troubles of an incident. */
export interface Incident {
  /** Its attempts fail with this error since the deploy. `#` stands for the order. */
  readonly failing: Trouble & { readonly error: string }
  readonly throttled: Trouble
  readonly paused: Trouble
  /** Its worker is gone. */
  readonly gone: Trouble
  /** The tenant for which everything works. */
  readonly healthyTenantId: string
}

const names = {
  failing: ['charge-order', 'capture-payment', 'settle-invoice'],
  throttled: ['mail-receipt', 'notify-carrier', 'print-label'],
  paused: ['ask-for-review', 'close-order', 'archive-parcel'],
  gone: ['book-refund', 'restock-return', 'credit-customer'],
}

const errors = [
  'The gateway refused the payment of order #',
  'No currency is set for order #',
  'The signature of order # is wrong',
  'Timeout of the bank for order #',
]

/** Chooses tenants, definitions and the error by a seed: a whole number from 0 on. */
export function planIncident(seed: number): Incident {
  const pick = <Item>(items: readonly Item[], salt: number): Item => items[(seed * salt + salt) % items.length]!
  const tenant = (place: number): string => shops[(seed + place) % shops.length]!.id
  return {
    failing: { definitionId: pick(names.failing, 1), tenantId: tenant(0), error: pick(errors, 3) },
    throttled: { definitionId: pick(names.throttled, 2), tenantId: tenant(1) },
    paused: { definitionId: pick(names.paused, 4), tenantId: tenant(2) },
    gone: { definitionId: pick(names.gone, 5), tenantId: tenant(3) },
    healthyTenantId: tenant(4),
  }
}
