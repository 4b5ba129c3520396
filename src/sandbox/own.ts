/**
 * The same properties, and no others: what somebody has put on Object.prototype is nobody's option.
 * Accessors are read once, here, so that what was checked is what is used.
 */
export function own<T extends object>(given: T): T {
  return Object.assign(Object.create(null), given) as T;
}
