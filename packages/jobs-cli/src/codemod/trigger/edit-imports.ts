import { dirname, relative } from 'node:path'

import { ts } from 'ts-morph'

import type { TextEdit } from '../text-edit.ts'
import { importOf, namedImports } from './import-of.ts'
import { isSdkImport, sdkImportOf } from './sdk-export.ts'
import type { Task } from './task.ts'
import { visit } from './visit.ts'

const library = '@cgk-platform/jobs'

/** The imports that a file needs, and those that it no longer needs. */
export interface ImportChanges {
  /** Names of this library. */
  readonly names: ReadonlySet<string>
  /** Tasks whose definitions the file sends to. */
  readonly tasks: ReadonlySet<Task>
  /** Identifiers of the SDK that are gone. */
  readonly dropped: ReadonlySet<ts.Identifier>
}

/** Returns the edits of a file's imports. */
export function editImports(file: ts.SourceFile, changes: ImportChanges, checker: ts.TypeChecker): TextEdit[] {
  const imports = file.statements.filter(ts.isImportDeclaration)
  const edits: TextEdit[] = []
  const lines: string[] = []
  const existing = imports.find(
    (node) => moduleOf(node) === library && namedImports(node).length > 0 && !isTypeOnly(node),
  )
  const missing = [...changes.names]
    .filter((name) => !existing || !namedImports(existing).some(({ name: own }) => own.text === name))
    .toSorted()
  const style = styleOf(file)
  if (existing && missing.length > 0) edits.push(addNames(existing, missing))
  else if (missing.length > 0) lines.push(style(`{ ${missing.join(', ')} }`, library))
  for (const task of changes.tasks) {
    const specifier = importOf(task, file, checker)
    if (specifier) edits.push(...asValue(specifier))
    else {
      const same = imports.find(
        (node) => fileOf(node, checker) === task.file && namedImports(node).length > 0 && !isTypeOnly(node),
      )
      if (same) edits.push(addNames(same, [task.name!.text]))
      else lines.push(style(`{ ${task.name!.text} }`, pathTo(task, file)))
    }
  }
  const gone = imports.filter(isSdkImport).map((node) => ({ node, unused: unusedOf(node, changes.dropped, checker) }))
  const last = imports.at(-1)
  let isInserted = lines.length === 0
  for (const { node, unused } of gone) {
    if (unused === 'all') {
      const text = isInserted ? '' : lines.join(newlineOf(file))
      const end =
        text === ''
          ? node.getEnd() + (/^[ \t]*\r?\n?/.exec(file.text.slice(node.getEnd()))?.[0].length ?? 0)
          : node.getEnd()
      edits.push({ start: node.getStart(), end, text })
      isInserted = true
    } else if (unused.length > 0) edits.push(withoutNames(node, unused))
  }
  if (isInserted) return edits
  const anchor = gone.at(-1)?.node ?? last
  if (anchor) edits.push(insertion(anchor.getEnd(), newlineOf(file) + lines.join(newlineOf(file))))
  else
    edits.push(insertion(file.statements[0]?.getStart() ?? 0, lines.join(newlineOf(file)) + newlineOf(file).repeat(2)))
  return edits
}

function insertion(position: number, text: string): TextEdit {
  return { start: position, end: position, text }
}

/** Returns the names that nothing uses any more, or `all` if the import can go. */
function unusedOf(
  node: ts.ImportDeclaration,
  dropped: ReadonlySet<ts.Identifier>,
  checker: ts.TypeChecker,
): ts.ImportSpecifier[] | 'all' {
  const used = new Set<string>()
  const gone = new Set<string>()
  visit(node.getSourceFile(), (use) => {
    if (!ts.isIdentifier(use) || ts.isImportSpecifier(use.parent) || ts.isNamespaceImport(use.parent)) return
    const isDropped = dropped.has(use)
    if (sdkImportOf(use, checker) !== undefined) (isDropped ? gone : used).add(use.text)
  })
  const isUnused = ({ name }: { readonly name: ts.Identifier }): boolean => gone.has(name.text) && !used.has(name.text)
  const bindings = node.importClause?.namedBindings
  if (bindings && ts.isNamespaceImport(bindings)) return isUnused(bindings) ? 'all' : []
  const unused = namedImports(node).filter(isUnused)
  return unused.length > 0 && unused.length === namedImports(node).length ? 'all' : unused
}

