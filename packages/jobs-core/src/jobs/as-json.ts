/** The type of a value after JSON: a date becomes a string. */
export type AsJson<Value> = Value extends Date
  ? string
  : Value extends string | number | boolean // first, because a branded type is also an object
    ? Value
    : Value extends object
      ? { [Key in keyof Value]: AsJson<Value[Key]> }
      : Value
