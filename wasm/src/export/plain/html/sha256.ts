/** SHA-256 (FIPS 180-4) as base64, for Content-Security-Policy: exporters run wherever JavaScript does, synchronously. */

/** The first 32 bits of the fractional parts of roots of the first primes. */
function fractions(count: number, power: number): number[] {
  const found: number[] = [];
  for (let n = 2; found.length < count; ++n) {
    let prime = true;
    for (let d = 2; d * d <= n; ++d) if (n % d === 0) prime = false;
    if (prime) found.push(fraction(BigInt(n), power));
  }
  return found;
}

/** ⌊n^(1/power)·2³²⌋ mod 2³² by bisection in whole numbers. */
function fraction(n: bigint, power: number): number {
  const target = n << BigInt(32 * power);
  let [low, high] = [0n, 1n << 40n];
  while (high - low > 1n) {
    const middle = (low + high) >> 1n;
    if (middle ** BigInt(power) <= target) low = middle;
    else high = middle;
  }
  return Number(low & 0xffffffffn);
}

const rotate = (x: number, n: number) => (x >>> n) | (x << (32 - n));

/** @param text as UTF-8 */
export function sha256(text: string): string {
  const given = new TextEncoder().encode(text);
  const bytes = new Uint8Array(Math.ceil((given.length + 9) / 64) * 64);
  bytes.set(given);
  bytes[given.length] = 0x80;
  const view = new DataView(bytes.buffer);
  view.setBigUint64(bytes.length - 8, BigInt(given.length * 8));
  const constants = fractions(64, 3);
  const hash = fractions(8, 2);
  const w = new Int32Array(64);
  for (let at = 0; at < bytes.length; at += 64) block(view, at, w, constants, hash);
  let binary = '';
  for (const word of hash)
    for (const shift of [24, 16, 8, 0]) binary += String.fromCharCode((word >>> shift) & 0xff);
  return btoa(binary);
}

function block(view: DataView, at: number, w: Int32Array, k: readonly number[], hash: number[]): void {
  for (let i = 0; i < 16; ++i) w[i] = view.getInt32(at + 4 * i);
  for (let i = 16; i < 64; ++i) {
    const [x, y] = [w[i - 15]!, w[i - 2]!];
    const s0 = rotate(x, 7) ^ rotate(x, 18) ^ (x >>> 3);
    const s1 = rotate(y, 17) ^ rotate(y, 19) ^ (y >>> 10);
    w[i] = w[i - 16]! + s0 + w[i - 7]! + s1;
  }
  let [a, b, c, d, e, f, g, h] = hash as [number, number, number, number, number, number, number, number];
  for (let i = 0; i < 64; ++i) {
    const s1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25);
    const t1 = (h + s1 + ((e & f) ^ (~e & g)) + k[i]! + w[i]!) | 0;
    const s0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22);
    const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    [h, g, f, e, d, c, b, a] = [g, f, e, (d + t1) | 0, c, b, a, (t1 + t2) | 0];
  }
  [a, b, c, d, e, f, g, h].forEach((value, i) => (hash[i] = (hash[i]! + value) | 0));
}
