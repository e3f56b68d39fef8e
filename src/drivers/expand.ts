/** Debian's multiarch directory per `process.arch` (https://wiki.debian.org/Multiarch/Tuples). */
const MULTIARCH: Partial<Record<string, string>> = {
  x64: 'x86_64-linux-gnu',
  arm64: 'aarch64-linux-gnu',
  arm: 'arm-linux-gnueabihf',
  loong64: 'loongarch64-linux-gnu',
  ppc64: 'powerpc64le-linux-gnu',
  riscv64: 'riscv64-linux-gnu',
  s390x: 's390x-linux-gnu',
};

/** The variable's value whatever the case of its name: Windows writes `SystemRoot`, and a copied environment is case-sensitive. */
function lookUp(name: string, env: NodeJS.ProcessEnv): string | undefined {
  const exact = env[name];
  if (exact !== undefined) return exact;
  const wanted = name.toUpperCase();
  return Object.entries(env).find(([key]) => key.toUpperCase() === wanted)?.[1];
}

/**
 * Replaces each `%NAME%` of a catalogue text by the environment variable of that name, and `%MULTIARCH%` by the processor's
 * directory, so that a foreign architecture's library is never picked. Null when one is unset or empty.
 */
export function expand(text: string, env: NodeJS.ProcessEnv, arch: string = process.arch): string | null {
  let complete = true;
  const expanded = text.replace(/%([A-Za-z_][A-Za-z0-9_]*(?:\([A-Za-z0-9]+\))?)%/g, (_whole, name: string) => {
    const value = name === 'MULTIARCH' ? MULTIARCH[arch] : lookUp(name, env);
    if (value === undefined || value === '') complete = false;
    return value ?? '';
  });
  return complete ? expanded : null;
}
