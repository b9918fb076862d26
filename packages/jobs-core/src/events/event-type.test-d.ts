import { expectTypeOf, test } from 'vitest'

import { eventType, type EventType } from './event-type.ts'
import type { Json } from '../values/json.ts'

interface Tree {
  id: string
  children: Tree[]
  parent?: Tree | undefined
  byName: Record<string, Tree>
}
interface Customer {
  orders: Order[]
  referredBy?: Customer | null
}
interface Order {
  customer: Customer
  related: readonly Order[]
}
type Brand = string & { readonly brand: unique symbol }

test('a type that JSON can hold is the payload, unchanged', () => {
  expectTypeOf(eventType<Tree>()).toEqualTypeOf<EventType<Tree>>()
  expectTypeOf(eventType<Customer>()).toEqualTypeOf<EventType<Customer>>()
  expectTypeOf(eventType<Json>()).toEqualTypeOf<EventType<Json>>()
  expectTypeOf(eventType<unknown>()).toEqualTypeOf<EventType<unknown>>()
  expectTypeOf(eventType()).toEqualTypeOf<EventType<unknown>>()
  // oxlint-disable-next-line typescript/no-explicit-any -- an app's own type
  eventType<{ any: any }>()
  eventType<{ kind: 'a'; at: string } | { kind: 'b'; since?: string | null }>()
  eventType<{ json: Json; unknown: unknown; never: never; object: object; all: Record<string, unknown> }>()
  eventType<{ brand: Brand; pair: [string, number?, ...boolean[]]; [name: `x-${string}`]: unknown }>()
})

test('a type that JSON cannot hold does not compile', () => {
  // @ts-expect-error -- a date
  eventType<{ tenantId: string; at: Date }>()
  // @ts-expect-error -- a date in a tuple
  eventType<{ pair: [string, Date] }>()
  // @ts-expect-error -- a class
  eventType<{ type: new () => object }>()
  // @ts-expect-error -- an optional map
  eventType<{ deep: { a: { b: { c: { d: { prices?: Map<string, number> | undefined } } } } } }>()
})

test('a type with dates compiles if it declares them', () => {
  interface Line {
    addedAt?: Date | null
    parts: Line[]
  }
  expectTypeOf(eventType<Line>({ dates: true })).toEqualTypeOf<EventType<Line>>()
  eventType<{ at: Date; pair: [string, Date]; byName: Record<string, Date> }>({ dates: true })
  // @ts-expect-error -- a map
  eventType<{ at: Date; prices: Map<string, number> }>({ dates: true })
})

test('a type parameter is checked by its constraint', () => {
  const declare = <Payload extends { readonly tenantId: string }>() => eventType<Payload>()
  expectTypeOf(declare<{ tenantId: string; id: string }>()).toEqualTypeOf<EventType<{ tenantId: string; id: string }>>()
})
