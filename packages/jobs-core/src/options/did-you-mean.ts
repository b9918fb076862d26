import { closestMatch } from 'leven'

import { quote, textOf } from '../errors/quote.ts'

/** Comparing a longer text would take long. */
const maxCharacters = 100

/** Returns the question "Did you mean `failed`? " with the most similar name, or an empty text if none is similar. */
export function didYouMean(given: unknown, names: readonly string[]): string {
  const text = textOf(given)
  const maxDistance = Math.max(2, Math.floor(text.length / 3))
  const nearest = text.length > maxCharacters ? undefined : closestMatch(text, [...names], { maxDistance })
  return nearest === undefined ? '' : `Did you mean ${quote(nearest)}? `
}
