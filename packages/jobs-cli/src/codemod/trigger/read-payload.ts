import { ts } from 'ts-morph'

import type { Draft } from './draft.ts'
import { findNonJson } from './find-non-json.ts'
import { propertyOf, valueOf } from './property-of.ts'
import type { RunFunction } from './run-function.ts'
import type { Task } from './task.ts'
import { type Tenant, tenantOf, type TenantOptions } from './tenant.ts'

/** The payload of a task: what `payload:` of the definition says, and its tenant. */
export interface Payload {
  /** The argument of `payload`: `eventType<Resize>()`. Absent for a schema, whose property is renamed. */
  readonly text: string | undefined
  readonly tenant: Tenant
}

/** Reads a task's payload. Adds a problem and returns `undefined` if it has no counterpart. */
export function readPayload(
  task: Task,
  run: RunFunction,
  tenants: TenantOptions,
  draft: Draft,
  checker: ts.TypeChecker,
): Payload | undefined {
  return task.kind === 'schemaTask'
    ? readSchema(task, tenants, draft, checker)
    : readType(task, run, tenants, draft, checker)
}

function readType(
  task: Task,
  run: RunFunction,
  tenants: TenantOptions,
  draft: Draft,
  checker: ts.TypeChecker,
): Payload | undefined {
  const node = task.call.typeArguments?.[1] ?? run.payloadType
  const type = run.hasPayload ? (node ? checker.getTypeFromTypeNode(node) : run.type) : undefined
  const at = run.payloadParameter ?? run.property
  if (type && type.flags & (ts.TypeFlags.Any | ts.TypeFlags.Unknown)) {
    draft.problem(
      at,
      'the payload has no type. Give `run` a parameter with a type; if it has one, install the packages so that it can be read',
    )
    return undefined
  }
  const isEmpty = type === undefined || Boolean(type.flags & (ts.TypeFlags.Void | ts.TypeFlags.Undefined))
  if (!isEmpty && !isObject(type)) {
    draft.problem(
      at,
      `the payload is not an object but \`${checker.typeToString(type)}\`. Wrap it: \`{ tenantId, value }\``,
    )
    return undefined
  }
  const nonJson = type && findNonJson(type, checker, 'are fine')
  if (nonJson) draft.problem(at, `a payload is JSON: ${nonJson}. Send a string or a number instead`)
  const tenant = tenantOf(isEmpty ? undefined : type, tenants, checker)
  if (typeof tenant === 'string') {
    draft.problem(at, tenant)
    return undefined
  }
  // The library adds `tenantId` to the type of every payload.
  const own = isEmpty ? '{ tenantId: string }' : (node?.getText() ?? run.typeText)
  const options = type && findNonJson(type, checker) ? '{ dates: true }' : ''
  return { text: `eventType<${own}>(${options})`, tenant }
}

function isObject(type: ts.Type): boolean {
  return type.isUnionOrIntersection() ? type.types.every(isObject) : Boolean(type.flags & ts.TypeFlags.Object)
}

function readSchema(task: Task, tenants: TenantOptions, draft: Draft, checker: ts.TypeChecker): Payload | undefined {
  const property = propertyOf(task.options!, 'schema')
  const schema = valueOf(property)
  if (!property || !schema) {
    draft.problem(task.call, 'it has no `schema`')
    return undefined
  }
  const schemaType = checker.getTypeAtLocation(schema)
  const types = partOf(partOf(schemaType, '~standard', checker), 'types', checker)
  const input = partOf(types, 'input', checker)
  const output = partOf(types, 'output', checker)
  if (!input || !output) {
    draft.problem(
      schema,
      'the schema is not a Standard Schema, or its package is not installed. Zod has them since 3.25',
    )
    return undefined
  }
  const nonJson = findNonJson(input, checker)
  if (nonJson)
    draft.problem(
      schema,
      `a payload is JSON: ${nonJson}. Send a string, and let the schema convert it, such as \`z.coerce.date()\``,
    )
  if (
    /\$strict\b|"strict"/.test(checker.typeToString(schemaType, undefined, ts.TypeFormatFlags.NoTruncation)) &&
    !checker.getPropertyOfType(input, 'tenantId')
  )
    draft.problem(schema, 'the schema refuses other fields. Add `tenantId` as a string to it')
  const tenant = tenantOf(input, tenants, checker)
  if (typeof tenant !== 'string') return { text: undefined, tenant }
  draft.problem(schema, tenant)
  return undefined
}

function partOf(type: ts.Type | undefined, name: string, checker: ts.TypeChecker): ts.Type | undefined {
  const property = type && checker.getPropertyOfType(type, name)
  return property && checker.getNonNullableType(checker.getTypeOfSymbol(property))
}
