import type { LoopbackFunction } from './app.ts'

/** Returns a function's id in REST v2, which is without the app's prefix. */
export function toPublicFunctionId({ appName, slug }: LoopbackFunction): string {
  return slug.startsWith(`${appName}-`) ? slug.slice(appName.length + 1) : slug
}