function withoutNames(node: ts.ImportDeclaration, unused: readonly ts.ImportSpecifier[]): TextEdit {
  const bindings = node.importClause!.namedBindings as ts.NamedImports
  const kept = bindings.elements.filter((element) => !unused.includes(element)).map((element) => element.getText())
  return { start: bindings.getStart(), end: bindings.getEnd(), text: `{ ${kept.join(', ')} }` }
}

function addNames(node: ts.ImportDeclaration, names: readonly string[]): TextEdit {
  return insertion(namedImports(node).at(-1)!.getEnd(), `, ${names.join(', ')}`)
}

/** Turns the import of a type into one of a value. */
function asValue(specifier: ts.ImportSpecifier): TextEdit[] {
  const declaration = specifier.parent.parent.parent as ts.ImportDeclaration
  if (specifier.isTypeOnly) return [removal(specifier.getStart(), specifier.getSourceFile())]
  if (!isTypeOnly(declaration)) return []
  const others = namedImports(declaration).filter((other) => other !== specifier)
  return [
    removal(declaration.importClause!.getStart(), specifier.getSourceFile()),
    ...others.map((other) => insertion(other.getStart(), 'type ')),
  ]
}

/** Removes the keyword `type` at this position. */
function removal(start: number, file: ts.SourceFile): TextEdit {
  return { start, end: start + /^type\s+/.exec(file.text.slice(start))![0].length, text: '' }
}

function isTypeOnly({ importClause }: ts.ImportDeclaration): boolean {
  return importClause !== undefined && /^type\b/.test(importClause.getText())
}

function moduleOf({ moduleSpecifier }: ts.ImportDeclaration): string {
  return ts.isStringLiteral(moduleSpecifier) ? moduleSpecifier.text : ''
}

function fileOf({ moduleSpecifier }: ts.ImportDeclaration, checker: ts.TypeChecker): ts.Declaration | undefined {
  return checker.getSymbolAtLocation(moduleSpecifier)?.valueDeclaration
}

/** Writes imports with the quotes and semicolons of the file. */
function styleOf(file: ts.SourceFile): (names: string, module: string) => string {
  const sample = file.statements.find(ts.isImportDeclaration)?.getText() ?? file.statements[0]?.getText() ?? ''
  const quote = sample.includes('"') ? '"' : "'"
  const end = sample.endsWith(';') ? ';' : ''
  return (names, module) => `import ${names} from ${quote}${module}${quote}${end}`
}

function newlineOf(file: ts.SourceFile): string {
  return file.text.includes('\r\n') ? '\r\n' : '\n'
}

/** Returns the relative path to the file of a task, with an extension if the imports here have one. */
function pathTo(task: Task, file: ts.SourceFile): string {
  const path = relative(dirname(file.fileName), task.file.fileName).replaceAll('\\', '/')
  const imports = [file, task.file].flatMap(({ statements }) => statements.filter(ts.isImportDeclaration).map(moduleOf))
  const sample = imports.filter((name) => /^\.{1,2}\//.test(name)).map((name) => /\.[cm]?([jt])sx?$/.exec(name)?.[1])
  const [extension] = sample
  const base = path.replace(/\.(?:([cm]?)[jt]sx?)$/, (_match, kind: string = '') => {
    if (extension === undefined) return ''
    return extension === 't' ? /\.[^.]+$/.exec(path)![0] : `.${kind}js`
  })
  return base.startsWith('.') ? base : `./${base}`
}
