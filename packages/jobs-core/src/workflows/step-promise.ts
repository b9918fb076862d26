/**
 * The promise of a step. It tells whether the code has used it: `await`, `then` and `Promise.race` call its `then`. Of a
 * plain promise, `await` would not.
 */
export class StepPromise<T> extends Promise<T> {
  /** True once the code awaits the step, alone or in a race, or handles its failure with `catch`. */
  isUsed = false

  /** Creates the promise of a step that ends like `performed`. */
  static of<T>(performed: Promise<T>): StepPromise<T> {
    return new StepPromise((resolve, reject) => void performed.then(resolve, reject))
  }

  static override get [Symbol.species](): PromiseConstructor {
    return Promise
  }

  // oxlint-disable-next-line unicorn/no-thenable -- it counts the uses of a promise
  override then<A = T, B = never>(
    onFulfilled?: ((value: T) => A | PromiseLike<A>) | null,
    onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    this.isUsed = true
    return super.then(onFulfilled, onRejected)
  }
}
