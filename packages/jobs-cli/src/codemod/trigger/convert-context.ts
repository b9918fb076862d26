import { ts } from 'ts-morph'

import type { Draft } from './draft.ts'
import { quoted } from './quoted.ts'
import { sdkUseOf } from './sdk-export.ts'
import { visit } from './visit.ts'

/** Fields of Trigger.dev's context with a counterpart. */
const contextFields: Readonly<Record<string, string>> = {
  'run.id': 'runId',
  'attempt.number': 'attempt',
  'run.maxAttempts': 'maxAttempts',
}

const unsupportedLogger = 'Its methods are `debug`, `info`, `warn` and `error`; for spans, use OpenTelemetry'

/** The names that a function takes from the context of this library: `logger`, `runId: jobRunId`. */
export class ContextNames {
  readonly #elements = new Map<string, string>()

  private readonly code: ts.SignatureDeclaration
  private readonly taskId: string
  private readonly draft: Draft
  private readonly checker: ts.TypeChecker

  constructor(code: ts.SignatureDeclaration, taskId: string, draft: Draft, checker: ts.TypeChecker) {
    this.code = code
    this.taskId = taskId
    this.draft = draft
    this.checker = checker
  }

  /** The pattern `{ logger, runId }`, or `undefined` if nothing is taken. */
  get pattern(): string | undefined {
    if (this.#elements.size === 0) return undefined
    const elements = [...this.#elements].map(([field, local]) => (field === local ? field : `${field}: ${local}`))
    return `{ ${elements.join(', ')} }`
  }

  /** Takes a field under a free name, and returns this name. */
  take(field: string): string {
    const known = this.#elements.get(field)
    if (known) return known
    let isTaken = false
    visit(this.code, (node) => {
      if (ts.isIdentifier(node) && node.text === field && !isPropertyName(node)) isTaken = true
    })
    const local = isTaken ? `job${field[0]!.toUpperCase()}${field.slice(1)}` : field
    this.#elements.set(field, local)
    return local
  }

  /** Takes a field under this name. */
  bind(field: string, local: string): void {
    this.#elements.set(field, local)
  }

  /** Converts `{ ctx, signal }`, Trigger.dev's second parameter, and the uses of its names. */
  convertParameter(name: ts.BindingName): void {
    if (ts.isIdentifier(name)) {
      if (this.#usesOf(name).length > 0)
        this.draft.problem(name, `take the fields of \`${name.text}\` apart in the parameter, as in \`{ ctx }\``)
      return
    }
    for (const element of name.elements) if (ts.isBindingElement(element)) this.convertElement(element)
  }

  /** Converts one name of `{ ctx, signal }`. */
  convertElement(element: ts.BindingElement): void {
    const field = (element.propertyName ?? element.name).getText()
    if (!ts.isIdentifier(element.name) || element.dotDotDotToken) {
      this.draft.problem(element, 'take whole fields from the context, not parts of them')
    } else if (field === 'signal') this.bind('signal', element.name.text)
    else if (field === 'ctx') this.#convertContext(element.name)
    else if (this.#usesOf(element.name).length > 0)
      this.draft.problem(element, `\`${field}\` of the context has no counterpart`)
  }

  #convertContext(name: ts.Identifier): void {
    for (const use of this.#usesOf(name)) {
      const names: string[] = []
      let expression: ts.Expression = use
      while (ts.isPropertyAccessExpression(expression.parent) && expression.parent.expression === expression) {
        names.push(expression.parent.name.text)
        expression = expression.parent
        if (names.length === 2) break
      }
      const field = contextFields[names.join('.')]
      if (names.join('.') === 'task.id') this.draft.replace(expression, quoted(this.taskId, expression))
      else if (field === undefined)
        this.draft.problem(
          use,
          `\`${[name.text, ...names].join('.')}\` has no counterpart. The context has \`runId\`, \`attempt\` and \`maxAttempts\``,
        )
      else this.#replaceWith(expression, this.take(field))
    }
  }

  /** Replaces an expression with a name; `attempt: ctx.attempt.number` becomes `attempt`. */
  #replaceWith(expression: ts.Expression, name: string): void {
    const { parent } = expression
    const isShorthand =
      ts.isPropertyAssignment(parent) && parent.initializer === expression && parent.name.getText() === name
    this.draft.replace(isShorthand ? parent : expression, name)
  }

  #usesOf(name: ts.Identifier): ts.Identifier[] {
    const symbol = this.checker.getSymbolAtLocation(name)
    const uses: ts.Identifier[] = []
    visit(this.code, (node) => {
      if (!ts.isIdentifier(node) || node === name || node.text !== name.text) return
      const used = ts.isShorthandPropertyAssignment(node.parent)
        ? this.checker.getShorthandAssignmentValueSymbol(node.parent)
        : this.checker.getSymbolAtLocation(node)
      if (used === symbol) uses.push(node)
    })
    return uses
  }

  /** Converts the uses of the SDK in the function: `logger` and `AbortTaskRunError`. Others are remarks. */
  convertSdkUses(): void {
    visit(this.code, (node) => {
      if (!ts.isIdentifier(node)) return
      const use = sdkUseOf(node, this.checker)
      if (use) this.#convertSdkUse(use.name, use.identifier, use.expression)
    })
  }

  #convertSdkUse(name: string, identifier: ts.Identifier, expression: ts.Expression): void {
    const [root, method] = name.split('.')
    if (root === 'logger') this.#convertLogger(method, identifier, expression)
    else if (root === 'AbortTaskRunError') {
      this.draft.replace(expression, 'NonRetryableError')
      this.draft.need(expression, 'NonRetryableError')
      this.draft.dropped.add(identifier)
    } else if (root === 'wait')
      this.draft.problem(
        expression,
        `\`${name}\`: a task that waits becomes a workflow, with ${method === 'for' ? '`step.sleep`' : method === 'until' ? '`step.sleepUntil`' : '`step.waitForSignal`'}`,
      )
    else if (/AndWait$|AndPoll$/.test(name))
      this.draft.problem(
        expression,
        `\`${name}\`: a task that awaits another one becomes a workflow, with \`step.runJob\``,
      )
    else if (/^(?:tasks|batch|task|schemaTask|schedules\.task)\b/.test(name) || isTypeUse(identifier)) return
    else this.draft.note(expression, `\`${name}\` is Trigger.dev's: it does not work on other engines`)
  }

