/** A frozen error. */
export const frozenError: Error = Object.freeze(new RangeError('Frozen.'))

/** An error that is its own cause. */
export const cyclicError: Error = new Error('Round and round.')
cyclicError.cause = cyclicError

const broken = {
  get(): never {
    throw new Error('This getter throws.')
  },
}

/** An error of which nothing can be read. */
export const unreadableError: Error = Object.defineProperties(new Error('Hidden.'), {
  name: broken,
  message: broken,
  code: broken,
  stack: broken,
  cause: broken,
})

/** What another realm or library throws: like an error, but no instance of this realm's `Error`. */
export const foreignError = { name: 'ForeignError', message: 'From elsewhere.', code: 'E_FOREIGN' }
