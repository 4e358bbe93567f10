/** FNV-1a, 32 bits, over the text's UTF-16 units: cheap, and the same on every runtime. */
export function fnv1a(text: string): number {
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  }
  // The low bits of FNV mix poorly for digits; fold the high half in.
  return (hash ^ (hash >>> 15)) >>> 0
}
