const units: Readonly<Record<string, number>> = {
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
};

/** The number that a quantity of Kubernetes says, in cores or bytes; undefined for any other text. */
export function parseQuantity(text: string): number | undefined {
  const [, digits, unit = ''] = /^(\d+(?:\.\d+)?)(m|k|Ki|M|Mi|G|Gi|T|Ti)?$/.exec(text) ?? [];
  const size = units[unit];
  return digits === undefined || size === undefined ? undefined : Number(digits) * size;
}

/** Whether two texts of a field for processors, memory or storage say the same amount. */
export function isSameQuantity(fieldName: string, base: string, head: string): boolean {
  const amount = parseQuantity(base);
  return /(^|\.)(cpu|memory|storage|ephemeral-storage)$/.test(fieldName) && amount !== undefined
    ? amount === parseQuantity(head)
    : false;
}
