/** Returns the environment variables, or none on a platform without `process`. */
export function environment(): Readonly<Record<string, string | undefined>> {
  return (globalThis as { process?: { env?: Record<string, string | undefined> } }).process?.env ?? {}
}

/** Returns true if `NODE_ENV` is `development`, as dev servers with hot reload set it. */
export function isDevelopment(): boolean {
  return environment()['NODE_ENV'] === 'development'
}

/** Returns true if `NODE_ENV` is `production`. */
export function isProduction(): boolean {
  return environment()['NODE_ENV'] === 'production'
}
