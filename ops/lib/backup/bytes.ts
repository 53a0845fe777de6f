/** Bytes as people say them: `312 MiB`, `1.2 GiB`. */
export function sizeText(bytes: number): string {
  const mib = bytes / 1024 ** 2
  if (mib < 1) return `${Math.ceil(bytes / 1024)} KiB`
  return mib < 1_000 ? `${Math.round(mib)} MiB` : `${(mib / 1024).toFixed(1)} GiB`
}
