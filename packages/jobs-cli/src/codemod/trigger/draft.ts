import type { ts } from 'ts-morph'

import type { TextEdit } from '../text-edit.ts'
import type { Task } from './task.ts'

/** A remark about a place in the code. */
export interface Remark {
  readonly node: ts.Node
  readonly text: string
}

/** The changes that convert one task. They are made only if there are no problems. */
export class Draft {
  readonly edits: { readonly file: ts.SourceFile; readonly edit: TextEdit }[] = []
  /** Why the task stays as it is. */
  readonly problems: Remark[] = []
  /** The places that a person must check after the conversion. */
  readonly notes: Remark[] = []
  /** Names of this library that files need. */
  readonly names: { readonly file: ts.SourceFile; readonly name: string }[] = []
  /** Files that need the definition as a value. */
  readonly importers: { readonly file: ts.SourceFile; readonly task: Task }[] = []
  /** Identifiers of the SDK that the changes remove. */
  readonly dropped = new Set<ts.Identifier>()

  /** Replaces a node without the comments before it. */
  replace(node: ts.Node, text: string): void {
    this.replaceRange(node, node.getStart(), node.getEnd(), text)
  }

  replaceRange(at: ts.Node, start: number, end: number, text: string): void {
    this.edits.push({ file: at.getSourceFile(), edit: { start, end, text } })
  }

  insert(at: ts.Node, position: number, text: string): void {
    this.replaceRange(at, position, position, text)
  }

  /** Removes an element of a list with its comma, and its line if nothing else is on it. */
  removeElement(element: ts.Node): void {
    const file = element.getSourceFile()
    const { text } = file
    let start = element.getStart()
    let end = element.getEnd()
    const comma = /^\s*,/.exec(text.slice(end))
    if (comma) end += comma[0].length
    const indent = /(?:^|\n)([ \t]*)$/.exec(text.slice(0, start))
    const rest = /^[ \t]*\r?\n/.exec(text.slice(end))
    if (indent && rest) {
      start -= indent[1]!.length
      end += rest[0].length
    } else if (comma) end += /^[ \t]*/.exec(text.slice(end))![0].length
    else start -= /,?\s*$/.exec(text.slice(0, start))![0].length
    this.replaceRange(element, start, end, '')
  }

  /** Adds an import of this library. */
  need(at: ts.Node, name: string): void {
    this.names.push({ file: at.getSourceFile(), name })
  }

  problem(node: ts.Node, text: string): void {
    this.problems.push({ node, text })
  }

  note(node: ts.Node, text: string): void {
    this.notes.push({ node, text })
  }
}
