import { ts } from 'ts-morph'

/** Returns a string literal with the quotes of the file's imports. */
export function quoted(text: string, at: ts.Node): string {
  const sample = at.getSourceFile().statements.find(ts.isImportDeclaration)?.moduleSpecifier.getText() ?? "'"
  return sample.startsWith('"')
    ? JSON.stringify(text)
    : `'${text.replaceAll('\\', '\\\\').replaceAll("'", String.raw`\'`)}'`
}
