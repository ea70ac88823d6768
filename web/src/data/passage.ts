/** Characters read at once: about a screen on a phone. */
export const LENGTH = 320;

/** The end of a text: what is held out for validation lies there. Starts at a whole character. */
export function heldOut(bytes: Uint8Array, characters: number): Uint8Array {
  let at = Math.max(0, bytes.length - Math.min(characters, LENGTH));
  while (at < bytes.length && (bytes[at]! & 0xc0) === 0x80) at++;
  return bytes.slice(at); // a view would be sent with the whole text behind it
}
