/** The environment's variables, or none where the platform has no `process`. */
export function environment(): Readonly<Record<string, string | undefined>> {
  return (globalThis as { process?: { env?: Record<string, string | undefined> } }).process?.env ?? {}
}

/** True only where `NODE_ENV` says `development`, as hot-reloading dev servers set it. */
export function isDevelopment(): boolean {
  return environment()['NODE_ENV'] === 'development'
}
