/**
 * Bytes, whatever realm they are from: under jest each test file has a `Uint8Array` of its own, and
 * Node's Buffer is no instance of it.
 */
export function isBytes(value: unknown): value is Uint8Array {
  return ArrayBuffer.isView(value) && nameOf.call(value) === "Uint8Array";
}

/** %TypedArray%.prototype[@@toStringTag] (ECMA-262, 23.2.3.38): it reads an internal slot. */
const nameOf = Object.getOwnPropertyDescriptor(
  Object.getPrototypeOf(Uint8Array.prototype),
  Symbol.toStringTag,
)?.get as () => string | undefined;
