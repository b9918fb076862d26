/** Converts the error of a step to the fields that the engine stores and returns to the app. */
export function toStepError(error: unknown): Record<string, unknown> {
  const given = typeof error === 'object' && error !== null ? (error as Record<string, unknown>) : {}
  const { name = '', message = '', stack, data, cause } = given
  return { name, message, ...(stack ? { stack } : {}), ...(data ? { data } : {}), ...(cause ? { cause } : {}) }
}
