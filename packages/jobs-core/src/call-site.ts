/**
 * Where the code stands that called into this library: the frame that called `caller`, or
 * `undefined` where the engine gives no stack. Query strings that module loaders add are cut off, so that a module
 * evaluated again has the same call sites.
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

/** The file of a call site, without line and column. */
export function fileOf(site: string | undefined): string | undefined {
  return site?.replace(/:\d+:\d+$/, '')
}
