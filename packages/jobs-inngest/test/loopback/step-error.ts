/** The error of a step as the engine keeps it and tells it to the app again: these fields and no others. */
export function toStepError(error: unknown): Record<string, unknown> {
  const given = typeof error === 'object' && error !== null ? (error as Record<string, unknown>) : {}
  const { name = '', message = '', stack, data, cause } = given
  return { name, message, ...(stack ? { stack } : {}), ...(data ? { data } : {}), ...(cause ? { cause } : {}) }
}
