import { cronEventOf, type Definition } from '@cgk-platform/jobs-core'

/** The event whose jobs a definition makes runs of. */
export function eventOf(definition: Definition): string {
  return definition.kind === 'job' ? definition.event : cronEventOf(definition.id)
}
