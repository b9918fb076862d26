/** The type of a value after JSON: a date becomes a string, and an `undefined` item of an array becomes `null`. */
export type AsJson<Value> = Value extends Date
  ? string
  : Value extends string | number | boolean // first, because a branded type is also an object
    ? Value
    : Value extends readonly unknown[]
      ? { [Index in keyof Value]: ItemAsJson<Value[Index]> }
      : Value extends object
        ? { [Key in keyof Value]: AsJson<Value[Key]> }
        : Value

type ItemAsJson<Item> = Item extends undefined | void ? null : AsJson<Item>
