/** A count as a person reads it: `100,000`. */
export function number(value: bigint | number): string {
  return value.toLocaleString('en-US')
}

/** `1 record`, `2 records`. */
export function counted(value: bigint | number, one: string, many = `${one}s`): string {
  return `${number(value)} ${BigInt(value) === 1n ? one : many}`
}

/** Offsets as a person reads them; both ends included. */
export function offsetRange({ first, last }: { first: bigint; last: bigint }): string {
  return first === last ? `offset ${first}` : `offsets ${first} to ${last}`
}

/** Text from a store, in which nothing steers a terminal: control and format characters become U+FFFD. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}]/gu, '\ufffd')
}
