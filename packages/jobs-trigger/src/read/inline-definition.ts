import type { Definition } from '@cgk-platform/jobs-core'

/**
 * Returns the definition whose attempts an event's run makes itself, or `undefined` if it starts runs. A concurrency
 * limit needs a queue with the right keys, which only the run that the host starts can have.
 */
export function inlineDefinition(definitions: readonly Definition[]): Definition | undefined {
  const [first, ...more] = definitions
  return more.length === 0 && first?.concurrency === undefined ? first : undefined
}
