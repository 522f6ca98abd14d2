/** What fulladd.mote, sieve.mote and fft.mote print, by JavaScript's large integers and by plain loops. */

export function fulladd(bits: number, additions: number): string {
  let [a, b] = [0n, 1n];
  let carries = 0;
  for (let i = 0; i < additions; i++) {
    const sum = a + b;
    if (sum >> BigInt(bits) !== 0n) carries++;
    [a, b] = [b, BigInt.asUintN(bits, sum)];
  }
  const hex = b.toString(16).padStart(bits / 4, "0");
  return `${additions} additions of ${bits} bits, ${carries} carried out\n${hex}\n`;
}

export function sieve(limit: number): string {
  const factors = new Int32Array(limit + 1);
  let [count, last, sum] = [0, 0, 0n];
  for (let n = 2; n <= limit; n++) {
    if (factors[n] !== 0) continue;
    count++;
    last = n;
    sum += BigInt(n);
    for (let multiple = n; multiple <= limit; multiple += n) {
      if (factors[multiple] === 0) factors[multiple] = n;
    }
  }
  const checksum = factors.reduce((all, factor) => (Math.imul(all, 31) + factor) | 0, 0);
  const primes = `${count} primes up to ${limit}, the last ${last}, sum ${sum}`;
  return `${primes}\nchecksum of least prime factors ${checksum}\n`;
}

export function fft(count: number): string {
  let digits = "";
  for (let i = 0, random = 42; i < count; i++) {
    random = (random * 75 + 74) % 65_537;
    digits = `${1 + (random % 9)}${digits}`;
  }
  const square = [...(BigInt(digits) ** 2n).toString()].map(Number).reverse();
  const sum = square.reduce((all, digit) => all + digit, 0);
  const checksum = square.reduce((all, digit) => (Math.imul(all, 31) + digit) | 0, 0);
  const length = square.length;
  return `the square of ${count} digits has ${length} digits, their sum is ${sum}, their checksum ${checksum}\n`;
}
