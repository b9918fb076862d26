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
  stack: broken, // first, since Node 20 puts the stack together from the others when it is replaced
  name: broken,
  message: broken,
  code: broken,
  cause: broken,
})

/** What another realm or library throws: like an error, but no instance of this realm's `Error`. */
export const foreignError = { name: 'ForeignError', message: 'From elsewhere.', code: 'E_FOREIGN' }
