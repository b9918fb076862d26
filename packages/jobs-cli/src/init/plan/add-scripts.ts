import { applyEdits, modify } from 'jsonc-parser'

/** Adds scripts to the text of a `package.json` and preserves everything else, including whitespace. */
export function addScripts(text: string, scripts: Readonly<Record<string, string>>): string {
  const formattingOptions = { ...indentOf(text), eol: text.includes('\r\n') ? '\r\n' : '\n' }
  return Object.entries(scripts).reduce(
    (edited, [name, command]) => applyEdits(edited, modify(edited, ['scripts', name], command, { formattingOptions })),
    text,
  )
}

function indentOf(text: string): { insertSpaces: boolean; tabSize: number } {
  const [, indent = '  '] = /^([ \t]+)"/m.exec(text) ?? []
  return { insertSpaces: !indent.includes('\t'), tabSize: indent.includes('\t') ? 1 : indent.length }
}
