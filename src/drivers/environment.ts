/**
 * Variables that would change or watch a library behind our back: spies and debug switches print PINs, preloads and Node
 * options run foreign code next to them. The names are Windows names too, where case does not count.
 */
const SCRUBBED = [
  /^PKCS11SPY/i,
  /^OPENSC_DEBUG/i,
  // LD_LIBRARY_PATH stays: some vendors' libraries do not load without it.
  /^LD_(?!LIBRARY_PATH$)/i,
  /^DYLD_(?!LIBRARY_PATH$|FALLBACK_LIBRARY_PATH$)/i,
  /^NODE_/i,
  /^(MALLOC_TRACE|GLIBC_TUNABLES|GCONV_PATH)/i,
  /^P11_KIT_(DEBUG|STRICT)/i,
  /^(OPENCRYPTOKI_TRACE|PKCS_TRACE|CKDEBUG|SC_DEBUG|PCSCLITE_DEBUG|LIBPCSCLITE_DEBUG|GSCARD_DEBUG)/i,
  /^TSS2_LOG/i,
  /^TPM2_PKCS11_LOG/i,
  /^SIGNET_/i,
];

/** The environment for a driver host: the daemon's own without what is scrubbed, plus what the driver was configured with. */
export function hostEnvironment(
  own: Readonly<Record<string, string | undefined>>,
  configured: Readonly<Record<string, string>>,
): Record<string, string> {
  const environment: Record<string, string> = {};
  for (const [key, value] of Object.entries(own)) {
    if (value !== undefined && !SCRUBBED.some((pattern) => pattern.test(key))) environment[key] = value;
  }
  return { ...environment, ...configured };
}
