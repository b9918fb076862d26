/**
 * Returns the location of the code that called `caller`, or `undefined` if the runtime provides no stack. It removes
 * query strings that module loaders add, so that a module has the same call sites when it is evaluated again.
 */
export function callSite(caller: (...args: never[]) => unknown): string | undefined {
  const holder: { stack?: string } = {}
  const { captureStackTrace } = Error as { captureStackTrace?: (target: object, above: unknown) => void }
  if (!captureStackTrace) return undefined
  captureStackTrace(holder, caller)
  const line = holder.stack?.split('\n')[1]
  return line
    ?.replace(/^\s*at (?:.*\()?/, '')
    .replace(/\)$/, '')
    .replace(/\?[^:]*/, '')
}

/** Returns the file of a call site, without line and column. */
export function fileOf(site: string | undefined): string | undefined {
  return site?.replace(/:\d+:\d+$/, '')
}
