import { createRequire } from 'node:module'
import { extname } from 'node:path'
import { TextlintKernel, type TextlintMessage } from '@textlint/kernel'
import type { TextlintPluginCreator } from '@textlint/types'

import { checkVocabulary } from './check-vocabulary.ts'
import { typescriptPlugin } from './parse-typescript.ts'

// A CommonJS module whose default import differs between Node and Vitest.
const require = createRequire(import.meta.url)
const markdown = require('@textlint/textlint-plugin-markdown') as { default: TextlintPluginCreator }

const kernel = new TextlintKernel()
const plugins = [
  { pluginId: 'markdown', plugin: markdown.default },
  { pluginId: 'typescript', plugin: typescriptPlugin },
]

/** Returns the phrases in a text that are not allowed. The ending of the path decides how the text is read. */
export async function findPhrases(text: string, path: string): Promise<readonly TextlintMessage[]> {
  const rules = [{ ruleId: 'vocabulary', rule: checkVocabulary }]
  const { messages } = await kernel.lintText(text, { ext: extname(path), filePath: path, plugins, rules })
  return messages
}
