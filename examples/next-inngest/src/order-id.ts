/** The id of an order that a visitor is about to place: one for each form, however often it is sent. */
export function newOrderId(): string {
  return crypto.randomUUID()
}

/** Whether what came from a browser has the form of an order's id. */
export function isOrderId(value: unknown): value is string {
  return typeof value === 'string' && /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/.test(value)
}
