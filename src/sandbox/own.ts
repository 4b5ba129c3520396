/**
 * The same properties, and no others: a property that was put on Object.prototype is not an option.
 * Accessors are read once, here, so that what was checked is what is used.
 */
export function own<T extends object>(given: T): T {
  return Object.assign(Object.create(null), given) as T;
}
