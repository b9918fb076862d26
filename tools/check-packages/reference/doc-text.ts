import type { ApiItem } from './api-model.ts'

/** A docstring as Markdown: its sentences, then a list of what it says of parameters, results and errors. */
export function docText({ docComment }: ApiItem): string {
  const [sentences = '', ...tags] = bare(docComment).split(/^@(?=\w)/m)
  const listed = tags.map((tag) => `- ${toSentence(oneLine(tag))}`)
  return [oneParagraphEach(sentences), listed.join('\n')].filter((part) => part !== '').join('\n\n')
}

/** The same on one line, for a member in a list. */
export function docLine(item: ApiItem): string {
  const [sentences = '', ...tags] = bare(item.docComment).split(/^@(?=\w)/m)
  return [sentences, ...tags.map((tag) => toSentence(oneLine(tag)))].map(oneLine).filter(Boolean).join(' ')
}

/** Without the comment's stars, the escapes that API Extractor adds, and links, which lead nowhere in Markdown. */
function bare(docComment: string): string {
  return docComment
    .replace(/^\/\*\*|\*\/\s*$/g, '')
    .replace(/^ ?\* ?/gm, '')
    .replace(/\\([@{}<>])/g, '$1')
    .replace(/\{@link (\w+)\}/g, '`$1`')
    .trim()
}

/** `throws {JobNotFoundError} when` and the like in words. */
function toSentence(tag: string): string {
  return tag
    .replace(/^throws \{(\w+)\}\s*/, 'Throws `$1` ')
    .replace(/^Throws `\w+` (?=`)/, '$&or ')
    .replace(/^throws /, 'Throws ')
    .replace(/^param (\w+) - /, '`$1`: ')
    .replace(/^returns? /, 'Returns ')
    .trim()
    .replace(/`$/, '`.')
}

function oneLine(text: string): string {
  return text.trim().replace(/\s+/g, ' ')
}

function oneParagraphEach(text: string): string {
  return text
    .split(/\n{2,}/)
    .map(oneLine)
    .filter(Boolean)
    .join('\n\n')
}
