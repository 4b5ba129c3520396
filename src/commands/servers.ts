/** Two programs in one bundle: most of what they are made of is the same. */
export { bearhug } from "./bearhug.ts";
export { s6Tlsserver } from "./s6-tlsserver.ts";
