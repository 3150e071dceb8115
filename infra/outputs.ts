import * as pulumi from '@pulumi/pulumi';

export type StackOutputs = Readonly<Record<string, pulumi.Input<string>>>;

const secretTexts = [
  /\b(AKIA|ASIA)[A-Z0-9]{16}\b/,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----/,
  /\bgh[pousr]_\w{30,}/,
  /:\/\/[^/\s:]+:[^@\s]+@/,
];
const secretName = /secret|password|passphrase|token|credential|privateKey/i;

/** @throws RunError when an output that anybody can read holds a secret */
export function checkOutput(name: string, value: string): string {
  if (secretName.test(name) || secretTexts.some((text) => text.test(value))) {
    throw new pulumi.RunError(`output ${name}: got a secret in clear, allowed none; wrap it in pulumi.secret`);
  }
  return value;
}

/** The outputs, none of which is a secret in clear; one that is marked as secret is left alone. */
export function checkOutputs(outputs: StackOutputs): Readonly<Record<string, pulumi.Output<string>>> {
  const checked = Object.entries(outputs).map(([name, value]): [string, pulumi.Output<string>] => {
    const output = pulumi.output(value);
    const text = pulumi
      .all([output, pulumi.isSecret(output)])
      .apply(([known, isSecret]) => (isSecret ? known : checkOutput(name, known)));
    return [name, text];
  });
  return Object.fromEntries(checked);
}
