import type { TextlintPluginCreator } from '@textlint/types'
import jsTokens from 'js-tokens'

type Node = Record<string, unknown>

const withProse = new Set([
  'MultiLineComment',
  'SingleLineComment',
  'StringLiteral',
  'NoSubstitutionTemplate',
  'TemplateHead',
  'TemplateMiddle',
  'TemplateTail',
])

/** Makes textlint read TypeScript: each comment and each string is a paragraph. */
export const typescriptPlugin = {
  Processor: class {
    availableExtensions(): string[] {
      return ['.ts', '.tsx', '.mts']
    }

    processor(): unknown {
      return {
        preProcess: parse,
        postProcess: (messages: unknown[], filePath = '') => ({ messages, filePath }),
      }
    }
  },
} as unknown as TextlintPluginCreator

function parse(text: string): Node {
  const loc = { start: { line: 1, column: 0 }, end: { line: 1, column: 0 } } // textlint reports lines by the ranges
  const children: Node[] = []
  let at = 0
  for (const { type, value } of jsTokens(text)) {
    // Without the quotes of a string, since a backtick would also begin inline code.
    const quote = type.endsWith('Comment') ? 0 : 1
    const raw = value.slice(quote, value.length - quote)
    const place = { raw, range: [at + quote, at + value.length - quote], loc }
    at += value.length
    if (withProse.has(type))
      children.push({ type: 'Paragraph', ...place, children: [{ type: 'Str', value: raw, ...place }] })
  }
  return { type: 'Document', raw: text, range: [0, text.length], loc, children }
}
