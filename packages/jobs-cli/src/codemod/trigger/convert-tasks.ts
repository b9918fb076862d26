import { ts } from 'ts-morph'

import type { CodeBase } from '../open-code-base.ts'
import type { TextEdit } from '../text-edit.ts'
import { convertDefinition } from './convert-definition.ts'
import { convertUse } from './convert-use.ts'
import { Draft, type Remark } from './draft.ts'
import type { DraftedTask } from './drafted-task.ts'
import { editImports } from './edit-imports.ts'
import { findTasks } from './find-tasks.ts'
import { findUses } from './find-uses.ts'
import { convertSharedCode } from './convert-shared-code.ts'
import { importOf } from './import-of.ts'
import { noteOtherCode } from './note-other-code.ts'
import { reachableFunctions } from './reachable-functions.ts'
import { sdkUseOf } from './sdk-export.ts'
import type { Task } from './task.ts'
import type { TenantOptions } from './tenant.ts'
import { visit } from './visit.ts'

/** The result of the conversion. Nothing is written yet. */
export interface Conversion {
  readonly edits: ReadonlyMap<ts.SourceFile, readonly TextEdit[]>
  readonly converted: readonly Task[]
  /** The tasks that stay as they are, with the reasons. */
  readonly left: readonly { readonly task: Task; readonly problems: readonly Remark[] }[]
  /** The places that a person must check. */
  readonly notes: readonly Remark[]
}

/**
 * Converts each task whose every part has a counterpart, with all its sends. A task with a problem stays unchanged.
 *
 * @param chosen - the files whose tasks to convert
 */
export function convertTasks(codeBase: CodeBase, tenants: TenantOptions, chosen: ReadonlySet<string>): Conversion {
  const { checker } = codeBase
  const tasks = findTasks(codeBase)
  findUses(codeBase, tasks)
  const all = tasks
    .filter(({ file }) => chosen.has(file.fileName))
    .map((task) => draftOf(task, tasks, tenants, checker))
  for (const drafted of all) checkNames(drafted, checker)
  const isLeft = ({ draft }: DraftedTask): boolean => draft.problems.length > 0
  const converted = all.filter((drafted) => !isLeft(drafted))
  const shared = new Draft()
  convertSharedCode(all, shared, checker)
  if (converted.length > 0) noteOtherCode(codeBase, tasks, shared)
  const drafts = [...converted.map(({ draft }) => draft), shared]
  return {
    edits: editsByFile(drafts, checker),
    converted: converted.map(({ task }) => task),
    left: all.filter(isLeft).map(({ task, draft }) => ({ task, problems: draft.problems })),
    notes: drafts.flatMap(({ notes }) => notes),
  }
}

function draftOf(task: Task, tasks: readonly Task[], tenants: TenantOptions, checker: ts.TypeChecker): DraftedTask {
  const draft = new Draft()
  const tenant = convertDefinition(task, tenants, draft, checker)
  const hasTwin = tasks.some((other) => other !== task && other.id !== undefined && other.id === task.id)
  if (hasTwin) draft.problem(task.call, `another task has the id \`${task.id}\` too`)
  for (const use of task.uses) convertUse(task, use, tenant, draft, checker)
  const functions = reachableFunctions(task.call, checker)
  for (const code of [task.call, ...functions]) {
    for (const other of tasks)
      for (const { node, method } of other.uses)
        if (/AndWait/.test(method) && isInside(node, code) && !(code === task.call && isSdkCall(node, checker)))
          draft.problem(node, `\`${method}\`: a task that awaits another one becomes a workflow, with \`step.runJob\``)
    if (code !== task.call) checkWaits(code, draft, checker)
  }
  return { task, draft, functions }
}

/** Returns true for `tasks.triggerAndWait('resize')`, which is reported as a use of the SDK. */
function isSdkCall(node: ts.Expression, checker: ts.TypeChecker): boolean {
  if (!ts.isStringLiteralLike(node)) return false
  let found = false
  for (let at: ts.Node = node; !ts.isStatement(at); at = at.parent)
    if (ts.isCallExpression(at))
      visit(at.expression, (part) => (found ||= ts.isIdentifier(part) && sdkUseOf(part, checker) !== undefined))
  return found
}

function checkWaits(code: ts.Node, draft: Draft, checker: ts.TypeChecker): void {
  visit(code, (node) => {
    const use = ts.isIdentifier(node) ? sdkUseOf(node, checker) : undefined
    if (use && /^wait\.|AndWait$/.test(use.name))
      draft.problem(
        use.expression,
        `\`${use.name}\`, which the task calls through another function: a task that waits becomes a workflow`,
      )
  })
}

function isInside(node: ts.Node, code: ts.Node): boolean {
  return node.getSourceFile() === code.getSourceFile() && node.pos >= code.pos && node.end <= code.end
}

/** Adds a problem if a file uses a name, which it must import, for something else. */
function checkNames({ draft }: DraftedTask, checker: ts.TypeChecker): void {
  for (const { file, name } of draft.names) {
    const other = findOther(file, name, checker)
    if (other) draft.problem(other, `the name \`${name}\` is taken in this file. Rename it`)
  }
  for (const { file, task } of draft.importers) {
    if (importOf(task, file, checker)) continue
    const other = findOther(file, task.name!.text, checker)
    if (other)
      draft.problem(other, `the name \`${task.name!.text}\` is taken in this file, which sends this task. Rename it`)
  }
}

function findOther(file: ts.SourceFile, name: string, checker: ts.TypeChecker): ts.Node | undefined {
  let found: ts.Node | undefined
  visit(file, (node) => {
    if (!ts.isIdentifier(node) || node.text !== name) return
    const declaration = checker.getSymbolAtLocation(node)?.declarations?.find((one) => one.getSourceFile() === file)
    if (
      !declaration ||
      ts.isPropertyAssignment(declaration) ||
      ts.isPropertySignature(declaration) ||
      ts.isMethodDeclaration(declaration)
    )
      return
    const source = ts.isImportSpecifier(declaration) ? declaration.parent.parent.parent.moduleSpecifier.getText() : ''
    if (!/^['"]@cgk-platform\/jobs['"]$/.test(source)) found ??= node
  })
  return found
}

function editsByFile(drafts: readonly Draft[], checker: ts.TypeChecker): Map<ts.SourceFile, TextEdit[]> {
  const edits = new Map<ts.SourceFile, TextEdit[]>()
  for (const draft of drafts)
    for (const { file, edit } of draft.edits) edits.set(file, [...(edits.get(file) ?? []), edit])
  const dropped = new Set(drafts.flatMap((draft) => [...draft.dropped]))
  for (const [file, own] of edits) {
    const names = new Set(
      drafts
        .flatMap((draft) => draft.names)
        .filter((need) => need.file === file)
        .map(({ name }) => name),
    )
    const importers = drafts.flatMap((draft) => draft.importers).filter((need) => need.file === file)
    own.push(...editImports(file, { names, tasks: new Set(importers.map(({ task }) => task)), dropped }, checker))
  }
  return edits
}
