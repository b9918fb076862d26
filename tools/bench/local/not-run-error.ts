/** Says why a row of the table cannot be measured here. */
export class NotRunError extends Error {}
