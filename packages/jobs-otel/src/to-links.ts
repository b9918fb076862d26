import type { Attributes, Link, SpanContext } from '@opentelemetry/api'

import { names } from './attributes.ts'

/** The most links that a span keeps by default. An SDK would keep the last ones. */
const maxLinks = 128

/** Returns the first links of a span, and an attribute with the number of the others. */
export function toLinks(all: readonly Link[]): { readonly links: Link[]; readonly unlinked: Attributes } {
  const links = all.slice(0, maxLinks)
  return { links, unlinked: links.length < all.length ? { [names.unlinked]: all.length - links.length } : {} }
}

/** Returns a link to a span, if there is one. */
export function linkTo(target: SpanContext | undefined, attributes?: Attributes): Link[] {
  return target ? [{ context: target, ...(attributes && { attributes }) }] : []
}
