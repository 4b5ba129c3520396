/** As esbuild's loader `binary` gives it. */
declare module "*.br" {
  const bytes: Uint8Array<ArrayBuffer>;
  export default bytes;
}
