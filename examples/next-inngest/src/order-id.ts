/** Creates the id of a new order. Each form has one, however often it is submitted. */
export function newOrderId(): string {
  return crypto.randomUUID()
}

/** Returns true if a value from a browser has the format of an order id. */
export function isOrderId(value: unknown): value is string {
  return typeof value === 'string' && /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/.test(value)
}
