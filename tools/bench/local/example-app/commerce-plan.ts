/** An event of the example app. */
export interface PlannedEvent {
  readonly name: string
  /** The name of the payload's interface. */
  readonly type: string
  /** The fields of the payload, besides the tenant. */
  readonly fields: string
  /** The kind of thing that the event is about: `order`. Each has its own file. */
  readonly family: string
  /** The field that identifies the thing. */
  readonly key: string
}

/** A definition that handles an event. */
export interface PlannedJob {
  readonly id: string
  readonly event: PlannedEvent
  readonly maxAttempts: number
  /** The event that the handler sends. */
  readonly sends?: PlannedEvent | undefined
}

/** A definition that runs on a schedule. */
export interface PlannedCronJob {
  readonly id: string
  readonly schedule: string
}

interface Family {
  readonly fields: string
  /** The further fields of each event, by its verb. */
  readonly events: Readonly<Record<string, string>>
}

/** The types that payloads share. */
export const sharedTypes = `export interface Money { amount: number; currency: string }
export interface Address { line1: string; line2?: string; city: string; postalCode: string; countryCode: string }
export interface Line { sku: string; title: string; quantity: number; unitPrice: Money; options: Record<string, string> }
export interface Contact { email: string; name?: string; locale?: string }
`

const families: Readonly<Record<string, Family>> = {
  order: {
    fields: 'customerId: string; total: Money; lines: Line[]; note?: string',
    events: {
      placed: `channel: 'web' | 'app' | 'store'; shipTo: Address`,
      paid: 'paymentId: string; paidAt: string',
      held: `reason: 'fraud' | 'stock' | 'address'; heldBy?: string`,
      cancelled: 'reason: string; refund: boolean',
      archived: 'archivedAt: string',
    },
  },
  payment: {
    fields: 'orderId: string; amount: Money; provider: string',
    events: {
      authorized: 'expiresAt: string',
      captured: 'capturedAt: string; fee: Money',
      failed: 'code: string; canRetry: boolean',
      refunded: 'refundId: string; lines?: Line[]',
      disputed: 'disputeId: string; evidenceDueAt: string; documents: { name: string; url: string }[]',
    },
  },
  shipment: {
    fields: 'orderId: string; warehouseId: string; parcels: { weightGrams: number; skus: string[] }[]',
    events: {
      requested: `shipTo: Address; service: 'standard' | 'express'`,
      packed: 'packedBy: string',
      dispatched: 'carrier: string; trackingNumber: string',
      delayed: 'expectedAt: string; cause?: string',
      delivered: 'deliveredAt: string; signedBy?: string',
    },
  },
  stock: {
    fields: 'sku: string; warehouseId: string; available: number',
    events: {
      reserved: 'orderId: string; quantity: number',
      released: 'orderId: string; quantity: number',
      adjusted: 'difference: number; reason: string',
      depleted: 'lastOrderId?: string',
      received: 'purchaseOrderId: string; quantity: number; lots: { number: string; bestBefore?: string }[]',
    },
  },
  customer: {
    fields: 'contact: Contact; tags: string[]',
    events: {
      registered: 'source?: string; acceptsMarketing: boolean',
      verified: 'verifiedAt: string',
      updated: 'changes: Record<string, { before: unknown; after: unknown }>',
      merged: 'otherCustomerId: string',
      erased: 'requestedAt: string; requestedBy: string',
    },
  },
  product: {
    fields: 'title: string; variants: { sku: string; price: Money; attributes: Record<string, string> }[]',
    events: {
      created: 'createdBy: string',
      published: 'channels: string[]',
      repriced: 'before: Money; after: Money',
      imported: 'fileUrl: string; row: number',
      withdrawn: 'reason?: string',
    },
  },
  cart: {
    fields: 'customerId?: string; lines: Line[]; subtotal: Money',
    events: {
      started: 'landingPage?: string',
      changed: 'added: string[]; removed: string[]',
      abandoned: 'lastSeenAt: string; contact: Contact',
      recovered: 'orderId: string; campaignId?: string',
      expired: 'expiredAt: string',
    },
  },
  subscription: {
    fields: `customerId: string; plan: string; interval: 'month' | 'year'; price: Money`,
    events: {
      started: 'trialEndsAt?: string',
      renewed: 'invoiceId: string; periodEndsAt: string',
      overdue: 'invoiceId: string; attempts: number',
      changed: 'previousPlan: string; proration: Money',
      ended: 'reason: string; feedback?: { score: number; text?: string }',
    },
  },
  campaign: {
    fields: 'title: string; segment: { id: string; size: number }',
    events: {
      scheduled: 'sendAt: string',
      started: 'recipients: Contact[]',
      opened: 'contact: Contact; openedAt: string',
      clicked: 'contact: Contact; url: string',
      finished: 'sent: number; bounced: number; revenue: Money',
    },
  },
  review: {
    fields: 'productId: string; customerId: string; rating: 1 | 2 | 3 | 4 | 5',
    events: {
      requested: 'orderId: string; contact: Contact',
      written: 'title?: string; text: string; photos: { url: string; width: number; height: number }[]',
      flagged: 'flags: string[]',
      approved: 'approvedBy: string',
      answered: 'answer: string',
    },
  },
  payout: {
    fields: 'creatorId: string; amount: Money; period: { from: string; to: string }',
    events: {
      calculated: 'items: { orderId: string; share: Money }[]',
      approved: 'approvedBy: string',
      sent: 'transferId: string',
      returned: 'code: string; message?: string',
      corrected: 'difference: Money; reason: string',
    },
  },
  import: {
    fields: 'source: string; fileUrl: string; mapping: Record<string, string>',
    events: {
      requested: 'requestedBy: string',
      parsed: 'rows: number; columns: string[]',
      rejected: 'errors: { row: number; column?: string; message: string }[]',
      applied: 'created: number; updated: number',
      reverted: 'revertedBy: string',
    },
  },
}

