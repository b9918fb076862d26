import { expressionFunctions, failed, typeNames } from './expression-functions.ts'

/** The variables of an expression: `event` (the event of the run) and `async` (the received event). */
export type Scope = Readonly<Record<string, unknown>>

type Evaluate = (scope: Scope) => unknown

const compiled = new Map<string, Evaluate>()

/**
 * Compiles the subset of CEL that functions use here: paths, literals, comparisons, `!`, `&&`, `||`, `?:`, `+` of
 * strings, functions and brackets. A missing field is null, as on the real server. @throws {SyntaxError} for anything
 * else.
 */
export function compileExpression(source: string): Evaluate {
  const known = compiled.get(source) ?? compile(source)
  compiled.set(source, known)
  return known
}

function compile(source: string): Evaluate {
  const tokens =
    source.match(/'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|\d+(?:\.\d+)?|[\w$]+|==|!=|<=|>=|&&|\|\||[^\s]/g) ?? []
  let position = 0
  const fail = (): never => {
    throw new SyntaxError(`Cannot read the expression \`${source}\` at \`${tokens[position] ?? 'its end'}\`.`)
  }
  const take = (...wanted: string[]): string | undefined =>
    wanted.includes(tokens[position] ?? '') ? tokens[position++] : undefined
  const expect = (wanted: string): void => void (take(wanted) ?? fail())

  const chain = (next: () => Evaluate, operator: string, stopsAt: boolean) => (): Evaluate => {
    let left = next()
    while (take(operator)) {
      const [first, second] = [left, next()]
      left = (scope) => (first(scope) === stopsAt ? stopsAt : second(scope) === true)
    }
    return left
  }
  const conditional = (): Evaluate => {
    const condition = either()
    if (!take('?')) return condition
    const first = conditional()
    expect(':')
    const second = conditional()
    return (scope) => (condition(scope) === true ? first(scope) : second(scope))
  }
  const either = (): Evaluate => chain(both, '||', true)()
  const both = (): Evaluate => chain(comparison, '&&', false)()
  const comparison = (): Evaluate => {
    const left = sum()
    const operator = take('==', '!=', '<=', '>=', '<', '>')
    if (!operator) return left
    const right = sum()
    return (scope) => compare(operator, left(scope), right(scope))
  }
  const sum = (): Evaluate => {
    let left = unary()
    while (take('+')) {
      const [first, second] = [left, unary()]
      left = (scope) => `${String(first(scope))}${String(second(scope))}`
    }
    return left
  }
  const unary = (): Evaluate => {
    if (!take('!')) return primary()
    const value = unary()
    return (scope) => value(scope) !== true
  }
  const primary = (): Evaluate => {
    if (take('(')) {
      const inner = conditional()
      expect(')')
      return inner
    }
    const token = tokens[position++] ?? fail()
    const call = expressionFunctions[token]
    if (call && take('(')) {
      const inner = conditional()
      expect(')')
      return (scope) => call(inner(scope))
    }
    if (typeNames.has(token)) return literal(token)
    if (/^['"]/.test(token)) return literal(token.slice(1, -1).replace(/\\(.)/g, '$1'))
    if (/^\d/.test(token)) return literal(Number(token))
    if (token === '-') return literal(-Number(tokens[position++]))
    if (token === 'true' || token === 'false') return literal(token === 'true')
    if (token === 'null') return literal(null)
    if (!/^[A-Za-z_$]/.test(token)) return fail()
    return path([token])
  }
  const path = (names: string[]): Evaluate => {
    for (;;) {
      if (take('.')) names.push(tokens[position++] ?? fail())
      else if (take('[')) {
        names.push((tokens[position++] ?? fail()).replace(/^['"]|['"]$/g, ''))
        expect(']')
      } else if (tokens[position] === '(') return fail()
      else return (scope) => names.reduce<unknown>(fieldOf, scope) ?? null
    }
  }

  const whole = conditional()
  return position === tokens.length ? whole : fail()
}

const literal =
  (value: unknown): Evaluate =>
  () =>
    value

const fieldOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined

function compare(operator: string, left: unknown, right: unknown): boolean {
  if (left === failed || right === failed) return operator === '!='
  if (operator === '==') return left === right
  if (operator === '!=') return left !== right
  if (typeof left !== typeof right || (typeof left !== 'number' && typeof left !== 'string')) return false
  const [a, b] = [left as number, right as number] // numbers or strings: JavaScript compares both
  if (operator === '<') return a < b
  if (operator === '<=') return a <= b
  return operator === '>' ? a > b : a >= b
}
