import type { Attributes, Link, SpanContext } from '@opentelemetry/api'

import { names } from './attributes.ts'

/** The most links that a span keeps by default. */
const maxLinks = 128

/**
 * Returns the links of a span: the first ones to messages, and an attribute with the number of the others, then more. An
 * SDK with a lower limit keeps the last ones.
 */
export function toLinks(
  messages: readonly Link[],
  more: readonly Link[],
): { readonly links: Link[]; readonly unlinked: Attributes } {
  const linked = messages.slice(0, maxLinks)
  const left = messages.length - linked.length
  return {
    links: [...more.slice(0, maxLinks - linked.length), ...linked],
    unlinked: left > 0 ? { [names.unlinked]: left } : {},
  }
}

/** Returns a link to a span, if there is one. */
export function linkTo(target: SpanContext | undefined, attributes?: Attributes): Link[] {
  return target ? [{ context: target, ...(attributes && { attributes }) }] : []
}