/** The 60 events of the example app, a platform for shops. */
export const plannedEvents: readonly PlannedEvent[] = Object.entries(families).flatMap(([family, { fields, events }]) =>
  Object.entries(events).map(([verb, more]) => ({
    name: `${family}.${verb}`,
    type: capital(family) + capital(verb),
    fields: `${family}Id: string; ${fields}; ${more}`,
    family,
    key: `${family}Id`,
  })),
)

/** Its 90 jobs. Every event has one, half of them have a second, and every third job sends an event. */
export const plannedJobs: readonly PlannedJob[] = plannedEvents.flatMap((event, index) => {
  const [thing = '', verb = ''] = event.name.split('.')
  const sends = index % 3 === 0 ? plannedEvents[(index + 7) % plannedEvents.length] : undefined
  const job: PlannedJob = { id: `record-${thing}-${verb}`, event, maxAttempts: 3 + (index % 4), sends }
  return index % 2 === 0 ? [job, { id: `announce-${thing}-${verb}`, event, maxAttempts: 5 }] : [job]
})

/** Its 10 cron jobs. */
export const plannedCronJobs: readonly PlannedCronJob[] = [
  ['close-day', '5 0 * * *'],
  ['expire-carts', '*/15 * * * *'],
  ['remind-overdue', '0 9 * * 1-5'],
  ['renew-subscriptions', '0 3 * * *'],
  ['calculate-payouts', '0 4 1 * *'],
  ['count-stock', '30 2 * * 0'],
  ['request-reviews', '0 10 * * *'],
  ['refresh-segments', '0 * * * *'],
  ['archive-orders', '15 1 * * *'],
  ['check-tracking', '*/30 * * * *'],
].map(([id = '', schedule = '']) => ({ id, schedule }))

function capital(word: string): string {
  return word[0]!.toUpperCase() + word.slice(1)
}
