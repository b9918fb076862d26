import type { LoopbackFunction } from './app.ts'

/** A function's id as REST v2 tells it: without the app's name before it. */
export function toPublicFunctionId({ appName, slug }: LoopbackFunction): string {
  return slug.startsWith(`${appName}-`) ? slug.slice(appName.length + 1) : slug
}