  #convertLogger(method: string | undefined, identifier: ts.Identifier, expression: ts.Expression): void {
    const isCall = ts.isCallExpression(expression.parent) && expression.parent.expression === expression
    if (!isCall || method === undefined || !ts.isPropertyAccessExpression(expression)) {
      this.draft.problem(expression, `\`${expression.getText()}\` is not a call of the logger. ${unsupportedLogger}`)
      return
    }
    if (!['log', 'debug', 'info', 'warn', 'error'].includes(method)) {
      this.draft.problem(expression, `\`logger.${method}\` has no counterpart. ${unsupportedLogger}`)
      return
    }
    if (expression.expression === identifier) this.bind('logger', identifier.text)
    else this.draft.replace(expression.expression, this.take('logger'))
    if (method === 'log') this.draft.replace(expression.name, 'info')
    this.draft.dropped.add(identifier)
  }
}

function isPropertyName(node: ts.Identifier): boolean {
  const { parent } = node
  return (
    (ts.isPropertyAccessExpression(parent) && parent.name === node) ||
    (ts.isPropertyAssignment(parent) && parent.name === node) ||
    (ts.isBindingElement(parent) && parent.propertyName === node)
  )
}

function isTypeUse(node: ts.Node): boolean {
  return ts.isTypeReferenceNode(node.parent) || ts.isTypeQueryNode(node.parent) || ts.isQualifiedName(node.parent)
}
