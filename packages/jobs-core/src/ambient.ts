const key = Symbol.for('@cgk-platform/jobs.ambient.v1')

/**
 * Something that the whole process shares, made on first use. It hangs on `globalThis`, since bundlers and hot reload
 * evaluate modules more than once in one process.
 */
export function ambient<T>(slot: string, create: () => T): T {
  const holder = globalThis as { [key]?: Map<string, unknown> }
  const slots = (holder[key] ??= new Map())
  if (!slots.has(slot)) slots.set(slot, create())
  return slots.get(slot) as T
}
