import { ts } from 'ts-morph'

import type { Task } from './task.ts'

/** Returns the file's import of a task, as a value or a type. */
export function importOf(task: Task, file: ts.SourceFile, checker: ts.TypeChecker): ts.ImportSpecifier | undefined {
  const symbol = checker.getSymbolAtLocation(task.name!)
  return file.statements
    .filter(ts.isImportDeclaration)
    .flatMap(namedImports)
    .find((specifier) => {
      const imported = checker.getSymbolAtLocation(specifier.name)
      return imported && imported.flags & ts.SymbolFlags.Alias && checker.getAliasedSymbol(imported) === symbol
    })
}

/** Returns the names in the braces of an import. */
export function namedImports({ importClause }: ts.ImportDeclaration): readonly ts.ImportSpecifier[] {
  const bindings = importClause?.namedBindings
  return bindings && ts.isNamedImports(bindings) ? bindings.elements : []
}
