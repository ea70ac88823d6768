// Under `require-trusted-types-for 'script'` a worker may only be started from an address that a
// policy has passed. Ours passes this page's own origin; nothing makes HTML or scripts from text.
interface PolicyFactory {
  createPolicy(name: string, rules: { createScriptURL(address: string): string }): unknown;
}

export function trustOwnOrigin(): void {
  const factory = (globalThis as { trustedTypes?: PolicyFactory }).trustedTypes;
  factory?.createPolicy('default', {
    createScriptURL(address) {
      if (new URL(address, location.href).origin === location.origin) return address;
      throw new TypeError(`${address} is not of this origin`);
    },
  });
}
