/** The values of a payload that the keys of a definition name. Absent: the definition has no such key. */
export interface PayloadKeys {
  /** The value that `concurrency.key` names. */
  readonly concurrencyKey?: string
  /** The value that `throttle.key` names. */
  readonly throttleKey?: string
  /** The value that `debounce.key` names. */
  readonly debounceKey?: string
}
