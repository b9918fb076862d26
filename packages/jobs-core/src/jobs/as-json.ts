/** A value's type as it arrives over JSON: a date has become text. */
export type AsJson<Value> = Value extends Date
  ? string
  : Value extends string | number | boolean // first, since one with a brand is an object, too
    ? Value
    : Value extends object
      ? { [Key in keyof Value]: AsJson<Value[Key]> }
      : Value
