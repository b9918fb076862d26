/** Returns a location in code, or `undefined` if the runtime provides no stack. */
export type CallSite = () => string | undefined

/**
 * Returns the location of the code that called `caller`. It omits query strings that module loaders add, so that a module
 * has the same call sites when it is evaluated again. Reads the stack only when it is called, because a platform may
 * translate the first stack with the source map of the whole app, which takes longer than the start of the app.
 */
export function callSite(caller: (...args: never[]) => unknown): CallSite {
  const holder: { stack?: string } = {}
  const { captureStackTrace } = Error as { captureStackTrace?: (target: object, above: unknown) => void }
  captureStackTrace?.(holder, caller)
  return () => locationIn(holder.stack)
}

function locationIn(stack: string | undefined): string | undefined {
  const line = stack?.split('\n')[1]
  return line
    ?.replace(/^\s*at (?:.*\()?/, '')
    .replace(/\)$/, '')
    .replace(/\?[^:]*/, '')
}

/** Returns the file of a call site, without line and column. */
export function fileOf(site: string | undefined): string | undefined {
  return site?.replace(/:\d+:\d+$/, '')
}
