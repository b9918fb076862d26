/**
 * The constraint of a payload's type: the type itself, but with a text for each field that JSON cannot hold. The
 * text names the field and the remedy, and the compiler shows it. `Held` is what the wire holds beside JSON.
 */
// Indexed by a condition, because the compiler reports a conditional type as a circular constraint.
export type JsonPayload<Payload, Held = never> = {
  readonly fits: unknown
  readonly checked: Fields<Payload, 'payload', 0, Held>
}[unknown extends Payload ? 'fits' : [Check<Payload, 0, Held>] extends [never] ? 'fits' : 'checked']

/**
 * A constraint of a payload's type that costs the compiler little. It also accepts `unknown`. It accepts no interface,
 * because that has no index signature.
 */
export type JsonAlias<Payload> = {
  readonly fits: unknown
  readonly checked: JsonObject
}[unknown extends Payload ? 'fits' : 'checked']

// Interfaces, because the compiler remembers what it has compared with them.
interface JsonObject {
  readonly [key: string]: JsonLike
}
interface JsonList extends ReadonlyArray<JsonLike> {}
type JsonLike = Plain | JsonList | JsonObject

type Plain = string | number | boolean | null | undefined
type Callable = ((...given: never) => unknown) | (abstract new (...given: never) => unknown)
type Unfit = Date | ReadonlyMap<unknown, unknown> | ReadonlySet<unknown> | ArrayBufferView | bigint | symbol | Callable

/** `never` if JSON can hold the value. It costs the compiler less than `Fields`, because it reads all fields as one. */
type Check<Value, Level extends number, Held> = Value extends Plain | Held
  ? never
  : unknown extends Value // also if one of several fields is `unknown`: `Fields` checks the others
    ? 'checked'
    : Level extends 8
      ? never
      : Value extends readonly unknown[]
        ? Check<Value[number], Deeper[Level], Held>
        : Value extends Unfit
          ? 'checked'
          : Check<Value[keyof Value], Deeper[Level], Held>

type Fields<Value, Parent extends string, Level extends number, Held> = {
  [Key in keyof Value]: Field<
    Value[Key],
    Key extends string ? (string extends Key ? Parent : Key) : Parent,
    Level,
    Held
  >
}

type Field<Value, Name extends string, Level extends number, Held> = unknown extends Value
  ? Value
  : [Fault<Exclude<Value, Held>>] extends [never]
    ? Level extends 8 // the compiler gives up on a deep graph of recursive types
      ? Value
      : Members<Value, Name, Deeper[Level], Held>
    : `'${Name}' is ${Fault<Exclude<Value, Held>>}`

type Deeper = readonly [1, 2, 3, 4, 5, 6, 7, 8]

type Members<Value, Name extends string, Level extends number, Held> = Value extends Plain | Held
  ? Value
  : Value extends readonly (infer Element)[]
    ? Elements<Element, Name, Level, Held>
    : Value extends object
      ? Fields<Value, Name, Level, Held>
      : Value

// An interface, because the compiler reads its members only when it compares them. A list in a recursive type has no end.
interface Elements<Element, Name extends string, Level extends number, Held> {
  readonly [index: number]: Field<Element, Name, Level, Held>
}

type Fault<Value> = Value extends Date
  ? 'a Date, which JSON cannot hold: use an ISO string, or pass { dates: true }'
  : Value extends ReadonlyMap<unknown, unknown>
    ? 'a Map, which JSON cannot hold: use an object'
    : Value extends ReadonlySet<unknown>
      ? 'a Set, which JSON cannot hold: use an array'
      : Value extends bigint
        ? 'a bigint, which JSON cannot hold: use a string'
        : Value extends symbol
          ? 'a symbol, which JSON cannot hold: use a string'
          : Value extends ArrayBufferView
            ? 'binary data, which JSON cannot hold: use a base64 string'
            : Value extends Callable
              ? 'a function, which JSON cannot hold: remove it'
              : never
