import type { TextlintRuleModule } from '@textlint/types'

import { opening, phrases } from './vocabulary.ts'

/** A space in a phrase also matches the end of a line, with the star of a comment in the next. */
const gap = String.raw`(?:\s|\s\*\s|\/\/)+`
const phraseRules = phrases.map(({ pattern, advice }) => ({
  search: toSearch(String.raw`\b(?:${pattern})\b`, 'gi'),
  advice,
}))
const openingSearch = toSearch(String.raw`^\/\*\*?\s+(?:\*\s+)?(?:${opening.pattern})\s`, 'g')

/** The rule: no phrase that is not allowed, in any paragraph, heading, table, comment or string. */
export const checkVocabulary: TextlintRuleModule = ({ Syntax, RuleError, report, getSource, locator }) => {
  const check = (node: Parameters<typeof getSource>[0] & object): void => {
    const text = withoutCode(getSource(node))
    for (const { search, advice } of [...phraseRules, { search: openingSearch, advice: opening.advice }]) {
      for (const { 0: found, index } of text.matchAll(search)) {
        const shown = found.replace(/[\s*/]+/g, ' ').trim()
        report(node, new RuleError(`"${shown}": ${advice}`, { padding: locator.range([index, index + found.length]) }))
      }
    }
  }
  return { [Syntax.Paragraph]: check, [Syntax.Header]: check, [Syntax.TableCell]: check }
}

function toSearch(pattern: string, flags: string): RegExp {
  return new RegExp(pattern.replaceAll(' ', gap), flags)
}

/** Blanks inline code, which is not prose. */
function withoutCode(text: string): string {
  return text.replace(/`[^`]+`/g, (code) => ' '.repeat(code.length))
}
